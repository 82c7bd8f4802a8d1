/** AbortSignal: training ends at a batch boundary, with the model usable. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { classesInTurn, classifier, wave, weightsOf } from '../helpers';

const { callbacks } = trae.keras;
const x = wave(20, 4);
const y = classesInTurn(20, 3);
const quiet = { verbose: 0 as const };

describe('AbortSignal', () => {
  it('ends fit at a batch boundary, with the model usable', async () => {
    for (const watched of [true, false]) {
      const model = classifier();
      const control = new AbortController();
      const reason = new Error('enough');
      let batches = 0;
      const onTrainBatchEnd = (): void => {
        if (++batches === 3) control.abort(reason);
      };
      if (!watched) setTimeout(() => control.abort(reason), 20);
      await assert.rejects(
        () =>
          model.fit(x, y, {
            epochs: watched ? 10 : 1e6,
            batchSize: 4,
            shuffle: false,
            signal: control.signal,
            ...quiet,
            callbacks: watched ? [new callbacks.LambdaCallback({ onTrainBatchEnd })] : [],
          }),
        (e) => e === reason,
      );
      if (watched) {
        const same = classifier();
        await same.fit(x, y, { batchSize: 4, stepsPerEpoch: 3, shuffle: false, ...quiet });
        assert.deepEqual(weightsOf(model), weightsOf(same), 'exactly three steps are done');
      }
      await model.fit(x, y, quiet);
    }
  });
  it('given up before: nothing happens', async () => {
    const model = classifier();
    const before = weightsOf(model);
    const signal = AbortSignal.abort(new Error('early'));
    for (const what of ['fit', 'evaluate'] as const)
      await assert.rejects(() => model[what](x, y, { signal, ...quiet }) as Promise<unknown>, { message: 'early' });
    await assert.rejects(() => model.predict(x, { signal, ...quiet }), { message: 'early' });
    assert.deepEqual(weightsOf(model), before);
  });
  it('ends evaluate and predict', async () => {
    const model = classifier();
    const rows = wave(4000, 4);
    for (const kind of ['Test', 'Predict'] as const) {
      const control = new AbortController();
      const stop = new callbacks.LambdaCallback({
        [`on${kind}BatchEnd`]: (batch: number) => {
          if (batch === 1) control.abort(new Error(kind));
        },
      });
      const options = { batchSize: 4, signal: control.signal, callbacks: [stop], ...quiet };
      await assert.rejects(
        () =>
          (kind === 'Test'
            ? model.evaluate(rows, classesInTurn(4000, 3), options)
            : model.predict(rows, options)) as Promise<unknown>,
        { message: kind },
      );
    }
    await model.evaluate(x, y, quiet);
  });
});
