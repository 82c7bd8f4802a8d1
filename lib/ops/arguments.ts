/** Arguments of ops that are numbers: checked here, so that each mistake is met by one clear error. */
import { describe } from '../support/describe';
import { TypeError, ValueError } from '../support/errors';

/** @internal A list of numbers from one or several; nothing else. Whether they are whole is for the op to say. */
export function numberList(op: string, what: string, value: unknown): number[] {
  const list: readonly unknown[] | null =
    typeof value === 'number'
      ? [value]
      : Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value && value.byteLength)
        ? Array.from(value as unknown[])
        : null;
  if (!list || list.some((v) => typeof v !== 'number'))
    throw new TypeError(`${op}: ${what} must be a number or a list of them.\n  Received: ${describe(value)}`, { op });
  return list as number[];
}
/** @internal An integer in [least, most]. */
export function integerArgument(op: string, what: string, value: unknown, least = 0, most = 2 ** 31 - 1): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw new ValueError(
      `${op}: ${what} must be an integer ${value !== undefined && typeof value === 'number' && value > most ? `<= ${most}` : `>= ${least}`}.\n  Received: ${describe(value)}`,
      { op },
    );
  return value;
}
/** @internal A number, infinite ones included, not NaN. */
export function realNumber(op: string, what: string, value: unknown): number {
  if (typeof value !== 'number' || Number.isNaN(value))
    throw new ValueError(`${op}: ${what} must be a number.\n  Received: ${describe(value)}`, { op });
  return value;
}
