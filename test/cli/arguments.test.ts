/** Words of a command line: commands, options and operands, and what is said of wrong ones. */
import assert from 'node:assert/strict';
import { helpText, requestOf } from '../../lib/cli/arguments';
import { COMMANDS } from '../../lib/cli/commands';
import { UsageError } from '../../lib/cli/context';

const refusal = (...args: string[]): string => {
  try {
    requestOf(args);
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    return error.message;
  }
  return assert.fail(`${args.join(' ')} was understood`);
};
const run = (...args: string[]) => {
  const request = requestOf(args);
  assert.equal(request.kind, 'run');
  return request as Extract<typeof request, { kind: 'run' }>;
};

describe('command line', () => {
  it('gives a command, its operands and its options', () => {
    const { command, operands, options } = run('plot', 'm.keras', '--out=a.svg', '--show-shapes', '--json');
    assert.equal(command.name, 'plot');
    assert.deepEqual(operands, ['m.keras']);
    assert.deepEqual({ ...options }, { out: 'a.svg', 'show-shapes': true, json: true });
    assert.deepEqual({ ...run('plot', '-o', 'b.png', 'm.keras').options }, { out: 'b.png' });
    assert.deepEqual(run('predict', 'm', 'a.png', 'b.png').operands, ['m', 'a.png', 'b.png']);
    assert.deepEqual(run('inspect', '--', '--json').operands, ['--json']);
    assert.equal(run('predict', 'm', 'i.png', '--rescale', '-1').options.rescale, '-1');
  });
  it('asks for help and versions', () => {
    assert.deepEqual(requestOf(['--help']), { kind: 'help', command: null });
    assert.deepEqual(requestOf(['help']), { kind: 'help', command: null });
    assert.equal((requestOf(['help', 'plot']) as { command: { name: string } }).command.name, 'plot');
    assert.equal((requestOf(['convert', '-h']) as { command: { name: string } }).command.name, 'convert');
    assert.deepEqual(requestOf(['--version', '--json']), { kind: 'version', json: true });
    assert.deepEqual(requestOf(['-v']), { kind: 'version', json: false });
  });
  it('refuses what it does not know, and names the nearest', () => {
    assert.equal(refusal('sumary', 'm'), "there is no command 'sumary'. Did you mean 'summary'?");
    assert.equal(
      refusal('constructor'),
      "there is no command 'constructor'. The commands are doctor, summary, plot, convert, inspect, predict.",
    );
    assert.equal(
      refusal('plot', 'm', '--show-shape'),
      "plot has no option '--show-shape'. Did you mean '--show-shapes'?",
    );
    assert.equal(refusal('plot', 'm', '--constructor'), "plot has no option '--constructor'.");
    assert.equal(refusal('plot', 'm', '-x'), "plot has no option '-x'.");
    assert.equal(refusal('--jsn'), "there is no option '--jsn'. Did you mean '--json'?");
    assert.equal(refusal('--json'), 'the command comes before its options.');
  });
  it('refuses options without a value, with one too many, and twice', () => {
    assert.equal(refusal('plot', 'm', '--out'), '--out needs a value (FILE).');
    assert.equal(refusal('plot', 'm', '--out', '--json'), '--out needs a value (FILE).');
    assert.equal(refusal('plot', 'm', '--out='), '--out needs a value (FILE).');
    assert.equal(refusal('plot', 'm', '--json=yes'), "--json takes no value, not 'yes'.");
    assert.equal(refusal('plot', 'm', '--out', 'a.svg', '--out', 'b.svg'), '--out is given twice.');
  });
  it('counts operands', () => {
    assert.equal(refusal(), 'a command is expected: doctor, summary, plot, convert, inspect, predict.');
    assert.equal(refusal('convert'), 'convert needs IN and OUT.');
    assert.equal(refusal('convert', 'a'), 'convert needs OUT.');
    assert.equal(refusal('predict', 'm'), 'predict needs INPUT.');
    assert.equal(refusal('summary', 'a', 'b'), "summary takes MODEL alone; 'b' is too much.");
    assert.equal(refusal('doctor', 'a'), "doctor takes no operands; 'a' is too much.");
    assert.equal(refusal('inspect', ''), 'inspect: the name of a file is empty.');
  });
  it('has help that names every command and every option, in lines of a terminal', () => {
    const program = helpText(null, '1.2.3');
    assert.ok(program.startsWith('trae-node 1.2.3: '));
    for (const command of COMMANDS) {
      assert.ok(program.includes(`\n  ${[command.name, ...command.operands].join(' ')} `), command.name);
      const page = helpText(command, '1.2.3');
      assert.ok(page.startsWith(`npx trae-node ${command.name} `));
      for (const name of [...Object.keys(command.options), 'json', 'verbose', 'help'])
        assert.ok(page.includes(`--${name}`), `${command.name} --${name}`);
      for (const line of page.split('\n')) assert.ok(line.length <= 100, line);
    }
  });
});
