/** The C library and the processor of this machine, as far as the system tells. */
import * as fs from 'node:fs';
import * as os from 'node:os';

/** @internal `glibc 2.36`, `musl`, or null on systems with a C library of their own. */
export function libcOfSystem(): string | null {
  if (process.platform !== 'linux') return null;
  const { report } = process as { report?: { excludeNetwork?: boolean; getReport(): unknown } };
  const before = report?.excludeNetwork;
  if (!report) return null;
  // Otherwise it asks the network for the names of all open connections.
  if (before !== undefined) report.excludeNetwork = true;
  const { header, sharedObjects = [] } = report.getReport() as {
    header?: { glibcVersionRuntime?: string };
    sharedObjects?: string[];
  };
  if (before !== undefined) report.excludeNetwork = before;
  if (header?.glibcVersionRuntime) return `glibc ${header.glibcVersionRuntime}`;
  return sharedObjects.some((file) => /\bld-musl-|libc\.musl-/.test(file)) || fs.existsSync('/etc/alpine-release')
    ? 'musl'
    : null;
}

/** @internal */
export interface Processor {
  readonly model: string;
  /** Of the instruction sets that matter here, those that it has; null where the system does not tell. */
  readonly features: readonly string[] | null;
}
const FEATURES = [
  'sse4_2',
  'avx',
  'avx2',
  'fma',
  'f16c',
  'avx_vnni',
  'avx512f',
  'avx512dq',
  'avx512bw',
  'avx512vl',
  'avx512_vnni',
  'avx512_bf16',
  'avx512_fp16',
  'amx_tile',
  'amx_bf16',
  'amx_int8',
  'asimd',
  'asimdhp',
  'asimddp',
  'bf16',
  'sve',
];
/** @internal */
export function processorOfSystem(): Processor {
  const model = os.cpus()[0]?.model.trim() || 'unknown';
  let text: string;
  try {
    text = fs.readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return { model, features: null };
  }
  const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1];
  if (line === undefined) return { model, features: null };
  const has = new Set(line.split(/\s+/));
  return { model, features: FEATURES.filter((name) => has.has(name)) };
}
/** @internal What a processor lacks of x86-64-v2, which the engine needs; empty for others, and where the system does not tell. */
export function lacksOfBaseline(): string[] {
  if (process.arch !== 'x64') return [];
  try {
    const line = /^flags\s*:\s*(.*)$/m.exec(fs.readFileSync('/proc/cpuinfo', 'utf8'))?.[1];
    if (line === undefined) return [];
    const has = new Set(line.split(/\s+/));
    return ['cx16', 'lahf_lm', 'popcnt', 'ssse3', 'sse4_1', 'sse4_2'].filter((name) => !has.has(name));
  } catch {
    return [];
  }
}
