/**
 * What objects save and load themselves, as in Keras: `saveOwnVariables(store)` and `loadOwnVariables(store)` for arrays by
 * name, `saveAssets()` and `loadAssets(read)` for files beside them. Layers number their variables unless they override.
 */
import { ValueError } from '../../support/errors';
import { tensor, Tensor, type DType, type Shape, type TensorLike, type TypedArray } from '../../core/tensor';
import { Variable } from '../../core/variable';
import { Layer } from '../layers/layer';
import { readInRun } from '../runs';

/** Arrays by name. */
export type VariableStore = Record<string, TensorLike | Variable>;
/** What a layer saves as files: text (UTF-8) or bytes, by file name. */
export type Assets = Record<string, string | Uint8Array>;
/** Reads a file that was saved as an asset, as text or (`read.bytes`) as bytes; undefined when there is none. */
export interface AssetReader {
  (file: string): string | undefined;
  bytes(file: string): Uint8Array | undefined;
}
interface HasOwnState {
  saveOwnVariables(store: VariableStore): void;
  loadOwnVariables(store: Record<string, Tensor>): void;
}
interface HasAssets {
  saveAssets(): Assets;
  loadAssets(read: AssetReader): void;
}
/** @internal Whether an object has hooks of its own for its variables. */
export const hasOwnState = (x: object): x is HasOwnState =>
  x instanceof Layer &&
  (x.saveOwnVariables !== Layer.prototype.saveOwnVariables || x.loadOwnVariables !== Layer.prototype.loadOwnVariables);
/** @internal */
export const hasAssets = (x: object): x is HasAssets => typeof (x as Partial<HasAssets>).saveAssets === 'function';

/** @internal An array to write. */
export interface OwnArray {
  key: string;
  shape: Shape;
  dtype: DType;
  data: () => Promise<TypedArray>;
}
/** @internal What an object's hook puts into a store. */
export function ownArrays(object: HasOwnState, where: string): OwnArray[] {
  const store: VariableStore = {};
  object.saveOwnVariables(store);
  return Object.entries(store).map(([key, given]) => {
    if (!key || /[/\0]/.test(key) || key === '.' || key === '..')
      throw new ValueError(`saveOwnVariables: '${key}' of ${where} is no name for an array.`);
    const value = given instanceof Variable || given instanceof Tensor ? given : tensor(given as number[]);
    return {
      key,
      shape: value.shape,
      dtype: value.dtype,
      data: () => (value instanceof Variable ? readInRun(value) : value.read()),
    };
  });
}
/** @internal Files that an object saves, with sound names. */
export function ownAssets(object: HasAssets, where: string): [string, Uint8Array][] {
  return Object.entries(object.saveAssets()).map(([file, content]) => {
    if (!file || /[\\\0]/.test(file) || file.split('/').some((part) => !part || part === '.' || part === '..'))
      throw new ValueError(`saveAssets: '${file}' of ${where} is no name for a file.`);
    return [file, typeof content === 'string' ? Buffer.from(content, 'utf8') : content];
  });
}
/** @internal Hands over files by name. */
export function assetReader(files: ReadonlyMap<string, Uint8Array>): AssetReader {
  const read = (file: string): string | undefined => {
    const bytes = files.get(file);
    return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  };
  return Object.assign(read, { bytes: (file: string) => files.get(file) });
}
