/** The helpers find what they are there to find. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { expectArray, throwsText } from '../helpers/compare';
import { checkGradient, checkSecondGradient } from '../helpers/gradient';
import { nd } from '../helpers/ndarray';
import { erf, erfinv } from '../helpers/special_functions';

const x = nd([0.3, -0.8], [2], 'float64');
/** sin with a gradient of one's choice. */
const sine =
  (slope: (t: trae.Tensor) => trae.Tensor) =>
  (t: trae.Tensor): trae.Tensor =>
    trae.customGradient((u: trae.Tensor) => [trae.sin(u), (dy: trae.Tensor) => dy.multiply(slope(u))] as const)(t);

describe('test support', () => {
  it('checkGradient refuses a wrong gradient, also of one element', () => {
    checkGradient(sine(trae.cos), [x], 'sin');
    assert.throws(
      () =>
        checkGradient(
          sine((t) => trae.cos(t).multiply(1.0001)),
          [x],
          'sin',
        ),
      /gradient of sin: with respect to element \d of input 0/,
    );
    assert.throws(
      () =>
        checkGradient(
          sine((t) => trae.cos(t).multiply(trae.tensor([1, 0], null, 'float64'))),
          [x],
          'sin',
        ),
      /element 1 of input 0/,
    );
  });
  it('checkSecondGradient refuses a right gradient with a wrong gradient of its own', () => {
    checkSecondGradient(sine(trae.cos), [x], 'sin');
    checkGradient(
      sine((t) => trae.stopGradient(trae.cos(t))),
      [x],
      'sin',
    );
    assert.throws(
      () =>
        checkSecondGradient(
          sine((t) => trae.stopGradient(trae.cos(t))),
          [x],
          'sin',
        ),
      /second gradient of sin/,
    );
  });
  it('expectArray sees shape, dtype, values, NaN and infinities', () => {
    const a = nd([1, 2]);
    expectArray(nd([1 + 1e-6, 2]), a, 'close');
    const others = [nd([1, 2], [2, 1]), nd([1, 2], [2], 'float64'), nd([1, 2.001]), nd([1, NaN]), nd([Infinity, 2])];
    for (const b of others) {
      assert.throws(() => expectArray(b, a, 'b'));
      assert.throws(() => expectArray(a, b, 'b'));
    }
    assert.throws(() => expectArray(nd([1], [1], 'int32'), nd([2], [1], 'int32'), 'integers'));
  });
  it('throwsText wants an error, its class and its whole text', async () => {
    const f = (): never => {
      throw new trae.ValueError('text');
    };
    await throwsText(f, 'ValueError', 'text');
    await assert.rejects(throwsText(f, 'ValueError', 'tex'));
    await assert.rejects(throwsText(f, 'TypeError', 'text'));
    await assert.rejects(
      throwsText(() => 1, 'ValueError', 'text'),
      /an error is expected/,
    );
  });
  it('erf and erfinv agree with tables', () => {
    const table = [
      [0.1, 0.1124629160182849],
      [0.5, 0.5204998778130465],
      [1, 0.8427007929497149],
      [2, 0.9953222650189527],
      [2.4, 0.9993114861033549],
      [2.6, 0.9997639655834707],
      [3, 0.9999779095030014],
    ];
    for (const [v, want] of table) {
      assert.ok(Math.abs(erf(v) - want) < 1e-15 && Math.abs(erf(-v) + want) < 1e-15, `erf ${v}: ${erf(v)}`);
      if (v < 2.5) assert.ok(Math.abs(erfinv(want) - v) < 1e-11, `erfinv ${want}: ${erfinv(want)}`);
    }
  });
});
