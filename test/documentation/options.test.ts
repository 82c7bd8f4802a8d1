/** The rule that keeps fields of options documented: what it finds, and that it is on for all of lib. */
import * as path from 'node:path';
import assert from 'node:assert/strict';
import { ESLint, RuleTester, type Rule } from 'eslint';
import tseslint from 'typescript-eslint';

const ROOT = path.resolve(__dirname, '..', '..');
const NAME = 'local/documented-options';

describe('the rule of documented options', () => {
  it('finds fields without a comment, with one that documents nothing, and with one that says nothing', async () => {
    const file = path.join(ROOT, 'scripts', 'eslint', 'documented_options.mjs');
    const { default: rule } = (await import(file)) as { default: Rule.RuleModule };
    // RuleTester makes tests of its own where there are `describe` and `it`; here all are one.
    const direct = (_: string, run: () => void): void => run();
    Object.assign(RuleTester, { describe: direct, it: direct, itOnly: direct });
    const missing = (field: string): object => ({ messageId: 'missing', data: { type: 'XOptions', field } });
    new RuleTester({ languageOptions: { parser: tseslint.parser } }).run(NAME, rule, {
      valid: [
        'interface XOptions {\n  /** Units of the layer, at least 1. */\n  a: number;\n}',
        'interface XOptions {\n  /** Units of the layer, at least 1. */\n  // Another comment.\n  a: number;\n}',
        'interface Other { a: number }',
        '/** @internal */\nexport interface Other { a: number }',
        'export type X = { \n /** Whether it is used. */\n a?: boolean } & { \n /** How many. */ \n b: 1 };',
      ],
      invalid: [
        { code: 'interface XOptions {\n  a: number;\n}', errors: [missing('a')] },
        {
          code: '/** @internal */\nexport interface XOptions { a: number; b?: string }',
          errors: [missing('a'), missing('b')],
        },
        { code: 'interface XOptions { /** On the line of the brace. */\n  a: number;\n}', errors: [missing('a')] },
        { code: 'interface XOptions {\n  // Units of the layer.\n  a: number;\n}', errors: [missing('a')] },
        {
          code: 'export type Other = { a: 1 } & { b: 1 };',
          errors: [{ messageId: 'missing' }, { messageId: 'missing' }],
        },
        { code: 'interface XOptions {\n  /** The axis. */\n  axis: number;\n}', errors: [{ messageId: 'filler' }] },
      ] as never,
    });
  });

  it('is on for every file of lib', async () => {
    const eslint = new ESLint({ cwd: ROOT });
    const levelOf = async (file: string): Promise<unknown> =>
      ((await eslint.calculateConfigForFile(path.join(ROOT, file))) as { rules: Record<string, unknown[]> }).rules[
        NAME
      ]?.[0];
    assert.equal(await levelOf('lib/keras/layers/core/dense.ts'), 2);
    assert.equal(await levelOf('lib/io/zip.ts'), 2);
  });
});
