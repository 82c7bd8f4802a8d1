/** Callbacks: order of calls, each callback's rules, the progress bar on a terminal and elsewhere. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { classesInTurn, classifier, close, throwsText, wave, weightsOf } from '../helpers';

const { callbacks, layers, Sequential, optimizers } = trae.keras;
const x = wave(20, 4);
const y = classesInTurn(20, 3);
type Logs = trae.Logs;

/** Puts values into the logs in place of what was measured: a plan for what a monitored metric does. */
class Script extends callbacks.Callback {
  constructor(
    private readonly values: readonly number[],
    private readonly name = 'val_loss',
  ) {
    super();
  }
  override onEpochEnd(epoch: number, logs: Logs = {}): void {
    logs[this.name] = this.values[epoch];
  }
}
/** Runs as many epochs as the script has and returns the numbers of those done. */
async function epochsDone(values: readonly number[], ...list: trae.keras.callbacks.Callback[]): Promise<number[]> {
  return (await classifier().fit(x, y, { epochs: values.length, verbose: 0, callbacks: [new Script(values), ...list] }))
    .epoch;
}
/** What console.log prints while `f` runs. */
async function printed(f: () => Promise<unknown>): Promise<string[]> {
  const lines: string[] = [];
  const log = console.log;
  console.log = (text: string) => {
    lines.push(text);
  };
  try {
    await f();
  } finally {
    console.log = log;
  }
  return lines;
}

describe('callbacks', () => {
  it('are called in order, with model, params and logs', async () => {
    const seen: string[] = [];
    const names = [
      'onTrainBegin',
      'onTrainEnd',
      'onEpochBegin',
      'onEpochEnd',
      'onTrainBatchBegin',
      'onTrainBatchEnd',
      'onTestBegin',
      'onTestEnd',
      'onTestBatchBegin',
      'onTestBatchEnd',
      'onPredictBegin',
      'onPredictEnd',
      'onPredictBatchBegin',
      'onPredictBatchEnd',
    ] as const;
    const spy = new callbacks.LambdaCallback(
      Object.fromEntries(
        names.map((n) => [
          n,
          (a?: unknown) => {
            seen.push(typeof a === 'number' ? `${n} ${a}` : n);
          },
        ]),
      ),
    );
    const model = classifier();
    await model.fit(x, y, {
      epochs: 2,
      batchSize: 8,
      validationData: [x, y],
      validationBatchSize: 20,
      verbose: 0,
      callbacks: spy,
    });
    const batches = [0, 1, 2].flatMap((i) => [`onTrainBatchBegin ${i}`, `onTrainBatchEnd ${i}`]);
    const test = ['onTestBegin', 'onTestBatchBegin 0', 'onTestBatchEnd 0', 'onTestEnd'];
    assert.deepEqual(seen, [
      'onTrainBegin',
      ...[0, 1].flatMap((e) => [`onEpochBegin ${e}`, ...batches, ...test, `onEpochEnd ${e}`]),
      'onTrainEnd',
    ]);
    assert.equal(spy.model, model);
    assert.deepEqual(spy.params, { verbose: 0, epochs: 2, steps: 3 });
    seen.length = 0;
    await model.predict(x, { batchSize: 20, verbose: 0, callbacks: [spy] });
    await model.evaluate(x, y, { batchSize: 20, verbose: 0, callbacks: [spy] });
    assert.deepEqual(seen, ['onPredictBegin', 'onPredictBatchBegin 0', 'onPredictBatchEnd 0', 'onPredictEnd', ...test]);
  });
  it('batch logs are running means; listening to batches does not change the result', async () => {
    const losses: number[] = [];
    const [a, b] = [classifier(), classifier()];
    const h = await a.fit(x, y, {
      batchSize: 8,
      shuffle: false,
      verbose: 0,
      callbacks: [
        new callbacks.LambdaCallback({
          onTrainBatchEnd: (_: number, logs?: Logs) => {
            losses.push(logs!.loss);
          },
        }),
      ],
    });
    await b.fit(x, y, { batchSize: 8, shuffle: false, verbose: 0 });
    assert.equal(losses.length, 3);
    close(losses[2], h.history.loss, 'last');
    assert.deepEqual(weightsOf(a), weightsOf(b));
  });
  it('may be async, and may end training through the model', async () => {
    let done = 0;
    class Stop extends callbacks.Callback {
      override async onTrainBatchEnd(batch: number): Promise<void> {
        await new Promise((r) => setTimeout(r, 2));
        done++;
        if (batch === 1) this.model.stopTraining = true;
      }
    }
    const h = await classifier().fit(x, y, { epochs: 5, batchSize: 4, verbose: 0, callbacks: [new Stop()] });
    assert.deepEqual([done, h.epoch], [2, [0]]);
  });
  it('refuse unknown options', async () => {
    await throwsText(
      () => new callbacks.EarlyStopping({ patients: 3 } as never),
      'TypeError',
      "EarlyStopping: unknown option 'patients'. Did you mean 'patience'?\n  Known options: monitor, minDelta, patience, verbose, mode, baseline, restoreBestWeights, startFromEpoch",
    );
    await throwsText(
      () => new callbacks.LambdaCallback({ onEpochsEnd: () => undefined } as never),
      'TypeError',
      `LambdaCallback: unknown option 'onEpochsEnd'. Did you mean 'onEpochEnd'?\n  Known options: ${['Epoch', 'Train', 'TrainBatch', 'Test', 'TestBatch', 'Predict', 'PredictBatch'].map((n) => `on${n}Begin, on${n}End`).join(', ')}`,
    );
    await throwsText(
      () => new callbacks.EarlyStopping({ mode: 'up' as never }),
      'ValueError',
      "EarlyStopping: mode must be 'auto', 'min' or 'max'.\n  Received: 'up'",
    );
    await throwsText(
      () => new callbacks.ReduceLROnPlateau({ factor: 1 }),
      'ValueError',
      'ReduceLROnPlateau: factor must be below 1.\n  Received: 1',
    );
    await throwsText(
      () => new callbacks.LearningRateScheduler(0.1 as never),
      'ValueError',
      'LearningRateScheduler: schedule must be a function of the epoch and the rate.\n  Received: 0.1',
    );
  });
});

describe('EarlyStopping', () => {
  const { EarlyStopping } = callbacks;
  it('waits for as many epochs as patience says', async () => {
    assert.deepEqual(await epochsDone([5, 4, 4, 4, 3, 2], new EarlyStopping({ patience: 2 })), [0, 1, 2, 3]);
    assert.deepEqual(await epochsDone([5, 4, 4, 3, 3, 2], new EarlyStopping({ patience: 2 })), [0, 1, 2, 3, 4, 5]);
    assert.deepEqual(await epochsDone([5, 6, 1], new EarlyStopping()), [0, 1]);
  });
  it('knows minDelta, mode, baseline, startFromEpoch', async () => {
    assert.deepEqual(await epochsDone([5, 4.9, 4.8, 1], new EarlyStopping({ minDelta: 0.5, patience: 2 })), [0, 1, 2]);
    assert.deepEqual(await epochsDone([1, 2, 1, 3], new EarlyStopping({ mode: 'max' })), [0, 1, 2]);
    assert.deepEqual(await epochsDone([5, 5, 5, 5], new EarlyStopping({ baseline: 1, patience: 2 })), [0, 1]);
    assert.deepEqual(
      await epochsDone([1, 2, 3, 2, 3], new EarlyStopping({ startFromEpoch: 2, patience: 1 })),
      [0, 1, 2, 3, 4],
    );
    assert.deepEqual(
      (
        await classifier().fit(x, y, {
          epochs: 4,
          verbose: 0,
          callbacks: [new Script([0.1, 0.2, 0.1, 0.3], 'val_accuracy'), new EarlyStopping({ monitor: 'val_accuracy' })],
        })
      ).epoch,
      [0, 1, 2],
    );
  });
  it('restores the best weights', async () => {
    const model = classifier();
    const kept: number[][][] = [];
    const stop = new EarlyStopping({ patience: 2, restoreBestWeights: true });
    await model.fit(x, y, {
      epochs: 6,
      verbose: 0,
      callbacks: [
        new Script([5, 3, 4, 4, 1, 1]),
        new callbacks.LambdaCallback({
          onEpochEnd: () => {
            kept.push(weightsOf(model));
          },
        }),
        stop,
      ],
    });
    assert.deepEqual([kept.length, stop.bestEpoch, stop.best, stop.stoppedEpoch], [4, 1, 3, 3]);
    assert.deepEqual(weightsOf(model), kept[1]);
    assert.notDeepEqual(kept[3], kept[1]);
  });
  it('says so with verbose, and warns of a name that is not there', async () => {
    assert.deepEqual(await printed(() => epochsDone([1, 2, 3], new EarlyStopping({ verbose: 1 }))), [
      'Epoch 2: early stopping',
    ]);
    const warned: string[] = [];
    const warn = console.warn;
    console.warn = (t: string) => {
      warned.push(t);
    };
    try {
      await classifier().fit(x, y, { verbose: 0, callbacks: [new EarlyStopping()] });
    } finally {
      console.warn = warn;
    }
    assert.deepEqual(warned, ["EarlyStopping: 'val_loss' is not among the logs (accuracy, loss), so nothing happens."]);
  });
});

describe('callbacks of the learning rate', () => {
  const rates = async (values: readonly number[], plateau: trae.keras.callbacks.Callback): Promise<number[]> =>
    (
      await classifier({ optimizer: new optimizers.SGD(1) }).fit(x, y, {
        epochs: values.length,
        verbose: 0,
        callbacks: [new Script(values), plateau],
      })
    ).history.learning_rate;
  const { ReduceLROnPlateau } = callbacks;
  it('ReduceLROnPlateau: patience, factor, cooldown, minLr', async () => {
    close(
      await rates([5, 5, 5, 5, 5], new ReduceLROnPlateau({ factor: 0.5, patience: 2 })),
      [1, 1, 1, 0.5, 0.5],
      'patience 2',
    );
    close(
      await rates([5, 5, 5, 5, 5, 5], new ReduceLROnPlateau({ factor: 0.5, patience: 1, cooldown: 2 })),
      [1, 1, 0.5, 0.5, 0.25, 0.25],
      'cooldown',
    );
    close(
      await rates([5, 5, 5, 5], new ReduceLROnPlateau({ factor: 0.1, patience: 1, minLr: 0.5 })),
      [1, 1, 0.5, 0.5],
      'at least',
    );
    close(await rates([5, 4, 3, 2], new ReduceLROnPlateau({ patience: 1 })), [1, 1, 1, 1], 'getting better');
  });
  it('LearningRateScheduler: sets, sees and logs the rate', async () => {
    const given: number[] = [];
    const model = classifier({ optimizer: new optimizers.SGD(0.5) });
    const h = await model.fit(x, y, {
      epochs: 3,
      verbose: 0,
      callbacks: [
        new callbacks.LearningRateScheduler((epoch, rate) => {
          given.push(rate);
          return epoch ? rate / 2 : rate;
        }),
      ],
    });
    close(given, [0.5, 0.5, 0.25], 'seen');
    close(h.history.learning_rate, [0.5, 0.25, 0.125], 'logged');
    await throwsText(
      () => model.fit(x, y, { verbose: 0, callbacks: [new callbacks.LearningRateScheduler(() => 'fast' as never)] }),
      'ValueError',
      "LearningRateScheduler: the schedule must return a number.\n  Received: 'fast'",
    );
  });
});

describe('TerminateOnNaN and CSVLogger', () => {
  it('ends training at the batch where the loss is no number', async () => {
    const model = new Sequential([layers.Input([1]), new layers.Dense(1)]);
    model.compile({ optimizer: new optimizers.SGD(1e30), loss: 'mse' });
    const rows = trae.ones([64, 1]).multiply(1e5);
    let batches = 0;
    const lines = await printed(() =>
      model.fit(rows, rows, {
        epochs: 3,
        batchSize: 1,
        verbose: 0,
        callbacks: [
          new callbacks.TerminateOnNaN(),
          new callbacks.LambdaCallback({
            onTrainBatchEnd: () => {
              batches++;
            },
          }),
        ],
      }),
    );
    assert.ok(batches < 10, String(batches));
    assert.deepEqual(lines, [`Batch ${batches - 1}: Invalid loss, terminating training`]);
  });
  it('writes a line for each epoch, and appends', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trae-csv-'));
    const file = path.join(folder, 'log.csv');
    const model = classifier();
    try {
      await model.fit(x, y, { epochs: 2, verbose: 0, callbacks: [new callbacks.CSVLogger(file)] });
      const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
      assert.equal(lines[0], 'epoch,accuracy,loss');
      assert.deepEqual(
        lines.slice(1).map((l) => l.split(',')[0]),
        ['0', '1'],
      );
      assert.ok(
        lines.slice(1).every((l) =>
          l
            .split(',')
            .slice(1)
            .every((v) => Number.isFinite(Number(v))),
        ),
      );
      await model.fit(x, y, {
        initialEpoch: 2,
        epochs: 3,
        verbose: 0,
        callbacks: [new callbacks.CSVLogger(file, { append: true })],
      });
      assert.equal(fs.readFileSync(file, 'utf8').trimEnd().split('\n').length, 4);
      await model.fit(x, y, { verbose: 0, callbacks: [new callbacks.CSVLogger(file, { separator: ';' })] });
      assert.equal(fs.readFileSync(file, 'utf8').split('\n')[0], 'epoch;accuracy;loss');
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});

describe('the progress bar', () => {
  const stream = (isTTY: boolean): { text: string; isTTY: boolean; write(t: string): void } => ({
    text: '',
    isTTY,
    write(t) {
      this.text += t;
    },
  });
  // Times differ from run to run: they become #.
  const steady = (t: string): string =>
    t.replace(/\d+(:\d\d)*(m?s|us)(?=\/step|\b)/g, '#').replace(/#\/step/g, '#/step');
  // eslint-disable-next-line no-control-regex
  const plain = (t: string): string => t.replace(/\x1b\[\d+m/g, '');
  it('on a terminal: one line an epoch that is drawn again, with colours', async () => {
    const out = stream(true);
    await classifier().fit(x, y, {
      epochs: 2,
      batchSize: 8,
      verbose: 1,
      callbacks: [new callbacks.ProgbarLogger(out)],
    });
    const lines = plain(out.text).split('\n');
    assert.deepEqual([lines[0], lines[2], lines.length], ['Epoch 1/2', 'Epoch 2/2', 5]);
    assert.ok(out.text.includes('\x1b[1m3/3\x1b[0m \x1b[32m━━━━━━━━━━━━━━━━━━━━\x1b[0m'), 'green bar');
    for (const line of [lines[1], lines[3]])
      assert.match(
        steady(line.split('\r').at(-1)!),
        /^3\/3 ━━━━━━━━━━━━━━━━━━━━ # #\/step - accuracy: 0\.\d{4} - loss: \d\.\d{4} *$/,
      );
  });
  it('elsewhere: one line an epoch at its end', async () => {
    const out = stream(false);
    await classifier().fit(x, y, {
      epochs: 2,
      batchSize: 8,
      verbose: 2,
      validationSplit: 0.2,
      callbacks: [new callbacks.ProgbarLogger(out)],
    });
    const lines = out.text.split('\n');
    assert.deepEqual([lines.length, lines[0], lines[2], lines[4]], [5, 'Epoch 1/2', 'Epoch 2/2', '']);
    for (const line of [lines[1], lines[3]])
      assert.match(
        steady(line),
        /^2\/2 - # - #\/step - accuracy: \d\.\d{4} - loss: \d\.\d{4} - val_accuracy: \d\.\d{4} - val_loss: \d\.\d{4}$/,
      );
    assert.ok(!out.text.includes('\x1b') && !out.text.includes('\r'));
  });
  it('of evaluate and predict', async () => {
    const out = stream(false);
    const model = classifier();
    await model.evaluate(x, y, { verbose: 2, batchSize: 10, callbacks: [new callbacks.ProgbarLogger(out)] });
    await model.predict(x, { verbose: 2, batchSize: 10, callbacks: [new callbacks.ProgbarLogger(out)] });
    const [a, b] = steady(out.text).split('\n');
    assert.match(a, /^2\/2 - # - #\/step - accuracy: \d\.\d{4} - loss: \d\.\d{4}$/);
    assert.equal(b, '2/2 - # - #/step');
  });
  it('says nothing with verbose 0, and counts without a known number of steps', async () => {
    const out = stream(true);
    await classifier().fit(x, y, { verbose: 0, callbacks: [new callbacks.ProgbarLogger(out)] });
    assert.equal(out.text, '');
    const bar = new callbacks.Progbar(null, 1, out);
    bar.update(7, { loss: 0.5 });
    assert.match(steady(plain(out.text)), /^\r {6}7\/Unknown # #\/step - loss: 0\.5000$/);
  });
  it('draws a bar in the middle, with the time left', () => {
    const out = stream(false);
    new callbacks.Progbar(200, 1, out).update(50, { loss: 0.00012, acc: 1 / 3 });
    assert.match(steady(out.text), /^ 50\/200 ━{20} # #\/step - acc: 0\.3333 - loss: 1\.2000e-04$/);
  });
});
