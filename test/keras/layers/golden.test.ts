/** Every layer against real Keras: output, output in training, gradients of input and weights, statistics, config. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { classNames } from '../../../lib/keras/serialization/registry';
import { close, golden, goldenFiles, largestOf, objective, tensorOf, type Config, type Golden } from '../helpers';

interface Case {
  name: string;
  config: Config;
  inputs: Golden[];
  mask: Golden | (Golden | null)[] | null;
  weights: Golden[];
  inference: Golden | Golden[];
  training: Golden | Golden[];
  dx: Golden[];
  dw: Golden[];
  losses: number[];
  after: Golden[];
  outputShape: number[];
  /** Further options of the call, arrays among them. */
  options?: Record<string, unknown>;
  tolerance?: number;
}
// One file for each family: layers.json, layers_<family>.json.
const cases = goldenFiles(/^layers.*\.json$/).flatMap((name) => golden<Case[]>(name));
const { layers } = trae.keras;
type Layer = trae.keras.Layer;

/** Without build_config, so that inner layers are built by the outer one, under its name. */
const unbuilt = (config: Config): Config =>
  JSON.parse(JSON.stringify(config, (key, v: unknown) => (key === 'build_config' ? undefined : v))) as Config;

/** The layer of a case with its weights, and what it is called on. */
function made(c: Case): {
  layer: Layer;
  inputs: trae.Tensor[];
  given: trae.Tensor | trae.Tensor[];
  options: trae.CallOptions;
} {
  const layer = layers.deserialize(unbuilt(c.config));
  const inputs = c.inputs.map(tensorOf);
  const given = inputs.length === 1 ? inputs[0] : inputs;
  layer.build(inputs.length === 1 ? inputs[0].shape : inputs.map((t) => t.shape));
  layer.setWeights(c.weights.map(tensorOf));
  return { layer, inputs, given, options: { ...callOptions(c.options), ...(c.mask ? { mask: decoded(c.mask) } : {}) } };
}
const isGolden = (x: unknown): x is Golden => typeof x === 'object' && x !== null && 'data' in x;
const decoded = (x: unknown): unknown => (isGolden(x) ? tensorOf(x) : Array.isArray(x) ? x.map(decoded) : x);
const callOptions = (options: Record<string, unknown> = {}): trae.CallOptions =>
  Object.fromEntries(
    Object.entries(options).map(([k, v]) => [k.replace(/_([a-z])/g, (_, l: string) => l.toUpperCase()), decoded(v)]),
  );
type Outputs = trae.Tensor | trae.Tensor[];
/** One output or several against what Keras computed. */
function closeAll(got: Outputs, want: Golden | Golden[], what: string, tolerance?: number): void {
  const all = [got].flat();
  const wanted = [want].flat();
  assert.equal(all.length, wanted.length, `${what}: number of outputs`);
  // Half precision: what counts is the error beside the largest values.
  all.forEach((y, i) => close(y, wanted[i], `${what} ${i}`, tolerance, tolerance ? 10 * largestOf(wanted) : undefined));
}
const objectives = (y: Outputs): trae.Tensor =>
  [y]
    .flat()
    .reduce<trae.Tensor | null>(
      (sum, t) => (sum ? sum.add(objective(t.cast('float32'))) : objective(t.cast('float32'))),
      null,
    )!;
const isFloat = (t: trae.Tensor): boolean => t.dtype === 'float32';

describe('layers against Keras', () => {
  for (const c of cases) {
    describe(c.name, () => {
      it('has the weights and the output shape', () => {
        const { layer, inputs } = made(c);
        assert.deepEqual(
          layer.weights.map((w) => w.path.split('/').slice(1)),
          c.weights.map((w) => w.path!.split('/').slice(1)),
        );
        assert.deepEqual(
          layer.weights.map((w) => [...w.shape]),
          c.weights.map((w) => w.shape),
        );
        assert.deepEqual(
          layer.computeOutputShape(inputs.length === 1 ? inputs[0].shape : inputs.map((t) => t.shape)),
          c.outputShape,
        );
      });
      it('computes the output', () => {
        const { layer, given, options } = made(c);
        closeAll(layer.apply(given, { ...options, training: false }) as Outputs, c.inference, 'inference', c.tolerance);
        const compiled = trae.compile((x: unknown) => layer.apply(x, { ...options, training: false }) as trae.Tensor);
        closeAll(compiled(given) as Outputs, c.inference, 'compiled', c.tolerance);
      });
      it('computes output and gradients in training', () => {
        const { layer, inputs, options } = made(c);
        const floats = inputs.filter(isFloat);
        const trained = layer.trainableWeights;
        let y!: Outputs;
        const loss = (...xs: trae.Tensor[]): trae.Tensor => {
          let i = 0;
          const given = inputs.map((t) => (isFloat(t) ? xs[i++] : t));
          y = layer.apply(given.length === 1 ? given[0] : given, { ...options, training: true }) as Outputs;
          return layer.losses.reduce((a, b) => a.add(b.cast('float32')), objectives(y));
        };
        const before = layer.getWeights();
        const dw = trained.length ? trae.variableGrads(() => loss(...floats), trained).grads : [];
        if (!trained.length) loss(...floats);
        closeAll(y, c.training, 'training', c.tolerance);
        close(
          layer.losses.map((l) => l.item()),
          c.losses,
          'losses',
          c.tolerance,
        );
        layer.nonTrainableWeights.forEach((w, i) => close(w, c.after[i], `after ${w.name}`));
        dw.forEach((g, i) =>
          close(g, c.dw[i], `d ${trained[i].path}`, c.tolerance, (c.tolerance ? 10 : 1) * largestOf(c.dw)),
        );
        layer.setWeights(before);
        if (floats.length)
          trae
            .valueAndGrad(loss)(...floats)
            .grads.forEach((g, i) =>
              close(g, c.dx[i], `dx ${i}`, c.tolerance, c.tolerance ? 10 * largestOf(c.dx) : undefined),
            );
      });
      it('computes the same in one compiled step', () => {
        const { layer, inputs, options } = made(c);
        const trained = layer.trainableWeights;
        const step = trae.compile((...given: trae.Tensor[]) => {
          let y!: Outputs;
          const forward = (): trae.Tensor => {
            y = layer.apply(given.length === 1 ? given[0] : given, { ...options, training: true }) as Outputs;
            return layer.losses.reduce((a, b) => a.add(b.cast('float32')), objectives(y));
          };
          const grads = trained.length ? trae.variableGrads(forward, trained).grads : (forward(), []);
          return [...[y].flat(), ...grads];
        });
        const results = step(...inputs);
        const dw = results.splice([c.training].flat().length);
        closeAll(results, c.training, 'training', c.tolerance);
        dw.forEach((g, i) =>
          close(g, c.dw[i], `d ${trained[i].path}`, c.tolerance, (c.tolerance ? 10 : 1) * largestOf(c.dw)),
        );
        layer.nonTrainableWeights.forEach((w, i) => close(w, c.after[i], `after ${w.name}`));
      });
      it("has Keras' config", () => {
        const { layer } = made(c);
        const got = trae.keras.saving.serializeKerasObject(layer) as Config;
        assert.equal(got.module, c.config.module);
        assert.equal(got.class_name, c.config.class_name);
        assert.equal(got.registered_name, c.config.registered_name);
        for (const [key, value] of Object.entries(got.config))
          assert.deepEqual(simplified(value), simplified(c.config.config[key], value), `config.${key}`);
      });
    });
  }
  it('covers every layer', () => {
    const tested = new Set(
      [...cases, ...goldenFiles(/^preprocessing.*\.json$/).flatMap((name) => golden<Case[]>(name))].map(
        (c) => c.config.class_name,
      ),
    );
    // Lambda holds code, InputLayer and Wrapper compute nothing: machinery.test.ts has them. recurrent.test.ts has cells.
    assert.deepEqual(
      classNames('keras.layers').filter(
        (name) => !tested.has(name) && !['Lambda', 'InputLayer', 'Wrapper'].includes(name) && !/Cells?$/.test(name),
      ),
      [],
    );
  });
});
/** What decides the behaviour: without build_config, which tells shapes, and of inner objects only the keys that `like` has. */
function simplified(value: unknown, like: unknown = value): unknown {
  if (Array.isArray(value)) return value.map((v, i) => simplified(v, (like as unknown[])?.[i]));
  if (typeof value !== 'object' || value === null || typeof like !== 'object' || like === null) return value;
  if ('class_name' in value) {
    const { module, class_name: name, config, registered_name: registered } = value as Config;
    const known = Object.entries(config).filter(([k]) => k in ((like as Config).config ?? {}));
    return {
      module,
      name,
      registered,
      config: Object.fromEntries(known.map(([k, v]) => [k, simplified(v, (like as Config).config[k])])),
    };
  }
  return Object.fromEntries(
    Object.entries(value).map(([k, v]) => [k, simplified(v, (like as Record<string, unknown>)[k])]),
  );
}
