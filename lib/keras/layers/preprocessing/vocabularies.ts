/** Whether configs hold vocabularies that were learned: HDF5 files have no assets beside them, so theirs do. */
let areKept = false;

/** @internal While `f` runs, lookups put what they have learned into their configs. */
export function withVocabularies<T>(f: () => T): T {
  const outer = areKept;
  areKept = true;
  try {
    return f();
  } finally {
    areKept = outer;
  }
}
/** @internal */
export const keepsVocabularies = (): boolean => areKept;
