/** GaussianNoise, GaussianDropout, AlphaDropout: what is random about them, so without golden values. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { throwsText } from '../helpers';

const { layers } = trae.keras;
const values = (t: unknown): number[] => Array.from((t as trae.Tensor).dataSync() as Float32Array);
const mean = (v: number[]): number => v.reduce((a, b) => a + b, 0) / v.length;
const deviation = (v: number[]): number => Math.sqrt(mean(v.map((x) => (x - mean(v)) ** 2)));
const near = (got: number, want: number, within: number, what: string): void =>
  assert.ok(Math.abs(got - want) <= within, `${what}: ${got} instead of ${want}`);

describe('noise layers', () => {
  const x = trae.ones([200, 100]).multiply(2);
  it('GaussianNoise adds noise of its standard deviation', () => {
    const y = values(new layers.GaussianNoise(0.3, { seed: 1 }).apply(x, { training: true }));
    near(mean(y), 2, 0.01, 'mean');
    near(deviation(y), 0.3, 0.01, 'deviation');
  });
  it('GaussianDropout multiplies by noise of variance rate / (1 - rate)', () => {
    const y = values(new layers.GaussianDropout(0.2, { seed: 1 }).apply(x, { training: true }));
    near(mean(y), 2, 0.03, 'mean');
    near(deviation(y), 2 * Math.sqrt(0.2 / 0.8), 0.03, 'deviation');
  });
  it('AlphaDropout keeps mean and variance of standard normal inputs, and sets a share to one value', () => {
    const normal = trae.random.normal([200, 100], { seed: 4 });
    const y = values(new layers.AlphaDropout(0.3, { seed: 1 }).apply(normal, { training: true }));
    near(mean(y), 0, 0.03, 'mean');
    near(deviation(y), 1, 0.03, 'deviation');
    const counts = new Map<number, number>();
    for (const v of y) counts.set(v, (counts.get(v) ?? 0) + 1);
    near(Math.max(...counts.values()) / y.length, 0.3, 0.02, 'share');
  });
  it('AlphaDropout with a noise shape: rows share their fate', () => {
    const y = values(new layers.AlphaDropout(0.5, { noiseShape: [null, 1], seed: 1 }).apply(x, { training: true }));
    for (let row = 0; row < 200; row++) assert.equal(new Set(y.slice(row * 100, row * 100 + 100)).size, 1);
    assert.equal(new Set(y).size, 2);
  });
  it('do nothing when not training; draw anew each time, also compiled; the same seed gives the same draws', () => {
    for (const make of [
      () => new layers.GaussianNoise(0.3, { seed: 2 }),
      () => new layers.GaussianDropout(0.3, { seed: 2 }),
      () => new layers.AlphaDropout(0.3, { seed: 2 }),
    ]) {
      const layer = make();
      const other = make();
      assert.deepEqual(values(layer.apply(x)), values(x));
      const compiled = trae.compile((t: trae.Tensor) => other.apply(t, { training: true }) as trae.Tensor);
      const [a, b, c, d] = [
        layer.apply(x, { training: true }),
        layer.apply(x, { training: true }),
        compiled(x),
        compiled(x),
      ].map(values);
      assert.notDeepEqual(a, b);
      assert.deepEqual(a, c);
      assert.deepEqual(b, d);
    }
  });
  it('keep the dtype of half-precision policies', () => {
    for (const layer of [
      new layers.GaussianNoise(0.1, { dtype: 'mixed_bfloat16' }),
      new layers.AlphaDropout(0.1, { dtype: 'mixed_bfloat16' }),
    ])
      assert.equal((layer.apply(x, { training: true }) as trae.Tensor).dtype, 'bfloat16');
  });
  it('errors', async () => {
    await throwsText(
      () => new layers.GaussianNoise(1.5),
      'ValueError',
      'GaussianNoise: stddev must lie between 0 and 1.\n  Received: 1.5',
    );
    await throwsText(
      () => new layers.GaussianDropout(-0.5),
      'ValueError',
      'GaussianDropout: rate must lie between 0 and 1.\n  Received: -0.5',
    );
    await throwsText(
      () => new layers.AlphaDropout(NaN),
      'ValueError',
      'AlphaDropout: rate must be a number.\n  Received: NaN',
    );
  });
});
