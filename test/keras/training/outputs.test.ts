/** Models of several outputs against real Keras: how losses, weights and metrics find them, names and order of the results. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import type { SymbolicStructure } from '../../../lib/keras/keras_tensor';
import { close, golden, tensorOf, type Golden } from '../helpers';

const { layers, Model, Input, optimizers } = trae.keras;
type Structure = null | Golden | { record: Record<string, Structure> } | { list: Structure[] };
interface Case {
  model: string;
  compile: Record<string, unknown>;
  y: Structure;
  sampleWeight: Structure;
  classWeight: Record<number, number> | null;
  weights: { path: [string, string]; value: Golden }[];
  error?: string;
  history: Record<string, number[]>;
  evaluate: number[];
  evaluateByName: Record<string, number>;
  trainOnBatch: number[];
  testOnBatch: Record<string, number>;
}
const structureOf = (s: Structure): unknown =>
  s === null
    ? null
    : 'record' in s
      ? Object.fromEntries(Object.entries(s.record).map(([k, v]) => [k, structureOf(v)]))
      : 'list' in s
        ? s.list.map(structureOf)
        : tensorOf(s);
const dense = (units: number, name: string, activation?: trae.keras.ActivationName): trae.keras.layers.Dense =>
  new layers.Dense(units, { name, activation });

/** Two outputs whose names the model does not know. */
class Subclass extends Model {
  readonly value = dense(1, 'value');
  readonly kind = dense(3, 'kind', 'softmax');
  constructor(readonly pack: string) {
    super({ name: 'm' });
  }
  override call(x: trae.Tensor): unknown {
    const value = this.value.apply(x) as unknown;
    const kind = this.kind.apply(x) as unknown;
    return this.pack === 'record' ? { value, kind } : [value, kind];
  }
}
function build(kind: string): trae.keras.Model {
  if (kind.startsWith('subclass')) {
    const model = new Subclass(kind.split(' ')[1]);
    model.apply(trae.zeros([1, 4]));
    return model;
  }
  const inputs = Input([4], { name: 'x' });
  const value = dense(1, 'value').apply(inputs) as trae.KerasTensor;
  const sort = dense(3, 'kind', 'softmax').apply(inputs) as trae.KerasTensor;
  const outputs: Record<string, SymbolicStructure> = {
    one: sort,
    scalar: value,
    list: [value, sort],
    record: { second: value, first: sort },
    'named record': { value, kind: sort },
    nested: { pair: [value, dense(2, 'other').apply(inputs) as trae.KerasTensor], kind: sort },
  };
  return new Model({ inputs, outputs: outputs[kind], name: 'm' });
}
const camel = (o: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(o).map(([k, v]) => [k.replace(/_(\w)/g, (_, c: string) => c.toUpperCase()), v]));
const near = (got: Record<string, number>, want: Record<string, number>, what: string): void => {
  assert.deepEqual(Object.keys(got).sort(), Object.keys(want).sort(), what);
  for (const [name, value] of Object.entries(want)) close(got[name], value, `${what}: ${name}`, 3e-4);
};

describe('models of several outputs against Keras', () => {
  const { x, cases } = golden<{ x: Golden; cases: Case[] }>('outputs.json');
  const inputs = tensorOf(x);
  for (const [i, c] of cases.entries())
    it(`${i}: ${c.model}, ${JSON.stringify(c.compile)}${c.sampleWeight ? ', weighted' : ''}${c.classWeight ? ', class weights' : ''}${c.error ? ' is an error' : ''}`, async () => {
      const model = build(c.model);
      const y = structureOf(c.y) as trae.Tensor;
      const sampleWeight = structureOf(c.sampleWeight) as trae.Tensor | null;
      const { classWeight } = c;
      for (const { path, value } of c.weights)
        model.weights.find((w) => w.path.split('/').slice(-2).join('/') === path.join('/'))!.assign(tensorOf(value));
      const run = async (): Promise<trae.keras.callbacks.History> => {
        model.compile({ optimizer: new optimizers.SGD(0.1), ...camel(c.compile) });
        const validationData = sampleWeight ? [inputs, y, sampleWeight] : [inputs, y];
        return model.fit(inputs, y, {
          sampleWeight,
          classWeight,
          epochs: 2,
          batchSize: 4,
          shuffle: false,
          verbose: 0,
          validationData,
        });
      };
      if (c.error) {
        await assert.rejects(run(), (error: Error) => error instanceof trae.ValueError);
        return;
      }
      const { history } = await run();
      assert.deepEqual(Object.keys(history).sort(), Object.keys(c.history).sort());
      for (const [name, values] of Object.entries(c.history)) close(history[name], values, name, 3e-4);
      const list = (v: unknown): number[] => [v].flat() as number[];
      close(
        list(await model.evaluate(inputs, y, { sampleWeight, batchSize: 4, verbose: 0 })),
        c.evaluate,
        'evaluate',
        3e-4,
      );
      near(
        await model.evaluate(inputs, y, { sampleWeight, batchSize: 4, verbose: 0, returnDict: true }),
        c.evaluateByName,
        'evaluate',
      );
      close(
        list(await model.trainOnBatch(inputs, y, { sampleWeight, classWeight })),
        c.trainOnBatch,
        'trainOnBatch',
        3e-4,
      );
      near(
        (await model.testOnBatch(inputs, y, { sampleWeight, returnDict: true })) as Record<string, number>,
        c.testOnBatch,
        'testOnBatch',
      );
    });
});
