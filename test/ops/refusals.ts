/** Tables of calls that ops refuse: each with the class, the op and the whole text of its error. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { throwsText } from '../helpers/compare';

/** [call, class, op, text] */
export type Refusal = [() => unknown, string, string, string];
export const zeros = (...shape: number[]): trae.Tensor => trae.zeros(shape);
export const value = (f: () => unknown, op: string, text: string): Refusal => [f, 'ValueError', op, text];
export const type = (f: () => unknown, op: string, text: string): Refusal => [f, 'TypeError', op, text];
export const index = (f: () => unknown, op: string, text: string): Refusal => [f, 'IndexError', op, text];

/** One test for each group. */
export function testRefusals(groups: Record<string, Refusal[]>): void {
  for (const [name, refusals] of Object.entries(groups))
    it(name, async () => {
      for (const [f, kind, op, text] of refusals) {
        const error = await throwsText(f, kind, text);
        assert.equal(error.op, op, text);
        assert.equal(
          error.code,
          {
            ValueError: 'ERR_VALUE',
            TypeError: 'ERR_TYPE',
            IndexError: 'ERR_INDEX',
            NotImplementedError: 'ERR_NOT_IMPLEMENTED',
          }[kind],
          text,
        );
      }
    });
}
