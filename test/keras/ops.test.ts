/** CTC, folding, spaces and views against real Keras on TensorFlow; the names of its namespaces; what the new ops refuse. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as trae from '../../lib/index';
import { camelCase } from '../../lib/keras/serialization/naming';
import { NAMESPACES, namespaceFile, namespaceText } from '../../scripts/write_namespaces';
import { close, golden, objective, tensorOf, throwsText, wave, type Golden } from './helpers';

interface Case {
  op: string;
  arguments: (Golden | number | number[])[];
  options: Record<string, unknown>;
  y: Golden[];
  differentiated?: number;
  dx?: Golden;
}
const { ops } = trae;
const isArray = (a: unknown): a is Golden => typeof a === 'object' && a !== null && 'data' in a;
const functions = ops as unknown as Record<string, (...args: unknown[]) => trae.Tensor | trae.Tensor[]>;

describe('ops against Keras', () => {
  for (const c of golden<Case[]>('ops.json'))
    it(`${c.op} ${JSON.stringify(c.options)} of ${c.arguments.map((a) => (isArray(a) ? `(${a.shape.join(', ')})` : String(a))).join(', ')}`, () => {
      const options = Object.fromEntries(Object.entries(c.options).map(([k, v]) => [camelCase(k), v]));
      const given = c.arguments.map((a) => (isArray(a) ? tensorOf(a) : a));
      const call = (...args: unknown[]): trae.Tensor[] => [functions[camelCase(c.op)](...args, options)].flat();
      call(...given).forEach((y, i) => {
        assert.equal(y.dtype, c.y[i].dtype);
        close(y, c.y[i], `result ${i}`);
      });
      if (c.dx) {
        const at = c.differentiated!;
        const f = (x: trae.Tensor): trae.Tensor => objective(call(...given.map((a, i) => (i === at ? x : a)))[0]);
        close(trae.grad(f)(given[at] as trae.Tensor), c.dx, 'gradient');
        close(trae.compile(trae.grad(f))(given[at] as trae.Tensor), c.dx, 'compiled gradient');
      }
    });
});
describe('namespaces of keras.ops', () => {
  const { namespaces } = golden<{ namespaces: Record<string, string[]> }>('names.json');
  for (const [name, members] of Object.entries(namespaces))
    it(`ops.${name} has what Keras' has`, () => {
      const ours = (ops as unknown as Record<string, Record<string, unknown>>)[name];
      assert.deepEqual(
        members.filter((m) => typeof ours[camelCase(m)] !== 'function'),
        [],
      );
      for (const m of members) if (name !== 'image') assert.equal(ours[camelCase(m)], functions[camelCase(m)], m);
    });
});
describe('files of namespaces', () => {
  for (const name of NAMESPACES)
    it(`${name} is what scripts/write_namespaces.ts writes`, () => {
      assert.equal(fs.readFileSync(namespaceFile(name), 'utf8'), namespaceText(name));
    });
});
describe('jvp', () => {
  it('gives values and directional derivatives', () => {
    const [y, dy] = ops.jvp((x) => x.sin(), [0.1], [0.2]) as trae.Tensor[];
    close(y, [Math.sin(0.1)], 'value', 1e-6);
    close(dy, [0.2 * Math.cos(0.1)], 'slope', 1e-6);
  });
  it('takes several arguments and gives structures, integers and aux', () => {
    const a = wave(2, 3);
    const b = wave(3, 2).multiply(0.7);
    const va = wave(2, 3).multiply(2);
    const vb = wave(3, 2).add(1);
    const [y, dy, aux] = ops.jvp(
      (p, q) => [{ product: p.matmul(q), index: p.argmax(), other: [q.square()] }, 'kept'],
      [a, b],
      [va, vb],
      { hasAux: true },
    ) as [{ product: trae.Tensor }, { product: trae.Tensor; index: trae.Tensor; other: trae.Tensor[] }, string];
    close(y.product, a.matmul(b), 'product');
    close(dy.product, va.matmul(b).add(a.matmul(vb)), 'its slope');
    close(dy.other[0], b.multiply(vb).multiply(2), 'slope of squares');
    close(dy.index, [0], 'slope of an integer');
    assert.equal(aux, 'kept');
  });
  it('goes through layers, plans and the gradient of CTC', () => {
    const dense = new trae.keras.layers.Dense(2, { activation: 'tanh' });
    const x = wave(3, 4);
    const v = wave(3, 4).multiply(1.3);
    dense.apply(x);
    const f = (t: trae.Tensor): trae.Tensor => dense.apply(t) as trae.Tensor;
    const h = 1e-3;
    const [, slope] = trae.compile((t: trae.Tensor, u: trae.Tensor) => ops.jvp(f, [t], [u]) as trae.Tensor[])(x, v);
    close(slope, f(x.add(v.multiply(h))).subtract(f(x.subtract(v.multiply(h)))).divide(2 * h), 'difference', 1e-2); // prettier-ignore
    const loss = (t: trae.Tensor): trae.Tensor => ops.ctcLoss([[1, 2]], t, [2], [4]);
    const logits = wave(1, 4, 3);
    const u = wave(1, 4, 3).add(0.3);
    const [, along] = ops.jvp(loss, [logits], [u]) as trae.Tensor[];
    close(
      along,
      [
        trae
          .grad((t) => loss(t).sum())(logits)
          .multiply(u)
          .sum()
          .item(),
      ],
      'along CTC',
    );
  });
  it('refuses what does not fit', async () => {
    await throwsText(
      () => ops.jvp((x) => x, [1, 2], [3]),
      'ValueError',
      'jvp: one tangent for each primal is expected, in lists.\n  Received: 2 primals, 1 tangents',
    );
    await throwsText(
      () => ops.jvp((x) => x, [[1, 2]], [[3]]),
      'ValueError',
      'jvp: tangent 0 must have the shape of its primal.\n  Received: shapes (1,) and (2,)',
    );
    await throwsText(
      () => ops.jvp((x) => x, [trae.tensor([1], [1], 'int32')], [[3]]),
      'TypeError',
      'jvp: primal 0 must be a floating-point tensor.\n  Received: dtype int32',
    );
    await throwsText(
      () => ops.jvp(() => 3, [1], [1]),
      'TypeError',
      'jvp: the function must return tensors.\n  Received: 3',
    );
  });
});
describe('ctcLoss', () => {
  it('does not underflow: labels that take every frame have one alignment', () => {
    const frames = 40;
    const logits = trae
      .tensor(
        Float64Array.from({ length: frames * 3 }, (_, i) =>
          i % 3 === 0 ? 400 : i % 3 === 1 ? -300 : 100 * Math.sin(i),
        ),
      )
      .reshape([1, frames, 3]);
    const labels = Int32Array.from({ length: frames }, (_, i) => 1 + (i % 2));
    const want = trae.ops.takeAlongAxis(trae.logSoftmax(logits), trae.tensor(labels, [1, frames, 1]), { axis: 2 }).sum().negative().item(); // prettier-ignore
    const got = ops.ctcLoss(trae.tensor(labels, [1, frames]), logits, [frames], [frames]).item();
    assert.ok(want > 15000 && Math.abs(got - want) < 1e-9 * want, `${got} instead of ${want}`);
  });
  it('carries NaN, and takes logits of -infinity for classes that cannot be', () => {
    const one = (v: number[]): number => ops.ctcLoss([[1]], trae.tensor(v, [1, 2, 3]), [1], [2]).item();
    assert.ok(Number.isNaN(one([0, NaN, 0, 0, 0, 0])));
    assert.equal(one([0, -Infinity, 0, 0, -Infinity, 0]), Infinity);
    assert.ok(Math.abs(one([0, 0, -Infinity, 0, 0, -Infinity]) + Math.log(3 / 4)) < 1e-6);
  });
});
describe('convertToNumpy and customGradient', () => {
  it('give arrays, and a gradient of its own', () => {
    assert.deepEqual(ops.convertToNumpy(trae.tensor([[1, 2]])), [[1, 2]]);
    assert.equal(ops.convertToNumpy(trae.tensor(3)), 3);
    const f = ops.customGradient((x: trae.Tensor) => [x.square(), (dy: trae.Tensor) => dy.multiply(7)] as const);
    assert.equal(
      trae
        .grad((x) => f(x))(2)
        .item(),
      7,
    );
  });
});
describe('getItem in functional models', () => {
  it('is a layer of the graph and survives files', () => {
    const x = trae.keras.Input([4, 6]);
    const y = ops.getItem(x as never, ['...', '1:4', null]) as unknown as trae.KerasTensor;
    assert.deepEqual(y.shape, [null, 4, 3, 1]);
    const z = ops.getItem(y as never, [':', 2, '::-1', 0]) as unknown as trae.KerasTensor;
    const model = new trae.keras.Model({ inputs: x, outputs: z });
    const data = wave(2, 4, 6);
    const want = (model.apply(data) as trae.Tensor).arraySync();
    assert.deepEqual(
      want,
      (data.arraySync() as number[][][]).map((m) => m[2].slice(1, 4).reverse()),
    );
    const again = trae.keras.models.modelFromJson(JSON.stringify(model.toJSON())) as InstanceType<
      typeof trae.keras.Model
    >;
    assert.deepEqual((again.apply(data) as trae.Tensor).arraySync(), want);
    const config = JSON.stringify(model.toJSON());
    assert.ok(
      config.includes('"class_name":"__slice__","config":{"start":1,"stop":4,"step":null}') &&
        config.includes('"__ellipsis__"'),
      config,
    );
  });
});
describe('new ops refuse', () => {
  const z = (...shape: number[]): trae.Tensor => trae.zeros(shape);
  const i = (data: number[], shape = [data.length]): trae.Tensor => trae.tensor(data, shape, 'int32');
  const refusals: [string, () => unknown, string, string][] = [
    [
      'ctcLoss',
      () => ops.ctcLoss(i([1], [1, 1]), z(1, 3), [1], [3]),
      'ValueError',
      'ctcLoss: logits of shape (batch, frames, classes) are expected.\n  Received: shape (1, 3)',
    ],
    [
      'ctcLoss',
      () => ops.ctcLoss(i([1]), z(1, 3, 2), [1], [3]),
      'ValueError',
      'ctcLoss: labels of shape (batch, labels) are expected.\n  Received: shape (1,)',
    ],
    [
      'ctcLoss',
      () => ops.ctcLoss(i([1], [1, 1]), z(1, 3, 2), [1, 1], [3]),
      'ValueError',
      'ctcLoss: one number of labels for each of the 1 examples is expected.\n  Received: shape (2,)',
    ],
    [
      'ctcLoss',
      () => ops.ctcLoss(i([1], [1, 1]), z(1, 3, 2), [1], [3], { maskIndex: 2 }),
      'ValueError',
      'ctcLoss: the blank must be one of the 2 classes.\n  Received: 2',
    ],
    [
      'ctcLoss',
      () => ops.ctcLoss(i([1, 1], [2, 1]), z(1, 3, 2), [1], [3]),
      'ValueError',
      'ctcLoss: there are labels for 2 examples but logits for 1.\n  Received: labels (2, 1), logits (1, 3, 2)',
    ],
    [
      'ctcLoss',
      () => ops.ctcLoss(i([5], [1, 1]), z(1, 3, 2), [1], [3]).dataSync(),
      'IndexError',
      'ctcLoss: label 5 is out of range for 2 classes.',
    ],
    [
      'ctcLoss',
      () => ops.ctcLoss(i([1], [1, 1]), z(1, 3, 2), [1], [4]).dataSync(),
      'ValueError',
      'ctcLoss: example 0 cannot have 4 frames: the logits have 3.',
    ],
    [
      'ctcLoss',
      () => ops.ctcLoss(i([1], [1, 1]), z(1, 3, 2), [2], [3]).dataSync(),
      'ValueError',
      'ctcLoss: example 0 cannot have 2 labels: there is room for 1.',
    ],
    [
      'ctcDecode',
      () => ops.ctcDecode(z(1, 3, 2), [3], { strategy: 'best' as never }),
      'ValueError',
      "ctcDecode: strategy must be 'greedy' or 'beam_search'.\n  Received: 'best'",
    ],
    [
      'ctcDecode',
      () => ops.ctcDecode(z(1, 3, 2), [3], { strategy: 'beam_search', beamWidth: 2, topPaths: 3 }),
      'ValueError',
      'ctcDecode: a beam gives 1 to 2 paths, its width.\n  Received: 3',
    ],
    [
      'ctcDecode',
      () => ops.ctcDecode(z(1, 0, 2), [0], { strategy: 'beam_search', topPaths: 2 })[0].dataSync(),
      'ValueError',
      'ctcDecode: example 0 has only 1 label sequences but 2 are asked for.',
    ],
    [
      'view',
      () => ops.view(z(3), { dtype: 'float64' }),
      'ValueError',
      'view: a view of float32 as float64 needs a last axis of a multiple of 8 bytes.\n  Received: shape (3,), 12 bytes',
    ],
    [
      'view',
      () => ops.view(z(), { dtype: 'int8' }),
      'ValueError',
      'view: a view of float32 as int8 changes the size of the last axis, which a scalar does not have.',
    ],
    [
      'view',
      () => ops.view(z(3), { dtype: 'bool' }),
      'TypeError',
      'view: bytes are not truth values: a view as bool is only of bool.\n  Received: dtype float32',
    ],
    [
      'viewAsComplex',
      () => ops.viewAsComplex(z(2, 3)),
      'ValueError',
      'viewAsComplex: a last axis of size 2, real and imaginary part, is expected.\n  Received: shape (2, 3)',
    ],
    [
      'unfold',
      () => ops.unfold(z(2, 3), 2),
      'ValueError',
      'unfold: images of shape (batch, channels, height, width) are expected.\n  Received: shape (2, 3)',
    ],
    [
      'unfold',
      () => ops.unfold(z(1, 1, 2, 3), 3),
      'ValueError',
      'unfold: a block covers 3 elements of the height but there are 2, padding included.',
    ],
    [
      'fold',
      () => ops.fold(z(1, 5, 3), [3, 3], 2),
      'ValueError',
      'fold: the second axis must be a multiple of the 4 elements of a block.\n  Received: shape (1, 5, 3)',
    ],
    [
      'fold',
      () => ops.fold(z(1, 4, 3), [3, 3], 2),
      'ValueError',
      'fold: an output of size (3, 3) has 4 blocks but there are 3.\n  Received: shape (1, 4, 3)',
    ],
    [
      'getItem',
      () => ops.getItem(z(2, 3), [0, 3]),
      'IndexError',
      'getItem: index 3 is out of range for axis 1 of size 3.\n  Received: shape (2, 3)',
    ],
    [
      'getItem',
      () => ops.getItem(z(2, 3), [0, 0, 0]),
      'ValueError',
      'getItem: a key for 3 axes is too long for a tensor of shape (2, 3).',
    ],
    [
      'getItem',
      () => ops.getItem(z(2, 3), ['...', '...']),
      'ValueError',
      "getItem: '...' may stand once in a key.\n  Received: 2 times",
    ],
    [
      'getItem',
      () => ops.getItem(z(2, 3), '1-2'),
      'ValueError',
      "getItem: a slice is spelled 'start:stop:step', all other axes '...'.\n  Received: '1-2'",
    ],
    ['getItem', () => ops.getItem(z(2, 3), '::0'), 'ValueError', 'getItem: the step of a slice must not be 0.'],
    [
      'getItem',
      () => ops.getItem(z(2, 3), [[0], [1]]),
      'ValueError',
      'getItem: one part of a key may be integers in an array or tensor.\n  Fix: call getItem once for each.',
    ],
    [
      'linspace',
      () => ops.linspace(z(2), 1, { axis: 2 }),
      'ValueError',
      'linspace: axis 2 is out of range for a tensor of rank 2.',
    ],
    [
      'geomspace',
      () => ops.geomspace(1, 2, { num: -1 }),
      'ValueError',
      'geomspace: num must be an integer >= 0.\n  Received: -1',
    ],
    [
      'gamma',
      () => trae.random.gamma([3], [1, 2]),
      'ValueError',
      'gamma: alpha of shape (2,) does not broadcast to the shape (3,) of the result.',
    ],
    [
      'gamma',
      () => trae.random.gamma([3], 1, { dtype: 'int32' }),
      'ValueError',
      "gamma: a floating-point dtype is needed.\n  Received: 'int32'",
    ],
  ];
  for (const [op, f, kind, text] of refusals) it(`${op}: ${text.split('\n')[0]}`, () => throwsText(f, kind, text));
});
