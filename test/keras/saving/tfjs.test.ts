/** Layers models of TensorFlow.js: quantized weights, what they were compiled with, the state of their optimizer. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { floatToHalf } from '../../../lib/io/numbers';
import { temporaryFolder } from '../../io/support';
import { close, throwsText } from '../helpers';

const folder = temporaryFolder();
interface Weight {
  name: string;
  shape: number[];
  values: number[];
  as?: 'float32' | 'float16' | 'uint8' | 'uint16';
  scale?: number;
  min?: number;
  group?: string;
}
const bytesOf = ({ values, as = 'float32' }: Weight): Buffer =>
  Buffer.from(
    as === 'float32'
      ? Float32Array.from(values).buffer
      : as === 'float16'
        ? Uint16Array.from(values, floatToHalf).buffer
        : as === 'uint16'
          ? Uint16Array.from(values).buffer
          : Uint8Array.from(values).buffer,
  );
const kernel = [0.5, -1, 2, 0.25, 1, -0.75];
const bias = [0.1, -0.2];
/** A model of one Dense layer, 3 to 2, whose weights lie in two shards. */
function write(name: string, weights: Weight[], more: object = {}, topology: object = {}): string {
  const at = path.join(folder, name);
  fs.mkdirSync(at, { recursive: true });
  const data = Buffer.concat(weights.map(bytesOf));
  const cut = data.length >> 1;
  fs.writeFileSync(path.join(at, 'a.bin'), data.subarray(0, cut));
  fs.writeFileSync(path.join(at, 'b.bin'), data.subarray(cut));
  const specs = weights.map(({ name: n, shape, as = 'float32', scale, min, group }) => ({
    name: n,
    shape,
    dtype: 'float32',
    ...(as === 'float32'
      ? {}
      : {
          quantization:
            as === 'float16'
              ? { dtype: as, original_dtype: 'float32' }
              : { dtype: as, scale, min, original_dtype: 'float32' },
        }),
    ...(group ? { group } : {}),
  }));
  const model = {
    class_name: 'Sequential',
    config: {
      name: 'sequential_1',
      layers: [
        {
          class_name: 'Dense',
          config: {
            name: 'dense_1',
            units: 2,
            activation: 'linear',
            use_bias: true,
            batch_input_shape: [null, 3],
            dtype: 'float32',
          },
        },
      ],
    },
  };
  const json = {
    format: 'layers-model',
    modelTopology: { keras_version: 'tfjs-layers 4.2.0', model_config: model, ...topology },
    weightsManifest: [{ paths: ['a.bin', './b.bin'], weights: specs }],
    ...more,
  };
  const file = path.join(at, 'model.json');
  fs.writeFileSync(file, JSON.stringify(json));
  return file;
}
const plain: Weight[] = [
  { name: 'dense_1/kernel', shape: [3, 2], values: kernel },
  { name: 'dense_1/bias', shape: [2], values: bias },
];
const load = trae.keras.models.loadModel;

describe('layers models of TensorFlow.js', () => {
  it('weights as they are', async () => {
    const model = await load(write('plain', plain));
    close(model.weights[0], kernel, 'kernel', 1e-7);
    close(model.weights[1], bias, 'bias', 1e-7);
    assert.equal(model.compiled, false);
  });
  for (const [as, levels] of [
    ['uint8', 255],
    ['uint16', 65535],
  ] as const)
    it(`weights quantized to ${as}: value = stored * scale + min`, async () => {
      const min = Math.min(...kernel);
      const scale = (Math.max(...kernel) - min) / levels;
      const stored = kernel.map((v) => Math.round((v - min) / scale));
      const model = await load(write(as, [{ ...plain[0], values: stored, as, scale, min }, plain[1]]));
      close(
        model.weights[0],
        stored.map((v) => v * scale + min),
        'as stored',
        1e-6,
      );
      (model.weights[0].dataSync() as Float32Array).forEach((got, i) =>
        assert.ok(Math.abs(got - kernel[i]) <= scale * 0.51, `${got} was ${kernel[i]}`),
      );
      close(model.weights[1], bias, 'bias', 1e-7);
    });
  it('weights in float16', async () => {
    const model = await load(
      write('half', [
        { ...plain[0], as: 'float16' },
        { ...plain[1], as: 'float16' },
      ]),
    );
    close(model.weights[0], kernel, 'kernel', 1e-7); // these are halves
    close(model.weights[1], bias, 'bias', 1e-3);
    assert.equal(model.weights[0].dtype, 'float32');
  });
  it('scale and min must be there', async () => {
    const file = write('broken', [{ ...plain[0], values: [0, 0, 0, 0, 0, 0], as: 'uint8' }, plain[1]]);
    await throwsText(
      () => load(file),
      'FileError',
      `${file}: a weight of its manifest ('dense_1/kernel') is quantized without scale and min.`,
    );
  });
  for (const where of ['beside the topology', 'in the topology'])
    it(`is compiled by its training_config, ${where}`, async () => {
      const training = {
        optimizer_config: {
          class_name: 'RMSProp',
          config: { learning_rate: 0.02, decay: 0.8, momentum: 0.5, epsilon: 1e-6, centered: false },
        },
        loss: 'mean_squared_error',
        metrics: ['mae'],
      };
      const file =
        where === 'in the topology'
          ? write('inside', plain, {}, { training_config: training })
          : write('outside', plain, { trainingConfig: training });
      const model = await load(file);
      assert.equal(model.compiled, true);
      assert.equal(model.optimizer!.constructor.name, 'RMSprop');
      const config = model.optimizer!.getConfig() as { learningRate: number; rho: number; momentum: number };
      assert.deepEqual([Math.fround(config.learningRate), config.rho, config.momentum], [Math.fround(0.02), 0.8, 0.5]);
      const x = trae.tensor([[1, 2, 3]]);
      const [loss, mae] = await model.evaluate(x, trae.tensor([[0, 0]]), { verbose: 0 });
      const y = (model.apply(x) as trae.Tensor).dataSync() as Float32Array;
      close([loss, mae], [(y[0] ** 2 + y[1] ** 2) / 2, (Math.abs(y[0]) + Math.abs(y[1])) / 2], 'loss and metric', 1e-6);
      assert.equal((await load(file, { compile: false })).compiled, false);
    });
  it('goes on with the state of its optimizer', async () => {
    const training = {
      optimizer_config: {
        class_name: 'Adam',
        config: { learning_rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
      },
      loss: 'mean_squared_error',
    };
    const slot = (name: string, shape: number[], values: number[]): Weight => ({
      name,
      shape,
      values,
      group: 'optimizer',
    });
    const m = [1, 2, 3, 4, 5, 6];
    const v = [6, 5, 4, 3, 2, 1];
    const model = await load(
      write(
        'state',
        [
          ...plain,
          slot('iter', [], [7]),
          slot('dense_1/kernel/m', [3, 2], m),
          slot('dense_1/bias/m', [2], [7, 8]),
          slot('dense_1/kernel/v', [3, 2], v),
          slot('dense_1/bias/v', [2], [9, 10]),
        ],
        { trainingConfig: training },
      ),
    );
    const { optimizer } = model;
    assert.equal(optimizer!.iterations.item(), 7);
    const named = (end: string): trae.Variable => optimizer!.variables.find((s) => s.name.endsWith(end))!;
    close(named('kernel_momentum'), m, 'm', 1e-7);
    close(named('bias_velocity'), [9, 10], 'v', 1e-7);
  });
});
