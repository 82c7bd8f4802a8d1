/** Attention and recurrent layers in files of Keras 2 predict what they predicted there, here and once written again: golden/legacy/attention.json and recurrent.json. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { temporaryFolder } from '../../io/support';
import { close, golden, tensorOf, type Golden } from '../helpers';

const folder = path.join(__dirname, '..', 'golden', 'legacy');
const least = { attention: 29, recurrent: 5 };

for (const kind of ['attention', 'recurrent'] as const)
  describe(`${kind} of Keras 2`, () => {
    const cases = golden<Record<string, { x: Golden[]; y: Golden[] }>>(`legacy/${kind}.json`);
    const written = temporaryFolder();
    it('there is a case for each file', () => {
      const files = fs.readdirSync(folder).filter((f) => f.startsWith(`${kind}_`) && !f.endsWith('.json'));
      assert.deepEqual(files.map((f) => f.slice(kind.length + 1)).sort(), Object.keys(cases).sort());
      assert.ok(files.length >= least[kind]);
    });
    for (const [name, { x, y }] of Object.entries(cases))
      it(`${name}: predicts the same`, async () => {
        const check = async (file: string): Promise<InstanceType<typeof trae.keras.Model>> => {
          const model = await trae.keras.models.loadModel(file);
          const got = [
            (await model.predict(x.length > 1 ? x.map(tensorOf) : tensorOf(x[0]), { verbose: 0 })) as trae.Tensor,
          ].flat();
          assert.equal(got.length, y.length);
          got.forEach((t, i) => close(t, y[i], `output ${i}`, 2e-5, 1));
          return model;
        };
        const model = await check(path.join(folder, `${kind}_${name}`));
        for (const extension of ['.keras', '.h5']) {
          const file = path.join(written, `${kind}_${name}${extension}`);
          await model.save(file);
          await check(file);
        }
      });
  });
