/** Saving is atomic: a process that saves is killed 100 times, and the file is whole each time. */
import * as assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { temporaryFolder } from '../../io/support';

describe('saving while being killed', function () {
  this.timeout(900_000);
  it('leaves a whole file, 100 times', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'm.keras');
    const { layers, Sequential } = trae.keras;
    await new Sequential([new layers.Dense(64, { inputShape: [64], kernelInitializer: 'zeros' })]).save(file);
    let begun = 0;
    let replaced = 0;
    // It saves on and on, and says so each time; the kill comes at another moment of a save each time.
    const saveUntilKilled = (target: string, delay: number): Promise<void> =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [path.join(__dirname, 'programs/saver.cjs'), target], {
          stdio: ['ignore', 'pipe', 'inherit'],
          env: { ...process.env, OMP_NUM_THREADS: '1' },
        });
        child.on('error', reject);
        child.on('exit', () => resolve());
        let seen = 0;
        child.stdout.on('data', (text: Buffer) => {
          seen += text.length;
          if (seen === text.length) setTimeout(() => child.kill('SIGKILL'), 10 + delay);
        });
      });
    const worker = async (name: string): Promise<void> => {
      const target = path.join(folder, name);
      fs.copyFileSync(file, target);
      while (begun < 100) {
        const n = begun++;
        await saveUntilKilled(target, (n * 7) % 23);
        const model = await trae.keras.models.loadModel(target);
        const kernel = (await model.weights[0].data()) as Float32Array;
        assert.ok(
          kernel.every((v) => v === kernel[0]),
          'one save, whole',
        );
        if (kernel[0] > 0) replaced++;
      }
    };
    await Promise.all(['a.keras', 'b.keras'].map(worker));
    assert.ok(replaced > 50);
  });
});
