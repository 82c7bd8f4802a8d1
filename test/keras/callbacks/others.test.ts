/** RemoteMonitor, SwapEMAWeights, TerminateOnNaN, EarlyStopping's direction. */
import assert from 'node:assert/strict';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as trae from '../../../lib/index';
import { classesInTurn, classifier, throwsText, wave, weightsOf } from '../helpers';

const { callbacks, optimizers, layers, Sequential } = trae.keras;
const x = wave(20, 4);
const y = classesInTurn(20, 3);

describe('RemoteMonitor', () => {
  it('posts the logs of each epoch, as a form or as JSON', async () => {
    const seen: { url: string; type: string; token: string; body: string }[] = [];
    const server = http.createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += String(part)));
      request.on('end', () => {
        seen.push({
          url: request.url!,
          type: request.headers['content-type']!,
          token: String(request.headers['x-token'] ?? ''),
          body,
        });
        response.end();
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const list = [
        new callbacks.RemoteMonitor({ root, headers: { 'X-Token': 't' } }),
        new callbacks.RemoteMonitor({ root, path: '/json', sendAsJson: true }),
      ];
      const { history } = await classifier().fit(x, y, { epochs: 2, verbose: 0, callbacks: list });
      const wanted = [0, 1].map((epoch) => ({ epoch, accuracy: history.accuracy[epoch], loss: history.loss[epoch] }));
      const [form, json] = [seen.filter((s) => s.url === '/publish/epoch/end/'), seen.filter((s) => s.url === '/json')];
      assert.deepEqual(
        form.map((s) => JSON.parse(new URLSearchParams(s.body).get('data')!) as unknown),
        wanted,
      );
      assert.deepEqual(
        json.map((s) => JSON.parse(s.body) as unknown),
        wanted,
      );
      assert.deepEqual(
        [form[0].type, form[0].token, json[0].type],
        ['application/x-www-form-urlencoded', 't', 'application/json'],
      );
    } finally {
      server.close();
    }
  });
  it('warns when nobody is there', async () => {
    const warned: string[] = [];
    const warn = console.warn;
    console.warn = (t: string) => void warned.push(t);
    try {
      await classifier().fit(x, y, {
        verbose: 0,
        callbacks: [new callbacks.RemoteMonitor({ root: 'http://127.0.0.1:1' })],
      });
    } finally {
      console.warn = warn;
    }
    assert.deepEqual(warned, ['RemoteMonitor: the server at http://127.0.0.1:1 could not be reached.']);
  });
});

describe('SwapEMAWeights', () => {
  const start = classifier().getWeights();
  const trained = async (
    optimizer: trae.keras.Optimizer,
    ...list: trae.keras.callbacks.Callback[]
  ): Promise<trae.keras.Model> => {
    const model = classifier({ optimizer });
    model.setWeights(start);
    await model.fit(x, y, { epochs: 2, batchSize: 8, shuffle: false, verbose: 0, callbacks: list });
    return model;
  };
  const sgd = (): trae.keras.Optimizer => new optimizers.SGD(0.5, { useEma: true, emaMomentum: 0.7 });
  it('puts the averages in while the model is evaluated, and takes them out again', async () => {
    const model = classifier({ optimizer: sgd() });
    const during: number[][][] = [];
    const around: number[][][] = [];
    const look = new callbacks.LambdaCallback({
      onTestBegin: () => void during.push(weightsOf(model)),
      onTestEnd: () => void around.push(weightsOf(model)),
    });
    await model.fit(x, y, {
      batchSize: 8,
      validationData: [x, y],
      verbose: 0,
      callbacks: [new callbacks.SwapEMAWeights(), look],
    });
    assert.notDeepEqual(during[0], around[0], 'the averages are others than the weights');
    assert.deepEqual(weightsOf(model), during[0], 'at the end the averages stay');
  });
  it('changes nothing in what is learned', async () => {
    const plain = weightsOf(await trained(sgd()));
    assert.deepEqual(weightsOf(await trained(sgd(), new callbacks.SwapEMAWeights())), plain);
    assert.deepEqual(weightsOf(await trained(sgd(), new callbacks.SwapEMAWeights({ swapOnEpoch: true }))), plain);
    assert.deepEqual(
      weightsOf(
        await trained(
          new optimizers.LossScaleOptimizer(sgd(), { initialScale: 1 }),
          new callbacks.SwapEMAWeights({ swapOnEpoch: true }),
        ),
      ),
      plain,
    );
  });
  it('needs averages', async () => {
    await throwsText(
      () => trained(new optimizers.SGD({ name: 'plain' }), new callbacks.SwapEMAWeights({ swapOnEpoch: true })),
      'ValueError',
      "SwapEMAWeights: optimizer 'plain' keeps no moving averages.\n  Fix: make it with useEma: true.",
    );
  });
});

describe('callbacks that watch', () => {
  it('TerminateOnNaN can raise', async () => {
    const model = new Sequential([layers.Input([4]), new layers.Dense(1)]);
    model.compile({ optimizer: new optimizers.SGD(1e30), loss: 'mse' });
    await assert.rejects(
      model.fit(x, wave(20, 1), {
        epochs: 5,
        batchSize: 4,
        verbose: 0,
        callbacks: [new callbacks.TerminateOnNaN({ raiseError: true })],
      }),
      /^RuntimeError: TerminateOnNaN: the loss of batch \d+ is (NaN|Infinity)\.$/,
    );
  });
  it('know from the metric which way is better', async () => {
    class Script extends callbacks.Callback {
      override onEpochEnd(epoch: number, logs: trae.Logs = {}): void {
        logs.val_precision = [0.1, 0.2, 0.1, 0.3][epoch];
        logs.val_mean_absolute_error = [5, 4, 6, 1][epoch];
      }
    }
    const epochs = async (monitor: string): Promise<number[]> => {
      const model = new Sequential([layers.Input([4]), new layers.Dense(1, { activation: 'sigmoid' })]);
      trae.keras.utils.clearSession();
      model.compile({
        loss: 'mse',
        metrics: [new trae.keras.metrics.Precision(), new trae.keras.metrics.MeanAbsoluteError()],
      });
      return (
        await model.fit(x, trae.ones([20, 1]), {
          epochs: 4,
          verbose: 0,
          callbacks: [new Script(), new callbacks.EarlyStopping({ monitor })],
        })
      ).epoch;
    };
    assert.deepEqual(await epochs('val_precision'), [0, 1, 2]);
    assert.deepEqual(await epochs('val_mean_absolute_error'), [0, 1, 2]);
  });
  it('EarlyStopping tells of the weights it restores', async () => {
    const lines: string[] = [];
    const log = console.log;
    console.log = (t: string) => void lines.push(t);
    class Script extends callbacks.Callback {
      override onEpochEnd(epoch: number, logs: trae.Logs = {}): void {
        logs.val_loss = [2, 1, 3, 4][epoch];
      }
    }
    try {
      await classifier().fit(x, y, {
        epochs: 4,
        verbose: 0,
        callbacks: [new Script(), new callbacks.EarlyStopping({ patience: 2, restoreBestWeights: true, verbose: 1 })],
      });
    } finally {
      console.log = log;
    }
    assert.deepEqual(lines, ['Epoch 4: early stopping', 'Restoring model weights from the end of the best epoch: 2.']);
  });
});
