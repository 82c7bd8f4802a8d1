/** Random graphs of ops: built from a seed, so that a failing one can be built again. */
import * as trae from '../../lib/index';
import type { DType } from '../../lib/index';
import { broadcastShapes, type NdArray } from './ndarray';
import { Random, randomArray } from './random';

/** A step of a graph: makes a tensor out of earlier ones. */
type Step = (values: trae.Tensor[]) => trae.Tensor;
export interface Graph {
  inputs: NdArray[];
  run(...inputs: trae.Tensor[]): trae.Tensor[];
  text: string;
}

const UNARY = [
  'tanh',
  'sigmoid',
  'relu',
  'abs',
  'negative',
  'sin',
  'softplus',
  'square',
  'exp',
  'erf',
  'silu',
  'gelu',
] as const;
const BINARY = ['add', 'subtract', 'multiply', 'maximum', 'minimum', 'squaredDifference'] as const;
const REDUCTIONS = ['sum', 'mean', 'max', 'min', 'logsumexp', 'var'] as const;
const canBroadcast = (a: readonly number[], b: readonly number[]): boolean =>
  [...a].reverse().every((d, i) => {
    const e = b[b.length - 1 - i] ?? 1;
    return d === e || d === 1 || e === 1;
  });
/** Keeps values within where every function is well conditioned. */
const tamed = (t: trae.Tensor): trae.Tensor => trae.clip(t, -3, 3);

/** Chains of elementwise ops, broadcasts, reductions and moves, with values used several times. */
export function randomGraph(seed: number, dtype: DType): Graph {
  const random = new Random(seed);
  const sizes = [1, 2, 3, 5, 16, 37];
  const pool = [random.pick(sizes), random.pick(sizes), random.pick(sizes)];
  const shapes: number[][] = [];
  const steps: Step[] = [];
  const lines: string[] = [];
  const inputs = Array.from({ length: random.integer(1, 4) }, (_, i) => {
    const shape = pool.slice(random.integer(0, 3)).map((d) => (random.next() < 0.25 ? 1 : d));
    return randomArray(shape, { dtype, seed: seed * 10 + i });
  });
  inputs.forEach((x, i) => {
    shapes.push(x.shape);
    steps.push((v) => v[i]);
    lines.push(`v${i} = input (${x.shape})`);
  });
  const push = (shape: number[], text: string, step: Step): void => {
    lines.push(`v${shapes.length} = ${text} (${shape})`);
    shapes.push(shape);
    steps.push(step);
  };
  const any = (): number =>
    random.next() < 0.6
      ? shapes.length - 1 - random.integer(0, Math.min(3, shapes.length))
      : random.integer(0, shapes.length);
  for (let n = random.integer(3, 14); n > 0; n--) {
    const i = any();
    const shape = shapes[i];
    const kind = random.next();
    const axis = shape.length ? random.integer(0, shape.length) : 0;
    if (kind < 0.35) {
      const op = random.pick(UNARY);
      push(shape, `${op}(v${i})`, (v) => trae[op](tamed(v[i])));
    } else if (kind < 0.7) {
      const partners = shapes.map((_, j) => j).filter((j) => canBroadcast(shape, shapes[j]));
      const j = random.pick(partners);
      const op = random.pick(BINARY);
      push(broadcastShapes(shape, shapes[j]), `${op}(v${i}, v${j})`, (v) => trae[op](v[i], v[j]));
    } else if (kind < 0.74) {
      push(shape, `v${i} * 0.5 + 0.25`, (v) => v[i].multiply(0.5).add(0.25));
    } else if (!shape.length) {
      push([2, 3], `broadcastTo(v${i})`, (v) => trae.broadcastTo(v[i], [2, 3]));
    } else if (kind < 0.86) {
      const op = random.pick(REDUCTIONS);
      const keepdims = random.next() < 0.5;
      const axes = random.next() < 0.3 ? shape.map((_, k) => k) : [axis];
      push(
        shape.map((d, k) => (axes.includes(k) ? 1 : d)).filter((_, k) => keepdims || !axes.includes(k)),
        `${op}(v${i}, [${axes}], ${keepdims})`,
        (v) => trae[op](v[i], { axis: axes, keepdims }).multiply(0.25),
      );
    } else if (kind < 0.9) {
      push([...shape].reverse(), `transpose(v${i})`, (v) => trae.transpose(v[i]));
    } else if (kind < 0.93) {
      push([shape.reduce((p, d) => p * d, 1)], `ravel(v${i})`, (v) => trae.ravel(v[i]));
    } else if (kind < 0.96) {
      push(shape, `softmax(v${i}, ${axis})`, (v) => trae.softmax(v[i], { axis }));
    } else {
      push(
        shape.map((d, k) => (k === axis ? 2 * d : d)),
        `concatenate(v${i}, flip v${i}, ${axis})`,
        (v) => trae.concatenate([v[i], trae.flip(v[i], { axis })], { axis }),
      );
    }
  }
  const outputs = [
    shapes.length - 1,
    ...Array.from({ length: random.integer(0, 3) }, () => random.integer(0, shapes.length)),
  ];
  return {
    inputs,
    text: `seed ${seed}\n${lines.join('\n')}\nreturns ${outputs.map((k) => `v${k}`)}`,
    run(...given) {
      const values: trae.Tensor[] = [...given];
      for (let k = given.length; k < steps.length; k++) values.push(steps[k](values));
      return outputs.map((k) => values[k]);
    },
  };
}
