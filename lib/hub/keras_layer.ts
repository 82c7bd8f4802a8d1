/** SavedModels as layers that can be trained (hub.KerasLayer of tensorflow_hub). */
import { describe } from '../support/describe';
import { TypeError, ValueError } from '../support/errors';
import { isRecord } from '../support/nest';
import { SeedGenerator } from '../core/seed';
import { formatShape, Tensor, tensor } from '../core/tensor';
import type { Variable } from '../core/variable';
import { registerClass } from '../keras/serialization/registry';
import { Layer, type CallOptions, type LayerOptions } from '../keras/layers/layer';
import { preparedIn, type TextLayer } from '../keras/training/texts';
import { checkOptions, kinds, type OptionKinds } from '../keras/options';
import { isInferring, type SymbolicShape } from '../keras/keras_tensor';
import { hasText } from '../keras/layers/preprocessing/values';
import { CallableSavedModel } from '../tensorflow/saved_model/model';
import { withModel, type HandleOptions } from './handle';
import { loadSavedModel, loadTfjsGraph } from './load';
import { VariableGroup } from './variable_group';

export interface KerasLayerOptions extends LayerOptions {
  /** Whether training changes the weights, and whether the model computes as in training then. Default false. */
  trainable?: boolean;
  /** Name of the signature that is called. Default: the model itself, or its only signature. */
  signature?: string | null;
  /** Key of the result where the model returns several. Default: all of them, in a record. */
  outputKey?: string | null;
  /** Shape of one result, without the batch axis: what it must be. Default: any. */
  outputShape?: SymbolicShape | null;
  /** Arguments of the model beside the tensors, by TensorFlow's names: the graph saved for these values is called. */
  arguments?: Readonly<Record<string, boolean | number | string | null>>;
}
/** Options of `KerasLayer.load`. */
export interface KerasLayerLoadOptions extends KerasLayerOptions, HandleOptions {}
/** What a config holds beside these. */
interface ConfigOptions extends KerasLayerOptions {
  /** The graph as text; while loading the model itself. */
  graph?: string | CallableSavedModel;
  /** Names of the groups of weights that training leaves alone. Default: none. */
  frozenLayers?: readonly string[];
}
const LOADING = { cacheDir: kinds.string, sha256: kinds.string, signal: kinds.signal, verbose: kinds.boolean };

type Arguments = NonNullable<KerasLayerOptions['arguments']>;
function argumentsOf(given: unknown): Arguments {
  if (given === undefined || given === null) return {};
  if (!isRecord(given)) throw new TypeError(`KerasLayer: arguments must be a record.\n  Received: ${describe(given)}`);
  return given as Arguments;
}
/** The scope of a variable: its name without the last part. */
const scopeOf = (name: string): string => name.split('/').slice(0, -1).join('/') || name;

/**
 * A SavedModel of TensorFlow, Keras 2 or Keras 3, or a graph model of TensorFlow.js, as a layer. Its graph is computed by this library's ops, so that
 * gradients flow through it and what is trainable can be trained. Loaded with `KerasLayer.load`.
 */
export class KerasLayer extends Layer implements TextLayer {
  static override readonly className: string = 'KerasLayer';
  static override options: OptionKinds = {
    graph: kinds.any,
    signature: kinds.string,
    outputKey: kinds.string,
    outputShape: kinds.shape,
    arguments: kinds.any,
    frozenLayers: kinds.any,
  };
  /** The model's variables by the scopes of its graph, in the order in which the graph takes them: each can be frozen. */
  readonly layers: VariableGroup[] = [];
  /** What the graph draws random numbers from, for dropout and noise. */
  private readonly seedGenerator: SeedGenerator | null;
  private readonly signature: string | null;
  private readonly outputKey: string | null;
  private readonly expectedShape: SymbolicShape | null;
  // The graph and what it is bound to: functions, so that they are not taken for sub-layers or weights of its own.
  private readonly model: () => CallableSavedModel;
  private readonly bound: () => ReadonlyMap<number, Variable>;
  private readonly given: () => Arguments;

  constructor(options: ConfigOptions = {}) {
    super({ ...options, trainable: options.trainable ?? false, autocast: options.autocast ?? false });
    if (!options.graph)
      throw new ValueError(
        `KerasLayer: a graph is needed.\n  Fix: await hub.KerasLayer.load(handle, { trainable: false })`,
      );
    const { graph, signature = null, outputKey = null, outputShape = null } = options;
    const given = argumentsOf(options.arguments);
    this.signature = signature;
    this.outputKey = outputKey;
    this.expectedShape = outputShape;
    const model =
      graph instanceof CallableSavedModel ? graph : CallableSavedModel.fromConfig(String(graph), signature, given);
    const bound = new Map<number, Variable>();
    this.model = () => model;
    this.bound = () => bound;
    this.given = () => given;
    this.seedGenerator = model.isRandom ? new SeedGenerator() : null;
    this.makeWeights(bound);
    this.built = true;
    const frozen = new Set(options.frozenLayers ?? []);
    for (const group of this.layers) if (frozen.has(group.name)) group.trainable = false;
  }
  private makeWeights(bound: Map<number, Variable>): void {
    const groups = new Map<string, VariableGroup>();
    const names = new Set<string>();
    // Without the number of a name that was not given: a model that is loaded again has the same paths.
    const prefix = this.name.replace(/^keras_layer_\d+$/, 'keras_layer');
    for (const variable of this.model().variables) {
      const scope = scopeOf(variable.name);
      let group = groups.get(scope);
      if (!group) {
        let name = scope.replace(/[/:]/g, '_');
        for (let i = 1; names.has(name); i++) name = `${scope.replace(/[/:]/g, '_')}_${i}`;
        names.add(name);
        groups.set(scope, (group = new VariableGroup({ name, trainable: this.trainable })));
        this.layers.push(group);
      }
      bound.set(variable.node, group.add(variable, prefix));
    }
  }
  /**
   * Loads a SavedModel.
   * @param handle - a folder with `saved_model.pb` or `model.json`, or one of these files; a `.tar.gz` or `.zip` of one; a `file:`, `http:` or `https:` URL of an
   *   archive, or of a model's page on tfhub.dev or Kaggle. Downloads are kept.
   * @throws FileError when it is not there, damaged, or needs operations that have no counterpart here: all of them are named.
   * @example
   *   const features = await trae.hub.KerasLayer.load('./resnet50', { inputShape: [224, 224, 3] });
   *   const model = new trae.keras.Sequential([features, new trae.keras.layers.Dense(5, { activation: 'softmax' })]);
   */
  static async load(handle: string, options: KerasLayerLoadOptions = {}): Promise<KerasLayer> {
    if (typeof handle !== 'string' || !handle)
      throw new TypeError(`hub.KerasLayer.load: handle must be a path or a URL.\n  Received: ${describe(handle)}`);
    const record: unknown = options;
    if (!isRecord(record))
      throw new TypeError(`hub.KerasLayer.load: options must be a record.\n  Received: ${describe(record)}`);
    const { cacheDir, sha256, signal, verbose, ...rest } = options;
    checkOptions('hub.KerasLayer.load', { cacheDir, sha256, signal, verbose }, LOADING);
    return withModel(handle, { cacheDir, sha256, signal, verbose }, async (found) => {
      const loaded = await ('json' in found
        ? loadTfjsGraph(found.json, signal)
        : loadSavedModel(found.folder, handle, signal));
      const model = new CallableSavedModel(
        loaded.graph,
        loaded.file,
        rest.signature ?? null,
        argumentsOf(rest.arguments),
      );
      const layer = new this({ ...rest, graph: model } as ConfigOptions);
      const variables = layer.bound();
      await loaded.read(model.variables, ({ node, shape }, data, dtype) =>
        variables.get(node)!.assign(tensor(data, shape, dtype)),
      );
      return layer;
    });
  }
  /** @internal Texts pass by the machinery of tensors. */
  protected override taken(inputs: unknown): unknown {
    if (isRecord(inputs)) return Object.fromEntries(Object.entries(inputs).map(([k, v]) => [k, this.taken(v)]));
    return hasText(inputs) ? inputs : super.taken(inputs);
  }
  override call(inputs: unknown, { training }: CallOptions = {}): unknown {
    const model = this.model();
    const isTraining = !!training && this.trainable;
    const before = preparedIn(inputs);
    const outputs = before.length
      ? model.callWithin(
          Object.assign({}, ...before) as Record<string, Tensor>,
          isTraining,
          this.bound(),
          this.seedGenerator,
        )
      : model.call(inputs, isTraining, this.bound(), this.seedGenerator);
    for (const loss of model.regularization(this.bound())) this.addLoss(loss);
    const result = this.picked(outputs);
    if (isInferring() && hasText(result))
      throw new ValueError(
        'KerasLayer: the model returns texts, which no other layer takes.\n  Fix: choose a result of numbers by outputKey, or call the layer by itself.',
      );
    if (result === null || (typeof result !== 'object' && typeof result !== 'string'))
      throw new ValueError(`KerasLayer: the model returns no tensor.\n  Received: ${describe(result)}`);
    if (this.expectedShape && result instanceof Tensor) this.checkShape(result);
    return result;
  }
  /** @internal */
  trainsBehindTexts(): boolean {
    return this.model().takesTexts && this.trainableWeights.length > 0;
  }
  /** @internal What is computed of texts before a step. */
  beforeStep(inputs: unknown): Record<string, Tensor> {
    return this.model().computeBefore(inputs, this.seedGenerator, this.bound());
  }
  private picked(outputs: unknown): unknown {
    const { outputKey } = this;
    if (outputKey === null) {
      if (!this.model().isSignature || !isRecord(outputs)) return outputs;
      const keys = Object.keys(outputs);
      return keys.length === 1 ? outputs[keys[0]] : (outputs.default ?? outputs);
    }
    if (isRecord(outputs) && Object.hasOwn(outputs, outputKey)) return outputs[outputKey];
    throw new ValueError(
      `KerasLayer: there is no result '${outputKey}'; there is ${isRecord(outputs) ? Object.keys(outputs).join(', ') : 'one without a name'}.`,
    );
  }
  private checkShape({ shape }: Tensor): void {
    const expected = this.expectedShape!;
    if (shape.length !== expected.length + 1 || expected.some((d, i) => d !== null && d !== shape[i + 1]))
      throw new ValueError(
        `KerasLayer: outputShape is ${formatShape(expected)} but one result has shape ${formatShape(shape.slice(1))}.`,
      );
  }
  override getConfig(): Record<string, unknown> {
    const frozen = this.trainable ? this.layers.filter((l) => !l.trainable).map((l) => l.name) : [];
    return {
      ...super.getConfig(),
      graph: this.model().toConfig(),
      signature: this.signature,
      outputKey: this.outputKey,
      outputShape: this.expectedShape,
      arguments: this.given(),
      ...(frozen.length ? { frozenLayers: frozen } : {}),
    };
  }
}
registerClass('hub', KerasLayer);
