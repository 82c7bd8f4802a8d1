/** Looking into files of weights, changing and writing them again (keras.src.saving.file_editor). */
import { describe } from '../../support/describe';
import { TypeError, ValueError } from '../../support/errors';
import { writeAtomically } from '../../io/atomic';
import { Hdf5Writer, isHdf5, openHdf5 } from '../../io/hdf5/index';
import { withFile } from '../../io/source';
import { isRecord } from '../../support/nest';
import { formatShape, tensor, Tensor, type TensorLike } from '../../core/tensor';
import type { Layer } from '../layers/layer';
import { checkOptions, kinds } from '../options';
import { openKerasArchive } from './saving_lib';
import { readingFile } from '../serialization/schema';
import { isLeaf, readTree, treeOfModel, type ShapeTree, type WeightTree } from './weight_tree';

export interface FileEditorOptions {
  /** What prints lines. Default console.log. */
  printFn?: (line: string) => void;
  /** Ends the reading of the file: the promise is rejected. */
  signal?: AbortSignal | null;
}
/** What `compare` found. */
export interface Comparison {
  /** 'success' where all weights are in both places with the same shape. */
  status: 'success' | 'error';
  /** Number of weights that are missing or have another shape. */
  errorCount: number;
  /** Number of weights with the same path and shape. */
  matchCount: number;
}
interface Contents {
  config: Record<string, unknown> | null;
  metadata: Record<string, unknown> | null;
  weightsDict: WeightTree;
  names: Map<string, string>;
}

/**
 * The weights in a file, for a model whose architecture has changed since: `const editor = await
 * KerasFileEditor.open('my_model.weights.h5')`. Objects are named by paths (`layers/dense_1`), or by their last part where
 * that occurs once. Unlike Keras' own editor it keeps models inside of models, and counts each weight once.
 */
export class KerasFileEditor {
  readonly config: Record<string, unknown> | null;
  readonly metadata: Record<string, unknown> | null;
  /** Objects by name, their arrays by number. */
  readonly weightsDict: WeightTree;
  private readonly names: Map<string, string>;
  /** Use `KerasFileEditor.open`. */
  private constructor(
    readonly filepath: string,
    contents: Contents,
    private readonly print: (line: string) => void,
  ) {
    if (!isRecord(contents) || typeof print !== 'function')
      throw new TypeError(
        `KerasFileEditor: files are read asynchronously.\n  Fix: await KerasFileEditor.open(${describe(filepath)}).`,
      );
    ({ config: this.config, metadata: this.metadata, weightsDict: this.weightsDict, names: this.names } = contents);
    print(`Keras model file '${filepath}'`);
    if (this.metadata)
      print(`Saved with Keras ${String(this.metadata.keras_version)} - date: ${String(this.metadata.date_saved)}`);
  }
  /** Reads a `.keras` or `.weights.h5` file. @throws ValueError for other names. */
  static async open(filepath: string, options: FileEditorOptions = {}): Promise<KerasFileEditor> {
    checkOptions('KerasFileEditor', options, { printFn: kinds.any, signal: kinds.signal });
    if (typeof filepath !== 'string' || !/\.(keras|weights\.h5)$/.test(filepath))
      throw new ValueError(
        `KerasFileEditor: the name of the file must end in '.keras' or '.weights.h5'.\n  Received: ${describe(filepath)}`,
      );
    const signal = options.signal ?? null;
    signal?.throwIfAborted();
    const contents = await readingFile(filepath, () =>
      withFile(filepath, async (source): Promise<Contents> => {
        const names = new Map<string, string>();
        if (isHdf5(source))
          return { config: null, metadata: null, weightsDict: await readTree(openHdf5(source), names, signal), names };
        const { zip, config, metadata } = await openKerasArchive(source, signal);
        return {
          config,
          metadata,
          weightsDict: await readTree(openHdf5(await zip.open('model.weights.h5', signal)), names, signal),
          names,
        };
      }),
    );
    return new KerasFileEditor(filepath, contents, options.printFn ?? console.log);
  }
  /** Prints the objects and their arrays. */
  summary(): void {
    this.print('Weights structure');
    this.printTree(this.weightsDict, '  ', '', true);
  }
  private printTree(tree: WeightTree, prefix: string, above: string, isFirst = false): void {
    const entries = Object.entries(tree);
    entries.forEach(([key, value], i) => {
      const isLast = i === entries.length - 1;
      const connector = isFirst && i === 0 ? '> ' : isLast ? '└─ ' : '├─ ';
      const path = above ? `${above}/${key}` : key;
      if (value instanceof Tensor)
        return this.print(`${prefix}${connector}${key}: shape=${formatShape(value.shape)}, dtype=${value.dtype}`);
      const name = this.names.get(path);
      this.print(`${prefix}${connector}${key}${name === undefined ? '' : ` ('${name}')`}`);
      this.printTree(value, prefix + (isLast ? '    ' : '│   '), path);
    });
  }
  /** Compares with what a model would save, prints what differs and counts it. */
  compare(referenceModel: Layer): Comparison {
    this.print('Running comparison');
    const counts = { errorCount: 0, matchCount: 0 };
    const visit = (file: ShapeTree, model: ShapeTree, path: string): void => {
      for (const key of new Set([...Object.keys(model), ...Object.keys(file)])) {
        const [a, b] = [file[key], model[key]];
        const here = `${path}/${key}`;
        if (a && b && isLeaf(a) && isLeaf(b)) {
          if (formatShape(a.shape) === formatShape(b.shape)) counts.matchCount++;
          else {
            counts.errorCount++;
            this.print(
              `...Weight shape mismatch for ${here}\n    In reference model: shape=${formatShape(b.shape)}\n    In saved file: shape=${formatShape(a.shape)}`,
            );
          }
        } else if (a && b && !isLeaf(a) && !isLeaf(b)) visit(a, b, here);
        else {
          counts.errorCount++;
          const has = (b ?? a)!;
          const [owner, other] = b ? ['reference model', 'saved file'] : ['saved file', 'reference model'];
          this.print(`...${isLeaf(has) ? 'Weight' : 'Object'} ${here} present in ${owner}, missing from ${other}`);
          if (!isLeaf(has))
            this.print(`    In ${owner}, ${here} contains the following keys: ${Object.keys(has).join(', ')}`);
        }
      }
    };
    visit(this.weightsDict as ShapeTree, treeOfModel(referenceModel), '');
    const { errorCount, matchCount } = counts;
    const plural = (n: number): string => (n === 1 ? '' : 's');
    this.print('─────────────────────');
    if (errorCount)
      this.print(
        `Found ${errorCount} error${plural(errorCount)}: saved file is not compatible with the reference model`,
      );
    else
      this.print(
        `Comparison successful: saved file is compatible with the reference model\n    Found ${matchCount} matching weight${plural(matchCount)}`,
      );
    return { status: errorCount ? 'error' : 'success', errorCount, matchCount };
  }
  // Where an object is: the record that holds it, its name there and its path.
  private find(where: string, name: string): { parent: WeightTree; key: string; path: string } {
    const found: { parent: WeightTree; key: string; path: string }[] = [];
    const visit = (tree: WeightTree, above: string): void => {
      for (const [key, value] of Object.entries(tree)) {
        const path = above ? `${above}/${key}` : key;
        if (path === name || (!name.includes('/') && key === name)) found.push({ parent: tree, key, path });
        if (!(value instanceof Tensor)) visit(value, path);
      }
    };
    visit(this.weightsDict, '');
    const hit = found.length === 1 ? found[0] : found.find((f) => f.path === name);
    if (hit) return hit;
    if (!found.length)
      throw new ValueError(`${where}: the file has no object '${name}'.\n  Fix: summary() lists them.`);
    throw new ValueError(
      `${where}: the file has ${found.length} objects '${name}': ${found.map((f) => f.path).join(', ')}.\n  Fix: pass the whole path.`,
    );
  }
  private object(where: string, name: string): WeightTree {
    const { parent, key, path } = this.find(where, name);
    const value = parent[key];
    if (value instanceof Tensor) throw new ValueError(`${where}: '${path}' is a weight, not an object.`);
    return value;
  }
  /** Gives an object another name, at its place. */
  renameObject(objectName: string, newName: string): void {
    checkName('renameObject', newName);
    const { parent, key, path } = this.find('renameObject', objectName);
    const to = path.slice(0, path.length - key.length) + newName;
    if (newName !== key && newName in parent)
      throw new ValueError(
        `renameObject: the file has an object '${to}' already.\n  Fix: deleteObject('${to}') first.`,
      );
    const value = parent[key];
    delete parent[key];
    parent[newName] = value;
    for (const [at, name] of [...this.names])
      if (at === path || at.startsWith(`${path}/`)) {
        this.names.delete(at);
        this.names.set(to + at.slice(path.length), name);
      }
  }
  /** Takes an object out, with all below it. */
  deleteObject(objectName: string): void {
    const { parent, key, path } = this.find('deleteObject', objectName);
    delete parent[key];
    for (const at of [...this.names.keys()]) if (at === path || at.startsWith(`${path}/`)) this.names.delete(at);
  }
  /** Puts an object in, at a path whose parents are there. @param weights - arrays by name, '0', '1', ... */
  addObject(objectPath: string, weights: Readonly<Record<string, TensorLike>>): void {
    const parts = objectPath.split('/');
    const name = parts.pop()!;
    const arrays = asTree('addObject', weights);
    checkName('addObject', name);
    const parent = parts.reduce<WeightTree | Tensor | undefined>(
      (at, part) => (at instanceof Tensor ? undefined : at?.[part]),
      this.weightsDict,
    );
    if (!parent || parent instanceof Tensor)
      throw new ValueError(`addObject: the file has no object '${parts.join('/')}'.\n  Fix: summary() lists them.`);
    parent[name] = arrays;
  }
  /** Takes a weight out of an object. */
  deleteWeight(objectName: string, weightName: string): void {
    const object = this.object('deleteWeight', objectName);
    if (!(weightName in object))
      throw new ValueError(
        `deleteWeight: object '${objectName}' has no weight '${weightName}'.\n  Its weights: ${Object.keys(object).join(', ')}`,
      );
    delete object[weightName];
  }
  /** Puts weights into an object; those of the same names are replaced. */
  addWeights(objectName: string, weights: Readonly<Record<string, TensorLike>>): void {
    Object.assign(this.object('addWeights', objectName), asTree('addWeights', weights));
  }
  /** Writes a `.weights.h5` file. Appears under its name when it is complete. */
  async save(filepath: string, options: { signal?: AbortSignal | null } = {}): Promise<void> {
    checkOptions('save', options, { signal: kinds.signal });
    if (typeof filepath !== 'string' || !filepath.endsWith('.weights.h5'))
      throw new ValueError(`save: the name of the file must end in '.weights.h5'.\n  Received: ${describe(filepath)}`);
    const h5 = new Hdf5Writer();
    const visit = (tree: WeightTree, path: string): void => {
      const vars = path ? `${path}/vars` : 'vars';
      for (const [key, value] of Object.entries(tree)) {
        if (value instanceof Tensor)
          h5.dataset(`${vars}/${key}`, { shape: value.shape, dtype: value.dtype, data: () => value.read() });
        else visit(value, path ? `${path}/${key}` : key);
      }
      const name = this.names.get(path);
      if (name !== undefined) h5.attribute(vars, 'name', name);
    };
    visit(this.weightsDict, '');
    await writeAtomically(filepath, (sink) => h5.writeTo(sink), options.signal);
  }
  /** Alias of `save`. */
  resaveWeights(filepath: string, options: { signal?: AbortSignal | null } = {}): Promise<void> {
    return this.save(filepath, options);
  }
}
function checkName(where: string, name: string): void {
  if (typeof name !== 'string' || !name || /[/\0]/.test(name) || ['.', '..', 'vars', '__proto__'].includes(name))
    throw new ValueError(`${where}: a name of one part is expected, without '/'.\n  Received: ${describe(name)}`);
}
function asTree(where: string, weights: Readonly<Record<string, TensorLike>>): WeightTree {
  if (!isRecord(weights))
    throw new TypeError(
      `${where}: weights must be a record of arrays by name ('0', '1', ...).\n  Received: ${describe(weights)}`,
    );
  for (const name of Object.keys(weights)) checkName(where, name);
  return Object.fromEntries(Object.entries(weights).map(([name, value]) => [name, tensor(value)]));
}
