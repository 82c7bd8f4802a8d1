/**
 * Error classes. Each carries `code` (`ERR_VALUE`, ...) and `op` (the operation that refused), and its stack starts
 * at the caller's line: frames of this library are left out.
 */
import * as path from 'node:path';
import { codeFolder } from '../folders';
import { describe } from './describe';
import { isError } from './realms';
import { acrossCopies } from './copies';

const OWN_FOLDER = codeFolder + path.sep;

/** Base of all errors thrown on purpose by this library. */
export class TraeError extends Error {
  /** Stable identifier, `ERR_` and the class in upper snake case. */
  readonly code: string;
  /** Operation or layer method that refused, where there is one. */
  readonly op?: string;
  /** @internal Set once a layer has added its line. */
  declare layerNamed?: boolean;

  constructor(message: string, options: { op?: string; cause?: unknown } = {}) {
    super(
      typeof message === 'string' ? message : describe(message),
      options?.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = new.target.name;
    this.code =
      'ERR_' +
      this.name
        .replace(/Error$/, '')
        .replace(/(?<=[a-z])(?=[A-Z])/g, '_')
        .toUpperCase();
    if (options?.op) this.op = options.op;
    Object.defineProperty(this, 'layerNamed', { writable: true, configurable: true, value: false }); // not shown by console.log
    stripOwnFrames(this);
  }
}
acrossCopies(TraeError, 'TraeError', true);

/** A value, shape, dtype or option that cannot be used. */
export class ValueError extends TraeError {}
/** A value of the wrong kind. */
export class TypeError extends TraeError {}
/** An index outside of its axis. */
export class IndexError extends TraeError {}
/** Something Keras itself leaves to subclasses, or an operation without a gradient. */
export class NotImplementedError extends TraeError {}
/** A call at the wrong moment: two `fit` at once, reading a value while tracing. */
export class RuntimeError extends TraeError {}
/** An attribute that does not exist (yet). */
export class AttributeError extends TraeError {}
/** A missing or unreadable file. */
export class FileError extends TraeError {}
/** Memory asked for and not to be had. */
export class OutOfMemoryError extends TraeError {}
/** A mistake of this library, not of its caller. */
export class InternalError extends TraeError {}
/** The work was cancelled through an AbortSignal. */
export class AbortError extends TraeError {}

const KINDS: Record<string, typeof TraeError> = {
  ValueError,
  TypeError,
  IndexError,
  NotImplementedError,
  RuntimeError,
  OutOfMemoryError,
  InternalError,
  AbortError,
};

/** @internal Makes the error that native code reports by name. */
export function makeError(kind: string, message: string, op?: string): TraeError {
  const Kind = (typeof kind === 'string' ? KINDS[kind] : undefined) ?? InternalError;
  if (typeof op !== 'string' || !op.includes('_')) return new Kind(message, { op });
  const name = op.replace(/_(\w)/g, (_, c: string) => c.toUpperCase()); // as the function is called here
  return new Kind(message.startsWith(`${op}:`) ? name + message.slice(op.length) : message, { op: name });
}

/** @internal Whether JavaScript threw this in a line of this library, not in a function of the caller. */
export function isOwnFault(error: unknown): boolean {
  if (!isError(error) || error instanceof TraeError) return false;
  const first = error.stack
    ?.split('\n')
    .find(
      (line) =>
        /^\s+at /.test(line) &&
        !/\((?:<anonymous>|node:internal)/.test(line) &&
        !/at \S*(?:native|<anonymous>)$/.test(line),
    );
  return first?.includes(OWN_FOLDER) === true;
}

function stripOwnFrames(error: Error): void {
  const lines = error.stack?.split('\n');
  if (!lines) return;
  const first = lines.findIndex((line) => /^\s+at /.test(line));
  if (first < 0) return;
  const frames = lines.slice(first).filter((line) => !line.includes(OWN_FOLDER));
  error.stack = [...lines.slice(0, first), ...frames].join('\n');
}
