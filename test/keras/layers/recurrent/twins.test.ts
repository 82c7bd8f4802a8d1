/** The primitives for whole sequences against the loop over steps: outputs, states and gradients; and when each is used. */
import assert from 'node:assert/strict';
import * as trae from '../../../../lib/index';
import { close, objective, throwsText, wave } from '../../helpers';

const { layers } = trae.keras;
type Options = ConstructorParameters<typeof layers.LSTM>[1] & { resetAfter?: boolean };
type Make = (options: Options) => InstanceType<typeof layers.RNN>;
const kinds: [string, Make, number][] = [
  ['LSTM', (o) => new layers.LSTM(5, o), 2],
  ['GRU', (o) => new layers.GRU(5, o), 1],
  ['GRU, reset before', (o) => new layers.GRU(5, { ...o, resetAfter: false }), 1],
];
const variants: [string, Options][] = [
  ['last output', {}],
  ['sequences', { returnSequences: true }],
  ['states', { returnSequences: true, returnState: true }],
  ['backwards', { returnSequences: true, returnState: true, goBackwards: true }],
  ['no bias', { useBias: false, returnState: true }],
  ['float64', { returnSequences: true, returnState: true, dtype: 'float64' }],
];
const flat = (y: unknown): trae.Tensor[] => (Array.isArray(y) ? (y as trae.Tensor[]) : [y as trae.Tensor]);
// Of a batch of 4: padding behind, before, holes, a row of nothing but padding in each.
const masks: [string, number[][]][] = [
  [
    'padded behind',
    [
      [1, 1, 1, 0, 0],
      [1, 1, 1, 1, 1],
      [1, 0, 0, 0, 0],
      [0, 0, 0, 0, 0],
    ],
  ],
  [
    'padded before',
    [
      [0, 0, 1, 1, 1],
      [1, 1, 1, 1, 1],
      [0, 0, 0, 0, 1],
      [0, 0, 0, 0, 0],
    ],
  ],
  [
    'with holes',
    [
      [1, 0, 1, 0, 1],
      [0, 1, 0, 0, 1],
      [1, 1, 0, 1, 0],
      [0, 0, 0, 0, 0],
    ],
  ],
  [
    'all masked',
    [
      [0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0],
    ],
  ],
];
/** Names of the steps of a plan. */
const explained = (layer: trae.keras.Layer, x: trae.Tensor, options: trae.CallOptions = {}): string =>
  trae
    .compile((t: trae.Tensor) => layer.apply(t, options) as trae.Tensor)
    .planFor(x)
    .explain();
const isNative = (text: string): boolean => /^\s*\d+\s+(lstm|gru)\b/m.test(text);

describe('primitives for whole sequences and the loop', () => {
  for (const [name, make, count] of kinds)
    for (const [variant, options] of variants)
      for (const withStates of [false, true])
        it(`${name}: ${variant}${withStates ? ' from given states' : ''}`, () => {
          const dtype = (options.dtype ?? 'float32') as trae.DType;
          const x = wave(4, 7, 3).cast(dtype);
          const initial = withStates
            ? Array.from({ length: count }, (_, i) =>
                wave(4, 5)
                  .multiply(0.5 + i)
                  .cast(dtype),
              )
            : null;
          const [native, loop] = (['auto', false] as const).map((useCudnn) => make({ ...options, useCudnn }));
          for (const layer of [native, loop]) layer.build(x.shape);
          loop.setWeights(native.getWeights());
          const results = [native, loop].map((layer) => {
            let ys: trae.Tensor[] = [];
            const loss = (t: trae.Tensor, ...states: trae.Tensor[]): trae.Tensor => {
              ys = flat(layer.apply(t, states.length ? { initialState: states } : {}));
              return ys.map((y) => objective(y.cast('float32'))).reduce((a, b) => a.add(b));
            };
            const { grads } = trae.valueAndGrad(loss)(x, ...(initial ?? []));
            const dw = trae.variableGrads(() => loss(x, ...(initial ?? [])), layer.trainableWeights).grads;
            return [...ys, ...grads, ...dw];
          });
          results[0].forEach((t, i) => close(t, results[1][i], `result ${i}`, 1e-4));
          assert.ok(isNative(explained(native, x)), 'the primitive is used');
          assert.ok(!isNative(explained(loop, x)), 'the loop is used');
        });
  for (const [name, make, count] of kinds)
    for (const [kind, rows] of masks)
      it(`${name}: masks, ${kind}`, () => {
        const x = wave(4, 5, 3).cast('float64');
        const mask = trae.tensor(rows, null, 'bool');
        const initial = Array.from({ length: count }, (_, i) => wave(4, 5).add(i).cast('float64'));
        for (const returnSequences of [false, true])
          for (const goBackwards of [false, true])
            for (const zeroOutputForMask of [false, true])
              for (const withStates of [false, true])
                for (const dtype of ['float64', 'float32', 'bfloat16', 'float16'] as const) {
                  const where = JSON.stringify({ returnSequences, goBackwards, zeroOutputForMask, withStates, dtype });
                  const [native, loop] = (['auto', false] as const).map((useCudnn) =>
                    make({
                      returnSequences,
                      returnState: true,
                      goBackwards,
                      zeroOutputForMask,
                      useCudnn,
                      dtype: useCudnn ? dtype : 'float64',
                    }),
                  );
                  for (const layer of [native, loop]) layer.build(x.shape);
                  native.setWeights(native.getWeights().map((w) => w.cast('bfloat16').cast(dtype))); // exact in all dtypes
                  loop.setWeights(native.getWeights().map((w) => w.cast('float64')));
                  const input = x.cast('bfloat16'); // exact in all dtypes
                  const states = initial.map((s) => s.cast('bfloat16'));
                  const [a, b] = [native, loop].map((layer) => {
                    const d = layer.computeDtype;
                    let ys: trae.Tensor[] = [];
                    const loss = (t: trae.Tensor, ...s: trae.Tensor[]): trae.Tensor => {
                      ys = flat(layer.apply(t, { mask, ...(withStates ? { initialState: s } : {}) }));
                      return ys.map((y) => objective(y.cast('float32'))).reduce((p, q) => p.add(q));
                    };
                    const leaves = [input.cast(d), ...states.map((s) => s.cast(d))];
                    const { grads } = trae.valueAndGrad(loss)(...(leaves as [trae.Tensor, ...trae.Tensor[]]));
                    const dw = trae.variableGrads(
                      () => loss(...(leaves as [trae.Tensor, ...trae.Tensor[]])),
                      layer.trainableWeights,
                    ).grads;
                    return [...ys, ...(withStates ? grads : [grads[0]]), ...dw].map((t) => t.cast('float64'));
                  });
                  const tolerance = { float64: 2e-6, float32: 2e-5, float16: 2e-2, bfloat16: 1e-1 }[dtype];
                  a.forEach((t, i) => {
                    const scale = Math.max(1, b[i].size ? b[i].abs().max().item() : 0);
                    const off = b[i].size ? t.subtract(b[i]).abs().max().item() : 0;
                    assert.ok(off <= tolerance * scale, `${where}, result ${i}: off by ${off} of ${scale}`);
                  });
                }
        assert.ok(isNative(explained(make({}), wave(4, 5, 3), { mask })), 'the primitive is used');
      });
  it('masks through stateful layers, Bidirectional and stacks', async () => {
    const x = wave(4, 5, 3);
    const mask = trae.tensor(masks[2][1], null, 'bool');
    for (const make of [(o: Options) => new layers.LSTM(4, o), (o: Options) => new layers.GRU(4, o)]) {
      const twins: [string, (useCudnn: 'auto' | boolean) => trae.keras.Layer][] = [
        ['stateful', (useCudnn) => make({ stateful: true, returnSequences: true, useCudnn })],
        ['Bidirectional', (useCudnn) => new layers.Bidirectional(make({ returnSequences: true, useCudnn }))],
        [
          'Bidirectional, last',
          (useCudnn) => new layers.Bidirectional(make({ returnState: true, useCudnn }), { mergeMode: 'sum' }),
        ],
      ];
      for (const [name, twin] of twins) {
        const [native, loop] = [twin('auto'), twin(false)];
        for (const layer of [native, loop]) layer.build([4, 5, 3]);
        loop.setWeights(native.getWeights());
        for (let batch = 0; batch < 3; batch++) {
          const [a, b] = [native, loop].map((layer) => flat(layer.apply(x, { mask })));
          a.forEach((t, i) => close(t, b[i], `${name}, batch ${batch}, result ${i}`, 1e-5));
        }
      }
      // A stack, its mask from an Embedding, trained by plans.
      const ids = trae.tensor([
        [1, 2, 3, 0, 0],
        [0, 0, 4, 1, 2],
        [3, 0, 1, 0, 2],
        [0, 0, 0, 0, 0],
      ]);
      const [native, loop] = (['auto', false] as const).map((useCudnn) => {
        const model = new trae.keras.Sequential([
          layers.Input([5]),
          new layers.Embedding(5, 3, { maskZero: true }),
          make({ returnSequences: true, useCudnn }),
          new layers.Bidirectional(make({ useCudnn })),
          new layers.Dense(1),
        ]);
        model.compile({ optimizer: 'sgd', loss: 'mse' });
        return model;
      });
      loop.setWeights(native.getWeights());
      const [a, b] = [
        await native.fit(ids, wave(4, 1), { epochs: 5, verbose: 0 }),
        await loop.fit(ids, wave(4, 1), { epochs: 5, verbose: 0 }),
      ];
      close(a.history.loss, b.history.loss, 'losses', 1e-5);
      native.getWeights().forEach((w, i) => close(w, loop.getWeights()[i], `weight ${i}`, 1e-4));
    }
  });
  it('mixed precision: bfloat16 states and outputs, float32 weights', () => {
    const layer = new layers.LSTM(4, { dtype: 'mixed_bfloat16', returnState: true });
    const plain = new layers.LSTM(4, { returnState: true });
    const ys = flat(layer.apply(wave(2, 5, 3)));
    plain.build([2, 5, 3]);
    plain.setWeights(layer.getWeights());
    assert.deepEqual(
      ys.map((y) => y.dtype),
      ['bfloat16', 'bfloat16', 'bfloat16'],
    );
    assert.equal(layer.cell.dtype, 'float32');
    // bfloat16 has 8 bits; outputs lie between -1 and 1.
    flat(plain.apply(wave(2, 5, 3))).forEach((y, i) =>
      assert.ok(Number(y.subtract(ys[i].cast('float32')).abs().max().item()) < 0.01, `output ${i}`),
    );
  });
  it('the loop takes over for other activations, recurrent dropout and unroll', () => {
    const x = wave(2, 4, 3);
    const mask = trae.ones([2, 4], { dtype: 'bool' });
    for (const make of [(o: Options) => new layers.LSTM(3, o), (o: Options) => new layers.GRU(3, o)]) {
      assert.ok(isNative(explained(make({}), x)));
      assert.ok(isNative(explained(make({}), x, { mask })));
      assert.ok(isNative(explained(make({ zeroOutputForMask: true }), x, { mask })));
      assert.ok(!isNative(explained(make({ activation: 'relu' }), x)));
      assert.ok(!isNative(explained(make({ recurrentActivation: 'hard_sigmoid' }), x)));
      assert.ok(!isNative(explained(make({ unroll: true }), x)));
      assert.ok(!isNative(explained(make({ recurrentDropout: 0.5 }), x, { training: true })));
      assert.ok(isNative(explained(make({ recurrentDropout: 0.5 }), x, { training: false })));
      assert.ok(isNative(explained(make({ dropout: 0.5 }), x, { training: true })));
    }
  });
  it('useCudnn: true demands the primitive', async () => {
    assert.deepEqual([...(new layers.LSTM(3, { useCudnn: true }).apply(wave(2, 4, 3)) as trae.Tensor).shape], [2, 3]);
    const text = (layer: string): string =>
      `useCudnn: true asks for the primitive for whole sequences, which these options exclude.\n  Fix: useCudnn: 'auto' lets the layer choose.\n  In layer '${layer}'`;
    await throwsText(
      () => new layers.LSTM(3, { useCudnn: true, activation: 'relu', name: 'a' }).apply(wave(2, 4, 3)),
      'ValueError',
      `${text('a')} (LSTM).`,
    );
    await throwsText(
      () => new layers.GRU(3, { useCudnn: true, unroll: true, name: 'b' }).apply(wave(2, 4, 3)),
      'ValueError',
      `${text('b')} (GRU).`,
    );
    await throwsText(
      () => new layers.LSTM(3, { useCudnn: 'yes' as never }),
      'ValueError',
      "LSTM: useCudnn must be 'auto', true or false.\n  Received: 'yes'",
    );
  });
});
