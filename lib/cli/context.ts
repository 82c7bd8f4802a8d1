/** What a command gets, and how it ends: output, errors that are the caller's, the signal that stops it. */
import { nearest } from '../support/options';

/** @internal A command line that cannot be understood: exit status 2. */
export class UsageError extends Error {
  /** @param command - the command whose help says more; null for the program itself. */
  constructor(
    message: string,
    readonly command: string | null = null,
  ) {
    super(message);
  }
}
/** @internal Something about the files that were given: exit status 1. */
export class InputError extends Error {}

/** @internal */
export interface Context {
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, string | boolean>>;
  readonly json: boolean;
  readonly signal: AbortSignal;
  /** Prints a value for programs, or a text for people. */
  print(text: string | (() => string), value: unknown): void;
}
/** @internal @returns the exit status, 0 unless given. */
export type CommandRun = (context: Context) => Promise<number | void>;

/** @internal */
export function textOption({ options }: Context, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}
/** @internal @throws UsageError for what is no number in the range. */
export function numberOption(
  context: Context,
  command: string,
  name: string,
  { isInteger = true, least = 1 }: { isInteger?: boolean; least?: number } = {},
): number | undefined {
  const text = textOption(context, name);
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(value) || (isInteger && !Number.isSafeInteger(value)) || value < least)
    throw new UsageError(
      `--${name} takes ${isInteger ? 'an integer' : 'a number'} of at least ${least}, not '${text}'.`,
      command,
    );
  return value;
}
/** @internal @throws UsageError for a value that is not one of those. */
export function choiceOption<T extends string>(
  context: Context,
  command: string,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = textOption(context, name);
  if (text === undefined || choices.includes(text as T)) return text as T | undefined;
  const near = nearest(text, choices);
  throw new UsageError(
    `--${name} takes ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}, not '${text}'.${near ? ` Did you mean '${near}'?` : ''}`,
    command,
  );
}
