/** What the commands read of the system and of tables: limits of containers, graphics drivers, lines of .csv. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { cgroupOf, graphicsDriver } from '../../lib/cli/machine';
import { parseCsv, numberIn } from '../../lib/cli/csv';

function withSystem<T>(files: Record<string, string>, f: (root: string) => T): T {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'trae-system-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      fs.writeFileSync(path.join(root, name), text);
    }
    return f(root);
  } finally {
    fs.rmSync(root, { recursive: true });
  }
}
describe('limits of a container', () => {
  it('of cgroup 2: the tightest of the group and those above it', () => {
    const files = {
      'proc/self/cgroup': '0::/pods/one\n',
      'sys/fs/cgroup/cgroup.controllers': 'cpu memory\n',
      'sys/fs/cgroup/pods/cpu.max': '150000 100000\n',
      'sys/fs/cgroup/pods/memory.max': '1073741824\n',
      'sys/fs/cgroup/pods/one/cpu.max': 'max 100000\n',
      'sys/fs/cgroup/pods/one/memory.max': '2147483648\n',
      'sys/fs/cgroup/pods/one/memory.current': '1048576\n',
    };
    assert.deepEqual(withSystem(files, cgroupOf), {
      version: 2,
      cpuQuota: 1.5,
      memoryLimit: 1073741824,
      memoryUsed: 1048576,
    });
  });
  it('of cgroup 1', () => {
    const files = {
      'proc/self/cgroup': '5:memory:/docker/a\n4:cpu,cpuacct:/docker/a\n',
      'sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_quota_us': '50000\n',
      'sys/fs/cgroup/cpu,cpuacct/docker/a/cpu.cfs_period_us': '100000\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      'sys/fs/cgroup/memory/docker/a/memory.limit_in_bytes': '536870912\n',
    };
    assert.deepEqual(withSystem(files, cgroupOf), {
      version: 1,
      cpuQuota: 0.5,
      memoryLimit: 536870912,
      memoryUsed: null,
    });
  });
  it('that there are none', () => {
    assert.equal(withSystem({}, cgroupOf), null);
    const open = {
      'proc/self/cgroup': '0::/\n',
      'sys/fs/cgroup/cgroup.controllers': '\n',
      'sys/fs/cgroup/cpu.max': 'max 100000\n',
      'sys/fs/cgroup/memory.max': 'max\n',
    };
    assert.deepEqual(withSystem(open, cgroupOf), { version: 2, cpuQuota: null, memoryLimit: null, memoryUsed: null });
  });
});
describe('graphics driver', () => {
  it('is named by its version', () => {
    const nvidia =
      'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\nGCC version:  gcc version 12.2.0\n';
    assert.equal(withSystem({ 'proc/driver/nvidia/version': nvidia }, graphicsDriver), 'NVIDIA driver 550.54.15');
    assert.equal(withSystem({ 'sys/module/amdgpu/version': '6.7.0\n' }, graphicsDriver), 'AMD driver 6.7.0');
    assert.equal(withSystem({}, graphicsDriver), null);
  });
});
describe('tables as text', () => {
  const cells = (text: string, delimiter?: string) => parseCsv(text, 'f.csv', delimiter).map((r) => r.cells);
  it('have quotes, any end of line, and delimiters that the first line shows', () => {
    assert.deepEqual(cells('a,b\n1,2'), [
      ['a', 'b'],
      ['1', '2'],
    ]);
    assert.deepEqual(cells('\ufeffa;b\r\n"x;""y""\r\nz";2\r\n\r\n'), [
      ['a', 'b'],
      ['x;"y"\r\nz', '2'],
    ]);
    assert.deepEqual(cells('1\t2\r3\t4\r'), [
      ['1', '2'],
      ['3', '4'],
    ]);
    assert.deepEqual(cells('"a;b",c\n'), [['a;b', 'c']]);
    assert.deepEqual(cells('1|2', '|'), [['1', '2']]);
    assert.deepEqual(cells(',\n""\n\n1,'), [['', ''], [''], ['1', '']]);
    assert.deepEqual(
      parseCsv('"a\nb"\n\n1', 'f.csv').map((r) => r.line),
      [1, 4],
    );
    assert.throws(() => parseCsv('1,2\n"a', 'f.csv'), {
      message: 'f.csv: line 2: a quote is opened and never closed.',
    });
  });
  it('have numbers as Python and NumPy write them', () => {
    assert.deepEqual([' 1.5 ', '-1e3', '0x10', 'True', '-inf', 'NaN'].map(numberIn), [
      1.5,
      -1000,
      16,
      1,
      -Infinity,
      NaN,
    ]);
    assert.deepEqual(['', ' ', 'x', '1,5', '1 2'].map(numberIn), [
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
