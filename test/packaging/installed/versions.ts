/** The programs that the package is tried with, pinned. What has one line here is one folder in the cache. */
import { arch, platform } from 'node:process';

/** Node itself, from the npm packages that carry its binaries. */
export const NODE = { 20: '20.20.2', 22: '22.23.5', 24: '24.22.3', 26: '26.12.1' } as const;
export type NodeMajor = keyof typeof NODE;
export const NODE_MAJORS = Object.keys(NODE).map(Number) as NodeMajor[];
/** The one that runs tools, some of which ask for more than Node 20. */
export const TOOLS_NODE: NodeMajor = 24;

export const NODE_PACKAGE = `node-${platform === 'win32' ? 'win' : platform}-${arch}`;
export const NODE_FILE = platform === 'win32' ? 'bin/node.exe' : 'bin/node';

/** Name in the cache: the packages it is made of. */
export const TOOLS = {
  'npm-11': { npm: '11.21.2' },
  'npm-12': { npm: '12.2.2' },
  pnpm: { pnpm: '12.4.2' },
  'yarn-1': { yarn: '1.22.22' },
  'yarn-4': { '@yarnpkg/cli-dist': '4.18.1' },
  'typescript-5': { typescript: '5.9.3', '@types/node': '20.19.43' },
  'typescript-6': { typescript: '6.0.3', '@types/node': '24.13.3' },
  'typescript-7': { typescript: '7.0.2', '@types/node': '24.13.3' },
  esbuild: { esbuild: '0.28.2' },
  webpack: { webpack: '5.113.0', 'webpack-cli': '7.3.1' },
  vitest: { vitest: '4.1.12', vite: '8.3.8' },
  jest: { jest: '30.5.2' },
  publint: { publint: '0.3.25' },
  'are-the-types-wrong': { '@arethetypeswrong/cli': '0.18.5' },
  bun: {
    [`@oven/bun-${platform === 'win32' ? 'windows' : platform}-${arch === 'arm64' ? 'aarch64' : 'x64'}`]: '1.4.5',
  },
  deno: { [`@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}`]: '2.9.6' },
} as const satisfies Record<string, Record<string, string>>;
export type Tool = keyof typeof TOOLS;
