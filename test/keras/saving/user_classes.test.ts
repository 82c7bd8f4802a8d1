/** Classes of users in files: how their constructors take what configs hold, also after a program packed the code. */
import assert from 'node:assert/strict';
import { transformSync } from 'esbuild';
import * as trae from '../../../lib/index';
import { throwsText } from '../helpers';

const { layers, initializers, saving } = trae.keras;
type AnyLayer = trae.keras.Layer;
type AnyClass = new (...args: never[]) => AnyLayer;

const SOURCE = `
  class Block extends layers.Layer {
    constructor(filters, kernelSize, options = {}) {
      super(options);
      this.filters = filters;
      this.kernelSize = kernelSize;
    }
    call(x) { return x.multiply(this.filters).add(this.kernelSize); }
    getConfig() { return { ...super.getConfig(), filters: this.filters, kernelSize: this.kernelSize }; }
  }
  class Scaled extends layers.Layer {
    static options = ['factor'];
    constructor({ factor, ...options }) {
      super(options);
      this.factor = factor;
    }
    call(x) { return x.multiply(this.factor); }
    getConfig() { return { ...super.getConfig(), factor: this.factor }; }
  }
  class Wide extends layers.Dense {
    constructor(units, gain = 1, options = {}) {
      super(units, options);
      this.gain = gain;
    }
    call(x) { return super.call(x).multiply(this.gain); }
    getConfig() { return { ...super.getConfig(), gain: this.gain }; }
  }
  class Around extends layers.Layer {
    constructor(inner, options = {}) {
      super(options);
      this.inner = typeof inner.apply === 'function' ? inner : layers.deserialize(inner);
    }
    call(x) { return this.inner.apply(x); }
    getConfig() { return { ...super.getConfig(), inner: layers.serialize(this.inner) }; }
  }
  class Turned extends layers.Layer {
    constructor(first, second, options = {}) {
      super(options);
      this.first = first;
      this.second = second;
    }
    call(x) { return x; }
    getConfig() { return { ...super.getConfig(), second: this.second, first: this.first }; }
  }
  class Named extends Turned {
    static positional = ['first', 'second'];
  }
  class Automatic extends layers.Layer {
    static options = ['steps', 'inner'];
    constructor(options = {}) {
      super(options);
      this.steps = options.steps;
      this.inner = options.inner;
    }
    call(x) { return x.multiply(this.steps); }
  }
  return { Block, Scaled, Wide, Around, Turned, Named, Automatic };
`;
/** The classes, as written or as a packed program has them. */
function classes(minify: boolean): Record<string, AnyClass> {
  const code = minify ? transformSync(`function f(layers) {${SOURCE}}`, { minify, target: 'node20' }).code : null;
  const body = code === null ? SOURCE : `${code};return f(layers)`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text is the test's own
  return (new Function('layers', body) as (l: typeof layers) => Record<string, AnyClass>)(layers);
}
const recordOf = (layer: AnyLayer): Record<string, unknown> =>
  JSON.parse(JSON.stringify(saving.serializeKerasObject(layer))) as Record<string, unknown>;

for (const minify of [false, true])
  describe(`classes of users in configs, ${minify ? 'with renamed parameters' : 'as they are written'}`, () => {
    const all = classes(minify);
    const make = (name: string, ...args: unknown[]): AnyLayer => new all[name](...(args as never[]));
    /** Another layer by the config of one; files name the class as it was called. */
    const copyOf = (name: string, layer: AnyLayer): AnyLayer =>
      saving.deserializeKerasObject(
        { ...recordOf(layer), class_name: name, registered_name: name },
        { customObjects: { [name]: all[name] } },
      ) as AnyLayer;
    const own = (layer: AnyLayer, ...names: string[]): unknown[] =>
      names.map((name) => (layer as unknown as Record<string, unknown>)[name]);

    it('the source is what the title says', () => {
      assert.equal(/constructor\(filters/.test(String(all.Block)), !minify);
    });
    it('options by position', () => {
      const copy = copyOf('Block', make('Block', 8, 3, { name: 'b', trainable: false }));
      assert.deepEqual(own(copy, 'filters', 'kernelSize', 'name', 'trainable'), [8, 3, 'b', false]);
      assert.deepEqual((copy.apply(trae.ones([2])) as trae.Tensor).arraySync(), [11, 11]);
    });
    it('options in a record, without a default', () => {
      assert.deepEqual(own(copyOf('Scaled', make('Scaled', { factor: 2.5, name: 's' })), 'factor', 'name'), [2.5, 's']);
    });
    it('a class of Keras extended by one option more', () => {
      const copy = copyOf('Wide', make('Wide', 4, 0.1, { useBias: false, name: 'w' }));
      assert.deepEqual(own(copy, 'units', 'gain', 'useBias', 'name'), [4, 0.1, false, 'w']);
    });
    it('a layer inside of it', () => {
      const copy = copyOf('Around', make('Around', new layers.Dense(3, { name: 'inner' }), { name: 'a' }));
      const [inner] = own(copy, 'inner') as [AnyLayer];
      assert.ok(inner instanceof layers.Dense);
      assert.deepEqual([inner.units, inner.name], [3, 'inner']);
    });
    it('what cannot be known is an error that says what to write', async () => {
      const layer = make('Turned', 1, 2, { name: 't' });
      await throwsText(
        () => copyOf('Turned', layer),
        'ValueError',
        `deserialize: how ${all.Turned.name} takes 'second', 'first' is not known: an object that is made of its config has another one.\n  Fix: name what the constructor takes by position in the class, static positional = ['second', 'first'], or give it static fromConfig(config).`,
      );
      assert.deepEqual(own(copyOf('Named', make('Named', 1, 2, { name: 'n' })), 'first', 'second'), [1, 2]);
    });
    it('a class without getConfig: the options that it declares and passes on', () => {
      const layer = make('Automatic', { steps: 3, inner: new layers.Dense(2, { name: 'd' }), name: 'auto' });
      assert.deepEqual((recordOf(layer).config as Record<string, unknown>).steps, 3);
      assert.deepEqual(own(copyOf('Automatic', layer), 'steps', 'name'), [3, 'auto']);
      // What no config can hold stays out of it, and the others with it: half of the options would make another layer.
      const withMap = make('Automatic', { steps: 3, inner: new Map(), name: 'auto' });
      assert.deepEqual(Object.keys(recordOf(withMap).config as object), ['name', 'trainable', 'dtype']);
    });
  });

describe('other classes of users in configs', () => {
  it('initializers', () => {
    class Ramp extends initializers.Initializer {
      constructor(readonly step: number) {
        super();
      }
      call(shape: trae.Shape): trae.Tensor {
        return trae.full([...shape], this.step);
      }
      override getConfig(): Record<string, unknown> {
        return { step: this.step };
      }
    }
    const config = JSON.parse(JSON.stringify(initializers.serialize(new Ramp(0.25)))) as object;
    assert.equal((initializers.deserialize(config, { customObjects: { Ramp } }) as Ramp).step, 0.25);
  });
  it('metrics and losses', () => {
    class Above extends trae.keras.metrics.Mean {
      constructor(
        readonly limit: number,
        options: object = {},
      ) {
        super(options);
      }
      override getConfig(): Record<string, unknown> {
        return { ...super.getConfig(), limit: this.limit };
      }
    }
    const config = JSON.parse(JSON.stringify(trae.keras.metrics.serialize(new Above(3, { name: 'above' })))) as object;
    const copy = trae.keras.metrics.deserialize(config, { customObjects: { Above } }) as Above;
    assert.deepEqual([copy.limit, copy.name], [3, 'above']);
  });
});
