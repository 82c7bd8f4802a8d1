/** Every class that files may name, written in every format and read again: the same config, weights and predictions. A class without a case fails. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { builtInClass, builtInClasses } from '../../../lib/keras/serialization/registry';
import { close } from '../helpers';
import { temporaryFolder } from '../../io/support';
import { allCases } from '../every_class/index';
import { FORMATS, ONLY_WEIGHTS } from '../every_class/files';
import { classesIn, isTensor, leavesOf, predicted, type AnyModel, type Given } from '../every_class/model_case';

const folder = temporaryFolder();
const covered = new Set<string>();
const numbers = (x: Given): unknown[] =>
  leavesOf(x).map((t) =>
    isTensor(t) ? [t.dtype, t.shape, ...Array.from(t.dataSync() as ArrayLike<number | bigint>)] : t,
  );
const weightsOf = (model: AnyModel): unknown[] =>
  model.weights.map((v) => [v.name, v.dtype, v.shape, ...Array.from(v.dataSync() as ArrayLike<number | bigint>)]);
// Without a plan where that is possible: each would be used once.
const outputs = async (model: AnyModel, x: Given): Promise<Given> =>
  leavesOf(x).every(isTensor) ? (model.apply(x, { training: false }) as Given) : predicted(model, x);
// The factors of LoRA are merged into the weights of some formats.
const isAdapted = (model: AnyModel): boolean =>
  [...model.flattenLayers()].some((layer) => (layer as { lora?: { rank: number | null } }).lora?.rank != null);
/** What files hold subclasses of alone: models without a graph, and losses of distillation. */
const BASES: unknown[] = [trae.keras.Model, trae.keras.distillation.DistillationLoss];
function same(got: unknown[], want: unknown[], isExact: boolean, what: string): void {
  if (isExact) return assert.deepEqual(got, want, what);
  const numbersOf = (x: unknown[]): number[] => x.flat(9).filter((v): v is number => typeof v === 'number');
  close(numbersOf(got), numbersOf(want), what, 1e-5);
}

describe('every class in every format', () => {
  for (const { name, make } of allCases())
    it(name, async () => {
      trae.keras.utils.clearSession();
      const warn = console.warn;
      console.warn = () => undefined; // of layers that Keras has no more
      try {
        const { model, x } = await make();
        const weights = weightsOf(model);
        const isExact = !isAdapted(model);
        const want = numbers(await outputs(model, x));
        classesIn(JSON.parse(trae.keras.saving.kerasObjectToJson(model)), covered);
        const learned = [...model.flattenLayers()].some((layer) => 'saveAssets' in layer);
        for (const format of [...FORMATS, ...(learned ? [] : ONLY_WEIGHTS)]) {
          const text = format.textOf(model);
          const copy = await format.again(model, folder);
          assert.equal(format.textOf(copy), text, `${format.name}: config`);
          if (isExact) assert.deepEqual(weightsOf(copy), weights, `${format.name}: weights`);
          same(numbers(await outputs(copy, x)), want, isExact, `${format.name}: predictions`);
        }
      } finally {
        console.warn = warn;
      }
    });
  it('leaves out no class', () => {
    const classes = new Set([...covered].map((n) => builtInClass(n.split('>')[0], n.split('>')[1])));
    assert.deepEqual(
      builtInClasses()
        .filter(({ cls }) => !classes.has(cls) && !BASES.includes(cls))
        .map(({ module, name }) => `${module}>${name}`),
      [],
    );
  });
});
