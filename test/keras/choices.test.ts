/**
 * Options that are one of a few names: each name of the type is taken while the program runs, another one is refused, and the
 * refusal names those of the type. The records below must have every name of their type, or they do not compile.
 */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import type { MonitorMode } from '../../lib/keras/callbacks/monitor_callback';
import type { STFTWindow } from '../../lib/keras/initializers';
import type { VarianceScalingOptions } from '../../lib/keras/initializers/variance_scaling';
import type { MergeMode } from '../../lib/keras/layers/recurrent/bidirectional';
import type { OutputMode } from '../../lib/keras/layers/preprocessing/encode';
import type {
  WarpFillMode,
  WarpInterpolation,
} from '../../lib/keras/layers/preprocessing/image_preprocessing/base_image_preprocessing_layer';
import type { FlipMode } from '../../lib/keras/layers/preprocessing/image_preprocessing/geometric';
import type { STFTMode } from '../../lib/keras/layers/preprocessing/stft_spectrogram';
import type { Reduction } from '../../lib/keras/losses/loss';
import type { Curve, SummationMethod } from '../../lib/keras/metrics/auc';
import type { Average } from '../../lib/keras/metrics/f_score_metrics';
import type { BoxFormat } from '../../lib/keras/layers/preprocessing/image_preprocessing/bounding_boxes/formats';
import type { Interpolation } from '../../lib/ops/image/interpolation';
import type { FillMode } from '../../lib/ops/image/warp';
import type { Outside } from '../../lib/ops/image/sampling';
import type { ScatterReduction } from '../../lib/ops/segments';
import type { PadMode } from '../../lib/ops/shape';
import type { DataFormat, Padding } from '../../lib/ops/spatial';
import type { QuantileMethod } from '../../lib/ops/statistics';

const { callbacks, initializers, layers, losses, metrics, regularizers, utils } = trae.keras;
const image = trae.ones([1, 4, 4, 1]);
const vector = trae.tensor([1, 2, 3, 4]);

/** A row: the names, and what takes one. Names that messages leave out, as old ones, come last. */
function row<T extends string>(
  what: string,
  names: Record<T, 'named' | 'old'>,
  take: (name: T) => unknown,
): [string, Record<string, string>, (name: never) => unknown] {
  return [what, names, take as (name: never) => unknown];
}
const rows = [
  row<Padding>(
    'padding of Conv1D',
    { valid: 'named', same: 'named', causal: 'named' },
    (padding) => new layers.Conv1D(1, 2, { padding }),
  ),
  row<Exclude<Padding, 'causal'>>(
    'padding of Conv2D',
    { valid: 'named', same: 'named' },
    (padding) => new layers.Conv2D(1, 2, { padding }),
  ),
  row<Exclude<Padding, 'causal'>>(
    'padding of MaxPooling2D',
    { valid: 'named', same: 'named' },
    (padding) => new layers.MaxPooling2D({ padding }),
  ),
  row<DataFormat>(
    'dataFormat',
    { channels_last: 'named', channels_first: 'named' },
    (dataFormat) => new layers.Conv2D(1, 2, { dataFormat }),
  ),
  row<PadMode>('mode of pad', { constant: 'named', reflect: 'named', symmetric: 'named', edge: 'named' }, (mode) =>
    trae.pad(vector, 1, { mode }),
  ),
  row<QuantileMethod>(
    'method of quantile',
    { linear: 'named', lower: 'named', higher: 'named', midpoint: 'named', nearest: 'named' },
    (method) => trae.quantile(vector, 0.4, { method }),
  ),
  row<ScatterReduction>(
    'reduction of scatterUpdate',
    { add: 'named', max: 'named', min: 'named', mul: 'named' },
    (reduction) => trae.ops.scatterUpdate(vector, [[1]], [5], { reduction }),
  ),
  row<'left' | 'right'>('side of searchsorted', { left: 'named', right: 'named' }, (side) =>
    trae.searchsorted(vector, [2], { side }),
  ),
  row<'valid' | 'same' | 'full'>('mode of correlate', { valid: 'named', same: 'named', full: 'named' }, (mode) =>
    trae.ops.correlate(vector, [1, 2], { mode }),
  ),
  row<'reduced' | 'complete'>('mode of qr', { reduced: 'named', complete: 'named' }, (mode) =>
    trae.ops.qr(trae.ones([3, 2]), { mode }),
  ),
  row<'xy' | 'ij'>('indexing of meshgrid', { xy: 'named', ij: 'named' }, (indexing) =>
    trae.ops.meshgrid(vector, vector, { indexing }),
  ),
  row<Interpolation>(
    'interpolation of resize',
    { bilinear: 'named', nearest: 'named', lanczos3: 'named', lanczos5: 'named', bicubic: 'named', area: 'named' },
    (interpolation) => trae.ops.image.resize(image, [2, 2], { interpolation }),
  ),
  row<FillMode>(
    'fillMode of affineTransform',
    { constant: 'named', nearest: 'named', wrap: 'named', reflect: 'named' },
    (fillMode) => trae.ops.image.affineTransform(image, trae.tensor([[1, 0, 0, 0, 1, 0, 0, 0]]), { fillMode }),
  ),
  row<Outside>(
    'fillMode of mapCoordinates',
    { constant: 'named', nearest: 'named', wrap: 'named', mirror: 'named', reflect: 'named' },
    (fillMode) => trae.ops.image.mapCoordinates(vector, [[0.5]], 1, { fillMode }),
  ),
  row<WarpFillMode>(
    'fillMode of RandomRotation',
    { reflect: 'named', wrap: 'named', constant: 'named', nearest: 'named' },
    (fillMode) => new layers.RandomRotation(0.1, { fillMode }),
  ),
  row<WarpInterpolation>(
    'interpolation of RandomRotation',
    { nearest: 'named', bilinear: 'named' },
    (interpolation) => new layers.RandomRotation(0.1, { interpolation }),
  ),
  row<FlipMode>(
    'mode of RandomFlip',
    { horizontal: 'named', vertical: 'named', horizontal_and_vertical: 'named' },
    (mode) => new layers.RandomFlip(mode),
  ),
  row<OutputMode | 'tf-idf' | 'binary'>(
    'outputMode of StringLookup',
    {
      int: 'named',
      one_hot: 'named',
      multi_hot: 'named',
      count: 'named',
      tf_idf: 'named',
      'tf-idf': 'old',
      binary: 'old',
    },
    (outputMode) => new layers.StringLookup({ outputMode }),
  ),
  row<MergeMode>(
    'mergeMode',
    { concat: 'named', sum: 'named', ave: 'named', mul: 'named' },
    (mergeMode) => new layers.Bidirectional(new layers.LSTM(2), { mergeMode }),
  ),
  row<'dot' | 'concat'>(
    'scoreMode',
    { dot: 'named', concat: 'named' },
    (scoreMode) => new layers.Attention({ scoreMode }),
  ),
  row<STFTMode>(
    'mode of STFTSpectrogram',
    { log: 'named', magnitude: 'named', psd: 'named', real: 'named', imag: 'named', angle: 'named', stft: 'named' },
    (mode) => new layers.STFTSpectrogram(mode),
  ),
  row<STFTWindow>(
    'window of STFT',
    { hann: 'named', hamming: 'named', blackman: 'named', boxcar: 'named' },
    (window) => new initializers.STFT({ window }),
  ),
  row<NonNullable<VarianceScalingOptions['mode']>>(
    'mode of VarianceScaling',
    { fan_in: 'named', fan_out: 'named', fan_avg: 'named' },
    (mode) => new initializers.VarianceScaling({ mode }),
  ),
  row<NonNullable<VarianceScalingOptions['distribution']>>(
    'distribution of VarianceScaling',
    { truncated_normal: 'named', untruncated_normal: 'named', uniform: 'named', normal: 'old' },
    (distribution) => new initializers.VarianceScaling({ distribution }),
  ),
  row<'rows' | 'columns'>(
    'mode of OrthogonalRegularizer',
    { rows: 'named', columns: 'named' },
    (mode) => new regularizers.OrthogonalRegularizer({ mode }),
  ),
  row<NonNullable<Reduction>>(
    'reduction of losses',
    { sum_over_batch_size: 'named', sum: 'named', mean: 'named', mean_with_sample_weight: 'named', none: 'named' },
    (reduction) => new losses.MeanSquaredError({ reduction }),
  ),
  row<NonNullable<Average>>(
    'average of F1Score',
    { micro: 'named', macro: 'named', weighted: 'named' },
    (average) => new metrics.F1Score({ average }),
  ),
  row<Curve>('curve of AUC', { ROC: 'named', PR: 'named', PRGAIN: 'named' }, (curve) => new metrics.AUC({ curve })),
  row<SummationMethod>(
    'summationMethod of AUC',
    { interpolation: 'named', minoring: 'named', majoring: 'named' },
    (summationMethod) => new metrics.AUC({ summationMethod }),
  ),
  row<MonitorMode>(
    'mode of callbacks',
    { auto: 'named', min: 'named', max: 'named' },
    (mode) => new callbacks.EarlyStopping({ mode }),
  ),
  row<BoxFormat>(
    'formats of bounding boxes',
    {
      xyxy: 'named',
      yxyx: 'named',
      xywh: 'named',
      center_xywh: 'named',
      center_yxhw: 'named',
      rel_xyxy: 'named',
      rel_yxyx: 'named',
      rel_xywh: 'named',
      rel_center_xywh: 'named',
    },
    (format) => utils.boundingBoxes.convertFormat([[0, 0, 1, 1]], format, 'xyxy', { height: 4, width: 4 }),
  ),
  row<trae.DType>(
    'dtypes',
    {
      float32: 'named',
      float16: 'named',
      bfloat16: 'named',
      float64: 'named',
      int32: 'named',
      int64: 'named',
      int8: 'named',
      uint8: 'named',
      bool: 'named',
    },
    (dtype) => trae.zeros([1], { dtype }),
  ),
];

describe('names that options choose among', () => {
  for (const [what, names, take] of rows)
    it(what, () => {
      for (const name of Object.keys(names)) assert.doesNotThrow(() => take(name as never), `${what}: '${name}'`);
      let message = '';
      assert.throws(
        () => take('nonsense' as never),
        (error: Error) => {
          message = error.message.split('\n')[0];
          return error instanceof trae.TraeError;
        },
      );
      const said = [...message.matchAll(/'(\w+)'/g)]
        .map((m) => m[1])
        .filter((name) => name !== 'nonsense' && name !== 'null');
      assert.deepEqual(
        said.sort(),
        Object.keys(names)
          .filter((name) => names[name] === 'named')
          .sort(),
        message,
      );
    });
});
