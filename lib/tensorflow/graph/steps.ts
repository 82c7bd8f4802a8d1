/** Functions of a graph as they are computed: nodes in their order, each with where its inputs come from. */
import type { NodeDef } from '../saved_model/messages';
import type { Attributes } from './attributes';
import type { Operation } from './operation';
import type { Value } from './values';

/** @internal Where an input comes from: number `output` of what step `step` gave; the arguments of the function are step -1. */
export interface Source {
  step: number;
  output: number;
}
/** @internal A node that is ready to be computed. */
export interface Step {
  node: NodeDef;
  operation: Operation;
  attributes: Attributes;
  inputs: Source[];
  /** What it gives, where that is always the same. */
  constant?: Value[];
}
/** @internal A function that is ready to be called. */
export interface Prepared {
  argumentCount: number;
  steps: Step[];
  results: Source[];
}
