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
          const dtype = (options.dtype ?? 'float32') as trae.DType,
            x = wave(4, 7, 3).cast(dtype),
            initial = withStates
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
            const { grads } = trae.valueAndGrad(loss)(x, ...(initial ?? [])),
              dw = trae.variableGrads(() => loss(x, ...(initial ?? [])), layer.trainableWeights).grads;
            return [...ys, ...grads, ...dw];
          });
          results[0].forEach((t, i) => close(t, results[1][i], `result ${i}`, 1e-4));
          assert.ok(isNative(explained(native, x)), 'the primitive is used');
          assert.ok(!isNative(explained(loop, x)), 'the loop is used');
        });
  it('mixed precision: bfloat16 states and outputs, float32 weights', () => {
    const layer = new layers.LSTM(4, { dtype: 'mixed_bfloat16', returnState: true }),
      plain = new layers.LSTM(4, { returnState: true });
    const ys = flat(layer.apply(wave(2, 5, 3)));
    plain.build([2, 5, 3]);
    plain.setWeights(layer.getWeights());
    assert.deepEqual(
      ys.map((y) => y.dtype),
      ['bfloat16', 'bfloat16', 'bfloat16'],
    );
    assert.equal(layer.cell.dtype, 'float32');
    // bfloat16 has 8 bits; outputs lie between -1 and 1.
    flat(plain.apply(wave(2, 5, 3))).forEach((y, i) => assert.ok(Number(y.subtract(ys[i].cast('float32')).abs().max().item()) < 0.01, `output ${i}`));
  });
  it('the loop takes over for masks, other activations, recurrent dropout and unroll', () => {
    const x = wave(2, 4, 3),
      mask = trae.ones([2, 4], { dtype: 'bool' });
    for (const make of [(o: Options) => new layers.LSTM(3, o), (o: Options) => new layers.GRU(3, o)]) {
      assert.ok(isNative(explained(make({}), x)));
      assert.ok(!isNative(explained(make({}), x, { mask })));
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
    await throwsText(() => new layers.LSTM(3, { useCudnn: true, activation: 'relu', name: 'a' }).apply(wave(2, 4, 3)), 'ValueError', `${text('a')} (LSTM).`);
    await throwsText(() => new layers.GRU(3, { useCudnn: true, unroll: true, name: 'b' }).apply(wave(2, 4, 3)), 'ValueError', `${text('b')} (GRU).`);
    await throwsText(() => new layers.LSTM(3, { useCudnn: 'yes' as never }), 'ValueError', "LSTM: useCudnn must be 'auto', true or false.\n  Received: yes");
  });
});
