/** Options in the published declarations: what is right compiles, what is wrong does not, and the compiler says what was meant. */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import { Consumer, ROOT, runNode } from './consumer';

const HEAD = `import * as trae from 'trae-node';
const { callbacks, constraints, initializers, layers, losses, metrics, optimizers, regularizers, activations, models, utils, Input, Model, Sequential } = trae.keras;
declare const model: trae.keras.Model, x: trae.Tensor, text: string;
class Twice extends initializers.Initializer { override call(shape: trae.Shape) { return trae.ones([...shape]).multiply(2); } }
void [Twice, callbacks, constraints, losses, metrics, optimizers, regularizers, activations, models, utils, Input, Model, Sequential, text];
`;

// Names, instances, functions, classes, configs, and names that were registered.
const RIGHT = [
  "new layers.Dense(3, { activation: 'relu', kernelInitializer: 'he_normal', biasInitializer: 'zeros' });",
  "new layers.Dense(3, { activation: 'leakyRelu', kernelInitializer: 'GlorotUniform', kernelRegularizer: 'l1_l2', kernelConstraint: 'max_norm' });",
  'new layers.Dense(3, { activation: (t) => t.relu().multiply(2), kernelInitializer: (shape) => trae.zeros([...shape]) });',
  'new layers.Dense(3, { activation: activations.gelu, kernelInitializer: new Twice(), biasInitializer: 0.1, kernelRegularizer: regularizers.l2(0.01) });',
  'new layers.Dense(3, { activation: null, kernelRegularizer: (w) => w.abs().sum(), kernelConstraint: new constraints.MaxNorm(2), biasConstraint: (w) => w.relu() });',
  "new layers.Dense(3, { activation: 'my_package>wave', kernelInitializer: 'my_package>Twice' });",
  'new layers.Dense(3, { activation: activations.get(text), kernelInitializer: initializers.get(text) });',
  "new layers.Dense(3, { kernelInitializer: { class_name: 'RandomNormal', config: { stddev: 0.1 } } });",
  "new layers.Dense(3, { dtype: 'mixed_float16' }); new layers.Dense(3, { dtype: 'float64' }); new layers.Dense(3, { dtype: new trae.keras.DTypePolicy('mixed_bfloat16') });",
  "new layers.LSTM(4, { recurrentActivation: 'hard_sigmoid', recurrentInitializer: 'orthogonal' });",
  "new layers.Activation('softmax'); new layers.Activation((t) => t.tanh()); trae.keras.setDtypePolicy('mixed_bfloat16');",
  "new layers.Conv1D(4, 3, { padding: 'causal' }); new layers.Conv2D(4, 3, { padding: 'same', dataFormat: 'channels_first' });",
  "new layers.MaxPooling2D({ padding: 'same' }); new layers.UpSampling2D(2, { interpolation: 'bilinear' });",
  "new layers.RandomFlip('horizontal'); new layers.RandomRotation(0.1, { fillMode: 'wrap' });",
  "model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['accuracy', 'AUC', new metrics.F1Score()] });",
  'model.compile({ optimizer: new optimizers.Adam(1e-3), loss: (yTrue, yPred) => yTrue.subtract(yPred).square(), metrics: [(yTrue, yPred) => yTrue.subtract(yPred).abs()] });',
  "model.compile({ optimizer: 'rmsprop', loss: { score: 'mse', kind: 'sparse_categorical_crossentropy' }, metrics: { kind: ['accuracy'], score: 'mae' } });",
  "model.compile({ loss: ['mse', null, new losses.Huber()], metrics: [['mae'], ['accuracy', 'precision']], weightedMetrics: ['MAE'] });",
  "new callbacks.EarlyStopping({ monitor: 'val_auc', mode: 'max', patience: 3 });",
  "new callbacks.ModelCheckpoint('best.keras', { saveFreq: 'epoch', mode: 'min' });",
  "new losses.MeanSquaredError({ reduction: 'sum' }); new metrics.F1Score({ average: 'macro' }); new metrics.AUC({ curve: 'PR' });",
  "new initializers.VarianceScaling({ mode: 'fan_avg', distribution: 'uniform' });",
  "trae.pad(x, 1, { mode: 'reflect' }); trae.quantile(x, 0.5, { method: 'nearest' }); trae.searchsorted(x, x, { side: 'right' });",
  "trae.conv(x, x, { padding: 'same', dataFormat: 'channels_last' }); trae.zeros([2], { dtype: 'int32' });",
  'void model.fit(x, x, { epochs: 2, verbose: 0, callbacks: [new callbacks.TerminateOnNaN()], signal: AbortSignal.timeout(1000) });',
  "const name: trae.keras.ActivationName = 'softmax'; new layers.Dense(3, { activation: name });",
  'new optimizers.Adam({ learningRate: new optimizers.schedules.ExponentialDecay(0.1, 10, 0.9), clipnorm: 1 });',
];

// A line, and what the compiler says of it.
const WRONG: [string, RegExp][] = [
  ["new layers.Dense(3, { activation: 'reluu' });", /Did you mean '"relu"'\?/],
  ['new layers.Dense(3, { activation: text });', /'string' is not assignable to type 'ActivationIdentifier/],
  ['new layers.Dense(3, { activation: 3 });', /'number' is not assignable to type 'ActivationIdentifier/],
  ["new layers.Dense(3, { kernelInitializer: 'glorot_unifrom' });", /Did you mean '"glorot_uniform"'\?/],
  ["new layers.Dense(3, { kernelRegularizer: 'l3' });", /RegularizerIdentifier/],
  ["new layers.Dense(3, { kernelConstraint: 'maxnorm2' });", /ConstraintIdentifier/],
  ['new layers.Dense(3, { kernelRegularizer: 0.01 });', /'number' is not assignable to type 'RegularizerIdentifier/],
  ["new layers.Dense(3, { dtype: 'float31' });", /DTypeIdentifier/],
  ["new layers.Dense(3, { dtype: 'mixed_float32' });", /DTypeIdentifier/],
  ["new layers.Dense(3, { useBias: 'yes' });", /'string' is not assignable to type 'boolean/],
  ["new layers.Activation('reluu');", /'"reluu"' is not assignable to parameter of type 'ActivationIdentifier/],
  ["trae.keras.setDtypePolicy('mixed_float32');", /DTypePolicyName/],
  ["utils.boundingBoxes.convertFormat(x, 'xyxy', 'xyhw');", /'"xyhw"' is not assignable/],
  ["new layers.LSTM(4, { recurrentActivation: 'sigmoyd' });", /Did you mean '"sigmoid"'\?/],
  ["new layers.Conv2D(4, 3, { padding: 'causal' });", /'"causal"' is not assignable/],
  ["new layers.Conv2D(4, 3, { padding: 'sam' });", /Did you mean '"same"'\?/],
  ["new layers.Conv2D(4, 3, { dataFormat: 'NHWC' });", /'"NHWC"' is not assignable/],
  ["new layers.RandomFlip('sideways');", /'"sideways"' is not assignable/],
  ["new layers.RandomZoom(0.1, { interpolation: 'cubic' });", /is not assignable/],
  ["new layers.TextVectorization({ standardize: 'upper' });", /'"upper"' is not assignable/],
  ["new layers.Bidirectional(new layers.LSTM(2), { mergeMode: 'max' });", /'"max"' is not assignable/],
  ["model.compile({ optimizer: 'adamm' });", /Did you mean '"adam"'\?/],
  ['model.compile({ optimizer: 0.1 });', /OptimizerIdentifier/],
  ["model.compile({ loss: 'categorical_crossentrpy' });", /Did you mean '"categorical_crossentropy"'\?/],
  ["model.compile({ loss: { score: 'msee' } });", /'"msee"' is not assignable/],
  ["model.compile({ metrics: ['acuracy'] });", /Did you mean '"accuracy"'\?/],
  ["model.compile({ metrics: ['MeanIoU'] });", /'"MeanIoU"' is not assignable/],
  ["model.compile({ metrics: 'accuracy' });", /MetricsOption/],
  ["model.compile({ optimiser: 'adam' });", /'optimiser' does not exist/],
  ["new callbacks.EarlyStopping({ mode: 'maximum' });", /'"maximum"' is not assignable/],
  ["new callbacks.ModelCheckpoint('best.keras', { saveFreq: 'batch' });", /'"batch"' is not assignable/],
  ["new losses.MeanSquaredError({ reduction: 'avg' });", /'"avg"' is not assignable/],
  ["new metrics.F1Score({ average: 'mean' });", /'"mean"' is not assignable/],
  ["new initializers.VarianceScaling({ mode: 'fan_on' });", /Did you mean '"fan_in"'\?/],
  ["new regularizers.OrthogonalRegularizer({ mode: 'row' });", /Did you mean '"rows"'\?/],
  ['new optimizers.Adam({ learnRate: 0.1 });', /'learnRate' does not exist/],
  ["trae.pad(x, 1, { mode: 'wrap' });", /'"wrap"' is not assignable/],
  ["trae.searchsorted(x, x, { side: 'middle' });", /'"middle"' is not assignable/],
  ["trae.quantile(x, 0.5, { method: 'hazen' });", /'"hazen"' is not assignable/],
  ["trae.zeros([2], { dtype: 'float31' });", /is not assignable/],
  ["trae.ops.image.resize(x, [2, 2], { interpolation: 'linear' });", /is not assignable/],
  ['void model.fit(x, x, { verbose: 3 });', /'3' is not assignable/],
  ['void model.fit(x, x, { epoch: 3 });', /'epoch' does not exist/],
];

describe('types of options', () => {
  const consumer = new Consumer({
    'package.json': '{}',
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        noEmit: true,
        strict: true,
        skipLibCheck: false,
        module: 'node16',
        target: 'es2022',
        lib: ['es2023', 'esnext.disposable'],
        types: ['node'],
        typeRoots: [path.join(ROOT, 'node_modules', '@types')],
      },
      files: ['right.mts', 'wrong.mts'],
    }),
    'right.mts': HEAD + RIGHT.map((line) => `{ ${line} }`).join('\n'),
    'wrong.mts': HEAD + WRONG.map(([line]) => `{ ${line} }`).join('\n'),
  });
  after(() => consumer.remove());
  const first = HEAD.split('\n').length;
  let messages: Map<string, string[]>;
  let output: string;

  before(async function () {
    this.timeout(600_000);
    ({ stdout: output } = await runNode([path.join(ROOT, 'node_modules', 'typescript', 'lib', 'tsc.js'), '-p', '.'], {
      cwd: consumer.folder,
    }));
    messages = new Map();
    for (const [, file, line, message] of output.matchAll(/^(\S+)\((\d+),\d+\): error (.*(?:\n .*)*)/gm))
      messages.set(`${file}:${line}`, [...(messages.get(`${file}:${line}`) ?? []), message]);
  });

  it('accept what is right, with the declarations themselves checked', () => {
    assert.deepEqual(
      [...messages].filter(([place]) => !place.startsWith('wrong.mts:')),
      [],
    );
    assert.deepEqual(
      output.split('\n').filter((l) => l.includes('error') && !/^(wrong\.mts\(| )/.test(l)), // a space: more of the same
      [],
    );
  });

  WRONG.forEach(([line, says], i) =>
    it(`refuse ${line}`, () => {
      const said = messages.get(`wrong.mts:${first + i}`);
      assert.ok(said, 'it compiled');
      assert.match(said.join('\n'), says);
    }),
  );
});
