/** Masks of merging, recurrent and wrapped layers: as Keras 3 computes them, and as Keras 2 did in layers of its files (golden/masks.json). */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { maskOf, setMask } from '../../../lib/keras/masks';
import { withOrigin, type Origin } from '../../../lib/keras/serialization/origin';
import { golden } from '../helpers';

type Mask = number[][] | null;
interface Row {
  layer: string;
  options: { axis?: number; axes?: number };
  masks: Mask[];
  mask: Mask;
  keras2: Mask;
  /** Of layers whose values depend on masks. */
  values?: number[][][];
}
type AnyLayer = InstanceType<typeof trae.keras.layers.Layer>;
const rows = golden<Row[]>('masks.json');
const { deserializeKerasObject, serializeKerasObject } = trae.keras.saving;
const make = (className: string, config: object, origin: Origin | null = null): AnyLayer => {
  const entry = { module: 'keras.layers', class_name: className, config, registered_name: null };
  return deserializeKerasObject(withOrigin(entry, origin)) as AnyLayer;
};
const ofKeras2 = (className: string, config: object): AnyLayer =>
  make(className, structuredClone(config), { version: '2.15.0', backend: 'tensorflow' });
const listOf = (x: unknown): unknown => maskOf(x)?.cast('int32').arraySync() ?? null;
const inputs = (masks: Mask[]): trae.Tensor[] =>
  masks.map((mask, i) => {
    const x = trae.add(trae.multiply(trae.reshape(trae.arange(12, { dtype: 'float32' }), [2, 3, 2]), 1 - 2 * i), i);
    setMask(x, mask && trae.tensor(mask).cast('bool'));
    return x;
  });

describe('masks of merging layers', () => {
  for (const name of new Set(rows.map((r) => `${r.layer} ${JSON.stringify(r.options)}`))) {
    const own = rows.filter((r) => `${r.layer} ${JSON.stringify(r.options)}` === name);
    it(`${name}: masked and unmasked inputs, as Keras 3`, () => {
      for (const { layer, options, masks, mask, values } of own) {
        const y = make(layer, options).apply(inputs(masks)) as trae.Tensor;
        assert.deepEqual(listOf(y), mask, JSON.stringify(masks));
        if (values) assert.deepEqual(y.arraySync(), values, JSON.stringify(masks));
      }
    });
    it(`${name}: of a file of Keras 2, as Keras 2, and so after it was written again`, () => {
      for (const { layer, options, masks, keras2 } of own) {
        const old = ofKeras2(layer, options);
        for (const l of [old, deserializeKerasObject(serializeKerasObject(old)) as AnyLayer]) {
          const y = l.apply(inputs(masks)) as trae.Tensor;
          const unmasked = make(layer, options).apply(inputs(masks.map(() => null))) as trae.Tensor;
          assert.deepEqual(listOf(y), keras2, JSON.stringify(masks));
          assert.deepEqual(y.arraySync(), unmasked.arraySync(), 'masks change no values');
        }
      }
    });
  }
});

describe('masks of files of Keras 2', () => {
  const ids = trae.tensor([
    [
      [1, 2, 0],
      [0, 0, 0],
    ],
  ]);
  const wrapped = { layer: { class_name: 'Embedding', config: { input_dim: 4, output_dim: 2, mask_zero: true } } };
  it('TimeDistributed(Embedding) lets the mask of the embedding through; in Keras 3 it has none', () => {
    assert.deepEqual(listOf(ofKeras2('TimeDistributed', wrapped).apply(ids)), [
      [
        [1, 1, 0],
        [0, 0, 0],
      ],
    ]);
    assert.equal(listOf(make('TimeDistributed', wrapped).apply(ids)), null);
  });
  it('TimeDistributed(LSTM) reduces a mask to steps', () => {
    const x = trae.ones([1, 2, 3, 4]);
    setMask(
      x,
      trae.tensor([
        [
          [true, true, false],
          [false, false, false],
        ],
      ]),
    );
    assert.deepEqual(
      listOf(ofKeras2('TimeDistributed', { layer: { class_name: 'LSTM', config: { units: 2 } } }).apply(x)),
      [[1, 0]],
    );
  });
  it('Rescaling, Normalization and Identity drop masks; in Keras 3 they pass them on', () => {
    for (const [name, config] of [
      ['Rescaling', { scale: 2 }],
      ['Normalization', { mean: 0, variance: 1 }],
      ['Identity', {}],
    ] as const) {
      const x = (): trae.Tensor => inputs([[[1, 1, 0], [1, 0, 0]]])[0]; // prettier-ignore
      assert.equal(listOf(ofKeras2(name, config).apply(name === 'Identity' ? trae.add(x(), 0) : x())), null, name);
      assert.deepEqual(listOf(make(name, config).apply(x())), [[1, 1, 0], [1, 0, 0]], name); // prettier-ignore
    }
  });
});

describe('masks beside initial states', () => {
  const mask = [[1, 1, 0], [0, 0, 1]]; // prettier-ignore
  const x = (isMasked: boolean): trae.Tensor => inputs([isMasked ? mask : null])[0];
  const config = (name: string): [string, object] =>
    name === 'Bidirectional'
      ? [
          name,
          {
            layer: {
              module: 'keras.layers',
              class_name: 'LSTM',
              config: { units: 2, return_sequences: true },
              registered_name: null,
            },
          },
        ]
      : name === 'RNN'
        ? [
            name,
            {
              cell: { module: 'keras.layers', class_name: 'LSTMCell', config: { units: 2 }, registered_name: null },
              return_sequences: true,
            },
          ]
        : [name, { units: 2, return_sequences: true, ...(name === 'GRU' ? { reset_after: true } : {}) }];
  for (const [name, states] of [
    ['LSTM', 2],
    ['GRU', 1],
    ['SimpleRNN', 1],
    ['RNN', 2],
    ['Bidirectional', 4],
  ] as const)
    // prettier-ignore
    it(`${name}: Keras 3 computes as without a mask unless one is given, and passes it on; Keras 2 uses it`, () => {
      const layer = make(...config(name));
        const initialState = Array.from({ length: states }, (_, i) => trae.add(trae.zeros([2, 2]), 0.1 * (i + 1)));
      const values = (l: AnyLayer, t: trae.Tensor, options: object = {}): unknown => (l.apply(t, { initialState, ...options }) as trae.Tensor).arraySync();
      const unmasked = values(layer, x(false));
        const masked = values(layer, x(false), { mask: trae.tensor(mask).cast('bool') });
      assert.notDeepEqual(masked, unmasked);
      assert.deepEqual(values(layer, x(true)), unmasked);
      assert.deepEqual(listOf(layer.apply(x(true), { initialState })), mask);
      const old = ofKeras2(...config(name));
      old.build([2, 3, 2]);
      old.setWeights(layer.getWeights());
      assert.deepEqual(values(old, x(true)), masked);
    });
});

describe('masks of models in models', () => {
  it('a model passes the masks of its last layers on, and no others', () => {
    const { Input, Model, layers } = trae.keras;
    const a = Input([3], { dtype: 'int32' });
    const embedded = new Model({
      inputs: a,
      outputs: new layers.Embedding(5, 2, { maskZero: true }).apply(a) as trae.KerasTensor,
    });
    assert.deepEqual(listOf(embedded.apply(trae.tensor([[1, 0, 2]]))), [[1, 0, 1]]);
    const b = Input([3, 2]);
    const flat = new Model({ inputs: b, outputs: new layers.Reshape([3, 2]).apply(b) as trae.KerasTensor });
    const x = trae.ones([1, 3, 2]);
    setMask(x, trae.tensor([[true, false, true]]));
    assert.equal(listOf(flat.apply(x)), null);
  });
});
