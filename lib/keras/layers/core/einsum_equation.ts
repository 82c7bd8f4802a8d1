/** Shapes of the weights of an einsum: kernel, bias and output from the equation and the input (EinsumDense). */
import { ValueError } from '../../../support/errors';
import { formatShape } from '../../../core/tensor';
import type { SymbolicShape } from '../../keras_tensor';

/** @internal */
export interface EinsumShapes {
  kernel: (number | null)[];
  bias: (number | null)[] | null;
  output: (number | null)[];
  /** Axes of the kernel that belong to the input, and those that belong to the output. */
  inputAxes: number[];
  outputAxes: number[];
}
const FORMS = [
  { pattern: /^([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]+)$/, isLeft: false },
  { pattern: /^\.\.\.([a-zA-Z]+),([a-zA-Z]+)->\.\.\.([a-zA-Z]+)$/, isLeft: true },
  { pattern: /^([a-zA-Z]{2,})\.\.\.,([a-zA-Z]+)->([a-zA-Z]+)\.\.\.$/, isLeft: false },
];

/**
 * @internal Reads an equation `input,kernel->output`; `...` stands for leading or trailing axes.
 * @param partial - sizes of the output without its batch axis and without what `...` stands for; null where the input decides.
 * @throws ValueError for another form, sizes that disagree, or letters that nothing gives a size to.
 */
export function einsumShapes(
  equation: string,
  biasAxes: string | null,
  inputShape: SymbolicShape,
  partial: SymbolicShape,
): EinsumShapes {
  const form = FORMS.map(({ pattern, isLeft }) => ({ match: pattern.exec(equation), isLeft })).find((f) => f.match);
  if (!form)
    throw new ValueError(
      `EinsumDense: an equation has the form 'ab,bc->ac', '...ab,bc->...ac' or 'ab...,bc->ac...' (the kernel is the second operand).\n  Received: '${equation}'`,
    );
  const [, input, kernel, result] = form.match!;
  const hidden = inputShape.length - input.length;
  const left = form.isLeft ? hidden : 0;
  if (hidden < 0 || (hidden > 0 && !equation.includes('...')))
    throw new ValueError(
      `EinsumDense: '${equation}' names ${input.length} axes of the input but it has ${inputShape.length}.\n  Received: input shape ${formatShape(inputShape)}`,
    );
  const output = [
    inputShape[0],
    ...(left > 0 ? inputShape.slice(1, left) : []),
    ...partial,
    ...(form.isLeft ? [] : inputShape.slice(inputShape.length - hidden)),
  ];
  if (output.length !== result.length + hidden)
    throw new ValueError(
      `EinsumDense: the result of '${equation}' has ${result.length + hidden} axes for an input of rank ${inputShape.length}, but outputShape ${formatShape(partial)} gives ${output.length}.`,
    );
  const inputSize = (l: string): number | null => inputShape[input.indexOf(l) + left];
  const outputSize = (l: string): number | null => output[result.indexOf(l) + left];
  for (const l of input)
    if (result.includes(l) && outputSize(l) !== null && outputSize(l) !== inputSize(l))
      throw new ValueError(
        `EinsumDense: axis '${l}' has size ${inputSize(l)} in the input but ${outputSize(l)} in outputShape.\n  Received: equation '${equation}'`,
      );
  for (const l of result)
    if (!input.includes(l) && !kernel.includes(l))
      throw new ValueError(
        `EinsumDense: axis '${l}' of the result is in neither the input nor the kernel.\n  Received: '${equation}'`,
      );
  for (const l of kernel)
    if (!input.includes(l) && !result.includes(l))
      throw new ValueError(
        `EinsumDense: axis '${l}' of the kernel is in neither the input nor the result.\n  Received: '${equation}'`,
      );
  for (const l of biasAxes ?? '')
    if (!result.includes(l))
      throw new ValueError(
        `EinsumDense: axis '${l}' of biasAxes is not in the result.\n  Received: equation '${equation}', biasAxes '${biasAxes}'`,
      );
  // From the first axis of the bias on, with size 1 where it has none: so that it broadcasts.
  const first = Math.min(...[...(biasAxes ?? '')].map((l) => result.indexOf(l)));
  const bias = biasAxes
    ? [
        ...[...result].slice(first).map((l) => (biasAxes.includes(l) ? outputSize(l) : 1)),
        ...(form.isLeft ? [] : Array<number>(hidden).fill(1)),
      ]
    : null;
  const axes = [...kernel].map((l, i) => ({ i, isOutput: result.includes(l) }));
  return {
    kernel: [...kernel].map((l) => (result.includes(l) ? outputSize(l) : inputSize(l))),
    bias,
    output,
    inputAxes: axes.filter((a) => !a.isOutput).map((a) => a.i),
    outputAxes: axes.filter((a) => a.isOutput).map((a) => a.i),
  };
}
