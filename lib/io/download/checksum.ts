/** Checksums of files: hexadecimal SHA-256 (or MD5, where makers state nothing better), or the `sha512-<base64>` form in which npm registries state them. */
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import { ValueError } from '../../support/errors';

/** @internal */
export interface Checksum {
  readonly algorithm: 'sha256' | 'sha512' | 'md5';
  readonly hex: string;
}

/** @internal What a source says about its file, as a checksum; undefined when it says nothing. */
export function checksumOf(
  where: string,
  stated: { sha256?: string; md5?: string; integrity?: string },
): Checksum | undefined {
  if (stated.sha256 !== undefined) {
    if (!/^[0-9a-f]{64}$/i.test(stated.sha256))
      throw new ValueError(`${where}: sha256 '${stated.sha256}' is not 64 hexadecimal digits.`);
    return { algorithm: 'sha256', hex: stated.sha256.toLowerCase() };
  }
  if (stated.md5 !== undefined) {
    if (!/^[0-9a-f]{32}$/i.test(stated.md5))
      throw new ValueError(`${where}: md5 '${stated.md5}' is not 32 hexadecimal digits.`);
    return { algorithm: 'md5', hex: stated.md5.toLowerCase() };
  }
  if (stated.integrity === undefined) return undefined;
  const match = /^(sha256|sha512)-([A-Za-z0-9+/]+=*)$/.exec(stated.integrity);
  const bytes = match && Buffer.from(match[2], 'base64');
  if (!match || !bytes || bytes.length !== (match[1] === 'sha512' ? 64 : 32))
    throw new ValueError(
      `${where}: integrity '${stated.integrity}' is not 'sha512-' or 'sha256-' and the digest in base64.`,
    );
  return { algorithm: match[1] as Checksum['algorithm'], hex: bytes.toString('hex') };
}

/** @internal Digest of a file, read in pieces so that other work goes on between them. */
export async function hashFile(file: string, algorithm: Checksum['algorithm'], signal?: AbortSignal): Promise<string> {
  const hash = crypto.createHash(algorithm);
  for await (const chunk of fs.createReadStream(file, { highWaterMark: 1 << 20, signal })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/**
 * @internal Compares a file with what its source states.
 * @returns undefined when it is right (or nothing is stated), else what is wrong, to be put into a message.
 */
export async function mismatch(
  file: string,
  checksum: Checksum | undefined,
  bytes: number | undefined,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { size } = await fs.promises.stat(file);
  if (bytes !== undefined && size !== bytes) return `it has ${size} bytes, ${bytes} expected`;
  if (!checksum) return undefined;
  const found = await hashFile(file, checksum.algorithm, signal);
  const name = { sha256: 'SHA-256', sha512: 'SHA-512', md5: 'MD5' }[checksum.algorithm];
  return found === checksum.hex
    ? undefined
    : `its ${name} is ${found.slice(0, 16)}..., ${checksum.hex.slice(0, 16)}... expected (${size} bytes)`;
}
