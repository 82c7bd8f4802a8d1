/** TensorBoard: loss, metrics, weights and the graph of the model as event files. */
import { describe } from '../../support/describe';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ValueError } from '../../support/errors';
import { pngjs } from '../../support/packages';
import type { Tensor } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { Embedding } from '../layers/index';
import { checkOptionsOf, kinds, type OptionKinds } from '../options';
import { LossScaleOptimizer } from '../optimizers/index';
import { kerasObjectToJson } from '../serialization/serialize';
import type { Logs } from '../training/types';
import { Callback } from './callback';
import { EventFile } from './event_file';
import { ratesOf } from './reduce_lr_on_plateau';

export interface TensorBoardOptions {
  /** Folder of the files. Default 'logs'. */
  logDir?: string;
  /** Histograms of weights every so many epochs; 0 for none. */
  histogramFreq?: number;
  /** Whether the graph of the model is written. Default true. */
  writeGraph?: boolean;
  /** Weights as images too, with the histograms. */
  writeImages?: boolean;
  /** Whether it is written how many steps were made in a second. Default false. */
  writeStepsPerSecond?: boolean;
  /** 'epoch', 'batch', or every so many batches: when loss and metrics of batches are written. */
  updateFreq?: 'epoch' | 'batch' | number;
  /** 0: steps are not profiled here. */
  profileBatch?: number;
  /** Saves weights with embeddings every so many epochs, for the projector; 0 for none. */
  embeddingsFreq?: number;
  /** File with the names of embeddings, or such a file by the name of the layer. */
  embeddingsMetadata?: string | Readonly<Record<string, string>> | null;
}
const OPTIONS = {
  logDir: kinds.string,
  histogramFreq: kinds.count,
  writeGraph: kinds.boolean,
  writeImages: kinds.boolean,
  writeStepsPerSecond: kinds.boolean,
  updateFreq: kinds.any,
  profileBatch: kinds.integer,
  embeddingsFreq: kinds.count,
  embeddingsMetadata: kinds.any,
};
/**
 * Writes what TensorBoard shows: scalars of epochs (and batches), histograms and images of weights, the graph of the model.
 * `tensorboard --logdir logs` shows them while training goes on. Defaults: logDir 'logs', the graph and scalars of epochs.
 */
export class TensorBoard extends Callback {
  static options: OptionKinds = OPTIONS;
  private readonly settings: Required<TensorBoardOptions>;
  private readonly every: number | null;
  private readonly train: EventFile;
  private readonly validation: EventFile;
  private trainBatch = 0;
  private testBatch = 0;
  private batchStart = 0;
  private epochStart = 0;
  private stepsBefore = 0;
  constructor(options: TensorBoardOptions = {}) {
    super();
    checkOptionsOf(new.target, 'TensorBoard', options);
    this.settings = {
      logDir: 'logs',
      histogramFreq: 0,
      writeGraph: true,
      writeImages: false,
      writeStepsPerSecond: false,
      updateFreq: 'epoch',
      profileBatch: 0,
      embeddingsFreq: 0,
      embeddingsMetadata: null,
      ...options,
    };
    const { updateFreq, logDir, profileBatch, writeStepsPerSecond } = this.settings;
    this.every = updateFreq === 'epoch' ? null : updateFreq === 'batch' ? 1 : updateFreq;
    if (this.every !== null && !(Number.isInteger(this.every) && this.every > 0))
      throw new ValueError(
        `TensorBoard: updateFreq must be 'epoch', 'batch' or a number of batches.\n  Received: ${describe(updateFreq)}`,
      );
    if (profileBatch !== 0)
      throw new ValueError(
        `TensorBoard: profileBatch must be 0, because a step runs as one native plan.\n  Received: ${describe(profileBatch)}`,
      );
    this.train = new EventFile(path.join(logDir, 'train'));
    this.validation = new EventFile(path.join(logDir, 'validation'));
    // Only where batches are written does training stop for them.
    if (this.every !== null) {
      this.onTrainBatchBegin = () => {
        this.batchStart = performance.now();
      };
      this.onTrainBatchEnd = (_, logs) => this.afterTrainBatch(logs ?? {}, writeStepsPerSecond);
      this.onTestBatchEnd = () => void this.testBatch++;
    }
  }
  override setModel(model: Callback['model']): void {
    super.setModel(model);
    const { writeGraph, embeddingsFreq } = this.settings;
    if (writeGraph && model.graph) this.train.kerasModel('keras', kerasObjectToJson(model), 0);
    if (embeddingsFreq) this.describeEmbeddings(model);
  }
  override onTrainBegin(): void {
    this.trainBatch = this.testBatch = 0;
  }
  override onTrainEnd(): void {
    this.train.close();
    this.validation.close();
  }
  private afterTrainBatch(logs: Logs, writeRate: boolean): void {
    const step = ++this.trainBatch;
    if (step % this.every!) return;
    if (writeRate) this.train.scalar('batch_steps_per_second', 1000 / (performance.now() - this.batchStart), step);
    this.scalars(this.train, 'batch_', logs, step);
  }
  private scalars(file: EventFile, prefix: string, logs: Logs, step: number, suffix = ''): void {
    // Metrics with a value for each class have no place among scalars.
    for (const [name, value] of Object.entries(logs))
      if (typeof value === 'number') file.scalar(`${prefix}${name}${suffix}`, value, step);
  }
  override onTestEnd(logs: Logs = {}): void {
    const { optimizer } = this.model;
    if (optimizer) this.scalars(this.validation, 'evaluation_', logs, optimizer.iterations.item(), '_vs_iterations');
  }
  override onEpochBegin(): void {
    this.epochStart = performance.now();
    this.stepsBefore = this.model.optimizer!.iterations.item();
  }
  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    const { histogramFreq, embeddingsFreq, writeStepsPerSecond, logDir } = this.settings;
    const given = this.model.optimizer!;
    const optimizer = given instanceof LossScaleOptimizer ? given.innerOptimizer : given;
    const own = Object.fromEntries(Object.entries(logs).filter(([name]) => !name.startsWith('val_')));
    const validation = Object.fromEntries(
      Object.entries(logs).flatMap(([name, v]) => (name.startsWith('val_') ? [[name.slice(4), v]] : [])),
    );
    for (const { name, optimizer: o } of ratesOf(optimizer)) own[name] = o.learningRate.item();
    if (writeStepsPerSecond)
      own.steps_per_second =
        ((given.iterations.item() - this.stepsBefore) * 1000) / (performance.now() - this.epochStart);
    this.scalars(this.train, 'epoch_', own, epoch);
    this.scalars(this.validation, 'epoch_', validation, epoch);
    if (histogramFreq && epoch % histogramFreq === 0) await this.writeWeights(epoch);
    if (embeddingsFreq && epoch % embeddingsFreq === 0)
      await this.model.saveWeights(path.join(logDir, 'train', `keras_embedding.ckpt-${epoch}.weights.h5`));
  }
  private async writeWeights(epoch: number): Promise<void> {
    for (const layer of this.model.layers)
      for (const weight of layer.weights) {
        const tag = weight.path.replace(/:/g, '_');
        this.train.histogram(`${tag}/histogram`, (await weight.data()) as ArrayLike<number>, epoch);
        if (this.settings.writeImages) await this.writeImage(weight, `${tag}/image`, epoch);
      }
  }
  // Matrices as one image, wider than high; the third axis of a kernel gives an image each, and three are shown.
  private async writeImage(weight: Variable, tag: string, epoch: number): Promise<void> {
    let t: Tensor = weight.value.squeeze().cast('float32');
    if (t.ndim === 1) t = t.reshape([1, t.shape[0], 1, 1]);
    else if (t.ndim === 2) {
      if (t.shape[0] > t.shape[1]) t = t.transpose();
      t = t.reshape([1, ...t.shape, 1]);
    } else if (t.ndim === 3) t = t.transpose([2, 0, 1]).expandDims(-1);
    if (t.ndim !== 4 || ![1, 3, 4].includes(t.shape[3])) return;
    const [count, height, width, channels] = t.shape;
    const values = (await t.data()) as Float32Array;
    const size = height * width * channels;
    const files = Array.from({ length: Math.min(3, count) }, (_, i) =>
      png(values.subarray(i * size, (i + 1) * size), width, height, channels),
    );
    this.train.images(tag, width, height, files, epoch);
  }
  private describeEmbeddings(model: Callback['model']): void {
    const { embeddingsMetadata: metadata, logDir } = this.settings;
    const layers = model.layers.filter((l) => l instanceof Embedding);
    const unknown =
      metadata && typeof metadata !== 'string'
        ? Object.keys(metadata).filter((name) => !layers.some((l) => l.name === name))
        : [];
    if (unknown.length)
      throw new ValueError(
        `TensorBoard: embeddingsMetadata names '${unknown.join("', '")}', but the embeddings of the model are '${layers.map((l) => l.name).join("', '")}'.`,
      );
    const blocks = layers.map((layer) => {
      const file = typeof metadata === 'string' ? metadata : metadata?.[layer.name];
      return `embeddings {\n  tensor_name: "layer_with_weights-0/embeddings/.ATTRIBUTES/VARIABLE_VALUE"\n${file ? `  metadata_path: ${JSON.stringify(file)}\n` : ''}}\n`;
    });
    fs.mkdirSync(logDir, { recursive: true });
    fs.writeFileSync(path.join(logDir, 'projector_config.pbtxt'), blocks.join(''));
  }
}
// Values of 0 to 1 as a PNG file.
function png(values: Float32Array, width: number, height: number, channels: number): Buffer {
  const { PNG } = pngjs();
  const colorType = channels === 1 ? 0 : channels === 3 ? 2 : 6;
  const image = new PNG({ width, height, colorType, inputColorType: colorType, inputHasAlpha: channels === 4 });
  image.data = Buffer.from(Uint8Array.from(values, (v) => Math.max(0, Math.min(255, Math.floor(v * 255.5)))));
  return PNG.sync.write(image, { colorType, inputColorType: colorType, inputHasAlpha: channels === 4 });
}
