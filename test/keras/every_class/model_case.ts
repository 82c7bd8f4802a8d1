/** Models that hold each class that files may name: what one case is, and which classes are in it. */
import * as trae from '../../../lib/index';
import { sortedKeys } from '../../../lib/support/nest';

const { Input, Model } = trae.keras;
export type AnyModel = InstanceType<typeof Model>;
export type Layer = InstanceType<typeof trae.keras.Layer>;
type Symbolic = trae.KerasTensor;
/** Texts of one shape, or tensors, alone or several. */
export type Texts = readonly (string | readonly string[])[];
export type Given = trae.Tensor | Texts | readonly Given[] | { readonly [name: string]: Given };

/** A model, what it is called on, and targets when it is compiled. */
export interface Made {
  model: AnyModel;
  x: Given;
  y?: Given;
  /** Whether it can be evaluated, but not trained: it has no loss, or one number for each example. */
  isEvaluatedOnly?: boolean;
  /** Whether a step of training gives other numbers each time. */
  isRandom?: boolean;
}
export interface ModelCase {
  name: string;
  make: () => Made | Promise<Made>;
}

export const isTexts = (x: Given): x is Texts =>
  Array.isArray(x) && (typeof x[0] === 'string' || (Array.isArray(x[0]) && typeof x[0][0] === 'string'));
export const isTensor = (x: unknown): x is trae.Tensor => x instanceof trae.Tensor;
/** The same structure of other leaves. */
export function mapGiven<T>(x: Given, f: (leaf: trae.Tensor | Texts) => T): unknown {
  if (isTensor(x) || isTexts(x)) return f(x);
  return Array.isArray(x)
    ? x.map((e: Given) => mapGiven(e, f))
    : Object.fromEntries(Object.entries(x).map(([k, v]) => [k, mapGiven(v as Given, f)]));
}
/** In the order of Keras, which sorts the keys of records. */
export function leavesOf(x: Given): (trae.Tensor | Texts)[] {
  if (isTensor(x) || isTexts(x)) return [x];
  return Array.isArray(x)
    ? x.flatMap((e: Given) => leavesOf(e))
    : sortedKeys(x as Record<string, Given>).flatMap((k) => leavesOf((x as Record<string, Given>)[k]));
}
const inputFor = (x: trae.Tensor | Texts, isStateful: boolean): Symbolic => {
  if (!isTensor(x)) return Input(Array.isArray(x[0]) ? [x[0].length] : [], { dtype: 'string' as never });
  return isStateful ? Input({ batchShape: x.shape, dtype: x.dtype }) : Input(x.shape.slice(1), { dtype: x.dtype });
};
/** A functional model of one layer. @param options - of the call. */
export function modelOf(
  layer: Layer,
  x: Given,
  { isStateful = false, options = {} as trae.CallOptions, name = 'model' } = {},
): AnyModel {
  const inputs = mapGiven(x, (leaf) => inputFor(leaf, isStateful));
  return new Model({ inputs: inputs as never, outputs: layer.apply(inputs, options) as never, name });
}
/** What the model gives for `x`. */
export const predicted = async (model: AnyModel, x: Given): Promise<Given> =>
  (await model.predict(x as never, { verbose: 0, batchSize: sizeOf(x) })) as Given;
/** Rows of a batch that holds everything. */
export function sizeOf(x: Given): number {
  const first = leavesOf(x)[0];
  return isTensor(first) ? (first.shape[0] ?? 1) : first.length;
}
/** Targets for the mean of squared errors, when the model can be trained by it. */
export async function targetsOf(model: AnyModel, x: Given): Promise<Given | null> {
  if (!model.trainableWeights.length) return null;
  const outputs = await predicted(model, x);
  if (!leavesOf(outputs).every((t) => isTensor(t) && t.dtype.includes('float'))) return null;
  return mapGiven(outputs, (t) => (t as trae.Tensor).cast('float32').add(0.5)) as Given;
}

/** Names of all classes in a config, as 'module>Class'. */
export function classesIn(config: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(config)) for (const e of config) classesIn(e, found);
  else if (typeof config === 'object' && config !== null) {
    const { module, class_name: name } = config as { module?: unknown; class_name?: unknown };
    if (typeof module === 'string' && typeof name === 'string') found.add(`${module}>${name}`);
    for (const v of Object.values(config)) classesIn(v, found);
  }
  return found;
}
