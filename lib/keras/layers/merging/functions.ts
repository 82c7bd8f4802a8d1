/** Merging layers as functions: `add([x, y])` is `new Add().apply([x, y])`. */
import { recordOf } from '../../../support/guard';
import type { LayerOptions } from '../layer';
import { Concatenate } from './concatenate';
import { Dot } from './dot';
import { Add, Average, Maximum, Minimum, Multiply, Subtract } from './elementwise';

// What a layer takes and returns: tensors or symbolic ones.
/* eslint-disable @typescript-eslint/no-explicit-any */
const asFunction =
  (cls: new (options?: LayerOptions) => { apply(inputs: any): any }) =>
  (inputs: readonly any[], options: LayerOptions = {}): any =>
    new cls(options).apply(inputs);
/** Sum of the inputs. */
export const add = asFunction(Add);
/** First input minus the second. */
export const subtract = asFunction(Subtract);
/** Product of the inputs. */
export const multiply = asFunction(Multiply);
/** Mean of the inputs. */
export const average = asFunction(Average);
/** Largest of the inputs, elementwise. */
export const maximum = asFunction(Maximum);
/** Smallest of the inputs, elementwise. */
export const minimum = asFunction(Minimum);
/** Inputs joined along `axis`, default the last. */
export const concatenate = (inputs: readonly any[], options: LayerOptions & { axis?: number } = {}): any =>
  new Concatenate(options).apply(inputs);
/** Products over one axis of two inputs, default the last. */
export function dot(
  inputs: readonly any[],
  options: LayerOptions & { axes?: number | readonly number[]; normalize?: boolean } = {},
): any {
  const { axes = -1, ...others } = recordOf('dot', options);
  return new Dot(axes, others).apply(inputs);
}
