/**
 * The library evaluated twice in a process. Run by copies.test.ts in a process of its own: the copy evaluated last gives the
 * engine the classes of its realm, so that tests of another copy behind it would meet arrays of that realm.
 */
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import * as vm from 'node:vm';
import type * as trae from '../../../lib/index';

const root = path.join(__dirname, '..', '..', '..');
type Library = typeof trae;
const numbers = (t: trae.Tensor): number[] => [...(t.dataSync() as Float32Array)];

/** As test runners do: a context and a registry of modules of its own; only Node's modules and addons are common. */
function inOwnRegistry(): Library {
  const context = vm.createContext({
    console,
    Buffer,
    process,
    URL,
    setTimeout,
    clearTimeout,
    AbortController,
    TextEncoder,
    TextDecoder,
    performance,
  });
  const modules = new Map<string, { exports: unknown }>();
  const load = (file: string): unknown => {
    const known = modules.get(file);
    if (known) return known.exports;
    const module = { exports: {} as unknown };
    modules.set(file, module);
    const outer = createRequire(file);
    const own = (id: string): unknown => {
      const found = outer.resolve(id);
      return found.startsWith(path.join(root, 'dist')) && found.endsWith('.js') ? load(found) : (outer(id) as unknown);
    };
    const run = vm.compileFunction(
      fs.readFileSync(file, 'utf8'),
      ['module', 'exports', 'require', '__filename', '__dirname'],
      { filename: file, parsingContext: context },
    ) as (...args: unknown[]) => void;
    run(module, module.exports, own, file, path.dirname(file));
    return module.exports;
  };
  return load(path.join(root, 'dist', 'index.js')) as Library;
}
function again(): Library {
  const own = createRequire(__filename);
  for (const name of Object.keys(own.cache))
    if (name.startsWith(path.join(root, 'dist')) || name.endsWith('.node')) delete own.cache[name];
  return own(path.join(root, 'dist', 'index.js')) as Library;
}

describe('the library evaluated twice in a process', () => {
  it('ESM beside CommonJS is one copy', async () => {
    const of = createRequire(__filename)('trae-node') as Library;
    const esm = (await import('trae-node')) as unknown as Library;
    const cjs = again();
    assert.equal(esm.keras.Sequential, of.keras.Sequential);
    assert.deepEqual(numbers(cjs.add(esm.tensor([1, 2]), 1)), [2, 3]);
    const model = new esm.keras.Sequential([of.keras.layers.Input([2]), new of.keras.layers.Dense(1)]);
    assert.deepEqual(((await model.predict(cjs.ones([3, 2]), { verbose: 0 })) as trae.Tensor).shape, [3, 1]);
    assert.throws(
      () => cjs.tensor([[1], [1, 2]]),
      (e) => e instanceof esm.ValueError && e instanceof cjs.ValueError,
    );
  });
  for (const [how, make] of [
    ['in registries of their own', inOwnRegistry],
    ['required again', again],
  ] as const)
    it(`${how}: each trains, and tensors, variables and errors of one are known to the other`, async () => {
      const [one, two] = [make(), make()];
      assert.notEqual(one.keras.Sequential, two.keras.Sequential);
      for (const t of [one, two, one]) {
        const model = new t.keras.Sequential([t.keras.layers.Input([2]), new t.keras.layers.Dense(1)]);
        model.compile({ optimizer: 'sgd', loss: 'mse' });
        const { history } = await model.fit(t.ones([4, 2]), t.ones([4, 1]), { epochs: 2, verbose: 0 });
        assert.equal(history.loss.length, 2);
      }
      const a = one.tensor([1, 2]);
      assert.deepEqual(numbers(two.add(a, two.tensor([10, 20]))), [11, 22]);
      assert.deepEqual(numbers(two.add(two.variable([1, 2]), one.variable([5, 5]))), [6, 7]);
      const layer = new one.keras.layers.Dense(2, { kernelInitializer: 'ones', name: 'theirs' });
      assert.ok(layer instanceof two.keras.layers.Layer);
      assert.ok(layer instanceof two.keras.layers.Dense);
      assert.ok(!(layer instanceof two.keras.layers.Flatten));
      const mixed = new two.keras.Sequential([two.keras.layers.Input([2]), layer, new two.keras.layers.Dense(1)]);
      mixed.compile({ optimizer: 'sgd', loss: 'mse' });
      const before = numbers(layer.getWeights()[0]);
      await mixed.fit(one.ones([4, 2]), two.zeros([4, 1]), { verbose: 0 });
      assert.notDeepEqual(numbers(layer.getWeights()[0]), before);
      assert.throws(
        () => one.reshape(one.ones([3]), [2]),
        (e) => e instanceof two.ValueError && e instanceof one.ValueError && !(e instanceof two.IndexError),
      );
    });
  it('values that a copy in a context of its own reads are of that context', async () => {
    const library = inOwnRegistry();
    const t = library.tensor([[1, 2]]);
    const Float32 = library.tensor.constructor('return Float32Array')() as Float32ArrayConstructor;
    const List = library.tensor.constructor('return Array')() as ArrayConstructor;
    assert.notEqual(Float32, Float32Array);
    assert.ok(t.dataSync() instanceof Float32);
    assert.ok((await t.data()) instanceof Float32);
    assert.ok((await library.variable([1]).data()) instanceof Float32);
    assert.ok(t.shape instanceof List && t.arraySync() instanceof List);
    assert.ok(t.add(1).shape instanceof List);
    // What a main program evaluates afterwards is of its own realm again.
    const outside = again();
    assert.ok(outside.ones([2]).dataSync() instanceof Float32Array && outside.ones([2]).shape instanceof Array);
  });
  it('gradient functions of both keep apart', () => {
    const [one, two] = [inOwnRegistry(), inOwnRegistry()];
    const times = (t: Library, k: number) =>
      t.customGradient((x: trae.Tensor) => [x, (dy: trae.Tensor) => dy.multiply(k)] as const);
    const f = times(one, 3);
    const g = times(two, 5);
    assert.deepEqual(numbers(two.grad((x) => g(f(x)).sum())(two.ones([2]))), [15, 15]);
  });
});
