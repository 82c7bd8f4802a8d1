/** The quantized kernel of EinsumDense: which of its axes are summed over, and what its scale belongs to. */
import type { Shape, Tensor } from '../../../core/tensor';
import { QuantizedWeight } from './quantized';

type Layer = ConstructorParameters<typeof QuantizedWeight>[0];
/**
 * @internal int8 keeps the kernel's shape and a scale shaped like the output; int4 keeps a matrix, (axes summed over, others).
 * @param equation - 'abc,cd->abd'; `...` stands for axes that the kernel lacks.
 */
export function quantizedKernel(
  layer: Layer,
  equation: string,
  shape: Shape,
): { weight: QuantizedWeight; value(): Tensor; inputAxes: number[] } {
  const [left, output] = equation.split('->');
  const [input, letters] = left.split(',');
  const sizes = new Map([...letters].map((letter, i) => [letter, shape[i]]));
  const inOutput = output.replace('...', '');
  const summed = [...letters].filter((l) => !output.includes(l));
  const others = [...letters].filter((l) => output.includes(l));
  const size = (of: string[]): number => of.reduce((n, l) => n * sizes.get(l)!, 1);
  // Axes of the input that the output lacks, counted from the end where `...` stands before them.
  const plain = input.replace('...', '');
  const dots = input.indexOf('...');
  const inputAxes = [...plain]
    .map((letter, i) => ({ letter, axis: dots >= 0 && i >= dots ? i - plain.length : i }))
    .filter(({ letter }) => !output.includes(letter));
  if (layer.dtypePolicy.quantizationMode === 'int4') {
    const columns = size(others);
    const weight = new QuantizedWeight(layer, {
      name: 'kernel',
      shape: [size(summed), columns],
      packed: 1,
      blocked: 0,
      scale: [columns],
      shared: [0],
      spread: (s) => s,
    });
    return { weight, value: () => weight.value().reshape(shape), inputAxes: inputAxes.map((a) => a.axis) };
  }
  const kept = [...inOutput].filter((l) => sizes.has(l));
  const outputScale = [...inOutput].map((l) => sizes.get(l) ?? 1);
  const sizesOf = (of: string[]): number[] => of.map((l) => sizes.get(l)!);
  const weight = new QuantizedWeight(layer, {
    name: 'kernel',
    shape,
    packed: -1,
    blocked: -1,
    scale: outputScale,
    shared: summed.map((l) => letters.indexOf(l)),
    spread: (scale) =>
      scale
        .reshape(sizesOf(kept))
        .transpose({ axes: others.map((l) => kept.indexOf(l)) })
        .reshape([...letters].map((l) => (output.includes(l) ? sizes.get(l)! : 1))),
    gathered: (scale) => scale.reshape(sizesOf(others)).transpose({ axes: kept.map((l) => others.indexOf(l)) }),
  });
  return { weight, value: () => weight.value(), inputAxes: inputAxes.map((a) => a.axis) };
}
