/** @internal How padding and cropping layers read their widths: one number, one for each axis, or a pair for each. */
import { describe } from '../../../support/describe';
import { ValueError } from '../../../support/errors';
import { isRecord } from '../../../support/nest';
import type { DataFormat } from '../../../ops/spatial';

/** A number for all sides, one for both sides of each axis, or [before, after] for each axis. */
export type Borders = number | readonly number[] | readonly (readonly number[])[];
export type Pair = [number, number];

/** [before, after] of each of `axes` axes. For one axis, two numbers are such a pair. */
export function pairs(where: string, what: string, value: Borders, axes: number): Pair[] {
  const both = (v: number | readonly number[]): readonly number[] => (typeof v === 'number' ? [v, v] : v);
  const list =
    typeof value === 'number'
      ? Array.from({ length: axes }, () => [value, value])
      : !Array.isArray(value)
        ? []
        : axes === 1 && typeof value[0] === 'number'
          ? [value as number[]]
          : (value as (number | number[])[]).map(both);
  if (
    list.length !== axes ||
    list.some((e) => !Array.isArray(e) || e.length !== 2 || e.some((v) => !Number.isInteger(v) || v < 0))
  )
    throw new ValueError(
      `${where}: ${what} must be an integer >= 0${axes === 1 ? ' or a pair of them' : `, ${axes} of them, or ${axes} pairs`}.\n  Received: ${describe(value)}`,
    );
  return list as Pair[];
}
/** [before, after] for every axis of a tensor. */
export function forAllAxes(borders: readonly Pair[], dataFormat: DataFormat): Pair[] {
  const none: Pair = [0, 0];
  return dataFormat === 'channels_last' ? [none, ...borders, none] : [none, none, ...borders];
}
/** One positional value or an options object that holds it. */
export function oneOrOptions<O extends object>(name: string, value: unknown, options: O): O {
  return isRecord(value)
    ? { ...options, ...(value as O) }
    : value === undefined
      ? options
      : { ...options, [name]: value };
}
