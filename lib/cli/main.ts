#!/usr/bin/env node
/** The program `trae-node`: finds the command, prints what it gives, says in a sentence what went wrong. */
import { inspect } from 'node:util';
import { helpText, requestOf } from './arguments';
import { InputError, UsageError, type Context } from './context';

// eslint-disable-next-line @typescript-eslint/no-require-imports
const { version } = require('../../package.json') as { version: string };

/** Standard output is for results alone. */
function quietConsole(): void {
  for (const name of ['log', 'info', 'debug'] as const) console[name] = console.error.bind(console);
}
// `| head` closes the pipe early: nobody wants the rest.
function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'EOF') process.exit(process.exitCode ?? 0);
      throw error;
    });
}
// The first signal lets what is being written be taken away; the second ends the process.
function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const [name, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(status);
      process.exitCode = status;
      controller.abort();
    });
  return controller.signal;
}
const isVerbose = (args: readonly string[]): boolean => args.includes('--verbose') || !!process.env.TRAE_DEBUG;

/** JSON with a line for each key, and lists of plain values on one line. */
const jsonText = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(
    /\[\n\s+([^[\]{}]*?)\n\s+\]/g,
    (_, inner: string) => `[${inner.replace(/\n\s+/g, ' ')}]`,
  );

/** @returns the exit status. */
function report(error: unknown, args: readonly string[]): number {
  const { message = String(error), name = 'Error', code } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  const plain = message.replace(/^trae-node: /, '');
  const say = (text: string): void => void process.stderr.write(`trae-node: ${text}\n`);
  if (error instanceof UsageError) {
    say(plain);
    process.stderr.write(`Fix: npx trae-node ${error.command ? `${error.command} ` : ''}--help shows what it takes.\n`);
    return 2;
  }
  // Those of the library have codes of their own, those of the system name the call that failed.
  const isExpected =
    error instanceof InputError ||
    (typeof code === 'string' && code !== 'ERR_INTERNAL' && !/^ERR_(INVALID|ASSERTION)/.test(code));
  say(
    isExpected
      ? plain
      : `this is a mistake of trae-node, not yours: ${name}: ${plain.split('\n')[0]}${isVerbose(args) ? '' : ' (--verbose shows where)'}`,
  );
  if (isVerbose(args)) process.stderr.write(`${inspect(error)}\n`);
  return 1;
}

async function main(args: readonly string[]): Promise<number> {
  const request = requestOf(args);
  const write = (text: string): void => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  if (request.kind === 'help') write(helpText(request.command, version));
  else if (request.kind === 'version') write(request.json ? JSON.stringify({ version }) : version);
  else {
    quietConsole();
    const { command, operands, options } = request;
    const json = options.json === true;
    const context: Context = {
      operands,
      options,
      json,
      signal: abortOnSignals(),
      print: (text, value) => write(json ? jsonText(value) : typeof text === 'string' ? text : text()),
    };
    return (await (await command.load()).run(context)) ?? 0;
  }
  return 0;
}

ignoreClosedPipes();
const words = process.argv.slice(2);
main(words)
  .catch((error: unknown) => (process.exitCode ? Number(process.exitCode) : report(error, words)))
  .then((status) => {
    // Not `exit`: what is written to a pipe may still be on its way.
    process.exitCode = status || process.exitCode || 0;
  })
  .catch(() => undefined);
