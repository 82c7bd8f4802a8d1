/** Weights by name: `.safetensors` and `.npz`. Names are those of the variables' paths (`dense/kernel`). */
import { FileError } from '../../support/errors';
import type { ByteSink } from '../../io/atomic';
import { NpzReader, writeNpz } from '../../io/npz';
import { SafetensorsReader, writeSafetensors } from '../../io/safetensors';
import type { ByteSource } from '../../io/source';
import type { Variable } from '../../core/variable';
import type { Layer } from '../layers/layer';
import { readInRun } from '../runs';
import { stateTree } from './state_tree';
import { WeightMatches, type Found, type LoadReport, type LoadWeightsOptions } from './weight_matching';

// Paths made unique, in the order of `weights`.
function named(model: Layer): { name: string; variable: Variable }[] {
  const used = new Map<string, number>();
  return model.weights.map((variable) => {
    const n = used.get(variable.path) ?? 0;
    used.set(variable.path, n + 1);
    return { name: n ? `${variable.path}_${n}` : variable.path, variable };
  });
}
const entries = (model: Layer) =>
  named(model).map(({ name, variable: v }) => ({ name, shape: v.shape, dtype: v.dtype, data: () => readInRun(v) }));
/** @internal */
export const writeSafetensorsWeights = (sink: ByteSink, model: Layer): Promise<void> =>
  writeSafetensors(sink, entries(model), { format: 'keras' });
/** @internal */
export const writeNpzWeights = (sink: ByteSink, model: Layer): Promise<void> => writeNpz(sink, entries(model));

/** @internal */
export const loadNpzWeights: WeightsReader = async (source, file, model, options) =>
  loadNamedWeights(await npz(source, model, options), file, model, options);
/** @internal */
export const loadSafetensorsWeights: WeightsReader = async (source, file, model, options) =>
  loadNamedWeights(safetensors(source), file, model, options);
type WeightsReader = (
  source: ByteSource,
  file: string,
  model: Layer,
  options: LoadWeightsOptions,
) => Promise<LoadReport>;
// Weights out of either, by path, by Keras' object path (`layers/dense/vars/0`), or (`arr_0`, ...) by place.
async function loadNamedWeights(
  { found, names, ordered }: Archive,
  file: string,
  model: Layer,
  options: LoadWeightsOptions,
): Promise<LoadReport> {
  const matches = new WeightMatches(file, model.name);
  const weights = named(model);
  const used = new Set<string>();
  const get = (name: string): Found | undefined => {
    used.add(name);
    return found(name);
  };
  const objectPaths = new Map<Variable, string>();
  for (const { path, variables } of stateTree(model))
    variables.forEach((v, i) => objectPaths.set(v, `${path ? `${path}/` : ''}vars/${i}`));
  // Automatic names differ from one instance to the next: when no name is known, the order counts, as in all of Keras' files.
  const isForeign = !weights.some(({ name, variable }) => found(name) || found(objectPaths.get(variable) ?? name));
  const byPlace =
    names.length > 0 && !options.byName && (names.every((n) => /^arr_\d+$/.test(n)) || (ordered && isForeign));
  if (byPlace) {
    const sorted = names.every((n) => /^arr_\d+$/.test(n))
      ? [...names].sort((a, b) => Number(a.slice(4)) - Number(b.slice(4)))
      : names;
    matches.add(
      weights.map((w) => w.variable),
      sorted.map((n) => get(n)!),
      `model '${model.name}'`,
    );
  } else {
    const endings = sameEndings(
      weights.map((w) => w.name),
      names,
    );
    for (const { name, variable } of weights) {
      const hit = get(name) ?? get(objectPaths.get(variable) ?? name) ?? get(endings.get(name) ?? name);
      if (hit) matches.pair(variable, hit);
      else {
        const reason = `the file has no weight '${name}' of shape (${variable.shape.join(', ')})`;
        if (options.byName)
          matches.skipped.push({ path: variable.path, expected: variable.shape, found: null, reason });
        else matches.missing(variable, reason);
      }
    }
    for (const name of names)
      if (!used.has(name))
        matches.skipped.push({
          path: name,
          expected: null,
          found: found(name)?.shape ?? null,
          reason: `the model has no weight '${name}'`,
        });
  }
  return matches.apply(options);
}
// A layer that is built before the layer around it lacks that one's name in the paths of its weights: of a path that the other
// side does not have, the longest ending decides, where it is that of one path alone.
function sameEndings(wanted: readonly string[], found: readonly string[]): Map<string, string> {
  const known = new Set(found);
  const asked = new Set(wanted);
  const open = found.filter((name) => !asked.has(name));
  const byLast = new Map<string, string[]>();
  const out = new Map<string, string>();
  const last = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
  for (const name of open) byLast.set(last(name), [...(byLast.get(last(name)) ?? []), name]);
  for (const name of wanted) {
    if (known.has(name)) continue;
    const fitting = (byLast.get(last(name)) ?? []).filter(
      (other) => other.endsWith(`/${name}`) || name.endsWith(`/${other}`),
    );
    if (fitting.length === 1) out.set(name, fitting[0]);
  }
  const uses = new Map<string, number>();
  for (const name of out.values()) uses.set(name, (uses.get(name) ?? 0) + 1);
  return new Map([...out].filter(([, name]) => uses.get(name) === 1));
}
/** ordered: whether its order is that of the model it was made of. */
type Archive = { names: string[]; ordered: boolean; found: (name: string) => Found | undefined };
function safetensors(source: ByteSource): Archive {
  const file = new SafetensorsReader(source);
  return {
    names: file.names,
    ordered: file.metadata.get('format') === 'keras',
    found: (name) => {
      const shape = file.shapeOf(name);
      return shape && { where: name, shape, read: (signal) => file.read(name, signal) };
    },
  };
}
async function npz(source: ByteSource, model: Layer, { signal }: LoadWeightsOptions): Promise<Archive> {
  const file = new NpzReader(source);
  const shapes = new Map<string, readonly number[]>();
  if (!file.names.length && model.weights.length) throw new FileError(`${source.name}: it holds no arrays.`);
  for (const name of file.names) shapes.set(name, (await file.header(name, signal)).shape);
  return {
    names: file.names,
    ordered: true,
    found: (name) => {
      const shape = shapes.get(name);
      return shape && { where: name, shape, read: (s) => file.read(name, s) };
    },
  };
}
