/** A program bundled by esbuild and by webpack, with the package left outside as the documentation says, and with it inside. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { tool, toolFile } from '../cache';
import { assertTrained, Consumer, toolsNode } from '../consumer';
import { check } from '../report';
import { TOOLS } from '../versions';

const ESBUILD = { 'CommonJS output': ['--format=cjs', '--outfile=out/bundle.cjs'], 'ES module output': ['--format=esm', '--outfile=out/bundle.mjs'] };

/** esbuild's own script. Its binary lies in a package for the platform. */
async function esbuild(consumer: Consumer, args: string[]): Promise<void> {
  const script = path.join(consumer.folder, 'esbuild.cjs');
  const api = toolFile('esbuild', 'esbuild/lib/main.js');
  const options = Object.fromEntries(args.map((a) => a.replace(/^--/, '').split('=')));
  fs.writeFileSync(
    script,
    `require(${JSON.stringify(api)}).build({ entryPoints: ['esm.mjs'], bundle: true, platform: 'node', external: ['trae-node'], format: ${JSON.stringify(options.format)}, outfile: ${JSON.stringify(options.outfile)}, logLevel: 'error' })`,
  );
  await consumer.run([script], { program: toolsNode() });
}

export async function bundlers(tarball: string): Promise<void> {
  let consumer!: Consumer;
  if (!(await check('install', async () => void (consumer = await new Consumer(tarball).install())))) return;
  for (const [name, args] of Object.entries(ESBUILD))
    await check(`esbuild ${TOOLS.esbuild.esbuild}, ${name}, the package outside`, async () => {
      await esbuild(consumer, args);
      assertTrained(await consumer.run([args[1].split('=')[1]]));
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
    const api = toolFile('esbuild', 'esbuild/lib/main.js');
    const script = `require(${JSON.stringify(api)}).build({ entryPoints: ['commonjs.cjs'], bundle: true, platform: 'node', outfile: 'elsewhere/dist/bundle.cjs', logLevel: 'silent', external: ['sharp', 'echarts', '@resvg/resvg-js'] })`;
    fs.writeFileSync(path.join(consumer.folder, 'inside.cjs'), script);
    await consumer.run(['inside.cjs'], { program: toolsNode() });
    const error: Error = await consumer.run(['elsewhere/dist/bundle.cjs']).then(
      () => assert.fail('it ran'),
      (e: Error) => e,
    );
    assert.match(error.message, /trae-node: the native addon could not be loaded[\s\S]*external/);
  });
  consumer.remove();
}
