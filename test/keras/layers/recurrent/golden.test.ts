/** States that go into recurrent layers and come out, cells one by one, paths and keys of configs: against real Keras. */
import assert from 'node:assert/strict';
import * as trae from '../../../../lib/index';
import { close, golden, objective, tensorOf, type Config, type Golden } from '../../helpers';

type Nested = Golden | Nested[];
interface Case {
  name: string;
  config: Config;
  x: Golden;
  initialState: Nested[];
  mask?: Golden | null;
  weights: Golden[];
  outputs: Golden[];
  losses: number[];
  /** Of x, the states and the weights. */
  gradients: Golden[];
}
const { layers: layerCases, cells } = golden<{ layers: Case[]; cells: Case[] }>('recurrent.json');
const { layers, saving } = trae.keras;
type Tensors = trae.Tensor | Tensors[];

const tensors = (x: Nested): Tensors => (Array.isArray(x) ? x.map(tensors) : tensorOf(x));
const flat = (x: Tensors): trae.Tensor[] => (Array.isArray(x) ? x.flatMap(flat) : [x]);
/** The same structure, filled with other tensors in order. */
function fill(x: Tensors, values: trae.Tensor[]): Tensors {
  let i = 0;
  const visit = (t: Tensors): Tensors => (Array.isArray(t) ? t.map(visit) : values[i++]);
  return visit(x);
}
function made(c: Case): trae.keras.Layer {
  const layer = layers.deserialize(c.config);
  layer.build(c.x.shape);
  layer.setWeights(c.weights.map(tensorOf));
  return layer;
}

describe('states of recurrent layers against Keras', () => {
  for (const c of layerCases) {
    const options = c.mask ? { mask: tensorOf(c.mask), training: true } : { training: true };
    const initial = tensors(c.initialState);
    const run = (layer: trae.keras.Layer, x: trae.Tensor, states: trae.Tensor[]): trae.Tensor[] =>
      flat(layer.apply(x, states.length ? { ...options, initialState: fill(initial, states) } : options) as Tensors);
    it(`${c.name}: outputs and gradients`, () => {
      const layer = made(c);
      const leaves = [tensorOf(c.x), ...flat(initial)];
      let ys: trae.Tensor[] = [];
      const loss = (x: trae.Tensor, ...states: trae.Tensor[]): trae.Tensor => {
        ys = run(layer, x, states);
        return [...ys.map(objective), ...layer.losses].reduce((a, b) => a.add(b));
      };
      const { grads } = trae.valueAndGrad(loss)(...leaves);
      const dw = trae.variableGrads(() => loss(leaves[0], ...leaves.slice(1)), layer.trainableWeights).grads;
      assert.equal(ys.length, c.outputs.length);
      ys.forEach((y, i) => close(y, c.outputs[i], `output ${i}`));
      close(
        layer.losses.map((l) => l.item()),
        c.losses,
        'losses',
      );
      [...grads, ...dw].forEach((g, i) => close(g, c.gradients[i], `gradient ${i}`, 2e-4));
    });
    it(`${c.name}: compiled`, () => {
      const layer = made(c);
      const ys = trae.compile((x: trae.Tensor, ...states: trae.Tensor[]) => run(layer, x, states))(
        tensorOf(c.x),
        ...flat(initial),
      );
      ys.forEach((y, i) => close(y, c.outputs[i], `output ${i}`));
    });
  }
});
describe('cells against Keras', () => {
  for (const c of cells)
    it(c.name, () => {
      const cell = made(c);
      const ys = flat(cell.apply(tensorOf(c.x), tensors(c.initialState) as trae.Tensor[]) as Tensors);
      assert.equal(ys.length, c.outputs.length);
      ys.forEach((y, i) => close(y, c.outputs[i], `output ${i}`));
      assert.deepEqual(
        Object.keys((saving.serializeKerasObject(cell) as Config).config).sort(),
        Object.keys(c.config.config).sort(),
      );
    });
});
describe('recurrent layers in files', () => {
  for (const c of golden<Case[]>('layers_recurrent.json')) {
    if (c.config.class_name === 'TimeDistributed' || c.config.class_name === 'Masking') continue;
    it(`${c.name}: Keras' paths of weights and keys of the config`, () => {
      // Weights of a layer that was never built get the paths that files refer to.
      const { build_config: _, ...config } = JSON.parse(
        JSON.stringify(c.config, (key, v: unknown) => (key === 'build_config' ? undefined : v)),
      ) as Config;
      const layer = layers.deserialize(config);
      layer.build(c.weights.length ? (c as unknown as { inputs: Golden[] }).inputs[0].shape : []);
      assert.deepEqual(
        layer.weights.map((w) => w.path),
        c.weights.map((w) => w.path),
      );
      const wanted = Object.keys(c.config.config).filter((k) => k !== 'activity_regularizer');
      const got = Object.keys((saving.serializeKerasObject(layer) as Config).config).filter(
        (k) => k !== 'activity_regularizer',
      );
      assert.deepEqual(got.sort(), wanted.sort());
    });
  }
});
