/** Models of Keras 3 with vocabularies, those that begin with texts too: golden/lookups holds files and what Keras gave. */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { close, golden } from '../helpers';

const cases = golden<Record<string, { x: string[] | number[][]; y: number[] | number[][] }>>('lookups/lookups.json');
const load = (name: string): Promise<InstanceType<typeof trae.keras.Model>> =>
  trae.keras.models.loadModel(path.join(__dirname, '..', 'golden', 'lookups', `${name}.keras`));

describe('vocabularies in files of Keras', () => {
  for (const [name, { x, y }] of Object.entries(cases))
    it(name, async () => {
      const model = await load(name);
      const given = name.startsWith('integer') ? trae.tensor(x as number[][], null, 'int64') : x;
      const got = model.apply(given) as trae.Tensor;
      assert.deepEqual([...got.shape], trae.tensor(y as number[][]).shape);
      close(got.cast('float32'), (y as number[][]).flat(), 'output', 1e-5);
      if (name.startsWith('integer'))
        close(
          ((await model.predict(given as trae.Tensor, { verbose: 0 })) as trae.Tensor).cast('float32'),
          (y as number[][]).flat(),
          'predict',
          1e-5,
        );
    });
});
