/** Arguments that nobody should give, and some at the edge of what may be given; the seed decides all of them. */
import * as trae from '../../lib/index';
import type { Random } from './random';
import { DTYPES } from './shapes';

const cyclic: unknown[] = [1];
cyclic.push(cyclic);
const detached = new Float32Array(4);
structuredClone(detached, { transfer: [detached.buffer] });
const disposed = trae.zeros([2, 3]);
disposed.dispose();
let kept: trae.Tensor | undefined;
/** A tensor of a trace that has ended. */
function escaped(): trae.Tensor {
  if (!kept)
    trae.compile((x: trae.Tensor) => {
      kept = x.add(1);
      return x;
    })(trae.zeros([2, 3]));
  return kept!;
}

/** A value and how a message names it. */
export type Named = readonly [text: string, value: unknown];
const numbers: readonly number[] = [
  0,
  -0,
  1,
  -1,
  2,
  3,
  4,
  7,
  -2,
  -5,
  1.5,
  -0.5,
  1e-300,
  1e300,
  NaN,
  Infinity,
  -Infinity,
  2 ** 40,
  -(2 ** 40),
  2 ** 53,
  2 ** 63,
  -(2 ** 63),
  1e20,
];
const texts: readonly string[] = [
  '',
  'x',
  '0',
  'valid',
  'same',
  'float32',
  'channels_last',
  'ij,jk->ik',
  'a\0b',
  '\ud800',
  'constructor',
  '__proto__',
];

/** A number, mostly a bad one. */
export const hostileNumber = (r: Random): Named => {
  const v = r.pick(numbers);
  return [Object.is(v, -0) ? '-0' : String(v), v];
};
function named(parts: readonly Named[]): Named {
  return [`[${parts.map((p) => p[0]).join(', ')}]`, parts.map((p) => p[1])];
}
/** A tensor of any dtype, rank 0 to 8, often with an empty axis. */
export function anyTensor(r: Random): Named {
  const rank = r.next() < 0.8 ? r.integer(0, 5) : r.integer(5, 9);
  const shape = Array.from({ length: rank }, () => r.pick(rank > 4 ? [0, 1, 2] : [0, 1, 1, 2, 3, 4, 5]));
  const dtype = r.pick(DTYPES);
  const size = shape.reduce((a, b) => a * b, 1);
  const wild = r.next() < 0.3;
  const values = Array.from({ length: size }, () =>
    wild && (dtype.startsWith('float') || dtype === 'bfloat16')
      ? r.pick([NaN, Infinity, -Infinity, 0, 1e30, -1])
      : r.integer(wild ? -9 : 0, 4),
  );
  return [`${dtype}(${shape})${wild ? ' wild' : ''}`, trae.tensor(values, shape, 'float32').cast(dtype)];
}
/** Anything at all. */
export function anything(r: Random, depth = 0): Named {
  switch (r.integer(0, depth > 2 ? 9 : 13)) {
    case 0:
    case 1:
      return hostileNumber(r);
    case 2:
      return r.pick<Named>([
        ['undefined', undefined],
        ['null', null],
        ['true', true],
        ['false', false],
        ['5n', 5n],
        ['2n ** 70n', 2n ** 70n],
        ['Symbol()', Symbol('s')],
      ]);
    case 3: {
      const text = r.pick(texts);
      return [JSON.stringify(text), text];
    }
    case 4:
    case 5:
      return anyTensor(r);
    case 6:
      return r.pick<Named>([
        ['a disposed tensor', disposed],
        ['a tensor of an ended trace', escaped()],
        ['a detached array', detached],
        ['Float32Array(3)', new Float32Array(3)],
        ['Float64Array(0)', new Float64Array(0)],
        ['BigInt64Array(2)', new BigInt64Array(2)],
        ['Uint16Array(2)', new Uint16Array(2)],
        ['a shared array', new Float32Array(new SharedArrayBuffer(16))],
        ['DataView', new DataView(new ArrayBuffer(8))],
        ['ArrayBuffer', new ArrayBuffer(8)],
      ]);
    case 7:
      return r.pick<Named>([
        ['{}', {}],
        ['Object.create(null)', Object.create(null)],
        ['a function', () => 1],
        ['a class', class Thing {}],
        ['a Date', new Date(0)],
        ['a Map', new Map([[1, 2]])],
        ['a promise', Promise.resolve(1)],
        [
          'an object that throws',
          {
            valueOf: () => {
              throw new Error('valueOf');
            },
            toString: () => {
              throw new Error('toString');
            },
          },
        ],
        ['{ value: 1 }', { value: 1 }],
        ['{ axis: 99 }', { axis: 99 }],
        ['{ noSuchOption: 1 }', { noSuchOption: 1 }],
      ]);
    case 8:
      return r.pick<Named>([
        ['[]', []],
        ['[[]]', [[]]],
        ['an array of itself', cyclic],
        ['a sparse array', Array(3)],
        ['a large sparse array', Array(2 ** 16)],
        ['[[1], [2, 3]]', [[1], [2, 3]]],
        ["['a']", ['a']],
        ['[null]', [null]],
        ['a variable', trae.variable(trae.ones([2, 3]))],
      ]);
    case 9:
    case 10:
      return named(Array.from({ length: r.integer(0, 5) }, () => hostileNumber(r)));
    case 11:
      return named(Array.from({ length: r.integer(0, 4) }, () => anything(r, depth + 1)));
    default:
      return named(Array.from({ length: r.integer(1, 4) }, () => anyTensor(r)));
  }
}
