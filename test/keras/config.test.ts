/** getConfig -> fromConfig and Keras' JSON, for every class that files may name. A class without a row fails. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { Int4DTypePolicy, QuantizedDTypePolicy } from '../../lib/keras/dtype_policy';
import { builtInClasses } from '../../lib/keras/serialization/registry';
import { convnextRows, inceptionRows } from './config_rows/applications';
import { attentionRows } from './config_rows/attention';
import { distillationRows } from './config_rows/distillation';
import { hubRows } from './config_rows/hub';
import { legacyRows } from './config_rows/legacy';
import { preprocessingRows } from './config_rows/preprocessing';
import { lossRows, metricRows, optimizerRows, scheduleRows } from './config_rows/training';
import { constraintRows, initializerRows, regularizerRows } from './config_rows/weights';
import { close, throwsText, wave, type Config } from './helpers';

const { keras } = trae;
const { layers, regularizers, constraints, saving, Sequential, Model, Input } = keras;
/** A function that a Lambda names. */
function doubled(x: trae.Tensor): trae.Tensor {
  return x.multiply(2);
}
saving.registerKerasSerializable('tests')(doubled);

type Configured = { getConfig(): object };
/** An instance of each class with as many options set as it has. */
const rows: Record<string, Record<string, () => Configured | Promise<Configured>>> = {
  'keras.layers': {
    InputLayer: () => new layers.InputLayer({ shape: [3], name: 'in' }),
    Dense: () =>
      new layers.Dense(3, {
        activation: 'gelu',
        useBias: false,
        kernelInitializer: 'he_normal',
        kernelRegularizer: regularizers.l1(0.1),
        kernelConstraint: new constraints.MaxNorm(3),
        activityRegularizer: 'l2',
        trainable: false,
        dtype: 'mixed_bfloat16',
      }),
    Embedding: () =>
      new layers.Embedding(5, 3, { maskZero: true, embeddingsInitializer: 'ones', embeddingsRegularizer: 'l1' }),
    Activation: () => new layers.Activation('tanh'),
    Identity: () => new layers.Identity({ name: 'same' }),
    Lambda: () => new layers.Lambda(doubled),
    Conv1D: () => new layers.Conv1D(2, 3, { dilationRate: 2, padding: 'causal', biasRegularizer: 'l2' }),
    Conv2D: () =>
      new layers.Conv2D(4, [3, 2], {
        strides: [2, 1],
        padding: 'same',
        dataFormat: 'channels_first',
        groups: 2,
        activation: 'relu',
        biasConstraint: 'non_neg',
      }),
    Conv3D: () =>
      new layers.Conv3D(4, [3, 2, 1], {
        strides: [2, 1, 3],
        padding: 'same',
        groups: 2,
        kernelInitializer: 'he_normal',
      }),
    Conv1DTranspose: () =>
      new layers.Conv1DTranspose(2, 3, { strides: 2, outputPadding: 1, padding: 'same', biasConstraint: 'non_neg' }),
    Conv2DTranspose: () =>
      new layers.Conv2DTranspose(4, [3, 2], {
        dilationRate: [2, 1],
        dataFormat: 'channels_first',
        activation: 'relu',
        kernelConstraint: 'max_norm',
      }),
    Conv3DTranspose: () =>
      new layers.Conv3DTranspose(4, 2, {
        strides: 3,
        outputPadding: [0, 1, 2],
        useBias: false,
        kernelRegularizer: 'l2',
      }),
    DepthwiseConv1D: () =>
      new layers.DepthwiseConv1D(3, { depthMultiplier: 2, depthwiseInitializer: 'ones', strides: 2, dilationRate: 2 }),
    DepthwiseConv2D: () =>
      new layers.DepthwiseConv2D([3, 2], {
        depthwiseRegularizer: 'l1',
        depthwiseConstraint: 'non_neg',
        padding: 'same',
      }),
    SeparableConv1D: () =>
      new layers.SeparableConv1D(5, 3, { depthMultiplier: 2, pointwiseInitializer: 'ones', biasRegularizer: 'l2' }),
    SeparableConv2D: () =>
      new layers.SeparableConv2D(5, [1, 3], {
        pointwiseRegularizer: 'l1',
        pointwiseConstraint: 'non_neg',
        depthwiseInitializer: 'zeros',
        useBias: false,
      }),
    MaxPooling3D: () => new layers.MaxPooling3D([3, 2, 1], { strides: 2, padding: 'same' }),
    AveragePooling3D: () => new layers.AveragePooling3D({ poolSize: 3, dataFormat: 'channels_first' }),
    GlobalAveragePooling3D: () => new layers.GlobalAveragePooling3D({ keepdims: true }),
    GlobalMaxPooling3D: () => new layers.GlobalMaxPooling3D({ dataFormat: 'channels_first' }),
    AdaptiveAveragePooling1D: () => new layers.AdaptiveAveragePooling1D(3),
    AdaptiveAveragePooling2D: () => new layers.AdaptiveAveragePooling2D([3, 2], { dataFormat: 'channels_first' }),
    AdaptiveAveragePooling3D: () => new layers.AdaptiveAveragePooling3D([3, 2, 1]),
    AdaptiveMaxPooling1D: () => new layers.AdaptiveMaxPooling1D([4]),
    AdaptiveMaxPooling2D: () => new layers.AdaptiveMaxPooling2D(2),
    AdaptiveMaxPooling3D: () => new layers.AdaptiveMaxPooling3D(2, { dataFormat: 'channels_first' }),
    ZeroPadding1D: () => new layers.ZeroPadding1D([1, 2], { dataFormat: 'channels_first' }),
    ZeroPadding3D: () => new layers.ZeroPadding3D([1, 2, 3]),
    Cropping1D: () => new layers.Cropping1D([0, 2]),
    Cropping2D: () => new layers.Cropping2D({ cropping: [1, 2], dataFormat: 'channels_first' }),
    Cropping3D: () => new layers.Cropping3D(2),
    UpSampling1D: () => new layers.UpSampling1D(3),
    UpSampling3D: () => new layers.UpSampling3D([1, 2, 3], { dataFormat: 'channels_first' }),
    RepeatVector: () => new layers.RepeatVector(4),
    Resizing: () =>
      new layers.Resizing(4, 5, {
        interpolation: 'bicubic',
        padToAspectRatio: true,
        fillValue: 3,
        antialias: true,
        dataFormat: 'channels_first',
      }),
    CenterCrop: () => new layers.CenterCrop(4, 5, { dataFormat: 'channels_first' }),
    SpatialDropout1D: () => new layers.SpatialDropout1D(0.3, { seed: 4 }),
    SpatialDropout2D: () => new layers.SpatialDropout2D(0.3, { dataFormat: 'channels_first' }),
    SpatialDropout3D: () => new layers.SpatialDropout3D({ rate: 0.3 }),
    MaxPooling1D: () => new layers.MaxPooling1D(3, { strides: 2 }),
    MaxPooling2D: () => new layers.MaxPooling2D([3, 2], { padding: 'same' }),
    AveragePooling1D: () => new layers.AveragePooling1D(3),
    AveragePooling2D: () => new layers.AveragePooling2D(2, { dataFormat: 'channels_first' }),
    GlobalAveragePooling1D: () => new layers.GlobalAveragePooling1D({ keepdims: true }),
    GlobalAveragePooling2D: () => new layers.GlobalAveragePooling2D({ keepdims: true }),
    GlobalMaxPooling1D: () => new layers.GlobalMaxPooling1D({ keepdims: true }),
    GlobalMaxPooling2D: () => new layers.GlobalMaxPooling2D({ dataFormat: 'channels_first' }),
    BatchNormalization: () =>
      new layers.BatchNormalization({
        axis: 1,
        momentum: 0.8,
        epsilon: 0.1,
        center: false,
        scale: false,
        movingMeanInitializer: 'ones',
      }),
    LayerNormalization: () =>
      new layers.LayerNormalization({ axis: [1, 2], epsilon: 0.1, gammaInitializer: 'zeros', betaRegularizer: 'l1' }),
    Dropout: () => new layers.Dropout(0.3, { noiseShape: [null, 1], seed: 4 }),
    Flatten: () => new layers.Flatten({ dataFormat: 'channels_first' }),
    Reshape: () => new layers.Reshape([2, -1]),
    Permute: () => new layers.Permute([2, 1]),
    ZeroPadding2D: () =>
      new layers.ZeroPadding2D([
        [1, 2],
        [3, 4],
      ]),
    UpSampling2D: () => new layers.UpSampling2D([2, 3], { interpolation: 'bilinear' }),
    Add: () => new layers.Add(),
    Subtract: () => new layers.Subtract(),
    Multiply: () => new layers.Multiply(),
    Average: () => new layers.Average(),
    Maximum: () => new layers.Maximum(),
    Minimum: () => new layers.Minimum(),
    Concatenate: () => new layers.Concatenate({ axis: 1 }),
    ReLU: () => new layers.ReLU({ maxValue: 6, negativeSlope: 0.1, threshold: 0.5 }),
    LeakyReLU: () => new layers.LeakyReLU(0.1),
    Softmax: () => new layers.Softmax({ axis: 1 }),
    Rescaling: () => new layers.Rescaling(2, { offset: -1 }),
    Masking: () => new layers.Masking({ maskValue: -1 }),
    Wrapper: () => new layers.Wrapper(new layers.Dense(2)),
    TimeDistributed: () =>
      new layers.TimeDistributed(new layers.Dense(3, { activation: 'relu' }), { trainable: false }),
    RNN: () =>
      new layers.RNN(new layers.GRUCell(3, { resetAfter: false }), {
        returnSequences: true,
        returnState: true,
        zeroOutputForMask: true,
        activityRegularizer: 'l2',
      }),
    SimpleRNNCell: () => new layers.SimpleRNNCell(3, { activation: 'relu', useBias: false, seed: 3, dropout: 0.1 }),
    SimpleRNN: () =>
      new layers.SimpleRNN(3, {
        activation: null,
        goBackwards: true,
        recurrentDropout: 0.2,
        recurrentRegularizer: 'l1',
        biasConstraint: 'non_neg',
      }),
    GRUCell: () => new layers.GRUCell(3, { resetAfter: false, recurrentInitializer: 'glorot_normal' }),
    GRU: () =>
      new layers.GRU(3, {
        resetAfter: false,
        stateful: true,
        unroll: true,
        recurrentActivation: 'hard_sigmoid',
        seed: 5,
        activityRegularizer: 'l1',
      }),
    LSTMCell: () =>
      new layers.LSTMCell(3, { unitForgetBias: false, biasInitializer: 'ones', kernelConstraint: 'max_norm' }),
    LSTM: () =>
      new layers.LSTM(3, {
        returnState: true,
        returnSequences: true,
        unitForgetBias: false,
        dropout: 0.3,
        recurrentDropout: 0.1,
        dtype: 'mixed_bfloat16',
      }),
    StackedRNNCells: () => new layers.StackedRNNCells([new layers.LSTMCell(3), new layers.SimpleRNNCell(2)]),
    Bidirectional: () =>
      new layers.Bidirectional(new layers.LSTM(3, { returnSequences: true }), {
        mergeMode: null,
        backwardLayer: new layers.GRU(2, { returnSequences: true, goBackwards: true }),
      }),
    ConvLSTM1D: () => new layers.ConvLSTM1D(2, 3, { strides: 2, returnState: true, dropout: 0.2 }),
    ConvLSTM2D: () =>
      new layers.ConvLSTM2D(2, [3, 2], {
        padding: 'same',
        dataFormat: 'channels_first',
        unitForgetBias: false,
        recurrentConstraint: 'unit_norm',
      }),
    ConvLSTM3D: () => new layers.ConvLSTM3D(2, 2, { dilationRate: [1, 2, 1], activation: 'relu', goBackwards: true }),
  },
  'keras.initializers': initializerRows,
  'keras.regularizers': regularizerRows,
  'keras.constraints': constraintRows,
  'keras.losses': lossRows,
  'keras.metrics': metricRows,
  'keras.optimizers': optimizerRows,
  'keras.optimizers.schedules': scheduleRows,
  keras: {
    DTypePolicy: () => new keras.DTypePolicy('mixed_bfloat16'),
    QuantizedDTypePolicy: () => new QuantizedDTypePolicy('int8', 'mixed_bfloat16'),
    Int4DTypePolicy: () => new Int4DTypePolicy('int4/64', 'float32'),
    Sequential: () => new Sequential([layers.Input([3]), new layers.Dense(2)]),
    Model: () => {
      const x = Input([3]);
      return new Model({ inputs: x, outputs: new layers.Dense(2).apply(x) });
    },
  },
};
Object.assign(rows['keras.layers'], attentionRows, preprocessingRows);
rows['keras._legacy.layers'] = legacyRows;
rows['keras.distillation'] = distillationRows;
rows['keras.models'] = rows.keras;
rows['keras.dtype_policies'] = rows.keras;
rows['keras.src.losses.losses'] = {
  LossFunctionWrapper: () =>
    new keras.losses.LossFunctionWrapper(keras.losses.huber as never, { delta: 0.5, name: 'w' }),
};
rows['keras.src.applications.convnext'] = convnextRows;
rows['keras.src.applications.inception_resnet_v2'] = inceptionRows;
rows.hub = hubRows;
rows['keras.src.models.functional'] = { Functional: rows.keras.Model };

describe('configs of all registered classes', () => {
  for (const { module, name } of builtInClasses())
    it(`${module}.${name}`, async () => {
      const make = rows[module]?.[name];
      assert.ok(make, `${module}.${name} has no row here: add one`);
      const original = await make();
      const text = JSON.stringify(saving.serializeKerasObject(original));
      const copy = saving.deserializeKerasObject(JSON.parse(text)) as { getConfig(): object };
      assert.equal(copy.constructor, original.constructor);
      assert.equal(JSON.stringify(saving.serializeKerasObject(copy)), text, 'JSON -> object -> JSON');
      const cls = original.constructor as unknown as { fromConfig?(c: object): { getConfig(): object } };
      if (cls.fromConfig && name !== 'Functional')
        assert.deepEqual(
          JSON.stringify(cls.fromConfig(original.getConfig() as Record<string, unknown>).getConfig()),
          JSON.stringify(original.getConfig()),
          'getConfig -> fromConfig',
        );
    });
});

describe('serialization', () => {
  it('of a built layer carries what it was built with', () => {
    const layer = new layers.Dense(2, { name: 'd' });
    layer.build([null, 3]);
    const config = saving.serializeKerasObject(layer) as Config;
    assert.deepEqual(config.build_config, { input_shape: [null, 3] });
    const copy = layers.deserialize(JSON.parse(JSON.stringify(config))) as InstanceType<typeof layers.Dense>;
    assert.deepEqual([...copy.kernel.shape], [3, 2]);
  });
  it('of functional models keeps the graph: branches, shared layers, several inputs and outputs', () => {
    const a = Input([3], { name: 'a' });
    const b = Input([3], { name: 'b' });
    const shared = new layers.Dense(4, { name: 'shared' });
    const sum = new layers.Add({ name: 'sum' }).apply([shared.apply(a), shared.apply(b)]) as trae.KerasTensor;
    const model = new Model({
      inputs: { a, b },
      outputs: [sum, new layers.Dense(1, { name: 'out' }).apply(sum)],
      name: 'graph',
    });
    const copy = saving.deserializeKerasObject(
      JSON.parse(JSON.stringify(saving.serializeKerasObject(model))),
    ) as trae.keras.Model;
    copy.setWeights(model.getWeights());
    const x = { a: wave(2, 3), b: wave(2, 3).multiply(2) };
    const want = model.apply(x) as trae.Tensor[];
    const got = copy.apply(x) as trae.Tensor[];
    want.forEach((w, i) => close(got[i], w, `output ${i}`));
    assert.deepEqual(
      copy.layers.map((l) => l.name),
      model.layers.map((l) => l.name),
    );
  });
  it('of ops in graphs, also where the module is left out, as in HDF5 files', () => {
    const ids = Input([4], { name: 'ids' });
    const embedded = new layers.Embedding(5, 3, { name: 'embedded' }).apply(ids) as trae.KerasTensor;
    const mask = trae.notEqual(ids as never, 0) as unknown as trae.KerasTensor;
    const model = new Model({
      inputs: ids,
      outputs: new layers.LSTM(2, { name: 'lstm' }).apply(embedded, { mask }) as trae.KerasTensor,
    });
    const config = JSON.parse(JSON.stringify(saving.serializeKerasObject(model))) as {
      config: { layers: { class_name: string; module?: string }[] };
    };
    const op = config.config.layers.find((l) => l.class_name === 'NotEqual')!;
    assert.equal(op.module, 'keras.src.ops.numpy');
    delete op.module;
    const copy = saving.deserializeKerasObject(config) as trae.keras.Model;
    const x = trae.tensor([
      [1, 2, 0, 0],
      [3, 4, 1, 0],
    ]);
    copy.setWeights(model.getWeights());
    close(copy.apply(x) as trae.Tensor, model.apply(x) as trae.Tensor, 'copy');
  });
  it('of custom classes: registered, or passed along', async () => {
    class Twice extends layers.Layer {
      static override options = ['times'];
      readonly times: number;
      constructor({ times = 2, ...options }: trae.LayerOptions & { times?: number } = {}) {
        super(options);
        this.times = times;
      }
      override call(x: trae.Tensor): trae.Tensor {
        return x.multiply(this.times);
      }
      override getConfig(): Record<string, unknown> {
        return { ...super.getConfig(), times: this.times };
      }
    }
    const json = JSON.parse(JSON.stringify(saving.serializeKerasObject(new Twice({ times: 5, name: 't' })))) as Config;
    await throwsText(
      () => layers.deserialize(json),
      'TypeError',
      "deserialize: class 'Twice' is not known.\n  Fix: pass it in customObjects: { customObjects: { 'Twice': Twice } }, or register it with registerKerasSerializable.",
    );
    assert.equal((layers.deserialize(json, { customObjects: { Twice } }) as Twice).times, 5);
    saving.registerKerasSerializable('tests')(Twice);
    const registered = saving.serializeKerasObject(new Twice({ times: 7 })) as Config;
    assert.equal(registered.registered_name, 'tests>Twice');
    assert.equal((layers.deserialize(registered) as Twice).times, 7);
  });
  it('never runs code out of a config', () =>
    throwsText(
      () =>
        layers.deserialize({
          module: 'keras.layers',
          class_name: 'Lambda',
          config: {
            name: 'l',
            function: {
              class_name: 'function',
              module: 'builtins',
              config: '() => process.exit(1)',
              registered_name: 'function',
            },
          },
          registered_name: null,
        }),
      'TypeError',
      "deserialize: function '() => process.exit(1)' is not known.\n  Fix: pass it in customObjects: { customObjects: { '() => process.exit(1)': yourFunction } }, or register it with registerKerasSerializable.",
    ));
  it('refuses unknown classes, suggesting the nearest', () =>
    throwsText(
      () => layers.deserialize({ module: 'keras.layers', class_name: 'Dens', config: {}, registered_name: null }),
      'TypeError',
      "deserialize: class 'Dens' of keras.layers is not known. Did you mean 'Dense'?\n  Fix: pass it in customObjects: { customObjects: { 'Dens': Dens } }, or register it with registerKerasSerializable.",
    ));
});
