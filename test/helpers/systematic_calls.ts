/** Every public function and class with one bad argument at each place, the others plausible: what random arguments seldom hit. */
import * as trae from '../../lib/index';
import type { Named } from './hostile_values';
import { allTargets, type RandomCall } from './random_calls';

const detached = new Float32Array(4);
structuredClone(detached, { transfer: [detached.buffer] });
const BAD: readonly Named[] = [
  ['null', null],
  ['Symbol()', Symbol('s')],
  ['{}', {}],
  ['Object.create(null)', Object.create(null)],
  ['[]', []],
  ['[null]', [null]],
  ['NaN', NaN],
  ['-1', -1],
  ["''", ''],
  ['Infinity', Infinity],
  ['a detached array', detached],
  ['a function', () => 1],
];
/** What stands at the other places. */
const PLAUSIBLE: readonly (readonly [string, () => unknown])[] = [
  [
    'a matrix',
    () =>
      trae.tensor([
        [0.5, 0.5],
        [0.25, 0.75],
      ]),
  ],
  ['2', () => 2],
  ['[1, 2]', () => [1, 2]],
  ["'relu'", () => 'relu'],
  ['a function', () => (x: unknown) => x],
];
const MAX_ARGUMENTS = 4;

/** The calls of every target whose name contains `part`: each place of up to four, each bad value there. */
export function* systematicCalls(part = ''): Generator<RandomCall> {
  for (const { name, call } of allTargets()) {
    if (!name.includes(part)) continue;
    for (let place = 0; place < MAX_ARGUMENTS; place++)
      for (const [other, make] of place ? PLAUSIBLE : PLAUSIBLE.slice(0, 1))
        for (const [text, bad] of BAD) {
          const before = Array.from({ length: place }, () => other);
          yield { name, text: `${name}(${[...before, text].join(', ')})`, run: () => call(...before.map(make), bad) };
        }
  }
}
