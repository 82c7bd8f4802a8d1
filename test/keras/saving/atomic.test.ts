/** Saving is atomic: a process that saves is killed 100 times, and the file is whole each time. */
import * as assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { temporaryFolder } from '../../io/support';

describe('saving while being killed', function () {
  this.timeout(180_000);
  it('leaves a whole file, 100 times', async () => {
    const folder = temporaryFolder(),
      file = path.join(folder, 'm.keras');
    const { layers, Sequential } = trae.keras;
    await new Sequential([new layers.Dense(64, { inputShape: [64], kernelInitializer: 'zeros' })]).save(file);
    let kills = 0,
      replaced = 0;
    while (kills < 100) {
      const child = spawn(process.execPath, ['--import', 'tsx', path.join(__dirname, 'programs/saver.ts'), file], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, OMP_NUM_THREADS: '1' },
      });
      // It saves on and on, and says so each time; the kill comes at another moment of a save each time.
      await new Promise<void>((resolve, reject) => {
        child.on('error', reject);
        child.on('exit', () => resolve());
        let seen = 0;
        child.stdout.on('data', (text: Buffer) => {
          seen += text.length;
          if (seen < 10 || child.killed) return;
          setTimeout(() => child.kill('SIGKILL'), (kills * 7) % 23);
        });
      });
      kills++;
      const model = await trae.keras.models.loadModel(file),
        kernel = (await model.weights[0].data()) as Float32Array;
      assert.ok(
        kernel.every((v) => v === kernel[0]),
        'one save, whole',
      );
      if (kernel[0] > 0) replaced++;
      if (kills % 10 === 0) for (const f of fs.readdirSync(folder)) if (f.endsWith('.tmp')) fs.rmSync(path.join(folder, f));
    }
    assert.ok(replaced > 50);
  });
});
