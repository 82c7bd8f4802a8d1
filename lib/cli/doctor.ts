/** `trae-node doctor`: versions, processor, limits, the binary and what it computes. Nothing of the engine is loaded in this process. */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as v8 from 'node:v8';
import { libcOfSystem, processorOfSystem, type Processor } from '../addon/system';
import { packageFolder } from '../folders';
import { cacheFolder } from '../io/download/cache';
import type { CommandRun } from './context';
import type { Engine, ProbeResult } from './engine_probe';
import { cgroupOf, graphicsDriver, systemName, type Cgroup } from './machine';
import { optionalPackages, type OptionalPackage } from './optional_packages';
import { bytesText, counted, factsText } from './text';

/** Settings of the surroundings that decide what is loaded and how it runs. */
const VARIABLES =
  /^(TRAE_|ONEDNN_|DNNL_|OMP_|GOMP_|KMP_|LD_LIBRARY_PATH$|LD_PRELOAD$|DYLD_|NODE_OPTIONS$|UV_THREADPOOL_SIZE$|PREBUILDS_ONLY$|LIBC$|ARM_VERSION$|npm_config_(arch|platform)$)/;
const SECONDS = 120;

/** Runs the probe in a process of its own. */
function probe(signal: AbortSignal): Promise<ProbeResult> {
  const program = path.join(__dirname, `engine_probe${path.extname(__filename)}`);
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...process.execArgv, program],
      { signal, timeout: SECONDS * 1000, maxBuffer: 1 << 24 },
      (error, stdout, stderr) => {
        try {
          resolve(JSON.parse(stdout) as ProbeResult);
        } catch {
          const {
            signal: name,
            code,
            killed,
          } = (error ?? {}) as { signal?: string; code?: number | string; killed?: boolean };
          const end = killed
            ? `did not end within ${SECONDS} seconds`
            : name
              ? `was ended by ${name}`
              : `ended with status ${code ?? 0}`;
          const meaning =
            name === 'SIGILL'
              ? ': this processor lacks instructions that the binary has'
              : name === 'SIGBUS'
                ? ': the file is damaged'
                : '';
          const said = stderr.trim().split('\n').slice(-3).join('\n  ');
          resolve({
            error: {
              code: null,
              message: `the process that loads the engine ${end}${meaning}.${said ? `\n  ${said}` : ''}`,
              attempts: [],
            },
          });
        }
      },
    );
  });
}
/** Which instruction set was chosen and why; null where it cannot be told. */
function isaReason(isa: string, { features }: Processor): string {
  const limit = process.env.TRAE_MAX_ISA;
  const isKnown = limit === undefined || ['base', 'avx2', 'avx512'].includes(limit);
  const note = isKnown ? '' : `; TRAE_MAX_ISA is '${limit}', which is none of base, avx2 and avx512, and is ignored`;
  if (process.arch !== 'x64') return `the vectors of ${process.arch}`;
  const wanted: Readonly<Record<string, readonly string[]>> = {
    avx512: ['avx512f', 'avx512dq', 'avx512bw', 'avx512vl'],
    avx2: ['avx2', 'fma'],
    base: ['sse4_2'],
  };
  const better = isa === 'base' ? 'avx2' : isa === 'avx2' ? 'avx512' : null;
  const lacking = better && features ? wanted[better].filter((f) => !features.includes(f)) : [];
  if (isKnown && limit !== undefined && limit === isa && !lacking.length && better) return `TRAE_MAX_ISA is '${limit}'`;
  if (better === null) return `the processor has ${wanted[isa]?.join(', ') ?? isa}${note}`;
  return (
    (lacking.length
      ? `the best that the processor has: ${better} needs ${lacking.join(', ')}`
      : 'the best that was found') + note
  );
}
function threadsReason(threads: number, cgroup: Cgroup | null): string {
  const set = process.env.OMP_NUM_THREADS;
  const available = os.availableParallelism();
  const quota = cgroup?.cpuQuota ?? null;
  if (quota !== null && threads === Math.max(1, Math.ceil(quota)) && threads < available)
    return `the container may use ${quota} processors`;
  if (set && Number(set) === threads) return `OMP_NUM_THREADS is ${set}`;
  return threads === available
    ? 'as many as processors that this process may use'
    : `of ${counted(available, 'processor')} that this process may use`;
}
interface Cache {
  folder: string;
  exists: boolean;
  writable: boolean;
  files: number;
  bytes: number;
}
function cacheState(): Cache {
  const folder = cacheFolder();
  let existing = folder;
  while (!fs.existsSync(existing) && existing !== path.dirname(existing)) existing = path.dirname(existing);
  let writable = true;
  let files = 0;
  let bytes = 0;
  try {
    fs.accessSync(existing, fs.constants.W_OK);
  } catch {
    writable = false;
  }
  try {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true, recursive: true })) {
      if (!entry.isFile()) continue;
      files++;
      bytes += fs.statSync(path.join(entry.parentPath ?? entry.path, entry.name)).size;
    }
  } catch {
    // Not there, or not to be looked into: nothing is counted.
  }
  return { folder, exists: fs.existsSync(folder), writable, files, bytes };
}
function addonFacts({ file, isPrebuilt }: Engine) {
  const { size, mtime } = fs.statSync(file);
  const isNamed = !file.startsWith(packageFolder + path.sep);
  return {
    file,
    origin: isPrebuilt ? 'prebuilt, came with the package' : 'built on this machine',
    isNamed,
    bytes: size,
    modified: mtime.toISOString(),
  };
}
const optionalLine = ({ name, version, found, error, for: purpose }: OptionalPackage): string =>
  error
    ? `${name} ${version}: does not load (${error})`
    : found
      ? `${name}${version ? ` ${version}` : ''}`
      : `${name}: not installed (for ${purpose}: npm install ${name})`;

export const run: CommandRun = async (context) => {
  const [result, packages] = await Promise.all([probe(context.signal), optionalPackages()]);
  context.signal.throwIfAborted();
  const processor = processorOfSystem();
  const cgroup = cgroupOf();
  const engine = 'engine' in result ? result.engine : null;
  const error = 'error' in result ? result.error : null;
  const addon = engine && addonFacts(engine);
  const driver = graphicsDriver();
  const cache = cacheState();
  const available = os.availableParallelism();
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { version } = require('../../package.json') as { version: string };
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => VARIABLES.test(name)));
  const passed = engine !== null && engine.tests.every((t) => t.passed);
  const report = {
    passed,
    versions: {
      'trae-node': version,
      node: process.versions.node,
      nodeApi: process.versions.napi,
      v8: process.versions.v8,
      onednn: engine?.onednn ?? null,
    },
    packageFolder,
    node: process.execPath,
    platform: `${process.platform}-${process.arch}`,
    system: systemName(),
    libc: libcOfSystem(),
    processor: { ...processor, processors: available },
    instructionSet: engine && {
      chosen: engine.isa,
      why: isaReason(engine.isa, processor),
      onednnLimit: process.env.ONEDNN_MAX_CPU_ISA ?? process.env.DNNL_MAX_CPU_ISA ?? null,
    },
    threads: engine && { count: engine.threads, why: threadsReason(engine.threads, cgroup) },
    cgroup,
    memory: { bytes: os.totalmem(), freeBytes: os.freemem(), heapLimitBytes: v8.getHeapStatistics().heap_size_limit },
    gpu: { used: null, driver },
    devices: engine?.devices ?? [],
    cache,
    addon: addon ?? { error: error!.message, attempts: error!.attempts },
    load: engine && { milliseconds: engine.loadMilliseconds, residentBytes: engine.residentBytes },
    optionalPackages: packages,
    environment,
    selfTest: engine?.tests ?? [],
  };
  const limits = cgroup && [
    cgroup.cpuQuota === null ? 'no limit of processors' : `${cgroup.cpuQuota} processors`,
    cgroup.memoryLimit === null
      ? 'no limit of memory'
      : `${bytesText(cgroup.memoryLimit)} of memory${cgroup.memoryUsed === null ? '' : ` (${bytesText(cgroup.memoryUsed)} in use)`}`,
  ];
  const text = (): string =>
    [
      factsText([
        ['trae-node', `${version}, in ${packageFolder}`],
        [
          'Node.js',
          `${process.versions.node} (Node-API ${process.versions.napi}, V8 ${process.versions.v8}), ${process.execPath}`,
        ],
        ['system', `${systemName()}, ${process.platform}-${process.arch}`],
        ['C library', report.libc],
        ['processor', `${processor.model}; ${counted(available, 'processor')} for this process`],
        [
          'has',
          processor.features === null
            ? null
            : processor.features.join(' ') || 'none of the vector instructions that are looked for',
        ],
        ['instructions', engine && `${engine.isa}: ${isaReason(engine.isa, processor)}`],
        ['threads', engine && `${engine.threads}: ${threadsReason(engine.threads, cgroup)}`],
        ['container', limits && `cgroup ${cgroup.version}: ${limits.join(', ')}`],
        [
          'memory',
          `${bytesText(os.totalmem())}, ${bytesText(os.freemem())} free; JavaScript's heap at most ${bytesText(report.memory.heapLimitBytes)}`,
        ],
        [
          'oneDNN',
          engine &&
            `${engine.onednn}${report.instructionSet?.onednnLimit ? `, limited to ${report.instructionSet.onednnLimit} by ONEDNN_MAX_CPU_ISA` : ''}`,
        ],
        ['GPU', driver ? `none is used: this build computes on the processor (there is the ${driver})` : 'none'],
        [
          'binary',
          addon &&
            `${addon.file}\n${addon.origin}${addon.isNamed ? ', outside of the package' : ''}; ${bytesText(addon.bytes)}, of ${addon.modified.slice(0, 10)}`,
        ],
        [
          'loaded',
          engine && `in ${engine.loadMilliseconds.toFixed(0)} ms, ${bytesText(engine.residentBytes)} resident`,
        ],
        [
          'cache',
          `${cache.folder} (${cache.exists ? `${counted(cache.files, 'file')}, ${bytesText(cache.bytes)}` : 'not there yet'}${cache.writable ? '' : '; it cannot be written'})`,
        ],
        ['optional', packages.map(optionalLine).join('\n')],
        [
          'variables',
          Object.entries(environment)
            .map(([name, value]) => `${name}=${value}`)
            .join('\n') || 'none that matters is set',
        ],
        [
          'self-test',
          engine &&
            engine.tests
              .map((t) => `${t.name}: ${t.passed ? `right, ${t.milliseconds.toFixed(1)} ms` : `WRONG: ${t.error}`}`)
              .join('\n'),
        ],
      ]),
      '',
      error
        ? error.message
        : passed
          ? 'All is well.'
          : 'The engine computes wrong values: please report this with the lines above.',
    ].join('\n');
  context.print(text, report);
  return passed ? 0 : 1;
};
