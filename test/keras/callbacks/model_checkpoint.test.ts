/** ModelCheckpoint and BackupAndRestore: when they save what, and under which name. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { classesInTurn, classifier, throwsText, wave, weightsOf } from '../helpers';

const { callbacks, Sequential, layers } = trae.keras;
const x = wave(20, 4);
const y = classesInTurn(20, 3);
/** Gives the logs a value for each epoch. */
class Script extends callbacks.Callback {
  constructor(private readonly values: readonly number[]) {
    super();
  }
  override onEpochEnd(epoch: number, logs: trae.Logs = {}): void {
    logs.val_loss = this.values[epoch];
  }
}
/** The files a run saves, by the base of their name, and what is printed. */
async function saved(
  make: (folder: string) => trae.keras.callbacks.ModelCheckpoint,
  values: readonly number[] = [3, 2, 2.5, 1],
): Promise<{ files: string[]; lines: string[] }> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'checkpoint-'));
  const files: string[] = [];
  const lines: string[] = [];
  const log = console.log;
  const model = classifier();
  const write = (kind: string) => (file: string) => {
    assert.ok(fs.existsSync(path.dirname(file)), 'the folder is made');
    files.push(`${kind} ${path.relative(folder, file)}`);
    return Promise.resolve();
  };
  Object.assign(model, { save: write('model'), saveWeights: write('weights') });
  console.log = (text: string) => void lines.push(text.replaceAll(`${folder}/`, ''));
  try {
    await model.fit(x, y, {
      epochs: values.length,
      batchSize: 8,
      verbose: 0,
      callbacks: [new Script(values), make(folder)],
    });
  } finally {
    console.log = log;
    fs.rmSync(folder, { recursive: true });
  }
  return { files, lines };
}

describe('ModelCheckpoint', () => {
  const { ModelCheckpoint } = callbacks;
  it('saves each epoch under a name with its numbers', async () => {
    const { files } = await saved((f) => new ModelCheckpoint(path.join(f, 'deep/m-{epoch:02d}-{val_loss:.2f}.keras')));
    assert.deepEqual(files, [
      'model deep/m-01-3.00.keras',
      'model deep/m-02-2.00.keras',
      'model deep/m-03-2.50.keras',
      'model deep/m-04-1.00.keras',
    ]);
  });
  it('saves what is best only, and says so', async () => {
    const { files, lines } = await saved(
      (f) =>
        new ModelCheckpoint(path.join(f, 'best.weights.h5'), { saveBestOnly: true, saveWeightsOnly: true, verbose: 1 }),
    );
    assert.deepEqual(files, ['weights best.weights.h5', 'weights best.weights.h5', 'weights best.weights.h5']);
    assert.deepEqual(lines, [
      '\nEpoch 1: val_loss improved from None to 3.00000, saving model to best.weights.h5',
      '\nEpoch 1: finished saving model to best.weights.h5',
      '\nEpoch 2: val_loss improved from 3.00000 to 2.00000, saving model to best.weights.h5',
      '\nEpoch 2: finished saving model to best.weights.h5',
      '\nEpoch 3: val_loss did not improve from 2.00000',
      '\nEpoch 4: val_loss improved from 2.00000 to 1.00000, saving model to best.weights.h5',
      '\nEpoch 4: finished saving model to best.weights.h5',
    ]);
  });
  it('writes files that hold what was learned', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'checkpoint-'));
    const model = classifier({ optimizer: 'adam' });
    const kept: number[][][] = [];
    const keep = new callbacks.LambdaCallback({ onEpochEnd: () => void kept.push(weightsOf(model)) });
    const list = [
      new ModelCheckpoint(path.join(folder, 'm{epoch}.keras')),
      new ModelCheckpoint(path.join(folder, 'w{epoch}.weights.h5'), { saveWeightsOnly: true }),
      keep,
    ];
    await model.fit(x, y, { epochs: 2, batchSize: 8, verbose: 0, callbacks: list });
    for (const epoch of [1, 2]) {
      const whole = (await trae.keras.models.loadModel(path.join(folder, `m${epoch}.keras`))) as trae.keras.Sequential;
      assert.deepEqual(weightsOf(whole), kept[epoch - 1]);
      assert.equal(whole.optimizer!.iterations.item(), 3 * epoch, 'with the state of the optimizer');
      const other = classifier({ optimizer: 'adam' });
      await other.loadWeights(path.join(folder, `w${epoch}.weights.h5`));
      assert.deepEqual(weightsOf(other), kept[epoch - 1]);
    }
    fs.rmSync(folder, { recursive: true });
  });
  it('knows mode and threshold', async () => {
    assert.equal(
      (await saved((f) => new ModelCheckpoint(path.join(f, 'a.keras'), { saveBestOnly: true, mode: 'max' }))).files
        .length,
      1,
    );
    assert.equal(
      (
        await saved(
          (f) => new ModelCheckpoint(path.join(f, 'a.keras'), { saveBestOnly: true, initialValueThreshold: 2.2 }),
        )
      ).files.length,
      2,
    );
    // Larger accuracies are better: the metric knows.
    assert.ok(
      (await saved((f) => new ModelCheckpoint(path.join(f, 'a.keras'), { saveBestOnly: true, monitor: 'accuracy' })))
        .files.length >= 1,
    );
  });
  it('saves every so many batches, over the ends of epochs', async () => {
    const { files } = await saved(
      (f) => new ModelCheckpoint(path.join(f, 'e{epoch}-b{batch:03d}.h5'), { saveFreq: 2 }),
    );
    assert.deepEqual(files, [
      'model e1-b002.h5',
      'model e2-b001.h5',
      'model e2-b003.h5',
      'model e3-b002.h5',
      'model e4-b001.h5',
      'model e4-b003.h5',
    ]);
  });
  it('saves always when the metric is not there, with a warning', async () => {
    const warned: string[] = [];
    const warn = console.warn;
    console.warn = (t: string) => void warned.push(t);
    try {
      assert.equal(
        (
          await saved(
            (f) =>
              new ModelCheckpoint(path.join(f, 'a.keras'), { saveBestOnly: true, monitor: 'val_auc', mode: 'max' }),
            [1],
          )
        ).files.length,
        1,
      );
    } finally {
      console.warn = warn;
    }
    assert.deepEqual(warned, [
      "ModelCheckpoint: 'val_auc' is not among the logs (accuracy, loss, val_loss), so the model is saved whatever it is.",
    ]);
  });
  it('refuses what does not fit', async () => {
    await throwsText(
      () => new ModelCheckpoint('a.h5', { saveWeightsOnly: true }),
      'ValueError',
      "ModelCheckpoint: with saveWeightsOnly the path must end in '.weights.h5'.\n  Received: 'a.h5'",
    );
    await throwsText(
      () => new ModelCheckpoint('a.bin'),
      'ValueError',
      "ModelCheckpoint: the path must end in '.keras'.\n  Received: 'a.bin'",
    );
    await throwsText(
      () => new ModelCheckpoint('a.keras', { saveFreq: 0 }),
      'ValueError',
      "ModelCheckpoint: saveFreq must be 'epoch' or a number of batches.\n  Received: 0",
    );
    await throwsText(
      () => new ModelCheckpoint('a.keras', { mode: 'top' as never }),
      'ValueError',
      "ModelCheckpoint: mode must be 'auto', 'min' or 'max'.\n  Received: 'top'",
    );
    await throwsText(
      () =>
        saved((f) => new ModelCheckpoint(path.join(f, '{val_acc}.keras')), [1]).catch((e: Error) =>
          Promise.reject(Object.assign(e, { message: e.message.replace(/'\/.*\//, "'") })),
        ),
      'ValueError',
      "ModelCheckpoint: there is no value for 'val_acc' in the path '{val_acc}.keras'.\n  Known: epoch, accuracy, loss, val_loss",
    );
    await throwsText(
      () =>
        saved(
          (f) => new ModelCheckpoint(path.join(f, 'a.keras'), { saveBestOnly: true, monitor: 'val_thing' }),
          [1],
        ).then(() => callbackOfUnknown()),
      'ValueError',
      "EarlyStopping: whether 'val_thing' should be large or small is not known.\n  Fix: mode: 'max' when larger is better, or mode: 'min'.",
    );
  });
});
const callbackOfUnknown = (): Promise<unknown> =>
  classifier().fit(x, y, { verbose: 0, callbacks: [new callbacks.EarlyStopping({ monitor: 'val_thing' })] });

describe('BackupAndRestore', () => {
  const { BackupAndRestore } = callbacks;
  it('goes on where a run has ended, and removes the backup at the end', async () => {
    const folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'backup-')), 'b');
    const fitted = async (
      model: trae.keras.Model,
      list: trae.keras.callbacks.Callback[],
    ): Promise<trae.keras.callbacks.History> =>
      model.fit(x, y, { epochs: 4, batchSize: 8, shuffle: false, verbose: 0, callbacks: list });
    const whole = classifier();
    const start = whole.getWeights();
    await fitted(whole, []);
    class Crash extends callbacks.Callback {
      override onEpochBegin(epoch: number): void {
        if (epoch === 2) throw new Error('crash');
      }
    }
    const first = classifier();
    first.setWeights(start);
    await assert.rejects(fitted(first, [new BackupAndRestore(folder), new Crash()]), /crash/);
    assert.deepEqual(JSON.parse(fs.readFileSync(path.join(folder, 'training_metadata.json'), 'utf8')), {
      epoch: 2,
      batch: 0,
    });
    const second = classifier();
    const history = await fitted(second, [new BackupAndRestore(folder)]);
    assert.deepEqual(history.epoch, [2, 3]);
    assert.deepEqual(
      second.getWeights().map((w) => w.arraySync()),
      whole.getWeights().map((w) => w.arraySync()),
    );
    assert.ok(!fs.existsSync(folder));
    assert.deepEqual((await fitted(second, [])).epoch, [0, 1, 2, 3], 'the next run starts anew');
  });
  it('takes the backup before the last one when that is broken', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'backup-'));
    const model = classifier();
    await model.fit(x, y, {
      epochs: 2,
      verbose: 0,
      callbacks: [new BackupAndRestore(folder, { doubleCheckpoint: true, deleteCheckpoint: false })],
    });
    fs.writeFileSync(path.join(folder, 'latest.weights.h5'), 'broken');
    assert.deepEqual(
      (await model.fit(x, y, { epochs: 3, verbose: 0, callbacks: [new BackupAndRestore(folder)] })).epoch,
      [1, 2],
    );
  });
  it('refuses what does not fit', async () => {
    await throwsText(
      () => new BackupAndRestore(''),
      'ValueError',
      "BackupAndRestore: backupDir must be the path of a directory.\n  Received: ''",
    );
    await throwsText(
      () => new BackupAndRestore('b', { saveFreq: 1.5 }),
      'ValueError',
      "BackupAndRestore: saveFreq must be 'epoch' or a number of batches.\n  Received: 1.5",
    );
    const unbuilt = new Sequential([new layers.Dense(2)], { name: 'unbuilt' });
    unbuilt.compile({ loss: 'mse' });
    await throwsText(
      () => unbuilt.fit(x, wave(20, 2), { verbose: 0, callbacks: [new BackupAndRestore('b')] }),
      'ValueError',
      "BackupAndRestore: model 'unbuilt' must be built before fit, so that weights can be restored.\n  Fix: give its first layer an inputShape, or call build.",
    );
  });
});
