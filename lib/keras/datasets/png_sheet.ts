/** Sheets of images: a PNG picture in which each row is one image, pixel after pixel. */
import type { PNG } from 'pngjs';
import { FileError } from '../../support/errors';
import { pngjs } from '../../support/packages';
import { breathe } from '../../io/download/members';

const SIGNATURE = '89504e470d0a1a0a';
const END_CHUNK = '0000000049454e44ae426082';
const ROWS_AT_ONCE = 1000;
const again = 'Delete it and download it again.';

function checkHeader(data: Buffer, name: string, width: number, height: number): void {
  if (data.length < 45 || data.toString('hex', 0, 8) !== SIGNATURE)
    throw new FileError(
      `${name} starts with ${data.toString('hex', 0, 8) || 'nothing'}, ${SIGNATURE} expected: it is no PNG picture. ${again}`,
    );
  const [foundWidth, foundHeight] = [data.readUInt32BE(16), data.readUInt32BE(20)];
  if (foundWidth !== width || foundHeight !== height)
    throw new FileError(
      `${name} has ${foundWidth} x ${foundHeight} pixels, ${width} x ${height} expected: it is another file. Name the right one.`,
    );
  const [depth, colour] = [data[24], data[25]];
  if (depth !== 8 || (colour !== 2 && colour !== 6))
    throw new FileError(
      `${name} has ${depth} bits per sample and colour type ${colour}; 8 bits RGB (type 2 or 6) expected. ${again}`,
    );
  if (data.toString('hex', data.length - 12) !== END_CHUNK)
    throw new FileError(`${name} is incomplete: after ${data.length} bytes its end is missing. ${again}`);
}

/**
 * @internal Decodes a sheet of `height` images of `width` pixels into `out` as red, green, blue.
 * @throws FileError naming the file when it is damaged or of another size.
 */
export async function decodeSheet(
  data: Buffer,
  name: string,
  width: number,
  height: number,
  out: Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  checkHeader(data, name, width, height);
  const { data: rgba } = await new Promise<PNG>((resolve, reject) => {
    new (pngjs().PNG)({ skipRescale: true }).parse(data, (error: Error | null, picture) => {
      if (error) reject(new FileError(`${name} is damaged (${error.message}). ${again}`, { cause: error }));
      else resolve(picture);
    });
  });
  for (let row = 0; row < height; row += ROWS_AT_ONCE) {
    const last = Math.min(height, row + ROWS_AT_ONCE) * width;
    for (let i = row * width, from = i * 4, to = i * 3; i < last; i++, from += 4, to += 3) {
      out[to] = rgba[from];
      out[to + 1] = rgba[from + 1];
      out[to + 2] = rgba[from + 2];
    }
    await breathe();
    signal?.throwIfAborted();
  }
}
