import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { testRows } from '../helpers/row_tests';
import './rows/creation';

describe('ops: creation', () => testRows('creation'));

describe('numbers at equal distances between tensors', () => {
  const start = [0, 2];
  const stop = [
    [1, 4],
    [3, -2],
  ];
  /** What each pair of elements gives on its own. */
  const pairwise = (f: (a: number, b: number) => trae.Tensor): number[][][] => {
    const columns = stop.map((row) => row.map((b, j) => f(start[j], b).arraySync() as number[]));
    return columns[0][0].map((_, k) => columns.map((row) => row.map((c) => c[k])));
  };
  it('linspace: along a new axis, first or at `axis`; with their distance', () => {
    const wanted = pairwise((a, b) => trae.linspace(a, b, { num: 5 }));
    assert.deepEqual(trae.linspace(start, stop, { num: 5 }).arraySync(), wanted);
    assert.deepEqual(
      trae.linspace(start, stop, { num: 5, axis: -1 }).arraySync(),
      trae.moveaxis(trae.tensor(wanted), 0, -1).arraySync(),
    );
    const [y, step] = trae.linspace(start, stop, { num: 4, endpoint: false, retstep: true });
    assert.deepEqual(
      y.arraySync(),
      pairwise((a, b) => trae.linspace(a, b, { num: 4, endpoint: false })),
    );
    assert.deepEqual(step.arraySync(), [
      [0.25, 0.5],
      [0.75, -1],
    ]);
    assert.equal(trae.linspace(0, 1, { num: 3, retstep: true })[1].item(), 0.5);
    assert.equal(trae.linspace(trae.tensor([1], null, 'float64'), 2, { num: 1 }).dtype, 'float64');
  });
  it('logspace: powers of the base', () => {
    assert.deepEqual(
      trae.logspace(start, stop, { num: 3, base: 2 }).arraySync(),
      pairwise((a, b) => trae.logspace(a, b, { num: 3, base: 2 })),
    );
  });
});
