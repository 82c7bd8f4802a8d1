/** Tensors: made, read, converted, disposed. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { collectGarbage } from '../helpers/collect';
import { throwsText } from '../helpers/compare';

const { tensor } = trae;

describe('tensor()', () => {
  it('takes numbers, nested arrays, typed arrays, tensors and variables', () => {
    const cases: [trae.TensorLike, number[], trae.DType, unknown][] = [
      [3, [], 'float32', 3],
      [true, [], 'bool', true],
      [7n, [], 'int64', 7n],
      [[1, 2], [2], 'float32', [1, 2]],
      [
        [
          [1, 2],
          [3, 4],
        ],
        [2, 2],
        'float32',
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [[], [0], 'float32', []],
      [[[], []], [2, 0], 'float32', [[], []]],
      [[true, false], [2], 'bool', [true, false]],
      [[1n, 2n], [2], 'int64', [1n, 2n]],
      [[1, true], [2], 'float32', [1, 1]],
      [new Float32Array([1, 2]), [2], 'float32', [1, 2]],
      [new Float64Array([0.1]), [1], 'float64', [0.1]],
      [new Int32Array([-1]), [1], 'int32', [-1]],
      [new BigInt64Array([5n]), [1], 'int64', [5n]],
      [new Int8Array([-128]), [1], 'int8', [-128]],
      [new Uint8Array([255]), [1], 'uint8', [255]],
      [
        [new Float32Array([1, 2]), new Float32Array([3, 4])] as never,
        [2, 2],
        'float32',
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [tensor([1, 2]), [2], 'float32', [1, 2]],
      [trae.variable([5]), [1], 'float32', [5]],
    ];
    for (const [given, shape, dtype, want] of cases) {
      const t = tensor(given);
      assert.deepEqual(
        [t.shape, t.dtype, t.ndim, t.size],
        [shape, dtype, shape.length, shape.reduce((a, b) => a * b, 1)],
      );
      assert.deepEqual(t.arraySync(), want);
    }
  });
  it('widens typed arrays of other kinds, keeping their values', () => {
    const cases: [ArrayBufferView, trae.DType, unknown][] = [
      [new Uint16Array([65535]), 'int32', [65535]],
      [new Int16Array([-300]), 'int32', [-300]],
      [new Uint32Array([4294967295]), 'int64', [4294967295n]],
      [new BigUint64Array([1n]), 'int64', [1n]],
      [new Uint8ClampedArray([1, 300]), 'uint8', [1, 255]],
    ];
    for (const [given, dtype, want] of cases) {
      const t = tensor(given as never);
      assert.equal(t.dtype, dtype);
      assert.deepEqual(t.arraySync(), want);
    }
    assert.deepEqual(tensor(new Uint8ClampedArray([7]) as never, [1], 'float32').arraySync(), [7]);
  });
  it('takes a shape and a dtype', () => {
    assert.deepEqual(tensor([1, 2, 3, 4], [2, 2]).arraySync(), [
      [1, 2],
      [3, 4],
    ]);
    assert.deepEqual(tensor(new Float32Array(6), [1, 6, 1]).shape, [1, 6, 1]);
    assert.deepEqual(tensor([1.75, -1.75, 0], null, 'int32').arraySync(), [1, -1, 0]);
    assert.deepEqual(tensor([1.75, -3], null, 'int64').arraySync(), [1n, -3n]);
    assert.deepEqual(tensor([2, 0, -1], null, 'bool').arraySync(), [true, false, true]);
    assert.deepEqual(tensor(new Uint8Array([2, 0]), null, 'bool').arraySync(), [true, false]);
    assert.deepEqual(tensor(tensor([1, 2]), [2, 1], 'int32').arraySync(), [[1], [2]]);
    assert.deepEqual(tensor(5, [1, 1]).arraySync(), [[5]]);
  });
  it('copies: later changes of the array do not show', () => {
    const data = new Float32Array([1, 2]);
    const t = tensor(data);
    data[0] = 9;
    assert.deepEqual(t.arraySync(), [1, 2]);
    (t.dataSync() as Float32Array)[0] = 9;
    assert.deepEqual(t.arraySync(), [1, 2]);
  });
  it('reads views of larger buffers', () => {
    const all = new Float32Array([0, 1, 2, 3, 4]);
    assert.deepEqual(tensor(all.subarray(1, 4)).arraySync(), [1, 2, 3]);
    assert.deepEqual(tensor(new Uint8Array(Buffer.from('abc'))).arraySync(), [97, 98, 99]);
  });
  it('rounds to the half types', () => {
    assert.deepEqual(tensor([1 / 3, 65504, 1e6, 6e-8], null, 'float16').arraySync(), [
      0.333251953125,
      65504,
      Infinity,
      5.960464477539063e-8,
    ]);
    assert.deepEqual(tensor([1 / 3, 3e38, NaN], null, 'bfloat16').arraySync(), [0.333984375, 226 * 2 ** 120, NaN]);
  });
  it('refuses what is no tensor', async () => {
    const endless: unknown[] = [];
    endless.push(endless);
    const refused: [unknown, unknown, string | undefined, string, string][] = [
      [[[1, 2], [3]], undefined, undefined, 'ValueError', 'tensor: rows of axis 1 differ in length: 2 and 1.'],
      [[[1, 2], 3], undefined, undefined, 'ValueError', 'tensor: a number stands where a row of axis 1 is expected.'],
      [[1, [2]], undefined, undefined, 'ValueError', 'tensor: a row stands where a number of axis 0 is expected.'],
      [
        [tensor([1])],
        undefined,
        undefined,
        'TypeError',
        'tensor: an array of tensors is not a tensor. Use stack() or concatenate().',
      ],
      [
        endless,
        undefined,
        undefined,
        'ValueError',
        'tensor: arrays are nested more than 64 deep.\n  Fix: does one of them hold itself?',
      ],
      [
        ['a'],
        undefined,
        undefined,
        'TypeError',
        "tensor: values must be numbers, bigints or booleans.\n  Received: 'a'",
      ],
      [
        undefined,
        undefined,
        undefined,
        'TypeError',
        'tensor: values must be numbers, bigints or booleans.\n  Received: undefined',
      ],
      [[1, 2, 3], [2, 2], undefined, 'ValueError', 'tensor: shape (2, 2) holds 4 values but 3 are given.'],
      [[1, 2, 3], [-3], undefined, 'ValueError', 'tensor: shape (-3,) must hold integers >= 0.'],
      [
        [1],
        [1],
        'complex64',
        'ValueError',
        "dtype 'complex64' is not one of 'float32', 'float16', 'bfloat16', 'float64', 'int32', 'int64', 'int8', 'uint8', 'bool'.",
      ],
      [[NaN], [1], 'int64', 'ValueError', 'tensor: NaN is no int64.'],
    ];
    for (const [values, shape, dtype, kind, text] of refused)
      await throwsText(() => tensor(values as never, shape as never, dtype as never), kind, text);
    assert.throws(() => new trae.Tensor(), /^TypeError: Tensor: use tensor\(values\) to make a tensor\.$/);
  });
});

describe('reading', () => {
  it('gives whole large arrays, each with memory of its own that can be transferred', async () => {
    for (const dtype of ['float32', 'float64', 'int64', 'uint8', 'float16'] as const)
      for (const n of [262143, 1000003, 1250001, 3000001]) {
        const values = Uint8Array.from({ length: n }, (_, i) => i * 7 + (i >> 8));
        const t = trae.cast(trae.tensor(values), dtype);
        for (const data of [await t.data(), t.dataSync(), await t.data()]) {
          assert.deepEqual([data.length, data.byteOffset, data.buffer.byteLength], [n, 0, n * data.BYTES_PER_ELEMENT]);
          const at = values.findIndex((v, i) => Number(data[i]) !== v);
          if (at >= 0) assert.fail(`${dtype}, ${n} elements: element ${at} is ${data[at]} instead of ${values[at]}`);
          const moved = structuredClone(data, { transfer: [data.buffer as ArrayBuffer] });
          assert.deepEqual([data.length, moved.length], [0, n]);
        }
      }
  });
  it('data and dataSync give the typed array of the dtype', async () => {
    const kinds: [trae.DType, new (n: number) => unknown][] = [
      ['float32', Float32Array],
      ['float64', Float64Array],
      ['int32', Int32Array],
      ['int64', BigInt64Array],
      ['int8', Int8Array],
      ['uint8', Uint8Array],
      ['bool', Uint8Array],
      ['float16', Float32Array],
      ['bfloat16', Float32Array],
    ];
    for (const [dtype, Kind] of kinds) {
      const t = tensor([1, 0], null, dtype);
      for (const data of [await t.data(), t.dataSync()]) {
        assert.ok(data instanceof Kind, dtype);
        assert.deepEqual(Array.from(data as ArrayLike<number>, Number), [1, 0]);
      }
    }
  });
  it('array and item', async () => {
    assert.deepEqual(await tensor([[1, 2]]).array(), [[1, 2]]);
    assert.equal(await tensor(3).array(), 3);
    assert.deepEqual([tensor([[4]]).item(), tensor(5n).item(), tensor(true).item()], [4, 5, 1]);
    await throwsText(
      () => tensor([1, 2]).item(),
      'ValueError',
      'item: only a tensor of one element has an item.\n  Received: shape (2,)',
    );
  });
  it('prints shape, dtype and values, long axes cut', () => {
    assert.equal(
      String(
        tensor([
          [1, 2.5],
          [3, -4],
        ]),
      ),
      'Tensor(shape=(2, 2), dtype=float32)\n[[1, 2.5],\n [3, -4]]',
    );
    assert.equal(String(tensor(0.1)), 'Tensor(shape=(), dtype=float32)\n0.1');
    assert.equal(String(trae.arange(12)), 'Tensor(shape=(12,), dtype=int32)\n[0, 1, 2, 3, ..., 9, 10, 11]');
    assert.equal(String(tensor([true, false])), 'Tensor(shape=(2,), dtype=bool)\n[true, false]');
    assert.equal(String(tensor([1n])), 'Tensor(shape=(1,), dtype=int64)\n[1]');
    const lines: unknown[] = [];
    const log = console.log;
    console.log = (...args) => {
      lines.push(...args);
    };
    try {
      tensor([1]).print();
    } finally {
      console.log = log;
    }
    assert.deepEqual(lines, ['Tensor(shape=(1,), dtype=float32)\n[1]']);
  });
  it('many reads at once', async () => {
    const sums = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        trae
          .arange(i + 1)
          .sum()
          .data(),
      ),
    );
    assert.deepEqual(
      sums.map((s) => Number(s[0])),
      Array.from({ length: 50 }, (_, i) => (i * (i + 1)) / 2),
    );
  });
});

describe('memory', () => {
  beforeEach(collectGarbage);
  it('dispose releases at once; use after it is an error', async () => {
    const before = trae.memory();
    const t = tensor(new Float32Array(1 << 16));
    assert.equal(trae.memory().tensors, before.tensors + 1);
    assert.ok(trae.memory().bytesInUse >= before.bytesInUse + 4 * (1 << 16));
    t.dispose();
    t.dispose();
    assert.ok(t.isDisposed);
    assert.equal(trae.memory().tensors, before.tensors);
    assert.ok(trae.memory().bytesInUse <= before.bytesInUse);
    assert.equal(String(t), 'Tensor(shape=(65536,), dtype=float32, disposed)');
    await throwsText(() => t.add(1), 'RuntimeError', 'add: this tensor of shape (65536,) has been disposed.');
    await throwsText(() => t.dataSync(), 'RuntimeError', 'dataSync: this tensor of shape (65536,) has been disposed.');
  });
  it('a tensor computed from a disposed one keeps what it needs', () => {
    const a = tensor([1, 2]);
    const b = a.add(1);
    a.dispose();
    assert.deepEqual(b.arraySync(), [2, 3]);
  });
  it('Symbol.dispose', () => {
    const t = tensor([1]);
    t[Symbol.dispose]();
    assert.ok(t.isDisposed);
  });
  it('tidy keeps what is returned and disposes the rest', async () => {
    const before = trae.memory().tensors;
    const outside = tensor([1, 2]);
    let inner!: trae.Tensor;
    const { y, list } = trae.tidy(() => {
      inner = outside.add(1);
      return { y: inner.multiply(2), list: [inner.sum(), 3] };
    });
    assert.ok(inner.isDisposed && !outside.isDisposed);
    assert.deepEqual([y.arraySync(), (list[0] as trae.Tensor).item()], [[4, 6], 5]);
    assert.equal(trae.memory().tensors, before + 3);
    await throwsText(
      () => trae.tidy(async () => 1),
      'ValueError',
      'tidy: the function must be synchronous; it returned a promise.',
    );
  });
  it('tidy nests: what the inner one returns lives until the outer ends', () => {
    const before = trae.memory().tensors;
    let kept!: trae.Tensor;
    const y = trae.tidy(() => {
      kept = trae.tidy(() => tensor([1]).add(1));
      assert.ok(!kept.isDisposed);
      return kept.add(1);
    });
    assert.ok(kept.isDisposed);
    assert.deepEqual([y.item(), trae.memory().tensors], [3, before + 1]);
  });
  it('tidy disposes also when the function throws', () => {
    const before = trae.memory().tensors;
    assert.throws(
      () =>
        trae.tidy(() => {
          tensor([1]).add(1);
          throw new Error('mine');
        }),
      /^Error: mine$/,
    );
    assert.equal(trae.memory().tensors, before);
    tensor([1]).dispose();
    assert.equal(trae.memory().tensors, before);
  });
  it('peak and pooled bytes are counted', () => {
    const { bytesInUse, peakBytes, pooledBytes, buffers } = trae.memory();
    assert.ok(peakBytes >= bytesInUse && bytesInUse >= 0 && pooledBytes >= 0 && buffers >= 0);
  });
});
