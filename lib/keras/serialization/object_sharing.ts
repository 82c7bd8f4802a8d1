/**
 * Objects that a file holds at several places: each place has the same id, and the object is made once
 * (keras.src.saving.serialization_lib.ObjectSharingScope; tf.keras 2 gives such ids to all objects).
 *
 * Porting note: layers get an id of their own kind here. Of a layer with a `shared_object_id` Keras 3 takes the first
 * call of all for the first call in each model, so it refuses most files of models that share a layer, its own too.
 * Without it Keras makes a layer at each place, whose weights are at each place too.
 */
const OWN_ID = 'trae_shared_object_id';
interface WithIds {
  shared_object_id?: unknown;
  [OWN_ID]?: number;
}
interface Sharing {
  made: Map<string, object>;
  written: Map<object, WithIds>;
  lastId: number;
}
let sharing: Sharing | null = null;

/** @internal While `f` reads or writes one file, what it holds several times is one object. */
export function withObjectSharing<T>(f: () => T): T {
  const outer = sharing;
  sharing = { made: new Map(), written: new Map(), lastId: 0 };
  try {
    return f();
  } finally {
    sharing = outer;
  }
}
const idOf = ({ [OWN_ID]: own, shared_object_id: id }: WithIds): string | null =>
  own !== undefined ? `own ${own}` : id !== undefined ? `${String(id)}` : null;

/** @internal The object that this config stands for, when it was made already. */
export function sharedObject(config: WithIds): object | undefined {
  const id = idOf(config);
  return id === null ? undefined : sharing?.made.get(id);
}
/** @internal */
export function rememberObject(config: WithIds, object: unknown): void {
  const id = idOf(config);
  if (sharing && id !== null && typeof object === 'object' && object !== null) sharing.made.set(id, object);
}
/** @internal Gives the configs of one object the same id, from its second time on. */
export function markShared(object: object, config: WithIds): void {
  if (!sharing) return;
  const first = sharing.written.get(object);
  if (first) config[OWN_ID] = first[OWN_ID] ??= ++sharing.lastId;
  else sharing.written.set(object, config);
}
