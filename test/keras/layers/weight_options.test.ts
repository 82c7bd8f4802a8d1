/** Every regularizer and constraint that Keras gives to a layer reaches the same weight here, joins the loss, and acts after a step. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { close, golden, type Config } from '../helpers';

const { layers, regularizers, constraints, optimizers } = trae.keras;
/** Name, factor of the regularizer, bound of the constraint. */
type Row = [string, number | null, number | null];
interface Case {
  config: Config;
  inputs: number[][];
  weights: Row[];
}
const { classes, cases } = golden<{ classes: string[]; cases: Case[] }>('weight_options.json');
const built = (c: Case): trae.keras.Layer => {
  const layer = layers.deserialize(c.config);
  layer.build(c.inputs.length === 1 ? c.inputs[0] : c.inputs);
  return layer;
};

describe('regularizers and constraints of weights against Keras', () => {
  it('cover every layer of Keras that has such options', () => {
    assert.deepEqual(cases.map((c) => c.config.class_name).sort(), [...classes].sort());
    assert.ok(classes.length > 25);
  });
  for (const c of cases)
    it(c.config.class_name, () => {
      const layer = built(c);
      const rows = layer.weights.map((w): Row => {
        assert.ok(w.regularizer === null || w.regularizer instanceof regularizers.L2);
        assert.ok(w.constraint === null || w.constraint instanceof constraints.MaxNorm);
        return [
          w.name,
          w.regularizer ? (w.regularizer.getConfig().l2 as number) : null,
          w.constraint ? (w.constraint.getConfig().maxValue as number) : null,
        ];
      });
      assert.deepEqual(rows, c.weights);
      // The penalties are the losses of the layer.
      const total = layer.weights.reduce(
        (sum, w, i) => sum + (c.weights[i][1] ?? 0) * w.value.square().sum().item(),
        0,
      );
      close(
        layer.losses.reduce((sum, l) => sum + Number(l.item()), 0),
        total,
        'losses',
      );
      // One step far away from the bounds, and the constraints bring the weights back.
      const optimizer = new optimizers.SGD(100);
      const trained = layer.trainableWeights;
      optimizer.apply(
        trained.map((w) => trae.ones([...w.shape])),
        trained,
      );
      for (const w of trained.filter((v) => v.constraint))
        close(w.constraint!.call(w.value), w.value, `${w.path} after the constraint`, 1e-4);
    });
});
