/** keras.applications beside real Keras (golden/applications.json): counts, names, shapes, predictions, files of weights. */
import assert from 'node:assert/strict';
import * as crypto from 'node:crypto';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import * as trae from '../../lib/index';
import { efficientBody } from '../../lib/keras/applications/efficientnet_body';
import { VarianceScaling } from '../../lib/keras/initializers';
import { clearSession } from '../../lib/keras/serialization/naming';
import { close, golden, type Golden } from './helpers';

const { applications, layers, Input } = trae.keras;

type Options = Record<string, unknown>;
interface Described {
  model: string;
  params: number;
  trainable: number;
  layers: number;
  weights: number;
  first: string[];
  last: string[];
  output: string;
  layer_digest: string;
  weight_digest: string;
}
interface Row {
  name: string;
  top: Described;
  /** One of each family. */
  features?: Described & { pooling: 'avg' | 'max' };
  prediction?: { options: Options; params: number; y: Golden };
}
const rows = golden<Row[]>('applications.json');
type Builder = (options: Options) => Promise<trae.keras.Model>;
const builderOf = (name: string): Builder => (applications as unknown as Record<string, Builder>)[name];

const digest = (lines: string[]): string =>
  crypto.createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);
const shapeText = (shape: readonly (number | null)[]): string => shape.map((d) => d ?? '?').join(',');
/** The path without the number of weights that have no name. */
const weightName = (name: string): string => name.replace(/variable_\d+$/, 'variable');
function described(model: trae.keras.Model): Described {
  const list = model.layers;
  const names = list.map((layer) => layer.name);
  const outputOf = (layer: trae.keras.Layer): string => shapeText(layer.outputShape as (number | null)[]);
  const classOf = (layer: trae.keras.Layer): string =>
    (trae.keras.saving.serializeKerasObject(layer) as { class_name: string }).class_name;
  return {
    model: model.name,
    params: model.countParams(),
    trainable: model.trainableWeights.reduce((sum, w) => sum + w.shape.reduce((a, b) => a * b, 1), 0),
    layers: list.length,
    weights: model.weights.length,
    first: names.slice(0, 4),
    last: names.slice(-4),
    output: shapeText(model.outputShape as (number | null)[]),
    layer_digest: digest(list.map((layer) => `${classOf(layer)} ${layer.name} ${outputOf(layer)}`)),
    weight_digest: digest(model.weights.map((w) => `${weightName(w.path)} ${shapeText(w.shape)}`)),
  };
}

const SINES = Float64Array.from({ length: 1009 }, (_, i) => Math.sin(i));
/** Weight number i by the rule of golden_applications.py. */
function weight(i: number, shape: readonly number[], name: string): trae.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = new Float32Array(size);
  const isScale = name.endsWith('gamma') || name.endsWith('variance');
  const isDepthwise = shape[shape.length - 1] <= 2;
  const inputs = shape.slice(0, isDepthwise ? -2 : -1).reduce((a, b) => a * b, 1);
  const factor = isScale || shape.length < 2 ? 0.1 : Math.sqrt(2 / inputs);
  for (let k = 0, at = (13 * i) % 1009; k < size; k++, at = (at + 7) % 1009)
    values[k] = (isScale ? 1 : 0) + factor * SINES[at];
  return trae.tensor(values, shape);
}
const fill = (model: trae.keras.Model): void =>
  model.setWeights(model.weights.map((w, i) => (w.dtype === 'float32' ? weight(i, w.shape, w.path) : w.value)));
function images(shape: readonly number[]): trae.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return trae.tensor(
    Float32Array.from({ length: size }, (_, k) => 127.5 + 127.5 * SINES[(k * k + 3 * k) % 1009]),
    shape,
  );
}

describe('keras.applications beside Keras', function () {
  this.timeout(300_000);
  // First values do not matter to counts and names, and half a billion random numbers take their time.
  const { call } = VarianceScaling.prototype;
  before(() => {
    VarianceScaling.prototype.call = (shape, options = {}) => trae.zeros(shape, { dtype: options.dtype ?? 'float32' });
  });
  after(() => {
    VarianceScaling.prototype.call = call;
  });
  it('has a row for every architecture', () => {
    const ours = Object.keys(applications).filter((name) => /^[A-Z]/.test(name));
    assert.deepEqual(rows.map((row) => row.name).sort(), ours.sort());
  });
  for (const { name, top, features } of rows) {
    it(`${name}: counts, names and shapes`, async () => {
      clearSession();
      assert.deepEqual(described(await builderOf(name)({ weights: null })), top);
    });
    if (features)
      it(`${name}: without the classifier`, async () => {
        clearSession();
        const { pooling, ...want } = features;
        const options = { weights: null, includeTop: false, pooling, inputShape: [96, 80, 3] };
        assert.deepEqual(described(await builderOf(name)(options)), want);
      });
  }
  for (const { name, prediction } of rows.filter((row) => row.prediction))
    it(`${name}: predictions`, async () => {
      const { options, params, y } = prediction!;
      const camel = Object.fromEntries(
        Object.entries(options).map(([key, v]) => [key.replace(/_(\w)/g, (_, c: string) => c.toUpperCase()), v]),
      );
      const model = await builderOf(name)({ weights: null, classes: 5, classifierActivation: null, ...camel });
      assert.equal(model.countParams(), params);
      fill(model);
      const x = images([2, ...(options.input_shape as number[])]);
      close((await model.predict(x, { verbose: 0 })) as trae.Tensor, y, name, 2e-3, 1e-2);
    });
});

const folder = (): string => fs.mkdtempSync(path.join(os.tmpdir(), 'applications-'));
/** Where Node's fetch keeps what sends its requests. */
const DISPATCHER = Symbol.for('undici.globalDispatcher.1');
interface Dispatcher {
  dispatch(request: object, handler: object): boolean;
}
const SMALL = { alpha: 0.25, inputShape: [128, 128, 3], includeTop: false, weights: null } as const;

describe('keras.applications, weights', function () {
  this.timeout(300_000);
  for (const name of ['w.weights.h5', 'w.h5'])
    it(`loads ${name} by its path, and refuses that of another width`, async () => {
      const model = await applications.MobileNet(SMALL);
      const file = path.join(folder(), name);
      await model.saveWeights(file);
      const copy = await applications.MobileNet({ ...SMALL, weights: file });
      copy.weights.forEach((w, i) => assert.deepEqual(w.value.dataSync(), model.weights[i].value.dataSync(), w.path));
      await assert.rejects(applications.MobileNet({ ...SMALL, alpha: 0.5, weights: file }), /does not fit model/);
    });
  it('loads a file without the classifier into a model with one by name alone', async () => {
    const features = await applications.MobileNet(SMALL);
    const file = path.join(folder(), 'notop.h5');
    await features.saveWeights(file);
    const model = await applications.MobileNet({ ...SMALL, includeTop: true, classes: 5 });
    await assert.rejects(model.loadWeights(file), { name: 'ValueError' });
    await model.loadWeights(file, { byName: true });
    for (const layer of features.layers)
      layer.weights.forEach((w, i) =>
        assert.deepEqual(model.getLayer(layer.name).weights[i].dataSync(), w.dataSync(), w.path),
      );
  });
  /** A server on this machine in the place of Keras': requests go there, all else of a download is as ever. */
  async function served(answer: http.RequestListener, f: () => Promise<void>): Promise<void> {
    const server = http.createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await fetch('data:,'); // makes the dispatcher
    const global = globalThis as unknown as Record<symbol, Dispatcher>;
    const own = global[DISPATCHER];
    global[DISPATCHER] = { dispatch: (request, handler) => own.dispatch({ ...request, origin }, handler) };
    try {
      await f();
    } finally {
      global[DISPATCHER] = own;
      server.closeAllConnections();
      server.close();
    }
  }
  it('downloads Keras’ file once and keeps it', async () => {
    const dir = folder();
    const file = path.join(dir, 'served.h5');
    const asked: string[] = [];
    const model = await applications.MobileNet(SMALL);
    await model.saveWeights(file);
    const answer: http.RequestListener = (request, response) => {
      asked.push(request.url!);
      response.setHeader('content-length', fs.statSync(file).size);
      fs.createReadStream(file).pipe(response);
    };
    await served(answer, async () => {
      const options = { ...SMALL, weights: 'imagenet', cacheDir: dir, verbose: false } as const;
      for (let i = 0; i < 2; i++) {
        const loaded = await applications.MobileNet(options);
        loaded.weights.forEach((w, j) => assert.deepEqual(w.value.dataSync(), model.weights[j].value.dataSync()));
      }
    });
    assert.deepEqual(asked, ['/tensorflow/keras-applications/mobilenet/mobilenet_2_5_128_tf_no_top.h5']);
    assert.ok(fs.existsSync(path.join(dir, 'models', 'mobilenet_2_5_128_tf_no_top.h5')));
  });
  it('says what was asked for where the server has no such file, or ends in the middle of it', async () => {
    const dir = folder();
    const options = { ...SMALL, weights: 'imagenet', cacheDir: dir, verbose: false } as const;
    await served(
      (_, response) => response.writeHead(404).end(),
      () =>
        assert.rejects(applications.MobileNet(options), {
          name: 'FileError',
          message: /^keras\.applications: https:\/\/storage\.googleapis\.com\/.*_128_tf_no_top\.h5: HTTP 404/,
        }),
    );
    await served(
      (_, response) => {
        response.writeHead(200, { 'content-length': 1000 });
        response.write('half', () => response.destroy());
      },
      () => assert.rejects(applications.MobileNet(options), { name: 'FileError' }),
    );
    assert.equal(fs.existsSync(path.join(dir, 'models', 'mobilenet_2_5_128_tf_no_top.h5')), false);
  });
  it('refuses a file with another hash, and leaves none behind', async () => {
    const dir = folder();
    const options = { includeTop: false, inputShape: [224, 224, 3], cacheDir: dir, verbose: false };
    await served(
      (_, response) => response.end('no weights'),
      () =>
        assert.rejects(
          applications.MobileNetV3Small(options),
          (e: Error) => e.name === 'FileError' && /d3e8ec802a04aa4fc771ee12a9a9b836 expected/.test(e.message),
        ),
    );
    assert.deepEqual(fs.readdirSync(path.join(dir, 'models')), []);
  });
  it('has three channels behind the scales of the weights imagenet (EfficientNet’s stem)', () => {
    const input = Input([32, 32, 3]);
    const outputs = efficientBody(input, { width: 1, depth: 1 }, true);
    const model = new trae.keras.Model({ inputs: input, outputs });
    assert.equal(model.layers.filter((layer) => layer instanceof layers.Rescaling).length, 2);
    assert.deepEqual(model.getLayer('stem_conv').weights[0].shape, [3, 3, 3, 32]);
  });
});

describe('keras.applications, options', () => {
  const refused = (builder: Promise<unknown>, message: string): Promise<void> =>
    assert.rejects(builder, (e: Error) => {
      assert.equal(e.message, message);
      return true;
    });
  const { MobileNet, MobileNetV2, ResNet50, VGG16 } = applications;
  it('refuses what no model can be made of', async () => {
    await refused(
      ResNet50({ weights: '/no/such.h5' }),
      "ResNet50: weights must be 'imagenet', null or the path of a file that is there.\n  Received: '/no/such.h5'",
    );
    await refused(
      ResNet50({ classes: 10 }),
      "ResNet50: the classifier of the weights 'imagenet' has 1000 classes.\n  Received: classes 10\n  Fix: pass includeTop false and put a classifier of your own on it, or weights null.",
    );
    await refused(
      VGG16({ weights: null, includeTop: false, inputShape: [31, 40, 3] }),
      'VGG16: height and width must be at least 32.\n  Received: inputShape (31, 40, 3)',
    );
    await refused(
      VGG16({ weights: null, inputShape: [null, null, 3] }),
      'VGG16: with the classifier, all sizes of inputShape must be known.\n  Received: (None, None, 3)\n  Fix: pass includeTop false for images of any size.',
    );
    await refused(
      ResNet50({ includeTop: false, inputShape: [64, 64, 1] }),
      "ResNet50: the weights 'imagenet' are for images of 3 channels.\n  Received: inputShape (64, 64, 1)\n  Fix: repeat the grey channel three times, or pass weights null.",
    );
    await refused(
      ResNet50({ inputShape: [64, 64, 3] }),
      "ResNet50: with its classifier and the weights 'imagenet', inputShape must be (224, 224, 3).\n  Received: (64, 64, 3)\n  Fix: pass includeTop false for images of another size.",
    );
    await refused(
      ResNet50({ classifierActivation: 'relu' }),
      "ResNet50: with weights, classifierActivation must be 'softmax' or null.\n  Received: 'relu'",
    );
    await refused(
      ResNet50({ weights: null, pooling: 'mean' as 'avg' }),
      "ResNet50: pooling must be 'avg', 'max' or null.\n  Received: 'mean'",
    );
    await refused(
      MobileNet({ alpha: 0.3 }),
      "MobileNet: there are weights 'imagenet' for alpha 0.25, 0.5, 0.75, 1.\n  Received: alpha 0.3",
    );
    await refused(MobileNetV2({ weights: null, alpha: 0 }), 'MobileNetV2: alpha must be > 0.\n  Received: 0');
  });
  it('begins where an input tensor comes from', async () => {
    const input = Input([40, 40, 1]);
    const rgb = layers.concatenate([input, input, input]) as trae.keras.KerasTensor;
    const model = await MobileNetV2({
      weights: null,
      alpha: 0.35,
      includeTop: false,
      pooling: 'avg',
      inputTensor: rgb,
    });
    assert.deepEqual(
      model.inputs.map((t) => t.shape),
      [[null, 40, 40, 1]],
    );
    const y = (await model.predict(trae.zeros([2, 40, 40, 1]), { verbose: 0 })) as trae.Tensor;
    assert.deepEqual(y.shape, [2, 1280]);
  });
  it('takes grey images and any size without weights', async () => {
    const model = await MobileNet({ weights: null, alpha: 0.25, includeTop: false, inputShape: [null, null, 1] });
    assert.deepEqual(model.outputShape, [null, null, null, 256]);
    assert.deepEqual(model.weights[0].shape, [3, 3, 1, 8]);
  });
});

describe('keras.applications, images and classes', () => {
  const { imagenetUtils, vgg16, mobilenet, densenet, convnext } = applications;
  const pixels = trae.tensor([[[0, 127.5, 255]]]);
  it('prepares images as Keras does', () => {
    close(vgg16.preprocessInput(pixels), [255 - 103.939, 127.5 - 116.779, -123.68], 'caffe');
    close(mobilenet.preprocessInput(pixels), [-1, 0, 1], 'tf');
    const torch = [-0.485 / 0.229, (0.5 - 0.456) / 0.224, (1 - 0.406) / 0.225];
    close(densenet.preprocessInput(pixels), torch, 'torch');
    close(
      imagenetUtils.preprocessInput(pixels.transpose([2, 0, 1]), { mode: 'torch', dataFormat: 'channels_first' }),
      torch,
      'channels first',
    );
    assert.equal(convnext.preprocessInput(pixels), pixels);
    assert.equal(mobilenet.preprocessInput(trae.tensor([[[0, 1, 255]]], [1, 1, 3], 'uint8')).dtype, 'float32');
    assert.deepEqual(pixels.dataSync(), new Float32Array([0, 127.5, 255]));
  });
  it('prepares symbolic images', () => {
    const x = Input([4, 4, 3]);
    const model = new trae.keras.Model({ inputs: x, outputs: vgg16.preprocessInput(x) });
    close(model.apply(trae.ones([1, 4, 4, 3])) as trae.Tensor, vgg16.preprocessInput(trae.ones([1, 4, 4, 3])), 'model');
  });
  it('refuses images that it cannot prepare', () => {
    assert.throws(() => vgg16.preprocessInput(trae.zeros([2, 4, 4, 1])), {
      message:
        "preprocessInput: mode 'caffe' is for 3 channels (axis 3) but the images have 1.\n  Received: shape (2, 4, 4, 1)",
    });
    assert.throws(() => imagenetUtils.preprocessInput(pixels, { mode: 'pytorch' as 'torch' }), {
      message: "preprocessInput: mode must be 'caffe', 'tf' or 'torch'.\n  Received: 'pytorch'",
    });
  });
  it('names the likeliest classes', async () => {
    const file = path.join(folder(), 'classes.json');
    const names = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [i, [`n${i}`, `class_${i}`]]));
    fs.writeFileSync(file, JSON.stringify(names));
    const scores = new Float32Array(2000);
    scores[7] = 0.75;
    scores[3] = 0.25;
    scores[1999] = 1;
    const decoded = await imagenetUtils.decodePredictions(trae.tensor(scores, [2, 1000]), { top: 2, path: file });
    assert.deepEqual(decoded[0], [
      ['n7', 'class_7', 0.75],
      ['n3', 'class_3', 0.25],
    ]);
    assert.deepEqual(decoded[1][0], ['n999', 'class_999', 1]);
    await assert.rejects(imagenetUtils.decodePredictions(trae.zeros([2, 10])), {
      message: 'decodePredictions: predictions must have shape (images, 1000).\n  Received: (2, 10)',
    });
  });
});
