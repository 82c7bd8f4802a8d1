/** STFT: kernels of Fourier transforms of frames. */
import { describe } from '../../support/describe';
import { requireTable } from '../../support/limits';
import { ValueError } from '../../support/errors';
import { type Shape, type Tensor, tensor } from '../../core/tensor';
import { registerClass } from '../serialization/registry';
import { isRecord } from '../../support/nest';
import { checkOptionsOf, kinds, type OptionKinds } from '../options';
import { dtypeOf, Initializer, type Options } from './initializer';

const WINDOWS = {
  hann: (x) => 0.5 - 0.5 * Math.cos(x),
  hamming: (x) => 0.54 - 0.46 * Math.cos(x),
  blackman: (x) => 0.42 - 0.5 * Math.cos(x) + 0.08 * Math.cos(2 * x),
  boxcar: () => 1,
} satisfies Record<string, (x: number) => number>;
/** Name of a window function. */
export type STFTWindow = keyof typeof WINDOWS;
/** Kernel (frames, 1, frequencies) that computes the real or imaginary part of a short-time Fourier transform. */
export class STFT extends Initializer {
  static positional = ['side', 'window', 'scaling', 'periodic'];
  static options: OptionKinds = {
    side: kinds.choice,
    window: kinds.any,
    scaling: kinds.choice,
    periodic: kinds.boolean,
  };
  readonly side: 'real' | 'imag';
  readonly window: STFTWindow | readonly number[] | null;
  readonly scaling: 'density' | 'spectrum' | null;
  readonly periodic: boolean;
  constructor(
    side:
      | 'real'
      | 'imag'
      | {
          side?: 'real' | 'imag';
          window?: STFTWindow | readonly number[] | null;
          scaling?: 'density' | 'spectrum' | null;
          periodic?: boolean;
        } = 'real',
    window: STFTWindow | readonly number[] | null = 'hann',
    scaling: 'density' | 'spectrum' | null = 'density',
    periodic = false,
  ) {
    super();
    if (isRecord(side)) checkOptionsOf(new.target, 'STFT', side);
    const given = {
      side: 'real',
      window,
      scaling,
      periodic,
      ...(typeof side === 'object' && side !== null ? side : { side }),
    } as const;
    if (!['real', 'imag'].includes(given.side))
      throw new ValueError(`STFT: side must be 'real' or 'imag'.\n  Received: ${describe(given.side)}`);
    if (given.scaling !== null && !['density', 'spectrum'].includes(given.scaling))
      throw new ValueError(
        `STFT: scaling must be 'density', 'spectrum' or null.\n  Received: ${describe(given.scaling)}`,
      );
    if (typeof given.window === 'string' && !WINDOWS[given.window])
      throw new ValueError(
        `STFT: window '${given.window}' is not one of ${Object.keys(WINDOWS)
          .map((w) => `'${w}'`)
          .join(', ')}.`,
      );
    this.side = given.side;
    this.window = given.window;
    this.scaling = given.scaling;
    this.periodic = given.periodic;
  }
  call(shape: Shape, options: Options = {}): Tensor {
    const [frames, , bins] = shape;
    const length = (bins - 1) * 2;
    const span = this.periodic ? frames : frames - 1;
    requireTable('STFT', frames * Math.max(1, bins));
    const given = this.window;
    const window =
      given === null
        ? null
        : typeof given === 'string'
          ? Array.from({ length: frames }, (_, i) => WINDOWS[given]((2 * Math.PI * i) / span))
          : [...given];
    if (window && window.length !== frames)
      throw new ValueError(`STFT: the window has ${window.length} values but the kernel ${frames} frames.`);
    const scale = !window
      ? 1
      : this.scaling === 'density'
        ? Math.sqrt(window.reduce((s, w) => s + w * w, 0))
        : this.scaling === 'spectrum'
          ? window.reduce((s, w) => s + Math.abs(w), 0)
          : 1;
    const wave = this.side === 'real' ? Math.cos : Math.sin;
    const data = new Float64Array(frames * bins);
    for (let t = 0; t < frames; t++)
      for (let f = 0; f < bins; f++)
        data[t * bins + f] = (wave((-2 * Math.PI * t * f) / length) * (window ? window[t] : 1)) / scale;
    return tensor(data, [...shape], dtypeOf(options));
  }
  override getConfig() {
    return { side: this.side, window: this.window, periodic: this.periodic, scaling: this.scaling };
  }
}
registerClass('keras.initializers', STFT);
