/** Einsum equations of attention for any number of axes (keras.src.layers.attention.multi_head_attention). */
const letter = (i: number): string => String.fromCharCode(97 + i);
const letters = (from: number, count: number): string =>
  Array.from({ length: count }, (_, i) => letter(from + i)).join('');

/** @internal `free` axes kept, `bound` ones summed over, `made` ones new: (free, bound), (bound, made) -> (free, made). */
export function projectionEquation(
  free: number,
  bound: number,
  made: number,
): { equation: string; biasAxes: string; rank: number } {
  const kept = letters(0, free);
  const summed = letters(free, bound);
  const fresh = letters(free + bound, made);
  return { equation: `${kept}${summed},${summed}${fresh}->${kept}${fresh}`, biasAxes: fresh, rank: free + made };
}
/** @internal The output of a projection without its batch axis: its last sizes known. */
export const projectionShape = (rank: number, known: readonly (number | null)[]): (number | null)[] => [
  ...Array<null>(rank - 1 - known.length).fill(null),
  ...known,
];

/**
 * @internal Of tensors (batch, ..., heads, size) of this rank, attended over `axes`:
 * product: key, query -> (batch axes, heads, query axes, key axes); combine: these, value -> (batch, ..., heads, size).
 */
export function attentionEquations(
  rank: number,
  axes: readonly number[],
): { product: string; combine: string; scoresRank: number } {
  const target = letters(0, rank);
  let next = rank;
  const source = [...target].map((l, i) => (axes.includes(i) ? letter(next++) : l)).join('');
  const batch = [...target].filter((_, i) => i < rank - 1 && !axes.includes(i)).join('');
  const scores = batch + axes.map((a) => target[a]).join('') + axes.map((a) => source[a]).join('');
  return {
    product: `${source},${target}->${scores}`,
    combine: `${scores},${source}->${target}`,
    scoresRank: scores.length,
  };
}
