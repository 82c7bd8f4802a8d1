/** Targets that would silently train nonsense: NaN, class numbers that no output stands for. */
import { ValueError } from '../../errors';
import { flattenStructure } from '../../nest';
import { run } from '../../tensor';
import * as losses from '../losses/index';
import { isTensor } from './data';

const singleLoss = (option: unknown): unknown =>
  (typeof option === 'string' && option !== 'crossentropy' && option !== 'ce') || typeof option === 'function' || option instanceof losses.Loss ? option : null;

/** @internal @param units - size of the last axis of the model's output, where known. */
export async function checkTargets(where: string, y: unknown, lossOption: unknown, units: number | null | undefined): Promise<void> {
  for (const t of flattenStructure(y, isTensor)) {
    if (!t.dtype.includes('float')) continue;
    if ((await run('any', [run('isnan', [t])]).data())[0])
      throw new ValueError(`${where}: the targets hold NaN.\n  Fix: remove these examples, or give them sampleWeight 0 and a number.`);
  }
  const loss = losses.get(singleLoss(lossOption));
  if (!isTensor(y) || !(loss instanceof losses.SparseCategoricalCrossentropy) || loss.settings.ignoreClass !== null || units == null || !y.size) return;
  const [low] = await run('min', [y]).data(),
    [high] = await run('max', [y]).data();
  if (Number(low) < 0 || Number(high) >= units)
    throw new ValueError(`${where}: class numbers must lie in 0..${units - 1}, as the model has ${units} outputs.\n  Received: ${Number(low) < 0 ? low : high}`);
}
