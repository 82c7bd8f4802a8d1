/** Calls of everything public with random arguments; the seed decides them. Errors that are not this library's are findings. */
import * as trae from '../../lib/index';
import { anything, type Named } from './hostile_values';
import { Random, seedOf } from './random';

type AnyFunction = (...args: unknown[]) => unknown;
export interface RandomCall {
  name: string;
  text: string;
  run(): unknown;
}
export interface Finding {
  text: string;
  message: string;
  where: string;
}

/** What asks the network, waits for something, changes the whole process, or reads folders of the user's. */
const LEFT_OUT =
  /^trae\.Tensor$|datasets\.|applications\.(\w+\.)?[A-Z]|decodePredictions|getFile|setRandomSeed|config\.|audioDatasetFromDirectory|imageDatasetFromDirectory|textDatasetFromDirectory|RemoteMonitor|enableInteractive|setBackend|clearSession|set[A-Z]|enable|disable|extractArchive|\.setup/;
const isClass = (f: AnyFunction): boolean => /^class\b/.test(Function.prototype.toString.call(f));

interface Target {
  name: string;
  call: AnyFunction;
}
/** Functions and classes of a namespace and of those in it. */
function* targetsOf(space: object, prefix: string, seen: Set<unknown>): Generator<Target> {
  if (seen.has(space)) return;
  seen.add(space);
  for (const [key, value] of Object.entries(space)) {
    const name = `${prefix}.${key}`;
    if (LEFT_OUT.test(name) || seen.has(value)) continue;
    if (typeof value === 'function') {
      seen.add(value);
      const f = value as AnyFunction;
      if (isClass(f)) yield { name: `new ${name}`, call: (...args) => Reflect.construct(f, args) as unknown };
      else yield { name, call: (...args) => f(...args) };
    } else if (
      value !== null &&
      typeof value === 'object' &&
      (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)
    )
      yield* targetsOf(value as object, name, seen);
  }
}
const METHODS = [
  'call',
  'apply',
  'getConfig',
  'updateState',
  'result',
  'resetState',
  'computeOutputShape',
  'computeMask',
  'build',
];
const methodsOf = (make: () => object, name: string): Target[] =>
  Object.getOwnPropertyNames(Object.getPrototypeOf(make()))
    .filter((key) => key !== 'constructor' && typeof (make() as Record<string, unknown>)[key] === 'function')
    .map((key) => ({
      name: `${name}.${key}`,
      call: (...args) => ((make() as Record<string, AnyFunction>)[key] as AnyFunction).apply(make(), args),
    }));

/** Objects whose methods are called with random arguments: made anew for each call. */
function* objectTargets(): Generator<Target> {
  const { losses, metrics, initializers, optimizers, regularizers, constraints, layers } = trae.keras;
  yield* methodsOf(() => trae.tensor([[1, 2, 3]]), 'Tensor');
  yield* methodsOf(() => trae.variable(trae.zeros([2, 3])), 'Variable');
  const kinds: [string, object][] = [
    ['losses', losses],
    ['metrics', metrics],
    ['initializers', initializers],
    ['optimizers', optimizers],
    ['regularizers', regularizers],
    ['constraints', constraints],
    ['layers', layers],
  ];
  for (const [kind, space] of kinds)
    for (const [key, Class] of Object.entries(space)) {
      if (typeof Class !== 'function' || !isClass(Class as AnyFunction)) continue;
      const make = (): Record<string, AnyFunction> => new (Class as new () => Record<string, AnyFunction>)();
      let one: Record<string, AnyFunction>;
      try {
        one = make();
      } catch {
        continue; // it has required arguments: its constructor alone is searched
      }
      for (const method of METHODS)
        if (typeof one[method] === 'function')
          yield { name: `new keras.${kind}.${key}().${method}`, call: (...args) => make()[method](...args) };
    }
}

let targets: Target[] | undefined;
export const allTargets = (): Target[] => (targets ??= [...targetsOf(trae, 'trae', new Set()), ...objectTargets()]);

/** All calls of the seeds in [first, last). */
export function* randomCalls(first: number, last: number, part = ''): Generator<RandomCall> {
  for (const { name, call } of allTargets()) {
    if (!name.includes(part)) continue;
    for (let seed = first; seed < last; seed++) {
      const r = new Random(seedOf(name) + seed * 7919);
      const args: Named[] = Array.from({ length: r.integer(0, 4) }, () => anything(r));
      yield {
        name,
        text: `${name}(${args.map((a) => a[0]).join(', ')})  seed ${seed}`,
        run: () => call(...args.map((a) => a[1])),
      };
    }
  }
}

/** Thrown by an argument of the call, not by what was called. */
const isCallers = (e: Error): boolean =>
  /hostile_values/.test(e.stack?.split('\n').find((l) => /^\s+at /.test(l)) ?? '');

/** Undefined for a result or an error of ours. */
export async function resultOf(
  { text, run }: RandomCall,
  onRefusal: () => unknown = () => undefined,
): Promise<Finding | undefined> {
  try {
    await run();
    return undefined;
  } catch (e) {
    if (e instanceof trae.TraeError && !(e instanceof trae.InternalError)) {
      onRefusal();
      return undefined;
    }
    const error = e as Error;
    if (error instanceof Error && isCallers(error)) return undefined;
    const where = error?.stack?.split('\n').find((line) => /\/lib\//.test(line));
    return { text, message: `${error?.name}: ${error?.message}`, where: where?.trim() ?? '' };
  }
}
