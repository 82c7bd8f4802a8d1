/**
 * What the header of a shared library says of it: for which system and processor it is made, and whether all of it is
 * there. Read before it is opened: the system's loader ends the process (SIGBUS) upon a file that is cut off.
 */
import * as fs from 'node:fs';

/** @internal */
export interface BinaryFile {
  readonly bytes: number;
  readonly format: 'ELF' | 'Mach-O' | 'PE' | null;
  /** As `process.platform` names it; null where the format is no known one. */
  readonly platform: 'linux' | 'darwin' | 'win32' | null;
  /** As `process.arch` names it; null for one that is not known, or several in one file. */
  readonly arch: string | null;
  /** Bytes that the header says the file has at least. */
  readonly announced: number;
}
const ELF_MACHINES: Readonly<Record<number, string>> = {
  3: 'ia32',
  8: 'mips',
  20: 'ppc',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'x64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
};
const MACH_MACHINES: Readonly<Record<number, string>> = { 0x01000007: 'x64', 0x0100000c: 'arm64' };
const PE_MACHINES: Readonly<Record<number, string>> = { 0x8664: 'x64', 0xaa64: 'arm64', 0x014c: 'ia32' };
const HEADER = 1 << 12;

// Where the last segment and the table of sections end (System V ABI, chapter 4).
function elfEnd(b: Buffer, size: number, fd: number): number {
  const is64 = b[4] === 2;
  const isLittle = b[5] === 1;
  const u16 = (buffer: Buffer, at: number): number => (isLittle ? buffer.readUInt16LE(at) : buffer.readUInt16BE(at));
  const word = (buffer: Buffer, at: number): number =>
    is64
      ? Number(isLittle ? buffer.readBigUInt64LE(at) : buffer.readBigUInt64BE(at))
      : isLittle
        ? buffer.readUInt32LE(at)
        : buffer.readUInt32BE(at);
  const [programs, sections] = is64 ? [word(b, 32), word(b, 40)] : [word(b, 28), word(b, 32)];
  const sizes = is64 ? 54 : 42;
  const [programSize, programCount, sectionSize, sectionCount] = [0, 2, 4, 6].map((at) => u16(b, sizes + at));
  let end = Math.max(programs + programSize * programCount, sections + sectionSize * sectionCount);
  if (programs + programSize * programCount > size) return end;
  const table = Buffer.alloc(programSize * programCount);
  fs.readSync(fd, table, 0, table.length, programs);
  for (let i = 0; i < programCount; i++) {
    const at = i * programSize;
    end = Math.max(end, is64 ? word(table, at + 8) + word(table, at + 32) : word(table, at + 4) + word(table, at + 16));
  }
  return end;
}
/** @internal @throws what the system says about a file that cannot be read. */
export function readBinaryFile(file: string): BinaryFile {
  const fd = fs.openSync(file, 'r');
  try {
    const bytes = fs.fstatSync(fd).size;
    const b = Buffer.alloc(HEADER);
    const read = fs.readSync(fd, b, 0, HEADER, 0);
    const unknown: BinaryFile = { bytes, format: null, platform: null, arch: null, announced: 0 };
    if (read < 4) return unknown;
    if (b.toString('latin1', 0, 4) === '\x7fELF') {
      if (read < (b[4] === 2 ? 64 : 52)) return { ...unknown, format: 'ELF', platform: 'linux', announced: 64 };
      const machine = b[5] === 1 ? b.readUInt16LE(18) : b.readUInt16BE(18);
      return {
        bytes,
        format: 'ELF',
        platform: 'linux',
        arch: ELF_MACHINES[machine] ?? null,
        announced: elfEnd(b, bytes, fd),
      };
    }
    const magic = b.readUInt32LE(0);
    if (magic === 0xfeedfacf)
      return { ...unknown, format: 'Mach-O', platform: 'darwin', arch: MACH_MACHINES[b.readUInt32LE(4)] ?? null };
    if (magic === 0xbebafeca) return { ...unknown, format: 'Mach-O', platform: 'darwin' }; // of several processors
    const pe = b.toString('latin1', 0, 2) === 'MZ' ? b.readUInt32LE(60) : HEADER;
    if (pe + 6 <= read && b.toString('latin1', pe, pe + 4) === 'PE\0\0')
      return { ...unknown, format: 'PE', platform: 'win32', arch: PE_MACHINES[b.readUInt16LE(pe + 4)] ?? null };
    return unknown;
  } finally {
    fs.closeSync(fd);
  }
}
const SYSTEMS = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' };
/** @internal Why a file cannot be the addon of this process; null where its header is right. */
export function faultOf(file: string): string | null {
  let found: BinaryFile;
  try {
    found = readBinaryFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'EACCES'
      ? 'it cannot be read: permission denied'
      : code === 'ENOENT'
        ? 'it is a link to a file that is not there'
        : `it cannot be read: ${message}`;
  }
  const { bytes, platform, arch, announced } = found;
  if (bytes === 0) return 'the file is empty';
  if (platform === null) return `it is no shared library (${bytes} bytes)`;
  const isUnix = process.platform !== 'darwin' && process.platform !== 'win32';
  if (platform !== (isUnix ? 'linux' : process.platform))
    return `it is made for ${SYSTEMS[platform]}, and this is ${SYSTEMS[process.platform as 'linux'] ?? process.platform}`;
  if (arch !== null && arch !== process.arch) return `it is made for ${arch}, and this Node.js for ${process.arch}`;
  if (bytes < announced) return `the file is cut off: it has ${bytes} of at least ${announced} bytes`;
  return null;
}
