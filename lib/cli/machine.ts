/** What a process may use of this machine: processors and memory, also where a container (cgroup) limits them; graphics drivers. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const textOf = (file: string): string | null => {
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
};
/** @internal */
export interface Cgroup {
  readonly version: 1 | 2;
  /** Processors that may be used at once; null without a limit. */
  readonly cpuQuota: number | null;
  readonly memoryLimit: number | null;
  readonly memoryUsed: number | null;
}
// Larger ones stand for no limit.
const limitOf = (text: string | null): number | null =>
  text !== null && /^\d+$/.test(text) && Number(text) < 2 ** 60 ? Number(text) : null;
const least = (values: readonly (number | null)[]): number | null =>
  values.reduce<number | null>((a, b) => (a === null ? b : b === null ? a : Math.min(a, b)), null);
function quotaOf(quota: string | null | undefined, period: string | null | undefined): number | null {
  const [q, p] = [Number(quota), Number(period)];
  return q > 0 && p > 0 ? q / p : null;
}
/** Folders of a group and of those above it, which limit it too. */
function above(root: string, group: string): string[] {
  const parts = group.split('/').filter((p) => p && p !== '..');
  return Array.from({ length: parts.length + 1 }, (_, i) => path.posix.join(root, ...parts.slice(0, i))).reverse();
}
/** @internal @param root - where the files of the system lie: other folders in tests. */
export function cgroupOf(root = '/'): Cgroup | null {
  const groups = textOf(path.join(root, 'proc/self/cgroup'));
  if (groups === null) return null;
  const base = path.join(root, 'sys/fs/cgroup');
  const pathOf = (controller: RegExp): string =>
    groups
      .split('\n')
      .find((line) => controller.test(line.split(':')[1] ?? 'none'))
      ?.split(':')
      .slice(2)
      .join(':') ?? '/';
  if (textOf(path.join(base, 'cgroup.controllers')) !== null) {
    const folders = above(base, pathOf(/^$/));
    const cpu = folders.map((f) =>
      quotaOf(...((textOf(path.join(f, 'cpu.max'))?.split(/\s+/) ?? []) as [string?, string?])),
    );
    return {
      version: 2,
      cpuQuota: least(cpu),
      memoryLimit: least(folders.map((f) => limitOf(textOf(path.join(f, 'memory.max'))))),
      memoryUsed: folders.map((f) => limitOf(textOf(path.join(f, 'memory.current')))).find((n) => n !== null) ?? null,
    };
  }
  const cpuBase = ['cpu', 'cpu,cpuacct'].map((name) => path.join(base, name)).find((f) => fs.existsSync(f));
  const memoryBase = path.join(base, 'memory');
  if (!cpuBase && !fs.existsSync(memoryBase)) return null;
  const cpus = cpuBase ? above(cpuBase, pathOf(/(^|,)cpu(,|$)/)) : [];
  const memories = above(memoryBase, pathOf(/(^|,)memory(,|$)/));
  return {
    version: 1,
    cpuQuota: least(
      cpus.map((f) => quotaOf(textOf(path.join(f, 'cpu.cfs_quota_us')), textOf(path.join(f, 'cpu.cfs_period_us')))),
    ),
    memoryLimit: least(memories.map((f) => limitOf(textOf(path.join(f, 'memory.limit_in_bytes'))))),
    memoryUsed:
      memories.map((f) => limitOf(textOf(path.join(f, 'memory.usage_in_bytes')))).find((n) => n !== null) ?? null,
  };
}
/** @internal Name and version of the system: `Debian GNU/Linux 12 (bookworm), Linux 6.1.0`. */
export function systemName(): string {
  const name = /^PRETTY_NAME="?([^"\n]*)/m.exec(textOf('/etc/os-release') ?? '')?.[1];
  const kernel = `${os.type()} ${os.release()}`;
  return name ? `${name}, ${kernel}` : kernel;
}
/** @internal The graphics driver that is there, in words; null when there is none that is known. */
export function graphicsDriver(root = '/'): string | null {
  const nvidia = /NVRM version: .*?\s(\d+\.\d[\d.]*)\s/.exec(
    textOf(path.join(root, 'proc/driver/nvidia/version')) ?? '',
  )?.[1];
  if (nvidia) return `NVIDIA driver ${nvidia}`;
  const amd = textOf(path.join(root, 'sys/module/amdgpu/version'));
  if (amd !== null || fs.existsSync(path.join(root, 'dev/kfd'))) return `AMD driver${amd ? ` ${amd}` : ''}`;
  return null;
}
