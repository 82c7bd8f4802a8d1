/** Groups of HDF5 files that hold the state of objects, and the view of them in which every part of a path is a group of its own. */
import type { Hdf5Dataset } from '../../io/hdf5/index';

/** @internal What is read of a group: of one file, or of several that are one. */
export interface StateGroup {
  /** Where it stands in its file. */
  readonly path: string;
  readonly attributes: { get(name: string): unknown };
  keys(): string[];
  group(name: string): StateGroup | undefined;
  dataset(name: string): Hdf5Dataset | undefined;
}

/** @internal Files that Keras 2.12 to 3.0 wrote on Windows have `layers\dense` as one name: seen as `dense` in `layers`. */
export function withPlainPaths(root: StateGroup): StateGroup {
  const names = root.keys().filter((name) => name.includes('\\'));
  if (!names.length) return root;
  const top = new PlainGroup(root);
  for (const name of names) {
    let here = top;
    for (const part of name.split('\\').filter(Boolean)) here = here.child(part);
    here.own ??= root.group(name) ?? null;
  }
  return top;
}
class PlainGroup implements StateGroup {
  private readonly children = new Map<string, PlainGroup>();
  constructor(
    public own: StateGroup | null,
    readonly path = '',
  ) {}
  /** The group below of this name, made when it is not there. */
  child(name: string): PlainGroup {
    let found = this.children.get(name);
    if (!found)
      this.children.set(
        name,
        (found = new PlainGroup(this.own?.group(name) ?? null, this.path ? `${this.path}/${name}` : name)),
      );
    return found;
  }
  get attributes(): StateGroup['attributes'] {
    return this.own?.attributes ?? new Map();
  }
  keys(): string[] {
    return [...new Set([...(this.own?.keys() ?? []).filter((name) => !name.includes('\\')), ...this.children.keys()])];
  }
  group(name: string): StateGroup | undefined {
    return this.children.get(name) ?? this.own?.group(name);
  }
  dataset(name: string): Hdf5Dataset | undefined {
    return this.own?.dataset(name);
  }
}
