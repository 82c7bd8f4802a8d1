/** The package as others see it: import, require, and types. */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import { Consumer, printed, ROOT, runNode } from './consumer';

const ESM = `
import { createRequire } from 'node:module';
import library, * as trae from 'trae-node';
const required = createRequire(import.meta.url)('trae-node');
console.log(JSON.stringify({
  sum: trae.sum(trae.tensor([1, 2, 3])).item(),
  isOne: library === required && trae.Tensor === required.Tensor,
  missing: Object.keys(required).filter((name) => !(name in trae)),
  extra: Object.keys(trae).filter((name) => name !== 'default' && !(name in required)),
  count: Object.keys(required).length,
}));`;

const CJS = `
const trae = require('trae-node');
const { layers, Sequential } = trae.keras;
const model = new Sequential([layers.Input([4]), new layers.Dense(3)]);
console.log(JSON.stringify({ shape: model.outputShape, version: trae.version, manifest: require('trae-node/package.json').version }));`;

const TYPES = `
import * as trae from 'trae-node';
const { layers, optimizers, Sequential, Model } = trae.keras;
class Scale extends layers.Layer {
  factor!: trae.Variable;
  override build(): void { this.factor = this.addWeight({ shape: [], initializer: 'ones', name: 'factor' }); }
  override call(x: trae.Tensor): trae.Tensor { return x.multiply(this.factor).add(1).sqrt(); }
}
const model: InstanceType<typeof Model> = new Sequential([layers.Input([4]), new Scale(), new layers.Dense(3, { activation: 'relu' })]);
model.compile({ optimizer: new optimizers.Adam({ learningRate: 0.01 }), loss: 'mse' });
const rate: number[] = (await model.fit(trae.ones([8, 4]), trae.zeros([8, 3]), { epochs: 1 })).history.loss;
const dtype: trae.DType = trae.matmul(trae.ones([2, 2]), trae.ones([2, 2])).dtype;
const fast = trae.compile((x) => x.add(1));
const sum: trae.Tensor = fast(trae.ones([2]));
const slope: trae.Tensor = trae.grad((x) => x.square().sum())(sum);
export { rate, dtype, slope };
`;
const WRONG = {
  'unknown option': "new trae.keras.layers.Dense(3, { activatoin: 'relu' });",
  'text for a number': "new trae.keras.layers.Dense('3');",
  'unknown dtype': "trae.tensor([1], null, 'float31');",
  'unknown name': 'trae.keras.layers.Dens;',
  'text as a tensor': "trae.sum('1');",
};

describe('entry points', () => {
  const consumer = new Consumer({ 'package.json': '{}', 'esm.mjs': ESM, 'cjs.cjs': CJS, 'types.mts': TYPES });
  after(() => consumer.remove());
  const run = async (file: string): Promise<Record<string, unknown>> =>
    JSON.parse(await printed([file], consumer.folder)) as Record<string, unknown>;

  it('import gives all names, of the same library as require', async () => {
    const { count, ...rest } = await run('esm.mjs');
    assert.deepEqual(rest, { sum: 6, isOne: true, missing: [], extra: [] });
    assert.ok(Number(count) > 100, `${String(count)} names`);
  });

  it('require gives the library and its manifest', async () => {
    const { shape, version, manifest } = await run('cjs.cjs');
    assert.deepEqual(shape, [null, 3]);
    assert.equal(version, manifest);
  });

  it('nothing else of the package can be required', async () => {
    const { code, stderr } = await runNode(['-e', "require('trae-node/dist/tensor.js')"], { cwd: consumer.folder });
    assert.notEqual(code, 0);
    assert.match(stderr, /ERR_PACKAGE_PATH_NOT_EXPORTED/);
  });

  // Strict, and with the declarations of the library itself checked.
  const compile = (...files: string[]) => {
    const options = [
      '--noEmit',
      '--strict',
      '--noImplicitOverride',
      '--module',
      'node16',
      '--target',
      'es2022',
      '--lib',
      'es2023,esnext.disposable',
      '--types',
      'node',
      '--typeRoots',
      path.join(ROOT, 'node_modules', '@types'),
    ];
    return runNode([path.join(ROOT, 'node_modules', 'typescript', 'lib', 'tsc.js'), ...options, ...files], {
      cwd: consumer.folder,
    });
  };

  it('types serve an ES module and a CommonJS module', async () => {
    // CommonJS has no await outside of functions.
    consumer.write({ 'types.cts': TYPES.replace(/^const rate.*\n/m, '').replace('rate, ', '') });
    const { code, stdout } = await compile('types.mts', 'types.cts');
    assert.equal(code, 0, stdout);
  });

  it('types refuse what is wrong', async () => {
    const lines = Object.entries(WRONG).map(([what, line]) => `${line} // ${what}`);
    consumer.write({ 'wrong.mts': ["import * as trae from 'trae-node';", ...lines].join('\n') });
    const { stdout } = await compile('wrong.mts');
    const refused = new Set([...stdout.matchAll(/^wrong\.mts\((\d+),/gm)].map((m) => Number(m[1])));
    assert.deepEqual(
      [...refused],
      lines.map((_, i) => i + 2),
      stdout,
    );
  });
});
