import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { testRows } from '../helpers/row_tests';
import './rows/special';

describe('ops: special', () => testRows('special'));

describe("Bessel's functions", () => {
  it('are infinite where no double holds them', () => {
    const x = trae.tensor([700, 1e4, -1e300, Infinity, NaN], null, 'float64');
    const [large, ...rest] = trae.ops.i0(x).arraySync() as number[];
    assert.ok(Math.abs(large / 1.529593347671874e302 - 1) < 1e-9, `${large}`); // scipy.special.i0(700)
    assert.deepEqual(rest, [Infinity, Infinity, Infinity, NaN]);
    assert.equal(
      trae
        .grad((y) => trae.ops.i0(y).sum())(trae.tensor([-1e300], null, 'float64'))
        .item(),
      -Infinity,
    );
  });
});
