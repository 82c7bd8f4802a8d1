/**
 * Files of Keras 1 and 2 predict what their Keras predicted: layers that Keras 3 dropped, meanings that it changed, weights
 * in other orders, functions of TensorFlow. golden/legacy holds files and outputs (tf_keras 2.21; NumPy for Keras 1).
 */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { temporaryFolder } from '../../io/support';
import { close, golden, tensorOf, type Golden } from '../helpers';

const folder = path.join(__dirname, '..', 'golden', 'legacy');
const cases = golden<Record<string, { x: Golden[]; y: Golden[] }>>('legacy/legacy.json');
const load = (name: string, options = {}): Promise<InstanceType<typeof trae.keras.Model>> =>
  trae.keras.models.loadModel(path.join(folder, `${name}.h5`), options);
const given = (list: Golden[]): trae.Tensor | trae.Tensor[] =>
  list.length > 1 ? list.map(tensorOf) : tensorOf(list[0]);

describe('files of Keras 1 and 2', () => {
  const written = temporaryFolder();
  it('there is an expectation for each file', () => {
    const files = fs
      .readdirSync(folder)
      .filter((f) => f.endsWith('.h5') && !/^(resume|compiled|attention|recurrent)_/.test(f));
    assert.deepEqual(files.map((f) => f.replace('.h5', '')).sort(), Object.keys(cases).sort());
    assert.ok(files.length >= 38);
  });
  for (const [name, { x, y }] of Object.entries(cases)) {
    it(`${name}: predicts the same`, async () => {
      const model = await load(name);
      const check = async (m: typeof model): Promise<void> => {
        const got = [(await m.predict(given(x), { verbose: 0 })) as trae.Tensor].flat();
        assert.equal(got.length, y.length);
        got.forEach((t, i) => {
          assert.deepEqual(t.shape, y[i].shape, `output ${i}`);
          close(t.cast('float32'), y[i], `output ${i}`, 2e-4);
        });
      };
      await check(model);
      if (name === 'cropping_to_nothing') return; // Keras 3 has no such layer, so no file of Keras 3 may hold it.
      const file = path.join(written, `${name}.keras`);
      await model.save(file);
      await check(await trae.keras.models.loadModel(file));
    });
  }
});
