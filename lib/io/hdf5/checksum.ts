/** Bob Jenkins' lookup3 (hashlittle): the checksum of HDF5's metadata. Public domain, burtleburtle.net/bob/c/lookup3.c. */

const rotate = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

/** @internal */
export function lookup3(data: Uint8Array, initial = 0): number {
  let length = data.length;
  let at = 0;
  let a = (0xdeadbeef + length + initial) | 0;
  let b = a;
  let c = a;
  const word = (i: number): number => data[i] | (data[i + 1] << 8) | (data[i + 2] << 16) | (data[i + 3] << 24);
  while (length > 12) {
    a = (a + word(at)) | 0;
    b = (b + word(at + 4)) | 0;
    c = (c + word(at + 8)) | 0;
    a = (a - c) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 4);
    b = (b + a) | 0;
    length -= 12;
    at += 12;
  }
  if (length === 0) return c >>> 0;
  const byte = (i: number): number => (i < length ? data[at + i] : 0);
  const rest = (i: number): number => byte(i) | (byte(i + 1) << 8) | (byte(i + 2) << 16) | (byte(i + 3) << 24);
  a = (a + rest(0)) | 0;
  b = (b + rest(4)) | 0;
  c = (c + rest(8)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}
