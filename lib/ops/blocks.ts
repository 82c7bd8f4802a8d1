/** Rearranged blocks of images, comparisons of images, elements by pattern (keras.ops). */
import { describe } from '../support/describe';
import { ValueError } from '../support/errors';
import { convert, formatShape, run, type DType, type Tensor, tensor, type TensorLike } from '../core/tensor';
import { pair } from './binary';
import { checkOptionNames } from '../support/options';
import { defineOp } from './define';
import { checkDataFormat, channelsLast } from './spatial';
import { toFloat } from './unary';
import type { DataFormat } from './spatial';

function blocks(
  op: string,
  x: TensorLike,
  blockSize: number,
  dataFormat: string | undefined,
  f: (t: Tensor, n: number) => Tensor,
): Tensor {
  const t = convert(x);
  if (!Number.isInteger(blockSize) || blockSize < 2)
    throw new ValueError(`${op}: blockSize must be an integer >= 2.\n  Received: ${describe(blockSize)}`, { op });
  if (t.ndim !== 4)
    throw new ValueError(
      `${op}: images (batch, height, width, channels) are expected.\n  Received: shape ${formatShape(t.shape)}`,
      { op },
    );
  return channelsLast(t, checkDataFormat(op, dataFormat), (y) => f(y, blockSize));
}
/** Channels moved into blocks of blockSize x blockSize pixels: (batch, h, w, c n^2) -> (batch, h n, w n, c). */
export const depthToSpace = defineOp(
  'depthToSpace',
  (x: TensorLike, blockSize: number, { dataFormat }: { dataFormat?: DataFormat } = {}): Tensor =>
    blocks('depthToSpace', x, blockSize, dataFormat, (t, n) => {
      const [batch, h, w, c] = t.shape;
      if (c % (n * n))
        throw new ValueError(
          `depthToSpace: ${c} channels cannot be split in blocks of ${n} x ${n}.\n  Received: shape ${formatShape(t.shape)}`,
          { op: 'depthToSpace' },
        );
      const split = run('transpose', [run('reshape', [t], { shape: [batch, h, w, n, n, c / (n * n)] })], {
        axes: [0, 1, 3, 2, 4, 5],
      });
      return run('reshape', [split], { shape: [batch, h * n, w * n, c / (n * n)] });
    }),
  ['dataFormat'],
);
/** Blocks of blockSize x blockSize pixels moved into channels: (batch, h, w, c) -> (batch, h / n, w / n, c n^2). */
export const spaceToDepth = defineOp(
  'spaceToDepth',
  (x: TensorLike, blockSize: number, { dataFormat }: { dataFormat?: DataFormat } = {}): Tensor =>
    blocks('spaceToDepth', x, blockSize, dataFormat, (t, n) => {
      const [batch, h, w, c] = t.shape;
      if (h % n || w % n)
        throw new ValueError(
          `spaceToDepth: ${h} x ${w} pixels cannot be split in blocks of ${n} x ${n}.\n  Received: shape ${formatShape(t.shape)}`,
          { op: 'spaceToDepth' },
        );
      const split = run('transpose', [run('reshape', [t], { shape: [batch, h / n, n, w / n, n, c] })], {
        axes: [0, 1, 3, 2, 4, 5],
      });
      return run('reshape', [split], { shape: [batch, h / n, w / n, c * n * n] });
    }),
  ['dataFormat'],
);
/** Peak signal-to-noise ratio in decibels: 20 log10(maxVal) - 10 log10(mean((x1 - x2)^2)). */
export const psnr = defineOp('psnr', (x1: TensorLike, x2: TensorLike, maxVal: number): Tensor => {
  const [p, q] = pair(x1, x2);
  const a = toFloat(p);
  const b = toFloat(q);
  if (formatShape(a.shape) !== formatShape(b.shape))
    throw new ValueError(
      `psnr: both images must have one shape.\n  Received: ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
      { op: 'psnr' },
    );
  const error = run('mean', [run('square', [run('subtract', [a, b])])]);
  return run('subtract', [
    convert(20 * Math.log10(maxVal), error),
    run('multiply', [run('log10', [error]), convert(10, error)]),
  ]);
});
/** A tensor of x's shape and dtype whose values do not matter: zeros. */
export const emptyLike = defineOp(
  'emptyLike',
  (x: TensorLike, { dtype }: { dtype?: DType | null } = {}): Tensor => {
    const t = convert(x);
    return run('broadcast_to', [tensor(0, [], dtype ?? t.dtype)], { shape: [...t.shape] });
  },
  ['dtype'],
);
/** The dtype of x. */
export const dtype = (x: TensorLike): DType => convert(x).dtype;

/** Axis names of one side of a pattern; what stands in parentheses is one axis. */
function axesOf(side: string): string[][] {
  const groups: string[][] = [];
  for (const [, group, single] of side.matchAll(/\(([^)]*)\)|(\S+)/g))
    groups.push(group === undefined ? [single] : group.trim().split(/\s+/).filter(Boolean));
  return groups;
}
/**
 * Axes split, moved and joined by names (einops): `rearrange(x, 'b h (w p) -> (b w) h p', { p: 2 })`; the options are
 * sizes that the shape alone does not tell (in `axesLengths` too).
 */
export const rearrange = defineOp(
  'rearrange',
  (
    x: TensorLike,
    pattern: string,
    { axesLengths, ...lengths }: { axesLengths?: Record<string, number>; [axis: string]: unknown } = {},
  ): Tensor => {
    const t = convert(x);
    const known: Record<string, number> = { ...axesLengths, ...(lengths as Record<string, number>) };
    const [left, right, ...more] = pattern.split('->').map(axesOf);
    if (!right || more.length)
      throw new ValueError(`rearrange: the pattern must have one '->'.\n  Received: '${pattern}'`, { op: 'rearrange' });
    if (left.length !== t.ndim)
      throw new ValueError(
        `rearrange: '${pattern}' names ${left.length} axes but the tensor has shape ${formatShape(t.shape)}.`,
        { op: 'rearrange' },
      );
    checkOptionNames('rearrange', known, left.flat());
    const sizes = new Map<string, number>();
    left.forEach((group, i) => {
      const open = group.filter((name) => known[name] === undefined && !/^\d+$/.test(name));
      const rest = group
        .filter((name) => !open.includes(name))
        .reduce((p, name) => p * (known[name] ?? Number(name)), 1);
      if (open.length > 1 || t.shape[i] % rest || (!open.length && rest !== t.shape[i]))
        throw new ValueError(
          `rearrange: axis ${i} of size ${t.shape[i]} cannot be split as (${group.join(' ')}).\n  Received: '${pattern}', shape ${formatShape(t.shape)}`,
          {
            op: 'rearrange',
          },
        );
      for (const name of group)
        sizes.set(name, open.includes(name) ? t.shape[i] / rest : (known[name] ?? Number(name)));
    });
    const names = left.flat();
    const out = right.flat();
    if (new Set(names).size !== names.length || [...out].sort().join() !== [...names].sort().join())
      throw new ValueError(`rearrange: both sides of '${pattern}' must name the same axes, each once.`, {
        op: 'rearrange',
      });
    const split = run('reshape', [t], { shape: names.map((n) => sizes.get(n)!) });
    const moved = run('transpose', [split], { axes: out.map((n) => names.indexOf(n)) });
    return run('reshape', [moved], { shape: right.map((group) => group.reduce((p, n) => p * sizes.get(n)!, 1)) });
  },
  null,
);
