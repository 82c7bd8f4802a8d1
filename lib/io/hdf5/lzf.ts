/** LZF, which h5py offers as filter 32000 (liblzf by Marc Lehmann): literal runs and copies of what came before. */

/** @internal The bytes that `data` was made of, at most `most` of them; null when it is damaged. */
export function decompressLzf(data: Uint8Array, most: number): Uint8Array | null {
  const out = new Uint8Array(most);
  let from = 0;
  let to = 0;
  while (from < data.length) {
    const control = data[from++];
    if (control < 32) {
      // A run of control + 1 literal bytes.
      const n = control + 1;
      if (from + n > data.length || to + n > most) return null;
      out.set(data.subarray(from, from + n), to);
      from += n;
      to += n;
      continue;
    }
    // A copy: its length in 3 bits (7: one byte more), how far back in 13.
    let length = control >> 5;
    if (length === 7) length += data[from++] ?? NaN;
    const back = ((control & 31) << 8) + (data[from++] ?? NaN) + 1;
    length += 2;
    if (!(back <= to) || !(to + length <= most)) return null;
    // Byte by byte: a copy may reach into what it writes.
    for (let i = 0; i < length; i++, to++) out[to] = out[to - back];
  }
  return out.subarray(0, to);
}
