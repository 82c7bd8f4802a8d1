/** What is a model, told by what each layer says of itself: the classes of models import the reading of files. */
import { Layer } from '../layers/layer';
import type { Model } from '../models/model';

/** @internal */
export const isModel = (x: unknown): x is Model => x instanceof Layer && x.modelKind !== null;
/** @internal */
export const isSequential = (x: unknown): x is Model => x instanceof Layer && x.modelKind === 'sequential';
