/** Targets that would silently train nonsense: NaN, class numbers that no output stands for. */
import { ValueError } from '../../support/errors';
import { flattenStructure } from '../../support/nest';
import { Tensor, isTensor } from '../../core/tensor';
import * as losses from '../losses/index';

/** So few are looked at here: asking the engine would take longer. */
const FEW = 4096;
async function holdsNaN(t: Tensor): Promise<boolean> {
  if (t.size <= FEW && t.dtype.startsWith('float')) return (t.dataSync() as Float32Array).some((v) => v !== v);
  return Boolean((await t.isnan().any().data())[0]);
}
async function limits(t: Tensor): Promise<[number, number]> {
  if (t.size <= FEW) {
    let low = Infinity;
    let high = -Infinity;
    for (const given of t.dataSync()) {
      const v = Number(given);
      if (v < low) low = v;
      if (v > high) high = v;
    }
    return [low, high];
  }
  const [low, high] = [t.min(), t.max()];
  return [Number((await low.data())[0]), Number((await high.data())[0])];
}

const singleLoss = (option: unknown): unknown =>
  (typeof option === 'string' && option !== 'crossentropy' && option !== 'ce') ||
  typeof option === 'function' ||
  option instanceof losses.Loss
    ? option
    : null;

/** @internal @param output - the model's first output, where known. */
export async function checkTargets(
  where: string,
  y: unknown,
  lossOption: unknown,
  output: { name: string; units: number | null | undefined } | null,
): Promise<void> {
  for (const t of flattenStructure(y, isTensor)) {
    if (!t.dtype.includes('float')) continue;
    if (await holdsNaN(t))
      throw new ValueError(
        `${where}: the targets hold NaN.\n  Fix: remove these examples, or give them sampleWeight 0 and a number.`,
      );
  }
  const loss = losses.get(singleLoss(lossOption));
  const units = output?.units;
  if (
    !isTensor(y) ||
    !(loss instanceof losses.SparseCategoricalCrossentropy) ||
    loss.settings.ignoreClass !== null ||
    units == null ||
    !y.size
  )
    return;
  const [low, high] = await limits(y);
  if (low < 0 || high >= units)
    throw new ValueError(
      `${where}: class numbers must lie in 0..${units - 1}, as output '${output!.name}' has ${units} units.\n  Received: ${low < 0 ? low : high}\n  Fix: ` +
        (low < 0
          ? 'number the classes from 0; ignoreClass of the loss leaves examples out.'
          : `a last layer of ${high + 1} units, or classes numbered from 0.`),
    );
}
