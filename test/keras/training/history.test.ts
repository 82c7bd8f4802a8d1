/** Whole fits against real Keras: history of loss and metrics, weights after it, evaluate and predict. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { close, golden, tensorOf, type Config, type Golden } from '../helpers';

interface Case {
  name: string;
  model: Config;
  compile: Record<string, unknown>;
  weights: Golden[];
  x: Golden;
  y: Golden[];
  fit: Record<string, unknown>;
  validationData: Golden[] | null;
  sampleWeight: Golden | null;
  history: Record<string, number[]>;
  after: Golden[];
  evaluate: Record<string, number>;
  predict: Golden[];
}
const camel = (o: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(o).map(([k, v]) => [k.replace(/_(\w)/g, (_, c: string) => c.toUpperCase()), v]));

describe('fit against Keras', () => {
  for (const c of golden<Case[]>('fits.json'))
    for (const runEagerly of [false, true])
      it(`${c.name}${runEagerly ? ', eagerly' : ''}`, async () => {
        const model = trae.keras.saving.deserializeKerasObject(c.model) as trae.keras.Model;
        model.setWeights(c.weights.map(tensorOf));
        model.compile({ ...camel(c.compile), runEagerly });
        const x = tensorOf(c.x);
        const y = c.y.length === 1 ? tensorOf(c.y[0]) : c.y.map(tensorOf);
        const history = await model.fit(x, y, {
          ...camel(c.fit),
          shuffle: false,
          verbose: 0,
          ...(c.validationData ? { validationData: c.validationData.map(tensorOf) } : {}),
          ...(c.sampleWeight ? { sampleWeight: tensorOf(c.sampleWeight) } : {}),
        });
        assert.deepEqual(Object.keys(history.history).sort(), Object.keys(c.history).sort());
        for (const [name, values] of Object.entries(c.history)) close(history.history[name], values, name, 3e-4);
        model.weights.forEach((w, i) => close(w, c.after[i], w.path, 1e-3));
        const logs = await model.evaluate(x, y, { batchSize: 8, verbose: 0, returnDict: true });
        assert.deepEqual(Object.keys(logs).sort(), Object.keys(c.evaluate).sort());
        for (const [name, value] of Object.entries(c.evaluate)) close(logs[name], value, `evaluate ${name}`, 1e-3);
        const predicted = (await model.predict(trae.take(x, [0, 1, 2, 3], { axis: 0 }), { verbose: 0 })) as
          trae.Tensor | trae.Tensor[];
        [predicted].flat().forEach((p, i) => close(p, c.predict[i], `output ${i}`, 1e-3));
      });
});
