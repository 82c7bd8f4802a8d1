/** Rows of rearranged images and axes. */
import { transpose } from '../../helpers/naive';
import { at, build, nd, type NdArray } from '../../helpers/ndarray';
import { distinctArray, randomArray } from '../../helpers/random';
import { rowsIn } from '../../helpers/rows';

const row = rowsIn('blocks');
const last = (x: NdArray, format: string | undefined, f: (t: NdArray) => NdArray): NdArray =>
  format === 'channels_first' ? transpose(f(transpose(x, [0, 2, 3, 1])), [0, 3, 1, 2]) : f(x);
const formatOf = (o: unknown): string | undefined => (o as { dataFormat?: string } | undefined)?.dataFormat;
row('depthToSpace', {
  reference: ([x], ...[[n, o]]: [never[]]) =>
    last(x, formatOf(o), (t) => {
      const size = n as number;
      const [batch, h, w, c] = t.shape;
      const depth = c / (size * size);
      return build([batch, h * size, w * size, depth], x.dtype, ([b, i, j, k]) =>
        at(t, [b, Math.floor(i / size), Math.floor(j / size), ((i % size) * size + (j % size)) * depth + k]),
      );
    }),
  cases: [
    { inputs: [randomArray([2, 3, 2, 8])], args: [2] },
    { inputs: [randomArray([1, 9, 2, 2])], args: [3, { dataFormat: 'channels_first' }] },
  ],
  smooth: [{ inputs: [distinctArray([1, 1, 2, 4])], args: [2] }],
});
row('spaceToDepth', {
  reference: ([x], ...[[n, o]]: [never[]]) =>
    last(x, formatOf(o), (t) => {
      const size = n as number;
      const [batch, h, w, c] = t.shape;
      return build([batch, h / size, w / size, c * size * size], x.dtype, ([b, i, j, k]) => {
        const block = Math.floor(k / c);
        return at(t, [b, i * size + Math.floor(block / size), j * size + (block % size), k % c]);
      });
    }),
  cases: [
    { inputs: [randomArray([2, 4, 2, 3])], args: [2] },
    { inputs: [randomArray([1, 2, 3, 6])], args: [3, { dataFormat: 'channels_first' }] },
  ].slice(0, 1),
  smooth: [{ inputs: [distinctArray([1, 2, 2, 1])], args: [2] }],
});
row('psnr', {
  reference: ([a, b], ...[[max]]: [never[]]) =>
    nd(
      [20 * Math.log10(max) - 10 * Math.log10(a.data.reduce((s, v, i) => s + (v - b.data[i]) ** 2, 0) / a.data.length)],
      [],
      a.dtype,
    ),
  cases: [{ inputs: [randomArray([2, 3]), randomArray([2, 3], { seed: 2 })], args: [2] }],
  smooth: [{ inputs: [distinctArray([3]), distinctArray([3], { seed: 4 })], args: [1] }],
});
row('emptyLike', {
  reference: ([x], ...[args]: [never[]]) =>
    build(x.shape, ((args[0] ?? {}) as { dtype?: 'int32' }).dtype ?? x.dtype, () => 0),
  cases: [{ inputs: [randomArray([2, 3])] }, { inputs: [randomArray([2])], args: [{ dtype: 'int32' }] }],
  smooth: [{ inputs: [distinctArray([2])] }],
  isSource: true,
});
row('rearrange', {
  reference: ([x], ...[[pattern]]: [never[]]) =>
    ({
      'a b -> b a': () => transpose(x),
      'a (b c) -> b (a c)': () => build([2, 6], x.dtype, ([b, k]) => at(x, [Math.floor(k / 3), b * 3 + (k % 3)])),
      'a b c -> (a b c)': () => nd(x.data, [x.data.length], x.dtype),
    })[pattern as string]!(),
  cases: [
    { inputs: [randomArray([2, 3])], args: ['a b -> b a'] },
    { inputs: [randomArray([2, 6])], args: ['a (b c) -> b (a c)', { axesLengths: { b: 2 } }] },
    { inputs: [randomArray([2, 3, 2])], args: ['a b c -> (a b c)'] },
  ],
  smooth: [{ inputs: [distinctArray([2, 6])], args: ['a (b c) -> b (a c)', { axesLengths: { c: 3 } }] }],
});
