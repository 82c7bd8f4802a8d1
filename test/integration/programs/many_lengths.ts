/** Trains on batches of 150 lengths, padded and masked, and prints the most memory that was resident, in MB. */
import * as trae from '../../../lib/index';

const { layers, Sequential } = trae.keras;
/** Steps of a cell that only the program knows: h = tanh(W x + h). */
class OwnCell extends layers.Layer {
  readonly stateSize = 32;
  private kernel!: trae.Variable;
  override build(shape: never): void {
    this.kernel = this.addWeight({ name: 'kernel', shape: [(shape as number[]).at(-1)!, 32] });
  }
  override call(x: trae.Tensor, [state]: trae.Tensor[]): [trae.Tensor, trae.Tensor[]] {
    const h = trae.tanh(trae.matmul(x, this.kernel).add(state));
    return [h, [h]];
  }
}
const kinds = {
  LSTM: () => new layers.LSTM(64),
  SimpleRNN: () => new layers.SimpleRNN(64),
  'a cell of the user': () => new layers.RNN(new OwnCell() as never),
};
const kind = (process.argv[2] ?? 'LSTM') as keyof typeof kinds;
const model = new Sequential([
  layers.Input([null]),
  new layers.Embedding(1000, 32, { maskZero: process.argv[3] !== 'unmasked' }),
  kinds[kind](),
  new layers.Dense(1, { activation: 'sigmoid' }),
]);
model.compile({ loss: 'binary_crossentropy', optimizer: 'adam' });
function* batches(): Generator<trae.Tensor[]> {
  const y = Float32Array.from({ length: 32 }, (_, i) => i % 2);
  for (let length = 1; length <= 150; length++) {
    const ids = Int32Array.from({ length: 32 * length }, (_, i) => {
      const row = Math.floor(i / length);
      const step = i % length;
      return step < length - (row % 7) ? 1 + ((row * 31 + step * 7) % 999) : 0;
    });
    yield [trae.tensor(ids, [32, length]), trae.tensor(y, [32, 1])];
  }
}
void model.fit(batches, null, { verbose: 0 }).then(({ history }) => {
  if (!Number.isFinite(history.loss[0])) throw new Error(`the loss is ${history.loss[0]}`);
  console.log(Math.round(process.resourceUsage().maxRSS / 1024));
});
