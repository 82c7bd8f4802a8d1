/** MelSpectrogram: sound to powers of frequency bands as the ear hears them. */
import { requireTable } from '../../../support/limits';
import { ValueError } from '../../../support/errors';
import { matmul } from '../../../ops/linalg';
import { stft } from '../../../ops/signal';
import * as ops from '../../../ops/index';
import { type Tensor, tensor } from '../../../core/tensor';
import type { SymbolicShape } from '../../keras_tensor';
import { registerClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import { Layer, type LayerOptions } from '../layer';

export interface MelSpectrogramOptions extends LayerOptions {
  /** Samples in a frame that is transformed. Default 2048. */
  fftLength?: number;
  /** Samples between the beginnings of neighbouring frames. Default 512. */
  sequenceStride?: number;
  /** Samples of a frame that the window covers; zeros fill up the rest. Default null: fftLength. */
  sequenceLength?: number | null;
  /** Window that each frame is multiplied by: 'hann' (default), 'hamming', or null for none. */
  window?: 'hann' | 'hamming' | null;
  /** Samples a second, in hertz. Default 16000. */
  samplingRate?: number;
  /** Number of bands. Default 128. */
  numMelBins?: number;
  /** Where the first band begins, in hertz. Default 20. */
  minFreq?: number;
  /** Where the last band ends, in hertz. Default null: samplingRate / 2. */
  maxFreq?: number | null;
  /** Whether the result is in decibels. Default true. */
  powerToDb?: boolean;
  /** Values lie at most so many decibels below the largest one. Default 80. */
  topDb?: number;
  /** Exponent of the magnitudes: 1 for energies, 2 for powers. Default 1. */
  magExp?: number;
  /** Smallest power before the logarithm. Default 1e-10. */
  minPower?: number;
  /** Power that is 0 decibels. Default 1. */
  refPower?: number;
}
const mel = (hertz: number): number => 1127 * Math.log(1 + hertz / 700);

/**
 * (batch, samples) -> (batch, numMelBins, frames): |stft|^magExp summed over triangular bands that are equally wide on the
 * mel scale from minFreq to maxFreq, in decibels below the largest value (at most topDb) when `powerToDb`.
 * Defaults: fftLength 2048, sequenceStride 512, window 'hann', samplingRate 16000, 128 bands from 20 Hz.
 */
export class MelSpectrogram extends Layer {
  static override options: OptionKinds = {
    fftLength: kinds.integer,
    sequenceStride: kinds.integer,
    sequenceLength: kinds.integer,
    window: kinds.choice,
    samplingRate: kinds.integer,
    numMelBins: kinds.integer,
    minFreq: kinds.float,
    maxFreq: kinds.number,
    powerToDb: kinds.boolean,
    topDb: kinds.float,
    magExp: kinds.float,
    minPower: kinds.float,
    refPower: kinds.float,
  };
  private readonly settings;
  constructor(options: MelSpectrogramOptions = {}) {
    super(options);
    const { fftLength = 2048, samplingRate = 16000 } = options;
    this.settings = {
      fftLength,
      sequenceStride: options.sequenceStride ?? 512,
      sequenceLength: options.sequenceLength || fftLength,
      window: options.window === undefined ? 'hann' : options.window,
      samplingRate,
      numMelBins: options.numMelBins ?? 128,
      minFreq: options.minFreq ?? 20,
      maxFreq: options.maxFreq || Math.trunc(samplingRate / 2),
      powerToDb: options.powerToDb ?? true,
      topDb: options.topDb ?? 80,
      magExp: options.magExp ?? 2,
      minPower: options.minPower ?? 1e-10,
      refPower: options.refPower ?? 1,
    };
    if (fftLength < this.settings.sequenceLength)
      throw new ValueError(
        `MelSpectrogram: fftLength must be at least sequenceLength.\n  Received: fftLength ${fftLength}, sequenceLength ${this.settings.sequenceLength}`,
      );
  }
  /** Weights of the bands: (frequencies, numMelBins). */
  private bands(frequencies: number): number[] {
    const { samplingRate, numMelBins, minFreq, maxFreq } = this.settings;
    const low = mel(minFreq);
    const step = (mel(maxFreq) - low) / (numMelBins + 1);
    requireTable('MelSpectrogram', frequencies * numMelBins);
    return Array.from({ length: frequencies * numMelBins }, (_, k) => {
      const f = Math.floor(k / numMelBins);
      const left = low + (k % numMelBins) * step;
      if (!f) return 0;
      const at = mel((f * samplingRate) / 2 / (frequencies - 1));
      return Math.max(0, Math.min((at - left) / step, (left + 2 * step - at) / step));
    });
  }
  override call(inputs: Tensor): Tensor {
    const s = this.settings;
    const x = inputs.dtype === 'float64' || inputs.dtype === 'float32' ? inputs : inputs.cast('float32');
    const [re, im] = stft(x, s.sequenceLength, s.sequenceStride, s.fftLength, { window: s.window });
    const power = re.square().add(im.square()).sqrt().pow(s.magExp);
    const n = power.shape[power.ndim - 1];
    let y = matmul(power, tensor(this.bands(n), [n, s.numMelBins], power.dtype));
    if (s.powerToDb) {
      const decibels = ops
        .log10(y.maximum(s.minPower))
        .mul(10)
        .sub(10 * Math.log10(Math.max(Math.abs(s.refPower), s.minPower)));
      y = decibels.maximum(decibels.max().sub(s.topDb));
    }
    const turned = y.swapaxes(-1, -2);
    return turned.dtype === this.computeDtype ? turned : turned.cast(this.computeDtype);
  }
  override computeOutputShape(inputShape: SymbolicShape): SymbolicShape {
    const { sequenceStride, numMelBins } = this.settings;
    const n = inputShape.at(-1) as number | null;
    const frames = n === null ? null : Math.floor((n + sequenceStride + 1) / sequenceStride);
    return inputShape.length === 1 ? [numMelBins, frames] : [inputShape[0], numMelBins, frames];
  }
  override getConfig() {
    return { ...super.getConfig(), ...this.settings };
  }
}
registerClass('keras.layers', MelSpectrogram);
