import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { expectArray } from '../helpers/compare';
import { fromTensor, toTensor } from '../helpers/ndarray';
import { randomArray } from '../helpers/random';
import { testRows } from '../helpers/row_tests';
import './rows/image';

describe('ops: image', () => {
  testRows('image');
  describe('elasticTransform', () => {
    const x = toTensor(randomArray([2, 9, 8, 3]));
    it('bends the same way for the same seed, another way for another', () => {
      const bent = (seed: number): trae.Tensor => trae.ops.image.elasticTransform(x, { seed, sigma: 2 });
      expectArray(fromTensor(bent(4)), fromTensor(bent(4)), 'same seed');
      assert.notDeepEqual(bent(4).arraySync(), bent(5).arraySync());
      assert.notDeepEqual(bent(4).arraySync(), x.arraySync());
    });
    it('moves all channels alike and keeps what is constant', () => {
      const one = trae.ops.image.elasticTransform(
        trae.concatenate([x.take([0], { axis: 3 }), x.take([0], { axis: 3 })], { axis: 3 }),
        { seed: 4 },
      );
      expectArray(fromTensor(one.take([0], { axis: 3 })), fromTensor(one.take([1], { axis: 3 })), 'channels');
      const flat = trae.ops.image.elasticTransform(trae.full([1, 6, 6, 1], 3), { seed: 4, fillMode: 'reflect' });
      expectArray(fromTensor(flat), fromTensor(trae.full([1, 6, 6, 1], 3)), 'constant image');
    });
  });
});
