/** Rows of CTC: every way through the frames is tried. */
import { logSoftmax } from '../../helpers/naive';
import { build, nd, type NdArray } from '../../helpers/ndarray';
import { randomArray } from '../../helpers/random';
import { rowsIn, type Case } from '../../helpers/rows';

const row = rowsIn('ctc');
const ints = (data: number[], shape: number[] = [data.length]): NdArray => nd(data, shape, 'int32');
const logits = (shape: number[], dtype: 'float32' | 'float64' = 'float32'): NdArray =>
  randomArray(shape, { dtype, low: -3, high: 3 });
const frameOf = (x: NdArray, b: number, t: number): number[] =>
  x.data.slice((b * x.shape[1] + t) * x.shape[2], (b * x.shape[1] + t + 1) * x.shape[2]);
const spelled = (path: number[], blank: number): number[] => path.filter((k, t) => k !== blank && k !== path[t - 1]);

/** The probability of each label sequence: the sum over all paths of one class a frame that spell it. */
function sequences(x: NdArray, b: number, frames: number, blank: number): Map<string, number> {
  const rows = Array.from({ length: frames }, (_, t) => logSoftmax(frameOf(x, b, t)));
  const out = new Map<string, number>();
  const visit = (path: number[], log: number): void => {
    if (path.length === frames) {
      const key = spelled(path, blank).join();
      out.set(key, (out.get(key) ?? 0) + Math.exp(log));
    } else rows[path.length].forEach((l, k) => visit([...path, k], log + l));
  };
  visit([], 0);
  return out;
}
const batch = [ints([1, 2, 0, 1, 1, 0, 2, 1, 2], [3, 3]), logits([3, 4, 3]), ints([2, 2, 3]), ints([4, 4, 3])];
const cases: Case[] = [
  { inputs: batch },
  { inputs: [ints([1, 2, 2, 0], [2, 2]), logits([2, 5, 4]), ints([2, 1]), ints([5, 2])], args: [{ maskIndex: 3 }] },
  { inputs: [ints([1, 0, 1, 1], [2, 2]), logits([2, 3, 3]), ints([1, 2]), ints([3, 3])], args: [{ maskIndex: -1 }] },
  { inputs: [ints([1, 1], [1, 2]), logits([1, 2, 3]), ints([2]), ints([2])] }, // two equal labels need three frames
  { inputs: [ints([1, 1], [1, 2]), logits([1, 3, 3]), ints([0]), ints([2])] },
  { inputs: [ints([], [1, 0]), logits([1, 3, 3]), ints([0]), ints([3])] },
  { inputs: [ints([], [0, 2]), logits([0, 3, 3]), ints([]), ints([])] },
  { inputs: [ints([2, 1], [1, 2]), nd([200, -100, 0, 5, 300, -700, 0, 0, 100], [1, 3, 3]), ints([2]), ints([3])] },
];
row('ctcLoss', {
  reference: ([target, output, targetLength, outputLength], ...[[options]]: [never[]]) => {
    const { maskIndex = 0 } = (options ?? {}) as { maskIndex?: number };
    const blank = maskIndex < 0 ? maskIndex + output.shape[2] : maskIndex;
    const width = target.shape[1];
    return build([target.shape[0]], output.dtype, ([b]) => {
      const labels = target.data.slice(b * width, b * width + targetLength.data[b]);
      return -Math.log(sequences(output, b, outputLength.data[b], blank).get(labels.join()) ?? 0);
    });
  },
  cases: [...cases, { ...cases[0], inputs: [batch[0], logits([3, 4, 3], 'float64'), ...batch.slice(2)] }],
  smooth: [
    { inputs: [ints([1, 2, 2, 2], [2, 2]), logits([2, 4, 3], 'float64'), ints([2, 2]), ints([4, 3])] },
    { inputs: [ints([0, 1], [1, 2]), logits([1, 3, 3], 'float64'), ints([1]), ints([3])], args: [{ maskIndex: 2 }] },
    { inputs: [ints([1], [1, 1]), logits([1, 2, 2], 'float64'), ints([0]), ints([2])] },
  ],
  looseness: 20,
});
row('ctcDecode', {
  reference: ([x, lengths], ...[[given]]: [never[]]) => {
    const {
      strategy = 'greedy',
      topPaths = 1,
      mergeRepeated = true,
      maskIndex = 0,
    } = (given ?? {}) as Record<string, never>;
    const [n, frames, classes] = x.shape;
    const blank = maskIndex === null ? classes - 1 : (maskIndex + classes) % classes;
    const paths = strategy === 'greedy' ? 1 : topPaths;
    const found = lengths.data.map((length, b): [number[], number][] => {
      const best = Array.from({ length }, (_, t) => frameOf(x, b, t)).map((f) => [
        f.indexOf(Math.max(...f)),
        Math.max(...f),
      ]);
      if (strategy === 'greedy') {
        const path = best.map(([k]) => k);
        return [
          [
            path.filter((k, t) => k !== blank && !(mergeRepeated && k === path[t - 1])),
            -best.reduce((p, [, v]) => p + v, 0),
          ],
        ];
      }
      const all = [...sequences(x, b, length, blank)].sort((p, q) => q[1] - p[1]).slice(0, paths);
      return all.map(([key, p]) => [key ? key.split(',').map(Number) : [], Math.log(p)]);
    });
    return [
      build([paths, n, frames], 'int32', ([p, b, t]) => found[b][p][0][t] ?? -1),
      build([n, paths], x.dtype, ([b, p]) => found[b][p][1]),
    ];
  },
  cases: [
    {},
    { mergeRepeated: false },
    { maskIndex: 2 },
    { maskIndex: null },
    // A beam that holds every sequence finds what trying all finds.
    { strategy: 'beam_search', beamWidth: 500, topPaths: 3 },
    { strategy: 'beam_search', maskIndex: 2, beamWidth: 500, topPaths: 2 },
    { strategy: 'beam_search', maskIndex: -1 },
  ].map((options) => ({ inputs: [logits([3, 4, 4]), ints([4, 3, 4])], args: [options] })),
  looseness: 20,
});
