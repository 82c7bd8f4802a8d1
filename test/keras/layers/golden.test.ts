/** Every layer against real Keras: output, output in training, gradients of input and weights, statistics, config. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { classNames } from '../../../lib/keras/saving/registry';
import { close, golden, goldenFiles, objective, tensorOf, type Config, type Golden } from '../helpers';

interface Case {
  name: string;
  config: Config;
  inputs: Golden[];
  mask: Golden | null;
  weights: Golden[];
  inference: Golden;
  training: Golden;
  dx: Golden[];
  dw: Golden[];
  losses: number[];
  after: Golden[];
  outputShape: number[];
}
// One file for each family: layers.json, layers_<family>.json.
const cases = goldenFiles(/^layers.*\.json$/).flatMap((name) => golden<Case[]>(name));
const { layers } = trae.keras;
type Layer = trae.keras.Layer;

/** The layer of a case with its weights, and what it is called on. */
function made(c: Case): { layer: Layer; inputs: trae.Tensor[]; given: trae.Tensor | trae.Tensor[]; options: trae.CallOptions } {
  const layer = layers.deserialize(c.config),
    inputs = c.inputs.map(tensorOf),
    given = inputs.length === 1 ? inputs[0] : inputs;
  layer.build(inputs.length === 1 ? inputs[0].shape : inputs.map((t) => t.shape));
  layer.setWeights(c.weights.map(tensorOf));
  return { layer, inputs, given, options: c.mask ? { mask: tensorOf(c.mask) } : {} };
}
const isFloat = (t: trae.Tensor): boolean => t.dtype === 'float32';

describe('layers against Keras', () => {
  for (const c of cases) {
    describe(c.name, () => {
      it('has the weights and the output shape', () => {
        const { layer, inputs } = made(c);
        assert.deepEqual(
          layer.weights.map((w) => w.name),
          c.weights.map((w) => w.path!.split('/').at(-1)),
        );
        assert.deepEqual(
          layer.weights.map((w) => [...w.shape]),
          c.weights.map((w) => w.shape),
        );
        assert.deepEqual(layer.computeOutputShape(inputs.length === 1 ? inputs[0].shape : inputs.map((t) => t.shape)), c.outputShape);
      });
      it('computes the output', () => {
        const { layer, given, options } = made(c);
        close(layer.apply(given, { ...options, training: false }) as trae.Tensor, c.inference, 'inference');
        close(trae.compile((x: unknown) => layer.apply(x, { ...options, training: false }) as trae.Tensor)(given), c.inference, 'compiled');
      });
      it('computes output and gradients in training', () => {
        const { layer, inputs, options } = made(c),
          floats = inputs.filter(isFloat),
          trained = layer.trainableWeights;
        let y!: trae.Tensor;
        const loss = (...xs: trae.Tensor[]): trae.Tensor => {
          let i = 0;
          const given = inputs.map((t) => (isFloat(t) ? xs[i++] : t));
          y = layer.apply(given.length === 1 ? given[0] : given, { ...options, training: true }) as trae.Tensor;
          return layer.losses.reduce((a, b) => a.add(b), objective(y));
        };
        const before = layer.getWeights(),
          dw = trained.length ? trae.variableGrads(() => loss(...floats), trained).grads : [];
        if (!trained.length) loss(...floats);
        close(y, c.training, 'training');
        close(
          layer.losses.map((l) => l.item()),
          c.losses,
          'losses',
        );
        layer.nonTrainableWeights.forEach((w, i) => close(w, c.after[i], `after ${w.name}`));
        dw.forEach((g, i) => close(g, c.dw[i], `d ${trained[i].name}`));
        layer.setWeights(before);
        if (floats.length)
          trae
            .valueAndGrad(loss)(...floats)
            .grads.forEach((g, i) => close(g, c.dx[i], `dx ${i}`));
      });
      it('computes the same in one compiled step', () => {
        const { layer, inputs, options } = made(c),
          trained = layer.trainableWeights;
        const step = trae.compile((...given: trae.Tensor[]) => {
          let y!: trae.Tensor;
          const forward = (): trae.Tensor => {
            y = layer.apply(given.length === 1 ? given[0] : given, { ...options, training: true }) as trae.Tensor;
            return layer.losses.reduce((a, b) => a.add(b), objective(y));
          };
          const grads = trained.length ? trae.variableGrads(forward, trained).grads : (forward(), []);
          return [y, ...grads];
        });
        const [y, ...dw] = step(...inputs);
        close(y, c.training, 'training');
        dw.forEach((g, i) => close(g, c.dw[i], `d ${trained[i].name}`));
        layer.nonTrainableWeights.forEach((w, i) => close(w, c.after[i], `after ${w.name}`));
      });
      it("has Keras' config", () => {
        const { layer } = made(c),
          got = trae.keras.saving.serializeKerasObject(layer) as Config;
        assert.equal(got.module, c.config.module);
        assert.equal(got.class_name, c.config.class_name);
        assert.equal(got.registered_name, c.config.registered_name);
        for (const [key, value] of Object.entries(got.config)) assert.deepEqual(simplified(value), simplified(c.config.config[key]), `config.${key}`);
      });
    });
  }
  it('covers every layer', () => {
    const tested = new Set(cases.map((c) => c.config.class_name));
    // Lambda holds code, InputLayer computes nothing: machinery.test.ts has both.
    assert.deepEqual(
      classNames('keras.layers').filter((name) => !tested.has(name) && name !== 'Lambda' && name !== 'InputLayer'),
      [],
    );
  });
});
/** What decides the behaviour: without build_config, which tells shapes. */
function simplified(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(simplified);
  if (typeof value === 'object' && value !== null && 'class_name' in value) {
    const { module, class_name: name, config, registered_name: registered } = value as Config;
    return { module, name, registered, config: simplified(config) };
  }
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, simplified(v)]));
  return value;
}
