/** TypeScript 5, 6 and 7: strict, with the declarations of the package itself checked. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { tool, toolFile } from '../cache';
import { assertTrained, Consumer, toolsNode } from '../consumer';
import { check } from '../report';

const STRICT = {
  strict: true,
  skipLibCheck: false,
  noImplicitOverride: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: false,
  forceConsistentCasingInFileNames: true,
  target: 'es2022',
  types: ['node'],
};
/** How a project resolves modules: the options, and the file that the compiled program is. */
const PROJECTS = {
  'ES module': {
    source: 'typed.mts',
    output: 'typed.mjs',
    options: { module: 'nodenext', moduleResolution: 'nodenext' },
  },
  'CommonJS module': {
    source: 'typed.cts',
    output: 'typed.cjs',
    options: { module: 'nodenext', moduleResolution: 'nodenext' },
  },
  'for a bundler': {
    source: 'typed.mts',
    output: 'typed.mjs',
    options: { module: 'esnext', moduleResolution: 'bundler' },
  },
};
const VERSIONS = ['typescript-5', 'typescript-6', 'typescript-7'] as const;

export async function typescript(tarball: string): Promise<void> {
  let consumer!: Consumer;
  if (!(await check('install', async () => void (consumer = await new Consumer(tarball).install())))) return;
  const program = fs.readFileSync(path.join(consumer.folder, 'typed.ts'), 'utf8');
  for (const version of VERSIONS)
    for (const [name, { source, output, options }] of Object.entries(PROJECTS))
      await check(`${version}, ${name}: compiles strictly, runs`, async () => {
        const compiler = toolFile(version, 'typescript/bin/tsc');
        const typeRoots = [path.join(tool(version), 'node_modules', '@types')];
        fs.writeFileSync(path.join(consumer.folder, source), program);
        const project = { compilerOptions: { ...STRICT, ...options, typeRoots, outDir: 'out' }, files: [source] };
        fs.writeFileSync(path.join(consumer.folder, 'tsconfig.json'), JSON.stringify(project));
        await consumer.run([compiler, '-p', 'tsconfig.json'], { program: toolsNode() });
        assertTrained(await consumer.run([path.join('out', output)]));
        fs.rmSync(path.join(consumer.folder, 'out'), { recursive: true });
        fs.rmSync(path.join(consumer.folder, source));
      });
  consumer.remove();
}
