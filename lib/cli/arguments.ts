/** From the words of a command line to a command with its operands and options; and the pages of help. */
import { parseArgs } from 'node:util';
import { nearest } from '../support/options';
import { COMMANDS, COMMON, type Command, type OptionOf } from './commands';
import { UsageError } from './context';

/** @internal What was asked for. */
export type Request =
  | { kind: 'help'; command: Command | null }
  | { kind: 'version'; json: boolean }
  | { kind: 'run'; command: Command; operands: string[]; options: Record<string, string | boolean> };

const PROGRAM: Readonly<Record<string, OptionOf>> = {
  ...COMMON,
  version: { type: 'boolean', help: 'show the version' },
};
const SHORT: Readonly<Record<string, string>> = { h: 'help', o: 'out', v: 'version', V: 'version' };

function commandOf(name: string): Command {
  const found = COMMANDS.find((c) => c.name === name);
  if (found) return found;
  const names = COMMANDS.map((c) => c.name);
  const near = nearest(name, names);
  throw new UsageError(
    `there is no command '${name}'.${near ? ` Did you mean '${near}'?` : ` The commands are ${names.join(', ')}.`}`,
  );
}
function parse(
  args: readonly string[],
  known: Readonly<Record<string, OptionOf>>,
  command: Command | null,
): { operands: string[]; options: Record<string, string | boolean> } {
  const name = command?.name ?? null;
  const declared = Object.fromEntries(
    Object.entries(known).map(([option, { type }]) => {
      const short = Object.keys(SHORT).find((letter) => SHORT[letter] === option);
      return [option, { type, ...(short ? { short } : {}) }];
    }),
  );
  // Not strict: what is wrong is said here, in the words of this program.
  const { tokens } = parseArgs({
    args: [...args],
    options: declared,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const operands: string[] = [];
  const options: Record<string, string | boolean> = Object.create(null) as Record<string, string | boolean>;
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    if (!Object.hasOwn(known, token.name)) {
      const near = nearest(token.name, Object.keys(known));
      throw new UsageError(
        `${name ? `${name} has` : 'there is'} no option '${token.rawName}'.${near ? ` Did you mean '--${near}'?` : ''}`,
        name,
      );
    }
    const { type, value } = known[token.name];
    if (token.name in options && type === 'string') throw new UsageError(`--${token.name} is given twice.`, name);
    if (type === 'boolean') {
      if (token.value !== undefined)
        throw new UsageError(`--${token.name} takes no value, not '${token.value}'.`, name);
      options[token.name] = true;
    } else {
      const isNext = token.inlineValue === false && /^--?[a-z]/i.test(token.value ?? '');
      if (!token.value || isNext) throw new UsageError(`--${token.name} needs a value (${value ?? 'VALUE'}).`, name);
      options[token.name] = token.value;
    }
  }
  return { operands, options };
}
/** @internal @throws UsageError for anything that is not understood. */
export function requestOf(args: readonly string[]): Request {
  const [first, ...rest] = args;
  if (first === undefined) throw new UsageError(`a command is expected: ${COMMANDS.map((c) => c.name).join(', ')}.`);
  if (first.startsWith('-')) {
    const { options } = parse(args, PROGRAM, null);
    if (options.help) return { kind: 'help', command: null };
    if (options.version) return { kind: 'version', json: options.json === true };
    throw new UsageError('the command comes before its options.');
  }
  if (first === 'help')
    return { kind: 'help', command: rest[0] === undefined || rest[0].startsWith('-') ? null : commandOf(rest[0]) };
  const command = commandOf(first);
  const { operands, options } = parse(rest, { ...command.options, ...COMMON }, command);
  if (options.help) return { kind: 'help', command };
  const isOpen = command.operands.at(-1)?.endsWith('...') ?? false;
  if (operands.length < command.operands.length)
    throw new UsageError(
      `${command.name} needs ${command.operands.slice(operands.length).join(' and ').replace('...', '')}.`,
      command.name,
    );
  if (operands.length > command.operands.length && !isOpen) {
    const takes = command.operands.length ? `takes ${command.operands.join(' ')} alone` : 'takes no operands';
    throw new UsageError(`${command.name} ${takes}; '${operands[command.operands.length]}' is too much.`, command.name);
  }
  if (operands.includes('')) throw new UsageError(`${command.name}: the name of a file is empty.`, command.name);
  return { kind: 'run', command, operands, options };
}

// Words in lines of at most 96 characters, the lines after the first one set in.
function wrapped(text: string, indent: number): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines.at(-1) && lines.at(-1)!.length + word.length + 1 > 96 - indent) lines.push('');
    lines[lines.length - 1] += (lines.at(-1) ? ' ' : '') + word;
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}
function optionLines(options: Readonly<Record<string, OptionOf>>): string[] {
  const heads = Object.entries(options).map(([name, { value }]) => {
    const short = Object.keys(SHORT).find((letter) => SHORT[letter] === name);
    return `  ${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`;
  });
  const width = Math.max(...heads.map((h) => h.length)) + 2;
  return Object.values(options).map(({ help }, i) => heads[i].padEnd(width) + wrapped(help, width));
}
/** @internal The page of help of a command, or of the program. */
export function helpText(command: Command | null, version: string): string {
  if (command) {
    const synopsis = ['npx trae-node', command.name, ...command.operands, '[OPTIONS]'].join(' ');
    const details = command.details.flatMap((d) => ['', wrapped(d, 0)]);
    return [
      synopsis,
      '',
      wrapped(`${command.about[0].toUpperCase()}${command.about.slice(1)}.`, 0),
      '',
      'Options:',
      ...optionLines({ ...command.options, ...COMMON }),
      ...details,
    ].join('\n');
  }
  const heads = COMMANDS.map((c) => `  ${[c.name, ...c.operands].join(' ')}`);
  const width = Math.max(...heads.map((h) => h.length)) + 2;
  return [
    `trae-node ${version}: Keras 3 for Node.js, at the command line`,
    '',
    'npx trae-node COMMAND [OPTIONS]',
    '',
    'Commands:',
    ...COMMANDS.map((c, i) => heads[i].padEnd(width) + wrapped(c.about, width)),
    '',
    'Options:',
    ...optionLines(PROGRAM),
    '',
    'npx trae-node COMMAND --help says more about a command.',
    'Exit status: 0, 1 for files that cannot be used, 2 for a command line that cannot be understood.',
  ].join('\n');
}
