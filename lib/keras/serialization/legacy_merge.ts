/**
 * Models of Keras 1 that begin with a `Merge` of models: a Sequential whose first layer holds one model for each input.
 * They become the functional model that they are.
 */
import { isRecord } from '../../support/nest';

interface Entry {
  class_name: string;
  config: Record<string, unknown> | unknown[];
}
const isEntry = (x: unknown): x is Entry =>
  isRecord(x) && typeof x.class_name === 'string' && (isRecord(x.config) || Array.isArray(x.config));
const layersOf = ({ config }: Entry): unknown[] | null =>
  Array.isArray(config) ? config : Array.isArray(config.layers) ? config.layers : null;
type Reference = [string, number, number];

/** @internal The functional config of such a list of layers; null when it begins otherwise. */
export function mergedFirst(list: readonly unknown[], name?: unknown): Record<string, unknown> | null {
  const isMerge = (x: unknown): x is Entry => isEntry(x) && x.class_name === 'Merge' && layersOf(x) !== null;
  if (!isMerge(list[0])) return null;
  const layers: Record<string, unknown>[] = [];
  const inputs: Reference[] = [];
  const add = (entry: Entry, from: Reference[]): Reference => {
    const own = isRecord(entry.config) ? entry.config : {};
    const title = typeof own.name === 'string' ? own.name : `${entry.class_name.toLowerCase()}_${layers.length + 1}`;
    // The same layer in two branches stands there twice.
    const known = layers.find((l) => l.name === title) as { inbound_nodes: unknown[] } | undefined;
    if (known) known.inbound_nodes.push(from);
    else layers.push({ ...entry, name: title, inbound_nodes: from.length ? [from] : [] });
    return [title, known ? known.inbound_nodes.length - 1 : 0, 0];
  };
  const input = (title: string, config: Record<string, unknown>): Reference => {
    const reference = add(
      {
        class_name: 'InputLayer',
        config: { name: title, batch_input_shape: config.batch_input_shape, input_dtype: config.input_dtype },
      },
      [],
    );
    inputs.push(reference);
    return reference;
  };
  const chain = (entries: readonly unknown[]): Reference => {
    let at: Reference | null = null;
    for (const entry of entries) {
      if (!isEntry(entry)) continue;
      if (isMerge(entry)) at = add(entry, layersOf(entry)!.map(branch));
      else if (at) at = add(entry, [at]);
      else at = branch(entry);
    }
    return at!;
  };
  // What a branch begins with brings the shape of its input along.
  const branch = (entry: unknown): Reference => {
    const e = entry as Entry;
    if (e.class_name === 'Sequential') return chain(layersOf(e) ?? []);
    if (e.class_name === 'InputLayer')
      return input(String((e.config as Record<string, unknown>).name), e.config as Record<string, unknown>);
    const config = e.config as Record<string, unknown>;
    const first = (layersOf(e)?.[0] as Entry | undefined)?.config as Record<string, unknown> | undefined;
    return add(e, [
      input(`${String(config.name)}_input`, Array.isArray(config.batch_input_shape) ? config : (first ?? config)),
    ]);
  };
  const output = chain(list);
  return { name: typeof name === 'string' ? name : undefined, layers, input_layers: inputs, output_layers: [output] };
}
