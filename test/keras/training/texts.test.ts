/** Models whose first layer takes texts. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { close } from '../helpers';

const { layers, Sequential } = trae.keras;
const TEXTS = ['the cat sat', 'the dog ran', 'a bird flew', 'a cat ran', 'the bird'];

describe('texts', () => {
  const vectorize = new layers.TextVectorization({ maxTokens: 20, outputSequenceLength: 4 });
  vectorize.adapt(TEXTS);
  const rest = [new layers.Embedding(20, 4), new layers.GlobalAveragePooling1D(), new layers.Dense(2)];
  const numbers = new Sequential(rest);
  const model = new Sequential([vectorize, ...rest]);
  it('are given to apply', () =>
    assert.deepEqual(
      (model.apply(TEXTS) as trae.Tensor).arraySync(),
      (numbers.apply(vectorize.apply(TEXTS)) as trae.Tensor).arraySync(),
    ));
  it('are given to predict, in batches', async () => {
    const seen: number[] = [];
    const callback = new trae.keras.callbacks.LambdaCallback({
      onPredictBatchEnd: (batch: number) => void seen.push(batch),
    } as never);
    const want = numbers.apply(vectorize.apply(TEXTS)) as trae.Tensor;
    // Products of other numbers of rows may round otherwise.
    close(
      (await model.predict(TEXTS, { batchSize: 2, verbose: 0, callbacks: [callback] })) as trae.Tensor,
      want,
      'batches of two',
    );
    const nested = TEXTS.map((t) => [t]);
    close((await model.predict(nested, { verbose: 0 })) as trae.Tensor, want, 'rows of one text');
    assert.equal(((await model.predict(TEXTS, { batchSize: 2, steps: 2, verbose: 0 })) as trae.Tensor).shape[0], 4);
  });
  it('end when a signal says so', () =>
    assert.rejects(async () => model.predict(TEXTS, { verbose: 0, signal: AbortSignal.abort() }), {
      name: 'AbortError',
    }));
  it('are refused by a model that takes numbers', () =>
    assert.rejects(async () => numbers.predict(TEXTS, { verbose: 0 }), /texts|tensor/));
});
