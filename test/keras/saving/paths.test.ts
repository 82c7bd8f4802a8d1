/** Paths under which no file can be read or written: pipes, folders, devices, links. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { temporaryFolder } from '../../io/support';

const { keras } = trae;
const isWindows = process.platform === 'win32';
const make = (): trae.keras.Sequential => new keras.Sequential([keras.Input([3]), new keras.layers.Dense(2)]);
const refused = (run: Promise<unknown>, file: string, why: string): Promise<void> =>
  assert.rejects(run, (error: Error) => {
    assert.equal(error.name, 'FileError');
    assert.equal(error.message, `${file} ${why}.`);
    return true;
  });

describe('paths of models and weights', () => {
  const folder = temporaryFolder();
  const at = (name: string): string => path.join(folder, name);
  const readers: Record<string, (file: string) => Promise<unknown>> = {
    loadModel: (file) => keras.models.loadModel(file),
    loadWeights: (file) => make().loadWeights(file),
  };
  const writers: Record<string, (file: string) => Promise<unknown>> = {
    'x.keras': (file) => make().save(file),
    'x.h5': (file) => make().save(file),
    'x.weights.h5': (file) => make().saveWeights(file),
    'x.npz': (file) => make().saveWeights(file),
    'x.safetensors': (file) => make().saveWeights(file),
    'x.weights.json': (file) => make().saveWeights(file, { maxShardSize: 1 }),
  };
  if (!isWindows) {
    it('a pipe that nobody writes into is refused at once', async () => {
      for (const name of ['pipe.keras', 'pipe.weights.json']) {
        execFileSync('mkfifo', [at(name)]);
        for (const read of Object.values(readers))
          await refused(read(at(name)), at(name), 'cannot be read: it is no file');
      }
      await refused(make().save(at('pipe.keras')), at('pipe.keras'), 'cannot be written: it is no file');
    });
    it('links: the file that they lead to is written, the link stays', async () => {
      fs.symlinkSync('target.keras', at('link.keras')); // leads nowhere yet
      await make().save(at('link.keras'));
      const second = make();
      await second.save(at('link.keras'));
      assert.ok(fs.lstatSync(at('link.keras')).isSymbolicLink());
      assert.ok(fs.lstatSync(at('target.keras')).isFile());
      const copy = await keras.models.loadModel(at('target.keras'));
      assert.deepEqual(copy.weights[0].value.arraySync(), second.weights[0].value.arraySync());
      fs.symlinkSync('circle.keras', at('circle.keras'));
      await refused(make().save(at('circle.keras')), at('circle.keras'), 'cannot be written: it is a link to itself');
      for (const read of Object.values(readers))
        await refused(read(at('circle.keras')), at('circle.keras'), 'cannot be read: it is a link to itself');
    });
    it('devices are neither read nor replaced', async () => {
      fs.symlinkSync('/dev/null', at('null.keras'));
      await refused(make().save(at('null.keras')), at('null.keras'), 'cannot be written: it is no file');
      for (const read of Object.values(readers))
        await refused(read(at('null.keras')), at('null.keras'), 'cannot be read: it is no file');
      assert.ok(fs.statSync('/dev/null').isCharacterDevice());
    });
    it('a file that is replaced keeps its permissions', async () => {
      await make().save(at('private.keras'));
      fs.chmodSync(at('private.keras'), 0o600);
      await make().save(at('private.keras'));
      assert.equal(fs.statSync(at('private.keras')).mode & 0o777, 0o600);
    });
  }
  for (const [name, write] of Object.entries(writers))
    it(`${name}: a folder of that name, a missing folder, a file as a folder`, async () => {
      fs.mkdirSync(at(`in_${name}`));
      const inside = path.join(at(`in_${name}`), name);
      fs.mkdirSync(inside);
      await refused(write(inside), inside, 'cannot be written: it is a folder');
      const missing = path.join(folder, 'missing', name);
      await refused(write(missing), missing, `cannot be written: there is no folder ${path.dirname(missing)}`);
      fs.writeFileSync(at(`file_${name}`), '');
      const under = path.join(at(`file_${name}`), name);
      await assert.rejects(
        write(under),
        (error: Error) => error.name === 'FileError' && error.message.startsWith(`${under} cannot be written: `),
      );
      assert.deepEqual(fs.readdirSync(at(`in_${name}`)), [name], 'nothing is left behind');
    });
  it('an empty file', async () => {
    fs.writeFileSync(at('empty.weights.h5'), '');
    await refused(make().loadWeights(at('empty.weights.h5')), at('empty.weights.h5'), 'cannot be read: it is empty');
    await refused(
      keras.models.loadModel(at('empty.weights.h5')),
      at('empty.weights.h5'),
      'cannot be read: it is empty',
    );
  });
  it('a backup whose epoch is damaged is named', async () => {
    const backup = at('backup');
    const model = make();
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const fit = (): Promise<unknown> =>
      model.fit(trae.ones([2, 3]), trae.ones([2, 2]), {
        verbose: 0,
        callbacks: [new keras.callbacks.BackupAndRestore(backup, { deleteCheckpoint: false })],
      });
    await fit();
    const file = path.join(backup, 'training_metadata.json');
    fs.writeFileSync(file, '{"epo');
    await assert.rejects(fit(), { name: 'FileError', message: `${file}: it is damaged: it names no epoch.` });
  });
});
