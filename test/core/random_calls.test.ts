/** Everything public called with random arguments: no error is JavaScript's own. `scripts/search_raw_errors.ts` does more of it. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as trae from '../../lib/index';
import { allTargets, randomCalls, resultOf } from '../helpers/random_calls';

describe('random arguments', () => {
  const home = process.cwd();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'random-calls-'));
  before(() => process.chdir(folder)); // what takes a text for a path writes there
  after(() => {
    process.chdir(home);
    fs.rmSync(folder, { recursive: true });
  });

  it('to functions, classes and methods are refused by errors of ours', async function () {
    this.timeout(300_000);
    const names = allTargets().map((t) => t.name);
    for (const name of [
      'trae.tidy',
      'new trae.keras.layers.Dense',
      'Tensor.reshape',
      'new keras.losses.MeanSquaredError().call',
    ])
      assert.ok(names.includes(name), name);
    const found: string[] = [];
    let refused = 0;
    let count = 0;
    for (const call of randomCalls(0, 2)) {
      const finding = await resultOf(call, () => refused++);
      count++;
      if (finding) found.push(`${finding.text}: ${finding.message} ${finding.where}`);
    }
    assert.deepEqual(found, []);
    assert.ok(refused > count / 4 && refused < count, `${refused} of ${count} are refused`);
  });
  it('null, symbols and bare records in place of options and first arguments', () => {
    const { keras } = trae as unknown as { keras: Record<string, Record<string, new (...args: unknown[]) => unknown>> };
    const make = (kind: string, name: string, ...args: unknown[]): (() => unknown) => {
      const Class = keras[kind][name];
      return () => new Class(...args);
    };
    const calls: (() => unknown)[] = [
      ...['F1Score', 'FBetaScore', 'R2Score', 'RootMeanSquaredError', 'Sum', 'Mean', 'BinaryIoU'].map((name) =>
        make('metrics', name, null),
      ),
      make('metrics', 'IoU', 2, [0], null),
      make('metrics', 'OneHotIoU', 2, [0], null),
      make('metrics', 'OneHotMeanIoU', 2, null),
      make('metrics', 'MeanMetricWrapper', Math.abs, null),
      make('losses', 'LossFunctionWrapper', Math.abs, null),
      ...[
        'ActivityRegularization',
        'AlphaDropout',
        'Dropout',
        'GaussianDropout',
        'GaussianNoise',
        'IntegerLookup',
        'SpatialDropout1D',
        'TextVectorization',
      ].map((name) => make('layers', name, null)),
      ...['GRUCell', 'LSTM'].map((name) => make('layers', name, 2, null)),
      ...['ConvLSTM1D', 'Embedding', 'MultiHeadAttention'].map((name) => make('layers', name, 2, 2, null)),
      make('layers', 'GroupQueryAttention', 2, 2, 2, null),
      make('layers', 'CategoryEncoding', Symbol('s')),
      make('layers', 'Cropping1D', [null]),
      make('layers', 'Dot', [Symbol('s')]),
      make('layers', 'RNN', Object.create(null)),
      make('callbacks', 'ModelCheckpoint', Symbol('s')),
      make('initializers', 'STFT', Symbol('s')),
      () => new trae.keras.Model(null as never),
      () => new trae.keras.KerasTensor([1], 'float32', null as never),
      () => new trae.Variable(1, null as never),
      () => trae.compile((x: trae.Tensor) => x, null as never),
      () => trae.jvp((x: trae.Tensor) => x, [1], [1], null as never),
      () => trae.keras.Input([Symbol('s')] as never),
      () => trae.keras.Input({ shape: 5 } as never),
      () => trae.keras.models.modelFromJSON('{}', null as never),
      ...(
        [
          'dice',
          'tversky',
          'huber',
          'circle',
          'cosineSimilarity',
          'binaryCrossentropy',
          'categoricalFocalCrossentropy',
        ] as const
      ).map((name) => () => trae.keras.losses[name]([[0, 1]], [[0, 1]], null as never)),
      () => trae.keras.metrics.binaryAccuracy([[1]], [[1]], null as never),
      () => trae.keras.metrics.pearsonCorrelation([[1]], [[1]], null as never),
      ...[Symbol('s'), Object.create(null), {}].flatMap((x) => [
        () => trae.keras.losses.reduceWeighted(trae.ones([2]), x as never, null, 'sum'),
        () => trae.keras.losses.reduceWeighted(trae.ones([2]), trae.ones([2]), x as never, 'sum'),
      ]),
      () => trae.keras.layers.dot([trae.ones([1, 2]), trae.ones([1, 2])], null as never),
      make('layers', 'RandomInvert', null),
      make('layers', 'Normalization', Symbol('s')),
      make('layers', 'Normalization', [Symbol('s')]),
      () => trae.keras.utils.boundingBoxes.clipToImageSize({ boxes: [[0, 0, 1, 1]] }, null as never),
      () => trae.keras.utils.boundingBoxes.clipToImageSize(null as never, { height: 1, width: 1 }),
      () => trae.keras.utils.boundingBoxes.crop([[0, 0, 1, 1]], 0, 0, 1, 1, null as never),
      () => trae.keras.utils.boundingBoxes.computeIou([[0, 0, 1, 1]], [[0, 0, 1, 1]], null as never),
      () => trae.keras.utils.boundingBoxes.computeIou([[0, 0, 1, 1]], [[0, 0, 1, 1]], 'xyxy', null as never),
      () => trae.keras.regularizers.l1L2(null as never),
      () => trae.keras.saving.deserializeKerasObject({}, null as never),
      () => trae.keras.saving.kerasObjectToJson({}, null as never),
      () => trae.keras.saving.getRegisteredObject(Object.create(null) as never),
      () => trae.keras.utils.toCategorical([1], Symbol('s') as never),
      () => new trae.keras.optimizers.schedules.CosineDecay(1, Symbol('s') as never),
      () => trae.keras.utils.boundingBoxes.convertFormat([[0, 0, 1, 1]], 'xyxy', 'xywh', null as never),
      () => trae.keras.utils.boundingBoxes.convertFormat([1], Object.create(null) as never, 'xyxy'),
    ];
    for (const call of calls)
      assert.throws(call, (error: Error) => {
        assert.ok(error instanceof trae.TraeError && error.name !== 'InternalError', `${String(call)}: ${error.stack}`);
        return true;
      });
  });
});
