/** A program bundled by esbuild and by webpack, with the package left outside as the documentation says, and with it inside. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { tool, toolFile } from '../cache';
import { assertTrained, Consumer, toolsNode } from '../consumer';
import { check } from '../report';
import { TOOLS } from '../versions';

const OUTSIDE = { external: ['trae-node'] };
const ESBUILD = {
  'CommonJS to CommonJS': { ...OUTSIDE, entryPoints: ['commonjs.cjs'], format: 'cjs', outfile: 'out/bundle.cjs' },
  'TypeScript to CommonJS': { ...OUTSIDE, entryPoints: ['typed.ts'], format: 'cjs', outfile: 'out/typed.cjs' },
  'TypeScript to an ES module': { ...OUTSIDE, entryPoints: ['typed.ts'], format: 'esm', outfile: 'out/typed.mjs' },
};
/** The package without its addon; the optional packages stay outside, as they are not installed. */
const INSIDE = {
  entryPoints: ['commonjs.cjs'],
  outfile: 'elsewhere/dist/bundle.cjs',
  external: ['sharp', 'echarts', '@resvg/resvg-js'],
};

async function esbuild(consumer: Consumer, options: object): Promise<void> {
  const api = toolFile('esbuild', 'esbuild/lib/main.js');
  const all = { bundle: true, platform: 'node', logLevel: 'silent', ...options };
  fs.writeFileSync(
    path.join(consumer.folder, 'esbuild.cjs'),
    `require(${JSON.stringify(api)}).build(${JSON.stringify(all)});`,
  );
  await consumer.run(['esbuild.cjs'], { program: toolsNode() });
}

export async function bundlers(tarball: string): Promise<void> {
  let consumer!: Consumer;
  if (!(await check('install', async () => void (consumer = await new Consumer(tarball).install())))) return;
  for (const [name, options] of Object.entries(ESBUILD))
    await check(`esbuild ${TOOLS.esbuild.esbuild}, ${name}, the package outside`, async () => {
      await esbuild(consumer, options);
      assertTrained(await consumer.run([options.outfile]));
    });
  await check(`webpack ${TOOLS.webpack.webpack}, the package outside`, async () => {
    const config = `module.exports = { mode: 'production', target: 'node', entry: './commonjs.cjs', externals: { 'trae-node': 'commonjs trae-node' },
      output: { path: __dirname + '/out', filename: 'webpack.cjs' } };`;
    fs.writeFileSync(path.join(consumer.folder, 'webpack.config.cjs'), config);
    await consumer.run([toolFile('webpack', 'webpack/bin/webpack.js'), '--config', 'webpack.config.cjs'], {
      program: toolsNode(),
      env: { NODE_PATH: path.join(tool('webpack'), 'node_modules') },
    });
    assertTrained(await consumer.run(['out/webpack.cjs']));
  });
  await check('esbuild, the package taken in without its addon: the error says to leave it outside', async () => {
    await esbuild(consumer, INSIDE);
    const error: Error = await consumer.run([INSIDE.outfile]).then(
      () => assert.fail('it ran'),
      (e: Error) => e,
    );
    assert.match(error.message, /trae-node: the native addon could not be loaded[\s\S]*external/);
  });
  consumer.remove();
}
