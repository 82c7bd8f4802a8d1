/** Dropout: what is random about it, so without golden values. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { close } from '../helpers';

const { layers } = trae.keras;
const values = (t: unknown): number[] => Array.from((t as trae.Tensor).dataSync() as Float32Array);

describe('Dropout', () => {
  const x = trae.ones([200, 100]);
  it('drops the share it is told and scales the others, in training only', () => {
    for (const rate of [0.2, 0.5, 0.9]) {
      const y = values(new layers.Dropout(rate, { seed: 3 }).apply(x, { training: true }));
      const dropped = y.filter((v) => v === 0).length / y.length;
      assert.ok(Math.abs(dropped - rate) < 0.02, `${dropped} instead of ${rate}`);
      close(y.filter((v) => v !== 0).slice(0, 100), Array<number>(100).fill(1 / (1 - rate)), 'scaled', 1e-5);
    }
    assert.deepEqual(values(new layers.Dropout(0.5).apply(x)), values(x));
    assert.deepEqual(values(new layers.Dropout(0).apply(x, { training: true })), values(x));
    assert.ok(values(new layers.Dropout(1).apply(x, { training: true })).every((v) => v === 0));
  });
  it('draws anew at each call, also compiled; the same seed gives the same draws', () => {
    const draws = (seed: number, isCompiled: boolean): number[][] => {
      const layer = new layers.Dropout(0.5, { seed });
      const call = (t: trae.Tensor): trae.Tensor => layer.apply(t, { training: true }) as trae.Tensor;
      const f = isCompiled ? trae.compile(call) : call;
      return [values(f(x)), values(f(x))];
    };
    const first = draws(1, false);
    assert.notDeepEqual(first[0], first[1]);
    assert.deepEqual(draws(1, false), first);
    assert.deepEqual(draws(1, true), first);
    assert.notDeepEqual(draws(2, false), first);
  });
  it('noiseShape: what shares a fate', () => {
    const y = new layers.Dropout(0.5, { noiseShape: [null, 1], seed: 1 }).apply(x, { training: true }) as trae.Tensor;
    const rows = y.arraySync() as number[][];
    assert.ok(rows.every((r) => r.every((v) => v === r[0])));
    assert.ok(rows.some((r) => r[0] === 0) && rows.some((r) => r[0] === 2));
  });
  it('lets the gradient through where it kept the value', () => {
    const layer = new layers.Dropout(0.5, { seed: 1 });
    let kept: number[] = [];
    const dx = trae.grad((t) => {
      const y = layer.apply(t, { training: true }) as trae.Tensor;
      kept = values(y);
      return y.sum();
    })(x);
    assert.deepEqual(values(dx), kept);
  });
});
