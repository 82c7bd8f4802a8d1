// What the compiler does not see: promises nobody waits for, names never used, assertions that assert nothing.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import documentedOptions from './scripts/eslint/documented_options.mjs';

const NODE = {
  console: 'readonly',
  process: 'readonly',
  URL: 'readonly',
  require: 'readonly',
  module: 'writable',
  __dirname: 'readonly',
};

export default tseslint.config(
  // The programs are compiled where the package is installed, not here.
  {
    ignores: [
      'test/packaging/installed/programs/*.ts',
      'dist/',
      'build/',
      'build-*/',
      'demo/',
      'docs/api/',
      'prebuilds/',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: NODE },
  },
  {
    files: ['test/packaging/installed/programs/*.{jest.cjs,vitest.mjs}'],
    languageOptions: { globals: { describe: 'readonly', it: 'readonly', expect: 'readonly' } },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      // One step a line: a name that gets a value is declared alone.
      'one-var': ['error', { initialized: 'never' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-unused-expressions': ['error', { allowTernary: true, allowShortCircuit: true }],
      // Keras takes a name, a config, an instance or a function in one place; layers pass on what `call` gives.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // Shapes stand in messages as `[${shape}]`.
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
      // Unions name the values worth completing; methods are made from tables of functions.
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      '@typescript-eslint/unbound-method': 'off',
      // It takes away assertions that narrow what the compiler then needs.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      // Iterables and callbacks of tests are asynchronous on purpose.
      '@typescript-eslint/await-thenable': 'off',
      // A callback may be asynchronous or not; what `signal.reason` holds is thrown as it is.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
    },
  },
  {
    // A native op by its name has no types and no checks: a slip shows only when the line runs.
    files: ['lib/**/*.ts'],
    ignores: ['lib/ops/**', 'lib/core/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CallExpression[callee.name=/^(run|runMany)$/]:matches([arguments.0.type="Literal"], [arguments.0.type="TemplateLiteral"], [arguments.0.type="ConditionalExpression"])',
          message:
            'Write a method of the tensor, a.sub(b).mul(c), or a function of ops, ops.where(mask, x, 0). An op that has neither gets a typed function in lib/ops (@internal, when it is not public).',
        },
        {
          selector: 'CallExpression[callee.object.name="binding"][callee.property.name="run"]',
          message: 'Native ops run in lib/ops and lib/core only: call a method of the tensor or a function of ops.',
        },
      ],
    },
  },
  {
    files: ['lib/**/*.ts'],
    plugins: { local: { rules: { 'documented-options': documentedOptions } } },
    rules: { 'local/documented-options': 'error' },
  },
);
