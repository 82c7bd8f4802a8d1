/** EinsumDense, LoRA, ReversibleEmbedding, Dot, PReLU and the normalizations: what golden values do not show, and errors. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { close, throwsText, wave } from '../helpers';

const { layers, Sequential, Input, Model } = trae.keras;
type Tensor = trae.Tensor;

describe('low-rank adaptation', () => {
  const x = wave(8, 4);
  const y = wave(8, 3);
  it('trains the two small matrices and nothing else; nothing changes before', async () => {
    const model = new Sequential([layers.Input([4]), new layers.Dense(3, { name: 'd' })]);
    const dense = model.layers[0] as InstanceType<typeof layers.Dense>;
    const before = (await model.predict(x, { verbose: 0 })) as Tensor;
    dense.enableLora(2);
    dense.bias!.trainable = false;
    close((await model.predict(x, { verbose: 0 })) as Tensor, before, 'enabled');
    assert.deepEqual(
      model.trainableWeights.map((w) => w.name),
      ['lora_kernel_a', 'lora_kernel_b'],
    );
    const kernel = dense.kernel.value;
    model.compile({ optimizer: new trae.keras.optimizers.Adam(0.05), loss: 'mse' });
    const { history } = await model.fit(x, y, { epochs: 20, verbose: 0 });
    assert.ok(history.loss.at(-1)! < 0.8 * history.loss[0], `${history.loss}`);
    assert.deepEqual(dense.kernel.value.arraySync(), kernel.arraySync());
  });
  it('loraAlpha scales the update', () => {
    const make = (loraAlpha: number): Tensor => {
      const layer = new layers.EinsumDense('ab,bc->ac', 3, { loraRank: 2, loraAlpha, kernelInitializer: 'zeros' });
      layer.build([null, 4]);
      layer.setWeights([trae.zeros([4, 3]), wave(4, 2), wave(2, 3)]);
      return layer.apply(x) as Tensor;
    };
    close(make(6), make(2).multiply(3), 'three times');
  });
  it('errors', async () => {
    await throwsText(
      () => new layers.Dense(3, { name: 'd' }).enableLora(2),
      'ValueError',
      "enableLora: layer 'd' is not built yet: it has no weight to adapt.\n  Fix: call it on data, or build(inputShape).",
    );
    const bound = new layers.Embedding(3, 2, { embeddingsConstraint: 'non_neg', name: 'e' });
    bound.build([null]);
    await throwsText(
      () => bound.enableLora(2),
      'ValueError',
      "enableLora: layer 'e' constrains the weight that would be adapted.\n  Fix: remove the constraint.",
    );
    const twice = new layers.Dense(3, { loraRank: 2, name: 'd' });
    twice.build([null, 4]);
    await throwsText(
      () => twice.enableLora(1),
      'ValueError',
      "enableLora: layer 'd' has been adapted already, with rank 2.",
    );
    await throwsText(
      () => new layers.Dense(3, { loraRank: 0 }),
      'ValueError',
      'lora: loraRank must be a positive integer.\n  Received: 0',
    );
  });
});

describe('EinsumDense', () => {
  it('knows the shape of its output when sizes are unknown', () => {
    const layer = new layers.EinsumDense('abc,cde->abde', [null, 2, 3], { biasAxes: 'e' });
    assert.deepEqual((layer.apply(Input([null, 4])) as trae.KerasTensor).shape, [null, null, 2, 3]);
    assert.deepEqual(layer.computeOutputShape([null, 7, 4]), [null, null, 2, 3]); // as given, as in Keras
    assert.deepEqual([...layer.bias!.shape], [3]);
  });
  it('leading axes in any number', () => {
    const layer = new layers.EinsumDense('...x,xy->...y', 2);
    assert.deepEqual(layer.computeOutputShape([5, 4, 3, 2, 6]), [5, 4, 3, 2, 2]);
    assert.deepEqual([...(layer.apply(wave(1, 2, 3, 4)) as Tensor).shape], [1, 2, 3, 2]);
  });
  it('draws kernels whose limit counts the letters of the input and of the output', () => {
    const layer = new layers.EinsumDense('abc,bcd->ad', 50);
    layer.build([null, 10, 20]);
    const top = trae.max(trae.abs(layer.kernel)).item();
    const limit = Math.sqrt(6 / (200 + 50));
    assert.ok(top <= limit && top > 0.95 * limit, `${top}, limit ${limit}`);
  });
  const build = (equation: string, outputShape: number | (number | null)[], shape: number[], biasAxes?: string) => () =>
    new layers.EinsumDense(equation, outputShape, { biasAxes, name: 'e' }).build(shape);
  const failing: [string, () => unknown, string][] = [
    [
      'form',
      build('ab->ba', 2, [2, 3]),
      "EinsumDense: an equation has the form 'ab,bc->ac', '...ab,bc->...ac' or 'ab...,bc->ac...' (the kernel is the second operand).\n  Received: 'ab->ba'",
    ],
    [
      'rank of the input',
      build('abc,cd->abd', [null, 2], [2, 3]),
      "EinsumDense: 'abc,cd->abd' names 3 axes of the input but it has 2.\n  Received: input shape (2, 3)",
    ],
    [
      'rank of the output',
      build('abc,cd->abd', 2, [2, 3, 4]),
      "EinsumDense: the result of 'abc,cd->abd' has 3 axes for an input of rank 3, but outputShape (2,) gives 2.",
    ],
    [
      'sizes',
      build('abc,cd->abd', [5, 2], [2, 3, 4]),
      "EinsumDense: axis 'b' has size 3 in the input but 5 in outputShape.\n  Received: equation 'abc,cd->abd'",
    ],
    [
      'letters of the result',
      build('ab,bc->ad', 2, [2, 3]),
      "EinsumDense: axis 'd' of the result is in neither the input nor the kernel.\n  Received: 'ab,bc->ad'",
    ],
    [
      'letters of the kernel',
      build('ab,bce->ac', 2, [2, 3]),
      "EinsumDense: axis 'e' of the kernel is in neither the input nor the result.\n  Received: 'ab,bce->ac'",
    ],
    [
      'letters of the bias',
      build('ab,bc->ac', 2, [2, 3], 'z'),
      "EinsumDense: axis 'z' of biasAxes is not in the result.\n  Received: equation 'ab,bc->ac', biasAxes 'z'",
    ],
  ];
  for (const [name, f, text] of failing)
    it(`error: ${name}`, () => throwsText(f, 'ValueError', `${text}\n  In layer 'e' (EinsumDense).`));
});

describe('ReversibleEmbedding', () => {
  it('goes there with a mask and back without', () => {
    const layer = new layers.ReversibleEmbedding(5, 3, { maskZero: true, name: 'r' });
    const ids = trae.tensor([[1, 2, 0]], [1, 3], 'int32');
    const there = layer.apply(ids) as Tensor;
    const back = layer.apply(there, { reverse: true }) as Tensor;
    close(back, trae.matmul(there, trae.transpose(layer.embeddings)), 'tied');
    const pooled = new layers.GlobalAveragePooling1D().apply(there) as Tensor;
    close(pooled, trae.mean(trae.slice(there, [0, 0, 0], [1, 2, 3]), { axis: 1 }), 'masked mean');
    assert.equal(
      (new layers.ReversibleEmbedding(5, 3, { reverseDtype: 'float64' }).apply(there, { reverse: true }) as Tensor)
        .dtype,
      'float64',
    );
  });
  it('in a model', () => {
    const ids = Input([4], { dtype: 'int32' });
    const layer = new layers.ReversibleEmbedding(7, 3);
    const model = new Model({ inputs: ids, outputs: layer.apply(layer.apply(ids), { reverse: true }) });
    assert.deepEqual(model.outputShape, [null, 4, 7]);
    assert.equal(model.countParams(), 21);
  });
  it('error: size of the way back', () =>
    throwsText(
      () => new layers.ReversibleEmbedding(5, 3, { name: 'r' }).apply(wave(2, 4), { reverse: true }),
      'ValueError',
      "the way back needs a last axis of size 3, the outputDim.\n  Received: shape (2, 4)\n  In layer 'r' (ReversibleEmbedding).",
    ));
});

describe('errors of Dot, PReLU and normalizations', () => {
  const failing: [string, () => unknown, string, string][] = [
    [
      'Dot axes',
      () => new layers.Dot([1, 2, 3]),
      'ValueError',
      'Dot: axes must be an integer or two of them.\n  Received: [1, 2, 3]',
    ],
    [
      'Dot axes of another type',
      () => new layers.Dot('1' as unknown as number),
      'TypeError',
      "Dot: axes must be an integer or two of them.\n  Received: '1'",
    ],
    [
      'Dot sizes',
      () => new layers.Dot(1, { name: 'd' }).apply([wave(2, 3), wave(2, 4)]),
      'ValueError',
      "Dot: axis 1 of the first input has size 3 but axis 1 of the second 4.\n  Received: shapes (2, 3) and (2, 4)\n  In layer 'd' (Dot).",
    ],
    [
      'Dot over the batch',
      () => new layers.Dot(0, { name: 'd' }).apply([wave(2, 3), wave(2, 3)]),
      'ValueError',
      "Dot: axis 0 is the batch axis, which is kept.\n  Received: axes 0, shape (2, 3)\n  In layer 'd' (Dot).",
    ],
    [
      'Dot axis out of range',
      () => new layers.Dot([1, 2], { name: 'd' }).apply([wave(2, 3), wave(2, 3)]),
      'ValueError',
      "Dot: axis 2 is out of range for an input of rank 2.\n  Received: shape (2, 3)\n  In layer 'd' (Dot).",
    ],
    [
      'Dot of three',
      () => new layers.Dot(1, { name: 'd' }).apply([wave(2, 3), wave(2, 3), wave(2, 3)]),
      'ValueError',
      "Dot takes exactly 2 inputs.\n  Received: 3\n  In layer 'd' (Dot).",
    ],
    [
      'PReLU axes',
      () => new layers.PReLU({ sharedAxes: [3], name: 'p' }).apply(wave(2, 3)),
      'ValueError',
      "PReLU: sharedAxes must lie between 1 and 1, the batch axis being 0.\n  Received: 3 for shape (2, 3)\n  In layer 'p' (PReLU).",
    ],
    [
      'groups',
      () => new layers.GroupNormalization({ groups: 0 }),
      'ValueError',
      'GroupNormalization: groups must be a positive integer, or -1 for one group for each channel.\n  Received: 0',
    ],
    [
      'channels and groups',
      () => new layers.GroupNormalization({ groups: 4, name: 'g' }).apply(wave(2, 6)),
      'ValueError',
      "the 6 channels cannot be divided into 4 groups of equal size.\n  Received: shape (2, 6)\n  In layer 'g' (GroupNormalization).",
    ],
    [
      'axes of RMSNormalization',
      () => new layers.RMSNormalization({ axis: 3, name: 'r' }).apply(wave(2, 6)),
      'ValueError',
      "axes [3] of the input must be known and within its rank.\n  Received: shape (2, 6)\n  In layer 'r' (RMSNormalization).",
    ],
    [
      'axis of UnitNormalization',
      () => new layers.UnitNormalization({ axis: 'x' as unknown as number }),
      'TypeError',
      "UnitNormalization: axis must be an integer or an array of them.\n  Received: 'x'",
    ],
    [
      'mask of Softmax',
      () => new layers.Softmax({ name: 's' }).apply(wave(2, 3), { mask: wave(2, 2) }),
      'ValueError',
      "the mask must broadcast to the input.\n  Received: mask (2, 2), input (2, 3)\n  In layer 's' (Softmax).",
    ],
  ];
  for (const [name, f, kind, text] of failing) it(name, () => throwsText(f, kind, text));
  it('normalizations work on empty batches and batches of one', () => {
    for (const layer of [
      new layers.GroupNormalization({ groups: 2 }),
      new layers.RMSNormalization(),
      new layers.LayerNormalization(),
      new layers.UnitNormalization(),
    ]) {
      assert.deepEqual([...(layer.apply(trae.zeros([0, 3, 4])) as Tensor).shape], [0, 3, 4]);
      assert.ok(
        Array.from((layer.apply(trae.zeros([1, 3, 4])) as Tensor).dataSync() as Float32Array).every((v) => v === 0),
        layer.name,
      );
    }
  });
});

describe('merging functions', () => {
  it('are the layers', () => {
    const a = wave(2, 3);
    const b = wave(2, 3).multiply(2);
    close(layers.add([a, b]) as Tensor, a.add(b), 'add');
    close(layers.subtract([a, b]) as Tensor, a.subtract(b), 'subtract');
    close(layers.average([a, b]) as Tensor, a.multiply(1.5), 'average');
    close(layers.concatenate([a, b], { axis: 0 }) as Tensor, trae.concat([a, b], { axis: 0 }), 'concatenate');
    close(layers.dot([a, b], { axes: 1 }) as Tensor, a.multiply(b).sum({ axis: 1, keepdims: true }), 'dot');
    close(layers.dot([a, b], { normalize: true }) as Tensor, [1, 1], 'dot normalized');
    const x = Input([3]);
    const model = new Model({ inputs: x, outputs: layers.multiply([x, layers.maximum([x, layers.minimum([x, x])])]) });
    close(model.apply(a) as Tensor, a.square(), 'in a model');
  });
});
