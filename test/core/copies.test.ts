/** The library evaluated twice in a process, and values of other realms. */
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import * as vm from 'node:vm';
import * as trae from '../../lib/index';

const root = path.join(__dirname, '..', '..');
type Library = typeof trae;
const numbers = (t: trae.Tensor): number[] => [...(t.dataSync() as Float32Array)];

/** As test runners do: a context and a registry of modules of its own; only Node's modules and addons are common. */
function inOwnRegistry(): Library {
  const context = vm.createContext({ console, Buffer, process, URL, setTimeout, clearTimeout, AbortController, TextEncoder, TextDecoder, performance }),
    modules = new Map<string, { exports: unknown }>();
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
    const run = vm.compileFunction(fs.readFileSync(file, 'utf8'), ['module', 'exports', 'require', '__filename', '__dirname'], { filename: file, parsingContext: context }) as (
      ...args: unknown[]
    ) => void;
    run(module, module.exports, own, file, path.dirname(file));
    return module.exports;
  };
  return load(path.join(root, 'dist', 'index.js')) as Library;
}
function again(): Library {
  const own = createRequire(__filename);
  for (const name of Object.keys(own.cache)) if (name.startsWith(path.join(root, 'dist')) || name.endsWith('.node')) delete own.cache[name];
  return own(path.join(root, 'dist', 'index.js')) as Library;
}

describe('the library evaluated twice in a process', () => {
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
  it('gradient functions of both keep apart', () => {
    const [one, two] = [inOwnRegistry(), inOwnRegistry()];
    const times = (t: Library, k: number) => t.customGradient((x: trae.Tensor) => [x, (dy: trae.Tensor) => dy.multiply(k)] as const);
    const f = times(one, 3),
      g = times(two, 5);
    assert.deepEqual(numbers(two.grad((x) => g(f(x)).sum())(two.ones([2]))), [15, 15]);
  });
});

describe('values of another realm', () => {
  const there = vm.createContext({}),
    from = (code: string): never => vm.runInContext(code, there) as never;
  it('typed arrays of every kind', () => {
    const kinds = [
      ['Float32Array', 'float32'],
      ['Float64Array', 'float64'],
      ['Int32Array', 'int32'],
      ['Int8Array', 'int8'],
      ['Uint8Array', 'uint8'],
      ['Uint8ClampedArray', 'uint8'],
      ['Int16Array', 'int32'],
      ['Uint16Array', 'int32'],
      ['Uint32Array', 'int64'],
    ] as const;
    for (const [kind, dtype] of kinds) {
      const t = trae.tensor(from(`new ${kind}([1, 2, 3])`));
      assert.equal(t.dtype, dtype, kind);
      assert.deepEqual([...t.dataSync()].map(Number), [1, 2, 3]);
    }
    assert.equal(trae.tensor(from('new BigInt64Array([1n])')).dtype, 'int64');
  });
  it('arrays, records, maps and options', async () => {
    assert.deepEqual(numbers(trae.tensor(from('[[1, 2], [3, 4]]'))), [1, 2, 3, 4]);
    const a = trae.keras.Input([1], { name: 'a' }),
      b = trae.keras.Input([1], { name: 'b' }),
      model = new trae.keras.Model({ inputs: [a, b], outputs: new trae.keras.layers.Subtract().apply([a, b]) as trae.KerasTensor });
    assert.deepEqual(numbers((await model.predict(from('({ a: [[5], [6]], b: [[1], [1]] })'), from('({ verbose: 0 })'))) as trae.Tensor), [4, 5]);
    model.compile(from("({ optimizer: 'sgd', loss: 'mse' })"));
    const controller = new AbortController();
    controller.abort();
    await assert.rejects(model.predict(from('({ a: [[5]], b: [[1]] })'), { verbose: 0, signal: controller.signal }), { name: 'AbortError' });
    assert.equal(trae.keras.layers.deserialize(from("({ class_name: 'Dense', config: { units: 3 } })"))!.name.startsWith('dense'), true);
  });
  it('promises are refused where a value is expected', () => {
    assert.throws(() => trae.compile(() => from('Promise.resolve(1)'))(), /the function must be synchronous/);
  });
});
