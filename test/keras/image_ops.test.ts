/** Ops on images against real Keras on TensorFlow. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { camelCase } from '../../lib/keras/serialization/naming';
import { close, golden, tensorOf, type Golden } from './helpers';

interface Case {
  op: string;
  arguments: (Golden | number | string | number[])[];
  options: Record<string, unknown>;
  y: Golden;
}
const isArray = (a: unknown): a is Golden => typeof a === 'object' && a !== null && 'data' in a;
const ops = trae.ops.image as unknown as Record<string, (...args: unknown[]) => trae.Tensor>;

describe('ops on images against Keras', () => {
  for (const c of golden<Case[]>('image.json'))
    it(`${c.op} ${JSON.stringify(c.options)} of ${isArray(c.arguments[0]) ? c.arguments[0].dtype : ''}`, () => {
      const options = Object.fromEntries(Object.entries(c.options).map(([k, v]) => [camelCase(k), v]));
      const y = ops[camelCase(c.op)](...c.arguments.map((a) => (isArray(a) ? tensorOf(a) : a)), options);
      assert.equal(y.dtype, c.y.dtype);
      if (y.dtype.includes('float')) close(y, c.y, c.op);
      // A half may be rounded to either side.
      else
        y.dataSync().forEach((v, i) =>
          assert.ok(Math.abs(Number(v) - Number(c.y.data[i])) <= 1, `element ${i}: ${v} instead of ${c.y.data[i]}`),
        );
    });
});
