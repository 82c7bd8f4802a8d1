/** CRC-32 of zip files. */
import * as zlib from 'node:zlib';

const TABLES = Array.from({ length: 8 }, () => new Uint32Array(256));
for (let n = 0; n < 256; n++) {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  TABLES[0][n] = c;
}
for (let n = 0; n < 256; n++)
  for (let t = 1; t < 8; t++) TABLES[t][n] = TABLES[0][TABLES[t - 1][n] & 255] ^ (TABLES[t - 1][n] >>> 8);

// Eight bytes at a time, for Node before 20.15.
function sliced(data: Uint8Array, start: number): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES;
  let c = ~start,
    i = 0;
  for (; i + 8 <= data.length; i += 8) {
    c ^= data[i] | (data[i + 1] << 8) | (data[i + 2] << 16) | (data[i + 3] << 24);
    c =
      t7[c & 255] ^
      t6[(c >>> 8) & 255] ^
      t5[(c >>> 16) & 255] ^
      t4[c >>> 24] ^
      t3[data[i + 4]] ^
      t2[data[i + 5]] ^
      t1[data[i + 6]] ^
      t0[data[i + 7]];
  }
  for (; i < data.length; i++) c = t0[(c ^ data[i]) & 255] ^ (c >>> 8);
  return ~c >>> 0;
}
const native = (zlib as { crc32?: (data: Uint8Array, start?: number) => number }).crc32;

/** @internal The checksum of `data`, going on from that of what came before. */
export const crc32 = (data: Uint8Array, start = 0): number => (native ? native(data, start) : sliced(data, start));
/** @internal The plain twin, as its oracle. */
export const plainCrc32 = sliced;
