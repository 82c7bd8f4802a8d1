/**
 * Hashes of texts as TensorFlow computes them: FarmHash's Fingerprint64 (`to_hash_bucket_fast`), SipHash-2-4
 * (`to_hash_bucket_strong`), and the combination of fingerprints of crossed features. 64-bit words are bigints.
 */
const MASK = 0xffffffffffffffffn;
const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;

const add = (...xs: bigint[]): bigint => xs.reduce((a, b) => a + b) & MASK;
const multiply = (a: bigint, b: bigint): bigint => (a * b) & MASK;
const rotateRight = (x: bigint, by: bigint): bigint => ((x >> by) | (x << (64n - by))) & MASK;
const rotateLeft = (x: bigint, by: bigint): bigint => rotateRight(x, 64n - by);
const shiftMix = (x: bigint): bigint => x ^ (x >> 47n);

function hash16(u: bigint, v: bigint, mul: bigint): bigint {
  const a = shiftMix(multiply(u ^ v, mul));
  const b = shiftMix(multiply(v ^ a, mul));
  return multiply(b, mul);
}
const utf8 = new TextEncoder();

/** FarmHash Fingerprint64 (farmhashna::Hash64) of the UTF-8 bytes (Pike 2014). */
export function fingerprint64(text: string): bigint {
  const s = utf8.encode(text);
  const n = s.length;
  const view = new DataView(s.buffer, s.byteOffset, n);
  const length = BigInt(n);
  const at = (i: number): bigint => view.getBigUint64(i, true);
  const at32 = (i: number): bigint => BigInt(view.getUint32(i, true));
  const mul = add(K2, length * 2n);
  if (n === 0) return K2;
  if (n < 4) {
    const y = BigInt(s[0] + (s[n >> 1] << 8));
    const z = BigInt(n + (s[n - 1] << 2));
    return multiply(shiftMix(multiply(y, K2) ^ multiply(z, K0)), K2);
  }
  if (n < 8) return hash16(add(length, at32(0) << 3n), at32(n - 4), mul);
  if (n <= 16) {
    const a = add(at(0), K2);
    const b = at(n - 8);
    return hash16(add(multiply(rotateRight(b, 37n), mul), a), multiply(add(rotateRight(a, 25n), b), mul), mul);
  }
  if (n <= 64) {
    const a = multiply(at(0), n <= 32 ? K1 : K2);
    const b = at(8);
    const c = multiply(at(n - 8), mul);
    const d = multiply(at(n - 16), K2);
    const y = add(rotateRight(add(a, b), 43n), rotateRight(c, 30n), d);
    const z = hash16(y, add(a, rotateRight(add(b, K2), 18n), c), mul);
    if (n <= 32) return z;
    const e = multiply(at(16), mul);
    const f = at(24);
    const g = multiply(add(y, at(n - 32)), mul);
    const h = multiply(add(z, at(n - 24)), mul);
    return hash16(
      add(rotateRight(add(e, f), 43n), rotateRight(g, 30n), h),
      add(e, rotateRight(add(f, a), 18n), g),
      mul,
    );
  }
  const weak = (i: number, a0: bigint, b0: bigint): [bigint, bigint] => {
    const [w, x, y, z] = [at(i), at(i + 8), at(i + 16), at(i + 24)];
    const a = add(a0, w);
    const b = rotateRight(add(b0, a, z), 21n);
    const sum = add(a, x, y);
    return [add(sum, z), add(b, rotateRight(sum, 44n), a)];
  };
  let x = add(multiply(81n, K2), at(0));
  let y = add(multiply(81n, K1), 113n);
  let z = multiply(shiftMix(add(multiply(y, K2), 113n)), K2);
  let v: [bigint, bigint] = [0n, 0n];
  let w: [bigint, bigint] = [0n, 0n];
  const round = (i: number, factor: bigint, tail: bigint): void => {
    x = multiply(rotateRight(add(x, y, v[0], at(i + 8)), 37n), factor);
    y = multiply(rotateRight(add(y, v[1], at(i + 48)), 42n), factor);
    x ^= multiply(w[1], tail);
    y = add(y, multiply(v[0], tail), at(i + 40));
    z = multiply(rotateRight(add(z, w[0]), 33n), factor);
    v = weak(i, multiply(v[1], factor), add(x, w[0]));
    w = weak(i + 32, add(z, w[1]), add(y, at(i + 16)));
    [z, x] = [x, z];
  };
  const end = Math.floor((n - 1) / 64) * 64;
  for (let i = 0; i < end; i += 64) round(i, K1, 1n);
  const factor = add(K1, (z & 0xffn) << 1n);
  w[0] = add(w[0], BigInt((n - 1) & 63));
  v[0] = add(v[0], w[0]);
  w[0] = add(w[0], v[0]);
  round(n - 64, factor, 9n);
  return hash16(
    add(hash16(v[0], w[0], factor), multiply(shiftMix(y), K0), z),
    add(hash16(v[1], w[1], factor), x),
    factor,
  );
}

/** SipHash-2-4 of the UTF-8 bytes under a key of two 64-bit words (Aumasson & Bernstein 2012). */
export function sipHash(text: string, [key0, key1]: readonly [bigint, bigint]): bigint {
  const s = utf8.encode(text);
  const n = s.length;
  const view = new DataView(s.buffer, s.byteOffset, n);
  let v0 = 0x736f6d6570736575n ^ key0;
  let v1 = 0x646f72616e646f6dn ^ key1;
  let v2 = 0x6c7967656e657261n ^ key0;
  let v3 = 0x7465646279746573n ^ key1;
  const rounds = (count: number): void => {
    for (let i = 0; i < count; i++) {
      v0 = add(v0, v1);
      v1 = rotateLeft(v1, 13n) ^ v0;
      v0 = rotateLeft(v0, 32n);
      v2 = add(v2, v3);
      v3 = rotateLeft(v3, 16n) ^ v2;
      v0 = add(v0, v3);
      v3 = rotateLeft(v3, 21n) ^ v0;
      v2 = add(v2, v1);
      v1 = rotateLeft(v1, 17n) ^ v2;
      v2 = rotateLeft(v2, 32n);
    }
  };
  const compress = (word: bigint): void => {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  };
  for (let i = 0; i + 8 <= n; i += 8) compress(view.getBigUint64(i, true));
  let last = BigInt(n & 255) << 56n;
  for (let i = n & ~7; i < n; i++) last |= BigInt(s[i]) << BigInt(8 * (i & 7));
  compress(last);
  v2 ^= 0xffn;
  rounds(4);
  return v0 ^ v1 ^ v2 ^ v3;
}

const CROSS = 0xc6a4a7935bd1e995n;
/** One fingerprint of two (TensorFlow's FingerprintCat64). */
export function joinFingerprints(first: bigint, second: bigint): bigint {
  let r = first ^ CROSS;
  r ^= multiply(shiftMix(multiply(second, CROSS)), CROSS);
  r = multiply(r, CROSS);
  return shiftMix(multiply(shiftMix(r), CROSS));
}
