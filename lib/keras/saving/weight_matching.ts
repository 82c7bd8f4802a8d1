/** Putting values of a file into variables: all shapes are compared before anything is read, then read one by one. */
import { ValueError } from '../../support/errors';
import { formatShape, tensor, type DType, type Tensor, type TypedArray } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { ReusedBytes } from '../../io/source';
import type { Hdf5Dataset } from '../../io/hdf5/index';

/** @internal An array that a file holds. */
export interface Found {
  /** Its path in the file. */
  where: string;
  shape: readonly number[];
  /** @param memory - where the values may lie: they are gone with its next use. */
  read(signal?: AbortSignal | null, memory?: ReusedBytes): Promise<{ data: TypedArray; dtype: DType }>;
}
/** @internal A dataset of HDF5 as such. */
export const foundIn = (d: Hdf5Dataset): Found => ({
  where: d.path,
  shape: d.shape,
  read: async (signal, memory) => ({
    data: await d.read(signal, memory),
    dtype: d.dtype as Exclude<typeof d.dtype, 'string'>,
  }),
});
/** One thing that does not fit. */
export interface SkippedWeight {
  /** Layer or weight of the model. */
  path: string;
  /** Shape in the model, or null when the model has no such weight. */
  expected: readonly number[] | null;
  /** Shape in the file, or null when the file has no such weight. */
  found: readonly number[] | null;
  /** Why it was left alone. */
  reason: string;
}
/** What `loadWeights` did. */
export interface LoadReport {
  /** Paths of the weights that were set. */
  loaded: string[];
  /** What was left as it was, and why. */
  skipped: SkippedWeight[];
}
/** @internal */
export interface LoadWeightsOptions {
  /** Match layers by name instead of by place; what has no partner is left alone. */
  byName?: boolean;
  /** Leave weights alone whose number or shape differs, instead of throwing. */
  skipMismatch?: boolean;
  /** Ends the loading: the promise is rejected, and nothing is changed. */
  signal?: AbortSignal | null;
}

/** @internal Pairs of variable and array of one load. */
export class WeightMatches {
  private readonly pairs: { variable: Variable; found: Found }[] = [];
  private readonly hooks: {
    object: { loadOwnVariables(store: Record<string, Tensor>): void };
    found: readonly Found[];
    where: string;
    variables: readonly Variable[];
  }[] = [];
  /** Differences that are errors unless they may be skipped. */
  readonly problems: SkippedWeight[] = [];
  /** What byName leaves alone on purpose. */
  readonly skipped: SkippedWeight[] = [];
  /** Layers whose variables come as one, to be told when they are set. */
  readonly adapted: { readonly savedVariables: readonly Variable[]; afterLoading(): void }[] = [];
  constructor(
    private readonly file: string,
    private readonly model: string,
  ) {}
  /** Whether all shapes are equal; else each that differs becomes a problem. */
  add(variables: readonly Variable[], found: readonly Found[], where: string): void {
    if (variables.length !== found.length) {
      this.problems.push({
        path: where,
        expected: null,
        found: null,
        reason: `${where} has ${variables.length} weights${variables.length ? ` (${variables.map((v) => `${v.name} ${formatShape(v.shape)}`).join(', ')})` : ''} but the file holds ${found.length}${found.length ? ` (${found.map((f) => `${f.where} ${formatShape(f.shape)}`).join(', ')})` : ''}`,
      });
      return;
    }
    variables.forEach((variable, i) => this.pair(variable, found[i]));
  }
  /** What an object loads by a hook of its own. */
  own(
    object: { loadOwnVariables(store: Record<string, Tensor>): void },
    found: readonly Found[],
    where: string,
    variables: readonly Variable[],
  ): void {
    this.hooks.push({ object, found, where, variables });
  }
  pair(variable: Variable, found: Found): void {
    if (formatShape(variable.shape) === formatShape(found.shape)) this.pairs.push({ variable, found });
    else
      this.problems.push({
        path: variable.path,
        expected: variable.shape,
        found: found.shape,
        reason: `weight '${variable.path}' has shape ${formatShape(variable.shape)} but '${found.where}' in the file has shape ${formatShape(found.shape)}`,
      });
  }
  missing(variable: Variable, reason: string): void {
    this.problems.push({ path: variable.path, expected: variable.shape, found: null, reason });
  }
  /** Reads and assigns. @throws ValueError naming what does not fit, unless it may be skipped. */
  async apply({ skipMismatch, signal }: LoadWeightsOptions): Promise<LoadReport> {
    if (this.problems.length && !skipMismatch) {
      const shown = this.problems.slice(0, 8).map((p) => `  ${p.reason}`);
      throw new ValueError(
        `${this.file} does not fit model '${this.model}': ${this.problems.length} difference(s).\n${shown.join('\n')}${this.problems.length > 8 ? '\n  ...' : ''}\n  Fix: build the model that the file was made of, or pass { skipMismatch: true } to load the rest.`,
      );
    }
    const report: LoadReport = { loaded: [], skipped: [...this.skipped, ...this.problems] };
    const values: Tensor[] = [];
    const memory = new ReusedBytes();
    for (const { found } of this.pairs) {
      signal?.throwIfAborted();
      const { data, dtype } = await found.read(signal, memory);
      values.push(tensor(data, found.shape, dtype));
    }
    // All at once: whoever predicts meanwhile, or ends the loading, never sees a model of two halves.
    this.pairs.forEach(({ variable }, i) => {
      variable.assign(values[i]);
      report.loaded.push(variable.path);
    });
    const loaded = new Set(this.pairs.map((p) => p.variable));
    for (const layer of this.adapted) if (layer.savedVariables.some((v) => loaded.has(v))) layer.afterLoading();
    for (const { object, found, where, variables } of this.hooks) {
      const store: Record<string, Tensor> = {};
      for (const f of found) {
        const { data, dtype } = await f.read(signal);
        store[f.where.slice(f.where.lastIndexOf('/') + 1)] = tensor(data, f.shape, dtype);
      }
      try {
        object.loadOwnVariables(store);
        report.loaded.push(...variables.map((v) => v.path));
      } catch (error) {
        if (!skipMismatch) throw error;
        this.problems.push({
          path: where,
          expected: null,
          found: null,
          reason: (error as Error).message.split('\n')[0],
        });
        report.skipped.push(this.problems.at(-1)!);
      }
    }
    if (this.problems.length)
      console.warn(
        `loadWeights: ${this.problems.length} difference(s) between ${this.file} and model '${this.model}' were skipped:\n${this.problems.map((p) => `  ${p.reason}`).join('\n')}`,
      );
    return report;
  }
}
