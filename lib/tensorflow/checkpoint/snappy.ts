/** Decompression of snappy blocks (google/snappy, format_description.txt), which tables of old checkpoints are made of. */
import { FileError } from '../../support/errors';

/**
 * @internal
 * @param limit - bytes that the result may have at most.
 * @throws FileError for what is not a valid block.
 */
export function snappyDecompress(data: Uint8Array, where: string, limit: number): Uint8Array {
  const fail = (why: string): never => {
    throw new FileError(`${where}: a snappy block is damaged: ${why}.`);
  };
  let at = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    if (at >= data.length || shift > 28) return fail('its size is cut off');
    const byte = data[at++];
    size += (byte & 127) * 2 ** shift;
    if (byte < 128) break;
  }
  if (size > limit) return fail(`it states a size of ${size} bytes, more than the ${limit} that are read`);
  const out = new Uint8Array(size);
  let to = 0;
  const number = (bytes: number): number => {
    if (at + bytes > data.length) return fail('it is cut off');
    let n = 0;
    for (let k = 0; k < bytes; k++) n += data[at++] * 2 ** (8 * k);
    return n;
  };
  while (at < data.length) {
    const tag = data[at++];
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2;
      const length = (short < 60 ? short : number(short - 59)) + 1;
      if (at + length > data.length || to + length > size) return fail('literal bytes do not fit');
      out.set(data.subarray(at, at + length), to);
      at += length;
      to += length;
      continue;
    }
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const back = kind === 1 ? ((tag >> 5) << 8) + number(1) : number(kind === 2 ? 2 : 4);
    if (back === 0 || back > to || to + length > size) return fail('a copy refers to bytes that are not there');
    // Source and target may overlap: then bytes just written are copied again.
    for (let k = 0; k < length; k++, to++) out[to] = out[to - back];
  }
  return to === size ? out : fail(`it holds ${to} bytes instead of ${size}`);
}
