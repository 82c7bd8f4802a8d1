/** CRC-32C (Castagnoli, RFC 3720 B.4): the checksum of TensorFlow's record files, tables and checkpoints. */

const POLYNOMIAL = 0x82f63b78;
// TABLES[k][b]: the checksum of byte b with k zero bytes behind it, so that eight bytes are taken at a time.
const TABLES = Array.from({ length: 8 }, () => new Uint32Array(256));
for (let n = 0; n < 256; n++) {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ POLYNOMIAL : c >>> 1;
  TABLES[0][n] = c >>> 0;
}
for (let k = 1; k < 8; k++)
  for (let n = 0; n < 256; n++) {
    const c = TABLES[k - 1][n];
    TABLES[k][n] = (TABLES[0][c & 0xff] ^ (c >>> 8)) >>> 0;
  }

/**
 * @internal
 * @param data - bytes.
 * @param before - checksum of the bytes before them, to go on from. Default 0: none.
 */
export function crc32c(data: Uint8Array, before = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES;
  const n = data.length;
  let c = ~before;
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    c ^= data[i] | (data[i + 1] << 8) | (data[i + 2] << 16) | (data[i + 3] << 24);
    c =
      t7[c & 0xff] ^
      t6[(c >>> 8) & 0xff] ^
      t5[(c >>> 16) & 0xff] ^
      t4[c >>> 24] ^
      t3[data[i + 4]] ^
      t2[data[i + 5]] ^
      t1[data[i + 6]] ^
      t0[data[i + 7]];
  }
  for (; i < n; i++) c = t0[(c ^ data[i]) & 0xff] ^ (c >>> 8);
  return ~c >>> 0;
}
/** @internal A checksum as TensorFlow's files hold it: turned and moved, so that checksums of checksums differ. */
export const maskedCrc32c = (c: number): number => (((c >>> 15) | (c << 17)) + 0xa282ead8) >>> 0;
