/** Layers of spatial axes: half types, unknown sizes, dropped channels, empty batches, and what they refuse. */
import assert from 'node:assert/strict';
import * as trae from '../../../lib/index';
import { classesInTurn, close, throwsText, wave } from '../helpers';

const { layers, Sequential, Model, Input } = trae.keras;

describe('mixed_bfloat16', () => {
  it('trains convolutions, poolings and normalization, close to float32', async () => {
    const losses: number[][] = [];
    for (const dtype of ['float32', 'mixed_bfloat16'] as const) {
      trae.setRandomSeed(3);
      const model = new Sequential([
        layers.Input([8, 8, 2]),
        new layers.Conv2D(4, 3, { padding: 'same', activation: 'relu', dtype }),
        new layers.BatchNormalization({ dtype }),
        new layers.MaxPooling2D({ dtype }),
        new layers.DepthwiseConv2D(3, { depthMultiplier: 2, dtype }),
        new layers.Conv2DTranspose(3, 2, { strides: 2, dtype }),
        new layers.AveragePooling2D(2, { dtype }),
        new layers.AdaptiveMaxPooling2D(1, { dtype }),
        new layers.Flatten({ dtype }),
        new layers.Dense(3, { activation: 'softmax' }),
      ]);
      model.compile({ optimizer: new trae.keras.optimizers.SGD(0.1), loss: 'sparse_categorical_crossentropy' });
      assert.equal((model.layers[0].output as trae.KerasTensor).dtype, dtype === 'float32' ? 'float32' : 'bfloat16');
      const { history } = await model.fit(wave(24, 8, 8, 2), classesInTurn(24, 3), {
        epochs: 4,
        batchSize: 8,
        shuffle: false,
        verbose: 0,
      });
      losses.push(history.loss as number[]);
      assert.ok(model.trainableWeights.every((w) => w.dtype === 'float32'));
    }
    assert.ok(losses[1].at(-1)! < losses[1][0], `the loss falls: ${losses[1].join(', ')}`);
    losses[0].forEach((v, i) =>
      assert.ok(Math.abs(losses[1][i] - v) < 0.05, `epoch ${i}: ${losses[1][i]} in bfloat16, ${v} in float32`),
    );
  });
  it('the result of an op is the float32 result, rounded', () => {
    const x = wave(2, 5, 5, 3);
    const k = wave(3, 3, 3, 4);
    const half = (t: trae.Tensor): trae.Tensor => t.cast('bfloat16');
    const want = half(trae.conv(half(x).cast('float32'), half(k).cast('float32')));
    const got = trae.conv(half(x), half(k));
    assert.equal(got.dtype, 'bfloat16');
    assert.deepEqual(got.arraySync(), want.arraySync());
    const [g] = trae.valueAndGrad((t: trae.Tensor) => trae.conv(t, half(k)).cast('float32').sum())(half(x)).grads;
    assert.equal(g.dtype, 'bfloat16');
  });
});

describe('sizes unknown while a model is put together', () => {
  const shapeOf = (layer: trae.keras.Layer, shape: (number | null)[]): (number | null)[] => [
    ...(layer.apply(Input(shape)) as trae.KerasTensor).shape,
  ];
  it('stay unknown where they depend on the data', () => {
    assert.deepEqual(shapeOf(new layers.Conv2DTranspose(4, 3, { strides: 2, padding: 'same' }), [null, 6, 3]), [
      null,
      null,
      12,
      4,
    ]);
    assert.deepEqual(shapeOf(new layers.SeparableConv2D(4, 3), [null, null, 3]), [null, null, null, 4]);
    assert.deepEqual(shapeOf(new layers.DepthwiseConv1D(3, { depthMultiplier: 2 }), [null, 3]), [null, null, 6]);
    assert.deepEqual(shapeOf(new layers.AdaptiveAveragePooling2D([2, 3]), [null, null, 5]), [null, 2, 3, 5]);
    assert.deepEqual(shapeOf(new layers.GlobalMaxPooling3D(), [null, null, null, 5]), [null, 5]);
    assert.deepEqual(shapeOf(new layers.Resizing(4, 5), [null, null, 3]), [null, 4, 5, 3]);
    assert.deepEqual(shapeOf(new layers.CenterCrop(4, 5), [null, null, 3]), [null, 4, 5, 3]);
    assert.deepEqual(shapeOf(new layers.UpSampling3D([1, 2, 3]), [null, 4, 4, 1]), [null, null, 8, 12, 1]);
    assert.deepEqual(shapeOf(new layers.Cropping2D([1, 2]), [null, 8, 1]), [null, null, 4, 1]);
    assert.deepEqual(shapeOf(new layers.RepeatVector(3), [null]), [null, 3, null]);
  });
  it('one model takes images of several sizes', async () => {
    const x = Input([null, null, 2]);
    const y = new layers.Resizing(3, 3, { interpolation: 'bicubic' }).apply(
      new layers.Conv2DTranspose(1, 2, { strides: 2 }).apply(x),
    );
    const model = new Model({ inputs: x, outputs: y });
    for (const size of [4, 7])
      assert.deepEqual(
        ((await model.predict(wave(2, size, size + 1, 2), { verbose: 0 })) as trae.Tensor).shape,
        [2, 3, 3, 1],
      );
  });
  it('a batch may be empty', () => {
    for (const layer of [
      new layers.Conv3D(2, 2),
      new layers.Conv2DTranspose(2, 2),
      new layers.SeparableConv2D(2, 2),
      new layers.MaxPooling3D(),
      new layers.AdaptiveAveragePooling2D(3),
      new layers.Resizing(2, 2),
      new layers.UpSampling2D(2, { interpolation: 'bilinear' }),
    ]) {
      const rank = layer instanceof layers.Conv3D || layer instanceof layers.MaxPooling3D ? 3 : 2;
      assert.equal(
        (layer.apply(trae.zeros([0, ...Array<number>(rank).fill(4), 3])) as trae.Tensor).shape[0],
        0,
        layer.name,
      );
    }
  });
});

describe('spatial dropout', () => {
  it('drops whole channels, the rest scaled', () => {
    const cases: [trae.keras.Layer, number[], number][] = [
      [new layers.SpatialDropout1D(0.5, { seed: 1 }), [4, 5, 16], 2],
      [new layers.SpatialDropout2D(0.5, { seed: 1 }), [4, 3, 2, 16], 3],
      [new layers.SpatialDropout2D(0.5, { seed: 1, dataFormat: 'channels_first' }), [4, 16, 3, 2], 1],
      [new layers.SpatialDropout3D(0.5, { seed: 1 }), [4, 3, 2, 2, 16], 4],
    ];
    for (const [layer, shape, channels] of cases) {
      const y = layer.apply(trae.ones(shape), { training: true }) as trae.Tensor;
      const axes = shape.map((_, i) => i).filter((i) => i !== 0 && i !== channels);
      const kept = y.max({ axis: axes });
      close(y.min({ axis: axes }), kept, 'the same at all positions');
      const values = [...(kept.dataSync() as Float32Array)];
      assert.deepEqual([...new Set(values)].sort(), [0, 2]);
      const share = values.filter(Boolean).length / values.length;
      assert.ok(share > 0.25 && share < 0.75, `${share} kept`);
      close(layer.apply(trae.ones(shape)) as trae.Tensor, trae.ones(shape), 'unchanged when not training');
    }
  });
});

describe('low-rank adaptation of a convolution', () => {
  it('starts as the layer was, freezes the kernel, and trains', async () => {
    const model = new Sequential([
      layers.Input([5, 5, 2]),
      new layers.Conv2D(3, 3, { name: 'c' }),
      new layers.Flatten(),
      new layers.Dense(2),
    ]);
    const layer = model.layers[0] as InstanceType<typeof layers.Conv2D>;
    const x = wave(4, 5, 5, 2);
    const before = layer.apply(x) as trae.Tensor;
    const frozen = layer.kernel.value.arraySync();
    layer.enableLora(2);
    close(layer.apply(x) as trae.Tensor, before, 'adapted');
    assert.deepEqual(
      layer.trainableWeights.map((w) => w.name),
      ['bias', 'lora_kernel_a', 'lora_kernel_b'],
    );
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    await model.fit(x, wave(4, 2), { epochs: 2, verbose: 0 });
    assert.deepEqual(layer.kernel.value.arraySync(), frozen);
    assert.ok(layer.lora.b!.value.abs().sum().item() > 0);
    await throwsText(
      () => layer.enableLora(2),
      'ValueError',
      "enableLora: layer 'c' has been adapted already, with rank 2.",
    );
  });
});

describe('what layers of spatial axes refuse', () => {
  const refusals: [() => unknown, string][] = [
    [
      () => new layers.Conv3D(2, [1, 2]),
      'Conv3D: kernelSize must be an integer >= 1 or 3 of them.\n  Received: [1, 2]',
    ],
    [
      () => new layers.Conv3D(2, 2, { padding: 'causal' as never }),
      "Conv3D: padding must be 'valid' or 'same'.\n  Received: 'causal'",
    ],
    [
      () => new layers.Conv1D(2, 2, { padding: 'full' as never }),
      "Conv1D: padding must be 'valid', 'same' or 'causal'.\n  Received: 'full'",
    ],
    [() => new layers.Conv2D(3, 2, { groups: 2 }), 'Conv2D: filters (3) must be divisible by groups (2).'],
    [
      () => new layers.Conv2DTranspose(3, 2, { strides: 2, dilationRate: [1, 2] }),
      'Conv2DTranspose: strides > 1 and dilationRate > 1 exclude each other.\n  Received: strides (2, 2), dilationRate (1, 2)',
    ],
    [
      () => new layers.Conv2DTranspose(3, 2, { strides: 2, outputPadding: [0, 2] }),
      'Conv2DTranspose: outputPadding must be smaller than strides.\n  Received: outputPadding (0, 2), strides (2, 2)',
    ],
    [
      () => new layers.DepthwiseConv2D(2, { depthMultiplier: 0 }),
      'DepthwiseConv2D: depthMultiplier must be a positive integer.\n  Received: 0',
    ],
    [() => new layers.SeparableConv1D(0, 2), 'SeparableConv1D: filters must be a positive integer.\n  Received: 0'],
    [
      () => new layers.MaxPooling3D({ poolSize: 0 }),
      'MaxPooling3D: poolSize must be an integer >= 1 or 3 of them.\n  Received: 0',
    ],
    [
      () => new layers.AdaptiveMaxPooling2D([2, 3, 4]),
      'AdaptiveMaxPooling2D: outputSize must be an integer >= 1 or 2 of them.\n  Received: [2, 3, 4]',
    ],
    [
      () => new layers.ZeroPadding1D(-1),
      'ZeroPadding1D: padding must be an integer >= 0 or a pair of them.\n  Received: -1',
    ],
    [
      () => new layers.ZeroPadding3D([1, 2]),
      'ZeroPadding3D: padding must be an integer >= 0, 3 of them, or 3 pairs.\n  Received: [1, 2]',
    ],
    [
      () => new layers.Cropping2D([[1], [2]]),
      'Cropping2D: cropping must be an integer >= 0, 2 of them, or 2 pairs.\n  Received: [[1], [2]]',
    ],
    [() => new layers.UpSampling1D(0), 'UpSampling1D: size must be an integer >= 1 or 1 of them.\n  Received: 0'],
    [() => new layers.RepeatVector(1.5), 'RepeatVector: n must be a positive integer.\n  Received: 1.5'],
    [
      () => new layers.Resizing(2, 2, { cropToAspectRatio: true, padToAspectRatio: true }),
      'Resizing: cropToAspectRatio and padToAspectRatio exclude each other.',
    ],
    [() => new layers.SpatialDropout2D(1.5), 'SpatialDropout2D: rate must lie between 0 and 1.\n  Received: 1.5'],
    [
      () => new layers.Cropping1D([2, 3], { name: 'cut' }).apply(trae.zeros([1, 5, 2])),
      "cropping takes 2 + 3 elements from axis 1 but there are 5.\n  Received: shape (1, 5, 2), cropping [2, 3]\n  In layer 'cut' (Cropping1D).",
    ],
    [
      () => new layers.SeparableConv2D(2, 2, { name: 's' }).apply(Input([4, 4, null])),
      "the number of channels (axis -1) must be known.\n  Received: shape (None, 4, 4, None)\n  In layer 's' (SeparableConv2D).",
    ],
  ];
  for (const [f, text] of refusals) it(text.split('\n')[0], () => throwsText(f, 'ValueError', text));
});
