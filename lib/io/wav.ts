/** WAV files (RIFF): PCM of 8, 16, 24 and 32 bits and floats of 32 and 64, with chunks in any order and sizes that are checked. */
import { FileError } from '../support/errors';

export interface Sound {
  /** Samples of all channels in turn, -1 to 1. */
  samples: Float32Array;
  /** Number of channels: 1 for mono, 2 for stereo. */
  channels: number;
  /** Samples a second of each channel. */
  rate: number;
}
const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

type Reader = (view: DataView, at: number) => number;
const READERS: Record<string, Reader> = {
  [`${PCM}:8`]: (v, at) => (v.getUint8(at) - 128) / 128,
  [`${PCM}:16`]: (v, at) => v.getInt16(at, true) / 32768,
  [`${PCM}:24`]: (v, at) => ((v.getUint8(at) | (v.getUint8(at + 1) << 8) | (v.getInt8(at + 2) << 16)) / 8388608), // prettier-ignore
  [`${PCM}:32`]: (v, at) => v.getInt32(at, true) / 2147483648,
  [`${FLOAT}:32`]: (v, at) => v.getFloat32(at, true),
  [`${FLOAT}:64`]: (v, at) => v.getFloat64(at, true),
};

/**
 * The sound in the bytes of a WAV file.
 * @param name - of the file, for messages.
 * @throws FileError for anything else, or samples of a kind that is not known.
 */
export function readWav(bytes: Uint8Array, name: string): Sound {
  const fail = (what: string): never => {
    throw new FileError(`${name}: ${what}`);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || word(0) !== 'RIFF' || word(8) !== 'WAVE') fail('this is no WAV file.');
  let format: { kind: number; channels: number; rate: number; bits: number } | null = null;
  for (let at = 12; at + 8 <= bytes.length;) {
    const chunk = word(at);
    const start = at + 8;
    // A stream that was cut off, or written without knowing its end, says more than there is.
    const size = Math.min(view.getUint32(at + 4, true), bytes.length - start);
    if (chunk === 'fmt ') {
      if (size < 16) fail(`its format takes ${size} bytes; 16 are expected.`);
      const kind = view.getUint16(start, true);
      format = {
        kind: kind === EXTENSIBLE && size >= 26 ? view.getUint16(start + 24, true) : kind,
        channels: view.getUint16(start + 2, true),
        rate: view.getUint32(start + 4, true),
        bits: view.getUint16(start + 14, true),
      };
    } else if (chunk === 'data') {
      const { kind, channels, rate, bits } = format ?? fail('samples stand before their format.');
      const read = READERS[`${kind}:${bits}`] as Reader | undefined;
      if (!read || !channels || !rate)
        return fail(
          `samples of kind ${kind} with ${bits} bits, ${channels} channels and ${rate} a second are not known.`,
        );
      const width = bits / 8;
      const frames = Math.floor(size / (width * channels));
      const samples = new Float32Array(frames * channels);
      for (let i = 0; i < samples.length; i++) samples[i] = read(view, start + i * width);
      return { samples, channels, rate };
    }
    at = start + size + (size % 2);
  }
  return fail('it holds no samples.');
}

const LOBES = 16;
/**
 * The sound at another rate: a sinc under a Kaiser window of 16 lobes, lowered to the slower of the two rates, so that
 * nothing is folded back.
 */
export function resampled(sound: Sound, rate: number): Sound {
  const { samples, channels, rate: from } = sound;
  if (rate === from) return sound;
  const frames = samples.length / channels;
  const count = Math.ceil((frames * rate) / from);
  const cut = Math.min(1, rate / from);
  const reach = LOBES / cut;
  const out = new Float32Array(count * channels);
  const beta = 8;
  const bessel = (x: number): number => {
    let sum = 1;
    let term = 1;
    for (let k = 1; term > 1e-10 * sum; k++) sum += term *= (x / (2 * k)) ** 2;
    return sum;
  };
  const whole = bessel(beta);
  for (let i = 0; i < count; i++) {
    const at = (i * from) / rate;
    const first = Math.max(0, Math.ceil(at - reach));
    const last = Math.min(frames - 1, Math.floor(at + reach));
    for (let k = first; k <= last; k++) {
      const x = (k - at) * cut;
      const weight =
        cut *
        (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)) *
        (bessel(beta * Math.sqrt(Math.max(0, 1 - (x / LOBES) ** 2))) / whole);
      for (let c = 0; c < channels; c++) out[i * channels + c] += weight * samples[k * channels + c];
    }
  }
  return { samples: out, channels, rate };
}
