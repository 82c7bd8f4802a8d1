/** Ops of keras.ops in the configs of functional models: `{ class_name: 'Add', module: 'keras.src.ops.numpy' }`. */
import { TypeError } from '../../support/errors';
import { isRecord } from '../../support/nest';
import { definedOps } from '../../ops/define';
import { getItem, type Key, parseSlice } from '../../ops/get_item';
import type { TensorLike } from '../../core/tensor';
import { OpOperation } from '../keras_tensor';
import { camelCase, snakeCase } from '../serialization/naming';
import { builtInClass } from '../serialization/registry';
import { OPERATION_ROWS } from '../serialization/operation_table';

interface Row {
  module: string;
  className: string;
  name: string;
  /** Parameters of the function, those of the class, those of a call; `?` has a default, `*` takes the rest. */
  parameters: string[];
  settings: string[];
  inputs: string[];
}
const rows: Row[] = OPERATION_ROWS.trim()
  .split('\n')
  .map((line) => {
    const [, module, className, name, rest] = /^(\S+) (\S+) (\S+): ?(.*)$/.exec(line)!;
    const [parameters, settings, inputs] = rest.split('|').map((s) => s.trim().split(' ').filter(Boolean));
    return { module, className, name, parameters, settings: settings ?? [], inputs: inputs ?? [] };
  });
// Functions under two names have one class: the first by its own name is the one that is read.
const byClass = new Map<string, Row>();
for (const row of rows) {
  const known = byClass.get(row.className);
  if (!known || snakeCase(row.className[0].toLowerCase() + row.className.slice(1)) === row.name)
    byClass.set(row.className, row);
}
const byName = new Map(rows.map((row) => [camelCase(row.name), row]));
byName.set('abs', byName.get('absolute')!);
byName.set('concat', byName.get('concatenate')!);

const plain = (p: string): string => p.replace(/[?*]/g, '');

// Whether a module is one of keras.ops.
const isOperationConfig = (module: unknown): boolean =>
  typeof module === 'string' && /^keras(\.src)?\.ops(\.|$)/.test(module);

/**
 * @internal Whether an entry of a functional config is an op: by its module, which HDF5 files leave out. There the class
 * tells, and where a layer has the same name (Add, Reshape), that layers say whether they are trainable.
 */
export function isOperationEntry({
  module,
  class_name: name,
  config,
  inbound_nodes: nodes,
}: {
  module?: unknown;
  class_name: string;
  config?: unknown;
  inbound_nodes?: unknown[];
}): boolean {
  if (module !== undefined && module !== null) return isOperationConfig(module);
  if (!byClass.has(name)) return false;
  if (!builtInClass('keras.layers', name)) return true;
  const node = nodes?.[0];
  return isRecord(node) && Array.isArray(node.args) && isRecord(config) && !('trainable' in config);
}

/** @internal An op's class, its config, and the arguments of one node. */
export function encodeOperation(
  operation: OpOperation,
  args: readonly unknown[],
): {
  module: string;
  className: string;
  config: Record<string, unknown>;
  args: unknown[];
  kwargs: Record<string, unknown>;
} {
  const row = byName.get(operation.opName) ?? byName.get(operation.opName.replace(/^.*\./, ''));
  if (!row)
    throw new TypeError(
      `getConfig: Keras has no op '${operation.opName}' that a file could name.\n  Fix: put it in a layer.`,
    );
  if (row.className === 'GetItem')
    return {
      module: 'keras.src.ops.numpy',
      className: 'GetItem',
      config: { name: operation.name },
      args: [args[0], toFile(args[1])],
      kwargs: {},
    };
  const bound = bind(row, args);
  const config: Record<string, unknown> = { name: operation.name };
  for (const p of row.settings) if (plain(p) in bound) config[plain(p)] = bound[plain(p)];
  const list: unknown[] = [];
  for (const p of row.inputs) {
    if (p.startsWith('*')) list.push(...(bound[plain(p)] as unknown[]));
    else if (plain(p) in bound) list.push(bound[plain(p)]);
  }
  return { module: `keras.src.ops.${row.module}`, className: row.className, config, args: list, kwargs: {} };
}
// Arguments as they are given here, by Keras' names: required ones by place, the others in the last argument.
function bind(row: Row, args: readonly unknown[]): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  const rest = [...args];
  const variadic = row.parameters.some((p) => p.startsWith('*'));
  const last = rest.at(-1);
  if (
    isRecord(last) &&
    rest.length > (variadic ? 1 : row.parameters.filter((p) => !p.endsWith('?')).length - 1) &&
    !('class_name' in last)
  ) {
    for (const [k, v] of Object.entries(last)) if (v !== undefined) out[snakeCase(k)] = v;
    rest.pop();
  }
  for (const p of row.parameters) {
    if (p.startsWith('*')) out[plain(p)] = rest.splice(0);
    else if (!p.endsWith('?') || rest.length) {
      if (rest.length) out[plain(p)] = rest.shift();
    }
  }
  return out;
}

/** @internal Calls the op that a config names: on symbolic tensors it becomes a node. */
export function callOperation(
  className: string,
  config: Record<string, unknown>,
  args: readonly unknown[],
  kwargs: Record<string, unknown>,
): unknown {
  if (className === 'GetItem') return getItem(args[0] as TensorLike, fromFile(args[1]) as Key);
  const row = byClass.get(className);
  const f = row && (definedOps.get(camelCase(row.name)) as ((...a: unknown[]) => unknown) | undefined);
  if (!row || !f) throw new TypeError(`deserialize: the op '${className}' of keras.ops is not known here.`);
  const bound: Record<string, unknown> = { ...config, ...kwargs };
  delete bound.name;
  let i = 0;
  let variadic: unknown[] = [];
  for (const p of row.inputs) {
    if (p.startsWith('*')) variadic = args.slice(i);
    else if (i < args.length) bound[plain(p)] = args[i++];
  }
  const call: unknown[] = [];
  const options: Record<string, unknown> = {};
  // Where TypeScript takes a parameter by place although Keras has a default for it, the function says so.
  const byPlace = new Set(row.name === 'where' ? ['x1', 'x2'] : []);
  for (const p of row.parameters) {
    const name = plain(p);
    if (p.startsWith('*')) call.push(...variadic);
    else if (!(name in bound)) continue;
    else if (p.endsWith('?') && !byPlace.has(name)) options[camelCase(name)] = bound[name];
    else call.push(bound[name]);
  }
  for (const [k, v] of Object.entries(options)) if (v === null || (k === 'sparse' && v === false)) delete options[k];
  return f(...call, ...(Object.keys(options).length ? [options] : []));
}

// Keys of get_item: numbers, null, and Keras' own records of slices and of `...`.
const fromFile = (key: unknown): unknown => {
  if (Array.isArray(key)) return key.map(fromFile);
  if (!isRecord(key)) return key;
  return key.class_name === '__ellipsis__' ? '...' : key.class_name === '__slice__' ? key.config : key;
};
const toFile = (key: unknown): unknown => {
  if (Array.isArray(key)) return key.map(toFile);
  if (key === '...') return { class_name: '__ellipsis__', config: {} };
  const slice = typeof key === 'string' ? parseSlice(key) : key;
  if (!isRecord(slice)) return slice;
  return {
    class_name: '__slice__',
    config: { start: slice.start ?? null, stop: slice.stop ?? null, step: slice.step ?? null },
  };
};
