/** IDX, the file format of MNIST: a magic number, the size of each axis (big-endian), then the values. */
import { FileError } from '../support/errors';
import { checkSize } from './download/members';

const hex = (n: number): string => `0x${n.toString(16).padStart(8, '0')}`;

/** @internal Bytes of an IDX file of unsigned bytes with these axes. */
export function idxBytes(shape: readonly number[]): number {
  return 4 + 4 * shape.length + shape.reduce((a, b) => a * b, 1);
}

/**
 * @internal The values of an IDX file of unsigned bytes.
 * @throws FileError naming the file when the magic number, an axis or the size is not the expected one.
 */
export function parseIdx(data: Buffer, name: string, shape: readonly number[]): Uint8Array {
  const header = 4 + 4 * shape.length;
  if (data.length < header) checkSize(data, name, idxBytes(shape));
  const magic = data.readUInt32BE(0);
  const expected = 0x0800 + shape.length;
  if (magic !== expected)
    throw new FileError(
      `${name} starts with ${hex(magic)}, ${hex(expected)} expected: it is no IDX file of unsigned bytes with ${shape.length} axes. Delete it and download it again.`,
    );
  const found = shape.map((_, i) => data.readUInt32BE(4 + 4 * i));
  if (found.some((size, i) => size !== shape[i]))
    throw new FileError(
      `${name} holds values of shape (${found.join(', ')}), (${shape.join(', ')}) expected: it is another data set. Name the right file.`,
    );
  checkSize(data, name, idxBytes(shape));
  return new Uint8Array(data.buffer, data.byteOffset + header, data.length - header);
}
