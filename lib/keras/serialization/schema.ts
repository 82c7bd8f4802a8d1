/**
 * What configs must look like before anything is built of them: one table of kinds, checked at every entrance. It names
 * the key, what was received and what is expected. Values of single options are for the classes' own constructors.
 */
import { describe } from '../../support/describe';
import { isOwnFault, TraeError, ValueError } from '../../support/errors';
import { isRecord } from '../../support/nest';

/** Deepest nesting of records and lists: some 60 models inside of one another. Python's own JSON ends at about 1,000. */
export const MAX_DEPTH = 256;
/** Longest name of a class, an object, a module. */
const MAX_NAME = 4096;

interface KindOfValue {
  is(x: unknown): boolean;
  expected: string;
}
const isName = (x: unknown): x is string => typeof x === 'string' && x.length <= MAX_NAME;
const KINDS = {
  name: { is: isName, expected: `a text of at most ${MAX_NAME} characters` },
  'name or null': { is: (x) => x == null || isName(x), expected: `a text of at most ${MAX_NAME} characters, or null` },
  'record or null': { is: (x) => x == null || isRecord(x), expected: 'a record, or null' },
  'list of layers': { is: Array.isArray, expected: 'a list of layers' },
  'list or null': { is: (x) => x == null || Array.isArray(x), expected: 'a list, or null' },
  'flag or null': { is: (x) => x == null || typeof x === 'boolean', expected: 'true, false or null' },
  structure: { is: (x) => Array.isArray(x) || isRecord(x), expected: 'a list or record of [layer, node, tensor]' },
} as const satisfies Record<string, KindOfValue>;
type Schema = Readonly<Record<string, keyof typeof KINDS>>;

/** Any object in Keras' JSON. */
const OBJECT: Schema = {
  class_name: 'name',
  module: 'name or null',
  registered_name: 'name or null',
  build_config: 'record or null',
  compile_config: 'record or null',
};
/** A layer in a functional model. */
const ENTRY: Schema = { ...OBJECT, name: 'name or null', inbound_nodes: 'list or null' };
const MODEL: Schema = { name: 'name or null', layers: 'list of layers' };
const FUNCTIONAL: Schema = { ...MODEL, input_layers: 'structure', output_layers: 'structure' };

function checkRecord(where: string, x: Record<string, unknown>, schema: Schema): void {
  for (const [key, kind] of Object.entries(schema)) {
    const value = Object.hasOwn(x, key) ? x[key] : undefined;
    if (!KINDS[kind].is(value))
      throw new ValueError(
        `${where}: '${key}' must be ${KINDS[kind].expected}.\n  Received: ${value === undefined ? 'nothing' : describe(value)}`,
      );
  }
}
/** @internal Refuses what is nested too deeply, without recursion. */
export function checkDepth(where: string, value: unknown): void {
  // A set: what occurs many times, in objects that are not from JSON, counts once for each level.
  let level = new Set<object>(isContainer(value) ? [value] : []);
  for (let depth = 1; level.size; depth++) {
    if (depth > MAX_DEPTH)
      throw new ValueError(
        `${where}: it is nested more than ${MAX_DEPTH} levels deep, which is the most that is read.\n  Received: ${describe(value).slice(0, 80)}\n  Fix: join models inside of models, or wrappers of wrappers, to fewer levels.`,
      );
    const next = new Set<object>();
    for (const x of level) for (const child of Object.values(x)) if (isContainer(child)) next.add(child);
    level = next;
  }
}
const isContainer = (x: unknown): x is object => Array.isArray(x) || isRecord(x);

/** @internal Refuses an object whose parts are of the wrong kinds. */
export function checkObject(config: Record<string, unknown>): void {
  const { class_name: name } = config;
  checkRecord(`deserialize: the config of ${isName(name) ? `'${shortened(name)}'` : 'an object'}`, config, OBJECT);
}
const shortened = (name: string): string => (name.length > 80 ? `${name.slice(0, 80)}...` : name);

/** @internal Refuses layers of a Sequential that are none, and two of one name, before any is made. */
export function checkSequential(config: Record<string, unknown>): void {
  const where = `fromConfig: Sequential ${titleOf(config)}`;
  checkDepth(where, config);
  checkRecord(where, config, { ...MODEL, buildInputShape: 'list or null' });
  (config.layers as unknown[]).forEach((entry, i) => {
    // Layers that are made already may stand there too.
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
      throw new ValueError(`${where}: layer ${i} must be a record.\n  Received: ${describe(entry)}`);
    if (isRecord(entry)) checkRecord(`${where}: layer ${i}`, entry, OBJECT);
  });
}
const titleOf = (config: Record<string, unknown>): string =>
  isName(config.name) ? `'${shortened(config.name)}'` : 'without a name';

type History = [string, number, number];
const isIndex = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0;
const isHistory = (x: unknown): x is History =>
  Array.isArray(x) && x.length >= 3 && typeof x[0] === 'string' && isIndex(x[1]) && isIndex(x[2]);

/** @internal Refuses a functional config whose layers or joints are no such, before any layer is made. */
export function checkFunctional(config: Record<string, unknown>): void {
  const where = `fromConfig: model ${titleOf(config)}`;
  checkDepth(where, config);
  checkRecord(
    where,
    {
      ...config,
      input_layers: config.input_layers ?? config.inputLayers,
      output_layers: config.output_layers ?? config.outputLayers,
    },
    FUNCTIONAL,
  );
  const names = new Set<string>();
  (config.layers as unknown[]).forEach((entry, i) => {
    if (!isRecord(entry))
      throw new ValueError(`${where}: layer ${i} must be a record.\n  Received: ${describe(entry)}`);
    const own = isRecord(entry.config) ? entry.config.name : undefined;
    const name = entry.name ?? own;
    const title = `${where}: layer ${isName(name) ? `'${shortened(name)}'` : i}`;
    checkRecord(title, entry, ENTRY);
    if (!isName(name))
      throw new ValueError(
        `${title}: 'name' must be ${KINDS.name.expected}.\n  Received: ${name === undefined ? 'nothing' : describe(name)}`,
      );
    if (names.has(name)) throw new ValueError(`fromConfig: two layers have the name '${shortened(name)}'.`);
    names.add(name);
    for (const [k, node] of ((entry.inbound_nodes ?? []) as unknown[]).entries())
      checkNode(`${title}, node ${k}`, node);
  });
  for (const key of ['input_layers', 'output_layers'] as const)
    checkReferences(
      `${where}: '${key}'`,
      config[key] ?? config[key === 'input_layers' ? 'inputLayers' : 'outputLayers'],
      names,
    );
}
// A node of Keras 3 holds arguments; of Keras 1 and 2 it is a list of references.
function checkNode(where: string, node: unknown): void {
  if (!isRecord(node)) {
    if (!Array.isArray(node))
      throw new ValueError(
        `${where}: a record of args and kwargs, or a list of [layer, node, tensor], is expected.\n  Received: ${describe(node)}`,
      );
    return;
  }
  if (!('args' in node)) return;
  if (!Array.isArray(node.args))
    throw new ValueError(`${where}: 'args' must be a list.\n  Received: ${describe(node.args)}`);
  if (node.kwargs != null && !isRecord(node.kwargs))
    throw new ValueError(`${where}: 'kwargs' must be a record.\n  Received: ${describe(node.kwargs)}`);
  const pending: unknown[] = [...node.args, node.kwargs];
  while (pending.length) {
    const x = pending.pop();
    if (isRecord(x) && x.class_name === '__keras_tensor__') {
      const history = isRecord(x.config) ? x.config.keras_history : undefined;
      if (!isHistory(history))
        throw new ValueError(
          `${where}: 'keras_history' of a tensor must be [layer, node, tensor].\n  Received: ${history === undefined ? 'nothing' : describe(history)}`,
        );
    } else if (isContainer(x)) for (const child of Object.values(x)) pending.push(child);
  }
}
function checkReferences(where: string, structure: unknown, names: ReadonlySet<string>): void {
  const pending: unknown[] = [structure];
  while (pending.length) {
    const x = pending.pop();
    if (isHistory(x)) {
      if (!names.has(x[0]))
        throw new ValueError(`${where} names a layer '${shortened(x[0])}' that the model does not have.`);
    } else if (isContainer(x)) for (const child of Object.values(x)) pending.push(child);
    else if (x !== null)
      throw new ValueError(`${where} must be ${KINDS.structure.expected}.\n  Received: ${describe(structure)}`);
  }
}

/** @internal Whether JavaScript itself threw it, in code of this library or for want of stack or length. */
export const isRawError = (error: unknown): error is Error =>
  error instanceof Error && !(error instanceof TraeError) && (error instanceof RangeError || isOwnFault(error));

/**
 * @internal Makes an object of its config. What its class cannot take, and does not name itself, becomes an error that
 * names the object and what it was made of; errors of the class get the object's name.
 */
export function making<T>(className: string, config: unknown, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const name =
      isRecord(config) && isName(config.name)
        ? `'${shortened(config.name)}' (${shortened(className)})`
        : `'${shortened(className)}'`;
    if (isRawError(error))
      throw new ValueError(
        `deserialize: the config of ${name} is damaged: an option is not what ${shortened(className)} takes.\n  Received: ${describe(config)}`,
        {
          cause: error,
        },
      );
    throw error;
  }
}
/** @internal Reads a file: raw errors become errors that name it, and errors of configs get a line that does. */
export async function readingFile<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (isRawError(error))
      throw new ValueError(`${file} is damaged: what it describes cannot be made.`, { cause: error });
    if (
      error instanceof TraeError &&
      /^(fromConfig:|deserialize: the config)/.test(error.message) &&
      !error.message.includes(file)
    ) {
      const line = `\n  In file ${file}.`;
      error.message += line;
      if (error.stack) error.stack = error.stack.replace(/(\n\s+at |$)/, (at) => line + at);
    }
    throw error;
  }
}
