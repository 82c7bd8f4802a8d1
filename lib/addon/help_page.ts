/** What is shown when no binary could be loaded: every place that was tried, why each failed, what to do. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Places } from './places';
import { targetPlatform } from './places';
import { lacksOfBaseline, libcOfSystem } from './system';

/** @internal What became of one place, or of one file in it. */
export interface Attempt {
  /** A folder, or a file. */
  readonly at: string;
  readonly isFile: boolean;
  readonly why: string;
  readonly fix: string | null;
}
const manifestOf = (folder: string): { name?: string } | null => {
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as { name?: string };
  } catch {
    return null;
  }
};
/** How the addon is built in this folder: a clone has scripts for it, an installed package its sources alone. */
function building(folder: string): string {
  if (fs.existsSync(path.join(folder, 'scripts', 'setup.sh')))
    return `build it: "npm run setup" in ${folder} (or "npm run compile", where the compiler, CMake, oneDNN and Eigen are there).`;
  return `build it, with a C++20 compiler, CMake, oneDNN and Eigen: "npm install --no-save cmake-js node-addon-api && npx cmake-js build" in ${folder}.`;
}
function advice(folder: string, { override, platforms }: Places, attempts: readonly Attempt[]): string[] {
  const { platform, arch } = targetPlatform();
  const files = attempts.filter((a) => a.isFile);
  const out = new Set<string>();
  if (manifestOf(folder)?.name !== 'trae-node')
    out.add(
      `${folder} is not the folder of the package: a bundler took it in without its addon. Keep trae-node out of the bundle (esbuild: --external:trae-node; webpack: externals), so that it is required from node_modules.`,
    );
  if (override !== null)
    out.add(
      `TRAE_NODE_PREBUILD is set to '${override}', so that only this folder was searched: unset it, or set it to a folder holding build/Release/trae.node or prebuilds/${platform}-${arch}.`,
    );
  for (const name of ['npm_config_platform', 'npm_config_arch', 'PREBUILDS_ONLY'])
    if (process.env[name])
      out.add(`${name} is set to '${process.env[name]}', which decides what is looked for: unset it.`);
  const lacking = lacksOfBaseline();
  if (lacking.length)
    out.add(
      `this processor lacks ${lacking.join(', ')} (x86-64-v2, which the engine needs): use a processor of 2009 or later, or other settings of the virtual machine.`,
    );
  for (const { fix } of files) if (fix) out.add(`${fix}.`);
  if (files.some((a) => /made for|cut off|is empty|no shared library/.test(a.why)))
    out.add(
      'install the package again on this machine: "rm -rf node_modules/trae-node && npm install"; node_modules of another machine cannot be copied here.',
    );
  if (!files.length && !platforms.includes(`${platform}-${arch}`))
    out.add(
      platforms.length
        ? `the package has no binary for ${platform}-${arch}; it has some for ${platforms.join(', ')}.`
        : `the package has no prebuilt binaries: it was made without them, or a tool that packed the project left ${path.join(folder, 'prebuilds')} out.`,
    );
  out.add(building(folder));
  if (override === null)
    out.add(
      'use a binary that lies elsewhere: set TRAE_NODE_PREBUILD to the folder that holds build/Release/trae.node.',
    );
  out.add('"npx trae-node doctor" shows this and more about the system.');
  return [...out];
}
/** @internal */
export function helpPage(folder: string, places: Places, attempts: readonly Attempt[]): string {
  const libc = libcOfSystem();
  return [
    `trae-node: the native addon could not be loaded on ${process.platform}-${process.arch} (Node ${process.version}${libc ? `, ${libc}` : ''}).`,
    '  Tried, in this order:',
    ...attempts.map(({ at, why }) => `  - ${at}: ${why}.`),
    '  What to do:',
    ...advice(folder, places, attempts).map((line) => `  - ${line}`),
  ].join('\n');
}
