/** STFTSpectrogram: sound to frequencies over time, by convolutions whose kernels can be trained. */
import { describe } from '../../../support/describe';
import { TypeError, ValueError } from '../../../support/errors';
import { conv } from '../../../ops/convolution';
import { checkDataFormat, type DataFormat } from '../../../ops/spatial';
import * as ops from '../../../ops/index';
import { formatShape, type Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import { STFT, type STFTWindow } from '../../initializers';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type LayerOptions } from '../layer';

export interface STFTSpectrogramOptions extends LayerOptions {
  /** 'log' (default), 'magnitude', 'psd', 'real', 'imag', 'angle' or 'stft'. */
  mode?: STFTMode;
  /** Samples in a frame. Default 256. */
  frameLength?: number;
  /** Default: half of frameLength. */
  frameStep?: number | null;
  /** Default: the next power of two. */
  fftLength?: number | null;
  /** Window that each frame is multiplied by: 'hann' (default), 'hamming', 'blackman', 'boxcar', its values, or null for none. */
  window?: STFTWindow | readonly number[] | null;
  /** Whether the window is one period of a longer one instead of symmetric. Default false. */
  periodic?: boolean;
  /** 'density' (default), 'spectrum' or null. */
  scaling?: 'density' | 'spectrum' | null;
  /** 'valid' (default): frames lie inside of the samples. 'same': zeros around them make ceil(samples / frameStep) frames. */
  padding?: 'valid' | 'same';
  /** Whether channels stay an axis of their own. Default false. */
  expandDims?: boolean;
  /** Where the channels are: 'channels_last' (default), (batch, samples, channels), or 'channels_first', (batch, channels, samples). */
  dataFormat?: DataFormat | null;
}
const MODES = ['log', 'magnitude', 'psd', 'real', 'imag', 'angle', 'stft'] as const;
/** What a spectrogram holds of each frequency. */
export type STFTMode = (typeof MODES)[number];
const SCALINGS = ['density', 'spectrum', null];
const EPSILON = 1e-7;
const positive = (what: string, value: unknown): number => {
  if (!Number.isInteger(value) || (value as number) < 1)
    throw new ValueError(`STFTSpectrogram: ${what} must be an integer >= 1.\n  Received: ${describe(value)}`);
  return value as number;
};

/**
 * (batch, samples, channels) -> (batch, frames, channels * frequencies), or with `expandDims` (batch, frames, frequencies,
 * channels): each frame of `frameLength` samples times cos and sin of each of fftLength / 2 + 1 frequencies and a window.
 * Modes, of r = real and i = imaginary part: 'magnitude' sqrt(r^2 + i^2), 'log' its logarithm, 'psd' r^2 + i^2 (doubled but
 * at the ends), 'angle' atan2(i, r), 'real', 'imag', 'stft' both, one after the other.
 * Defaults: mode 'log', frameLength 256, window 'hann', periodic false, scaling 'density', padding 'valid'.
 * Weights: real_kernel and imag_kernel, (frameLength, 1, frequencies), as the mode needs them.
 */
export class STFTSpectrogram extends Layer {
  static override positional = ['mode'];
  static override options: OptionKinds = {
    mode: kinds.choice,
    frameLength: kinds.integer,
    frameStep: kinds.integer,
    fftLength: kinds.integer,
    window: kinds.any,
    periodic: kinds.boolean,
    scaling: kinds.choice,
    padding: kinds.choice,
    expandDims: kinds.boolean,
    dataFormat: kinds.choice,
  };
  readonly mode: STFTMode;
  readonly frameLength: number;
  readonly frameStep: number | null;
  readonly fftLength: number | null;
  readonly window: STFTWindow | readonly number[] | null;
  readonly periodic: boolean;
  readonly scaling: 'density' | 'spectrum' | null;
  readonly padding: 'valid' | 'same';
  readonly expandDims: boolean;
  readonly dataFormat: DataFormat;
  realKernel: Variable | null = null;
  imagKernel: Variable | null = null;
  constructor(mode: STFTMode | STFTSpectrogramOptions = {}, options: STFTSpectrogramOptions = {}) {
    const all = typeof mode === 'string' ? { ...options, mode } : mode;
    super(all);
    this.mode = all.mode ?? 'log';
    this.frameLength = positive('frameLength', all.frameLength ?? 256);
    this.frameStep = all.frameStep == null ? null : positive('frameStep', all.frameStep);
    this.fftLength = all.fftLength == null ? null : positive('fftLength', all.fftLength);
    this.window = all.window === undefined ? 'hann' : all.window;
    this.periodic = all.periodic ?? false;
    this.scaling = all.scaling === undefined ? 'density' : all.scaling;
    this.padding = all.padding ?? 'valid';
    this.expandDims = all.expandDims ?? false;
    this.dataFormat = checkDataFormat('STFTSpectrogram', all.dataFormat);
    if (!MODES.includes(this.mode))
      throw new ValueError(
        `STFTSpectrogram: mode must be one of ${MODES.map((m) => `'${m}'`).join(', ')}.\n  Received: '${this.mode}'`,
      );
    if (this.frameStep !== null && this.frameStep > this.frameLength)
      throw new ValueError(
        `STFTSpectrogram: frameStep must not be larger than frameLength.\n  Received: frameStep ${this.frameStep}, frameLength ${this.frameLength}`,
      );
    if (this.fftLength !== null && this.fftLength < this.frameLength)
      throw new ValueError(
        `STFTSpectrogram: fftLength must not be smaller than frameLength.\n  Received: fftLength ${this.fftLength}, frameLength ${this.frameLength}`,
      );
    if (!SCALINGS.includes(this.scaling))
      throw new ValueError(
        `STFTSpectrogram: scaling must be 'density', 'spectrum' or null.\n  Received: '${this.scaling}'`,
      );
    if (this.padding !== 'valid' && this.padding !== 'same')
      throw new ValueError(`STFTSpectrogram: padding must be 'valid' or 'same'.\n  Received: '${this.padding}'`);
    this.kernelOf('real'); // an unknown window is an error now
  }
  private get step(): number {
    return this.frameStep ?? (this.frameLength >> 1 || 1);
  }
  private get frequencies(): number {
    return ((this.fftLength ?? 2 ** Math.ceil(Math.log2(this.frameLength))) >> 1) + 1;
  }
  private kernelOf(side: 'real' | 'imag'): STFT {
    return new STFT({ side, window: this.window, scaling: this.scaling, periodic: this.periodic });
  }
  override build(inputShape: SymbolicShape): void {
    if (inputShape.length !== 3)
      throw new ValueError(
        `STFTSpectrogram: signals of shape (batch, samples, channels) are expected, or channels_first.\n  Received: shape ${formatShape(inputShape as number[])}`,
      );
    const shape = [this.frameLength, 1, this.frequencies];
    if (this.mode !== 'imag')
      this.realKernel = this.addWeight({ name: 'real_kernel', shape, initializer: this.kernelOf('real') });
    if (this.mode !== 'real')
      this.imagKernel = this.addWeight({ name: 'imag_kernel', shape, initializer: this.kernelOf('imag') });
    super.build(inputShape);
  }
  override call(inputs: Tensor): Tensor {
    if (!['float16', 'float32', 'float64'].includes(inputs.dtype))
      throw new TypeError(
        `STFTSpectrogram: signals must be float16, float32 or float64.\n  Received: dtype ${inputs.dtype}`,
      );
    const isFirst = this.dataFormat === 'channels_first';
    const t = isFirst ? inputs : inputs.transpose([0, 2, 1]);
    const [batch, channels, samples] = t.shape;
    const single = t.reshape([batch * channels, samples, 1]);
    // (batch, channels, frames, frequencies)
    const part = (kernel: Variable): Tensor => {
      const y = conv(single, kernel.value.cast(t.dtype), {
        strides: this.step,
        padding: this.padding,
      });
      return y.reshape([batch, channels, y.shape[1], y.shape[2]]);
    };
    const y = this.combined(
      this.realKernel ? () => part(this.realKernel!) : null,
      this.imagKernel ? () => part(this.imagKernel!) : null,
    );
    const [, , frames, frequencies] = y.shape;
    if (this.expandDims) return isFirst ? y : y.transpose([0, 2, 3, 1]);
    if (isFirst) return y.transpose([0, 1, 3, 2]).reshape([batch, channels * frequencies, frames]);
    return y.transpose([0, 2, 1, 3]).reshape([batch, frames, channels * frequencies]);
  }
  private combined(real: (() => Tensor) | null, imag: (() => Tensor) | null): Tensor {
    if (!imag) return real!();
    if (!real) return imag();
    const re = real();
    const im = imag();
    if (this.mode === 'angle') return ops.arctan2(im, re);
    if (this.mode === 'stft') return ops.concatenate([re, im], { axis: 3 });
    const power = re.square().add(im.square());
    if (this.mode === 'psd') {
      const n = this.frequencies;
      const twice = Array.from({ length: n }, (_, f) => (f > 0 && f < n - 1 ? 2 : 1));
      return power.mul(twice);
    }
    const magnitude = power.maximum(EPSILON).sqrt();
    return this.mode === 'magnitude' ? magnitude : magnitude.maximum(EPSILON).log();
  }
  override computeOutputShape(inputShape: SymbolicShape): SymbolicShape {
    const isFirst = this.dataFormat === 'channels_first';
    const batch = inputShape[0] as number | null;
    const channels = (isFirst ? inputShape[1] : inputShape[2]) as number | null;
    const samples = (isFirst ? inputShape[2] : inputShape[1]) as number | null;
    const frames =
      samples === null
        ? null
        : this.padding === 'same'
          ? Math.ceil(samples / this.step)
          : Math.floor((samples - this.frameLength) / this.step) + 1;
    const frequencies = this.frequencies * (this.mode === 'stft' ? 2 : 1);
    if (this.expandDims)
      return isFirst ? [batch, channels, frames, frequencies] : [batch, frames, frequencies, channels];
    const rows = channels === null ? null : channels * frequencies;
    return isFirst ? [batch, rows, frames] : [batch, frames, rows];
  }
  override getConfig() {
    const { mode, frameLength, frameStep, fftLength, window, periodic, scaling, padding, dataFormat, expandDims } =
      this;
    return {
      ...super.getConfig(),
      mode,
      frameLength,
      frameStep,
      fftLength,
      window,
      periodic,
      scaling,
      padding,
      dataFormat,
      expandDims,
    };
  }
}
registerClass('keras.layers', STFTSpectrogram);
