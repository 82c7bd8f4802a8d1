/** How much memory the weights of a config may take, asked before any of it is made: that of the machine, and what a file can fill. */
import * as os from 'node:os';
import { elementSize } from '../../io/numbers';
import { OutOfMemoryError, ValueError } from '../../support/errors';
import { formatShape, type DType } from '../../core/tensor';

// Asked once: it is read from a file each time.
const MACHINE = os.totalmem();
/** Elements that a model may have whatever the size of its file: 64 MiB of float32. */
const ALWAYS = 2 ** 24;
/** Elements for each byte of a file: more than compression gives weights that are no bomb. */
const FOR_EACH_BYTE = 512;

let budget: { file: string; bytes: number; elements: number } | null = null;
/** @internal Makes a model of a file of so many bytes: its weights cannot be much larger than the file. */
export function withinFile<T>(file: string, bytes: number, make: () => T): T {
  const outer = budget;
  budget = { file, bytes, elements: 0 };
  try {
    return make();
  } finally {
    budget = outer;
  }
}
/** @internal Refuses a weight that does not fit, before it is made. */
export function claimWeight(layer: string, name: string, shape: readonly number[], dtype: DType): void {
  const elements = shape.reduce((a, b) => a * b, 1);
  const bytes = elements * elementSize[dtype];
  if (bytes > MACHINE)
    throw new OutOfMemoryError(
      `addWeight: weight '${name}' of layer '${layer}' of shape ${formatShape(shape)} needs ${bytes} bytes, and this machine has ${MACHINE}.\n  Fix: check the sizes that the layer was given.`,
    );
  if (!budget) return;
  budget.elements += elements;
  if (budget.elements > ALWAYS + FOR_EACH_BYTE * budget.bytes)
    throw new ValueError(
      `${budget.file} is damaged: with weight '${name}' of layer '${layer}', of shape ${formatShape(shape)}, its config describes ${budget.elements} numbers, and ${budget.bytes} bytes cannot hold them.`,
    );
}
