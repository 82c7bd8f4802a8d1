/**
 * Compiled models of Keras 2 evaluate and go on with their training as they would have there: losses and metrics by name, as
 * functions, objects and wrappers, for one output and several. golden/legacy/compiled.json is what tf_keras computed.
 */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { temporaryFolder } from '../../io/support';
import { close, golden } from '../helpers';

interface Case {
  y: unknown;
  weights: number[] | null;
  evaluate: Record<string, number[]>;
  history: Record<string, number[]>;
  after: number[][];
}
const folder = path.join(__dirname, '..', 'golden', 'legacy');
const { x, cases } = golden<{ x: number[][]; cases: Record<string, Case> }>('legacy/compiled.json');
const depth = (v: unknown): number => (Array.isArray(v) ? 1 + depth(v[0]) : 0);
const target = (y: unknown): trae.Tensor | trae.Tensor[] | Record<string, trae.Tensor> => {
  if (!Array.isArray(y))
    return Object.fromEntries(Object.entries(y as Record<string, number[][]>).map(([k, v]) => [k, trae.tensor(v)]));
  return depth(y) === 3 ? (y as number[][][]).map((v) => trae.tensor(v)) : trae.tensor(y as number[][]);
};

describe('compiled files of Keras 2', () => {
  const written = temporaryFolder();
  it('there is a case for each file', () => {
    const files = fs.readdirSync(folder).filter((f) => /^compiled_.*\.(h5|keras)$/.test(f));
    assert.deepEqual(files.map((f) => f.slice(9)).sort(), Object.keys(cases).sort());
    assert.ok(files.length >= 24);
  });
  for (const [name, { y, weights, evaluate, history, after }] of Object.entries(cases)) {
    const options = weights ? { sampleWeight: trae.tensor(weights) } : {};
    const same = (got: Record<string, unknown>, want: Record<string, number[]>): void => {
      assert.deepEqual(Object.keys(got).sort(), Object.keys(want).sort());
      for (const [k, v] of Object.entries(want)) close(trae.tensor([got[k]].flat() as number[]), v, k, 2e-4);
    };
    const check = async (model: InstanceType<typeof trae.keras.Model>): Promise<void> => {
      same(
        (await model.evaluate(trae.tensor(x), target(y), {
          verbose: 0,
          batchSize: 8,
          returnDict: true,
          ...options,
        })) as Record<string, unknown>,
        evaluate,
      );
      const more = await model.fit(trae.tensor(x), target(y), {
        verbose: 0,
        batchSize: 4,
        epochs: 2,
        shuffle: false,
        ...options,
      });
      same(more.history, history);
      model.weights.forEach((w, i) => close(w, after[i], w.path, 1e-3));
    };
    it(`${name}: evaluates and goes on, here and once written again`, async () => {
      const warn = console.warn;
      const said: string[] = [];
      console.warn = (text: string) => said.push(text);
      try {
        const model = await trae.keras.models.loadModel(path.join(folder, `compiled_${name}`));
        for (const extension of ['.keras', '.h5']) await model.save(path.join(written, `${name}${extension}`));
        await check(model);
        for (const extension of ['.keras', '.h5'])
          await check(await trae.keras.models.loadModel(path.join(written, `${name}${extension}`)));
      } finally {
        console.warn = warn;
      }
      assert.deepEqual(said, []);
    });
  }
});
