/** Where the native addon is looked for, and in which order: the one of the package node-gyp-build, whose own functions judge names. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

interface Tuple {
  name: string;
  platform: string;
  architectures: string[];
}
interface Tags {
  file: string;
}
interface NodeGypBuild {
  (folder: string): unknown;
  parseTuple(name: string): Tuple | undefined;
  matchTuple(platform: string, arch: string): (tuple: Tuple | undefined) => boolean;
  compareTuples(a: Tuple, b: Tuple): number;
  parseTags(file: string): Tags | undefined;
  matchTags(runtime: string, abi: string): (tags: Tags | undefined) => boolean;
  compareTags(runtime: string): (a: Tags, b: Tags) => number;
}
// eslint-disable-next-line @typescript-eslint/no-require-imports -- its types are of its default export alone
export const nodeGypBuild = require('node-gyp-build') as NodeGypBuild;

/** @internal A folder in which an addon may lie. */
export interface Place {
  readonly folder: string;
  /** Why nothing is taken from it; null where there are candidates. */
  readonly empty: string | null;
  /** Files that fit this platform, the one to load first. */
  readonly candidates: readonly string[];
  readonly isPrebuilt: boolean;
}
/** @internal */
export interface Places {
  /** The folder that `TRAE_NODE_PREBUILD` names, where it is set. */
  readonly override: string | null;
  readonly searched: readonly Place[];
  /** Platforms that the package holds prebuilt binaries of, as `linux-x64`. */
  readonly platforms: readonly string[];
}

/** @internal The platform that binaries are chosen for; npm's settings count, as in node-gyp-build. */
export const targetPlatform = (): { platform: string; arch: string; runtime: string } => ({
  platform: process.env.npm_config_platform || os.platform(),
  arch: process.env.npm_config_arch || os.arch(),
  runtime: process.versions.electron || process.env.ELECTRON_RUN_AS_NODE ? 'electron' : 'node',
});

function filesOf(folder: string): string[] | null {
  try {
    return fs.readdirSync(folder);
  } catch {
    return null;
  }
}
// The first one is taken; others beside it never are.
function buildFolder(folder: string): Place {
  const files = filesOf(folder);
  const found = (files ?? []).filter((name) => name.endsWith('.node')).slice(0, 1);
  return {
    folder,
    empty: files === null ? 'there is no such folder' : found.length ? null : 'it holds no .node file',
    candidates: found.map((name) => path.join(folder, name)),
    isPrebuilt: false,
  };
}
function prebuiltFolder(above: string): { place: Place; platforms: string[] } {
  const { platform, arch, runtime } = targetPlatform();
  const folder = path.join(above, 'prebuilds');
  const names = filesOf(folder);
  const tuples = (names ?? []).map(nodeGypBuild.parseTuple).filter((t): t is Tuple => t !== undefined);
  const platforms = tuples.map((t) => t.name).sort();
  const mine = tuples.filter(nodeGypBuild.matchTuple(platform, arch)).sort(nodeGypBuild.compareTuples)[0] as
    Tuple | undefined;
  const nothing = (at: string, empty: string) => ({
    place: { folder: at, empty, candidates: [], isPrebuilt: true },
    platforms,
  });
  if (names === null) return nothing(folder, 'there is no such folder');
  if (!mine)
    return nothing(
      folder,
      `it holds nothing for ${platform}-${arch}${platforms.length ? `, only for ${platforms.join(', ')}` : ''}`,
    );
  const own = path.join(folder, mine.name);
  const inside = filesOf(own) ?? [];
  const fitting = inside
    .map(nodeGypBuild.parseTags)
    .filter((t): t is Tags => nodeGypBuild.matchTags(runtime, process.versions.modules)(t))
    .sort(nodeGypBuild.compareTags(runtime));
  if (!fitting.length) {
    const others = inside.filter((name) => name.endsWith('.node'));
    return nothing(
      own,
      others.length
        ? `none of its files fits this libc, runtime or processor (${others.join(', ')})`
        : 'it holds no .node file',
    );
  }
  return {
    place: { folder: own, empty: null, candidates: fitting.map(({ file }) => path.join(own, file)), isPrebuilt: true },
    platforms,
  };
}
// node-gyp-build makes the name of the variable from the manifest; where there is none (in a bundle), it looks at no variable.
function overrideOf(packageFolder: string): string | null {
  try {
    const { name } = JSON.parse(fs.readFileSync(path.join(packageFolder, 'package.json'), 'utf8')) as { name: string };
    return process.env[`${name.toUpperCase().replace(/-/g, '_')}_PREBUILD`] || null;
  } catch {
    return null;
  }
}

/** @internal All places, in the order in which they are tried. */
export function placesOf(packageFolder: string): Places {
  const override = overrideOf(packageFolder);
  const root = override ?? packageFolder;
  const prebuilt = prebuiltFolder(root);
  const builds = ['Release', 'Debug'].map((kind) => path.join(root, 'build', kind));
  const isLeftOut = !!process.env.PREBUILDS_ONLY;
  return {
    override,
    searched: [
      ...builds.map((folder): Place =>
        isLeftOut
          ? { folder, empty: 'left out, because PREBUILDS_ONLY is set', candidates: [], isPrebuilt: false }
          : buildFolder(folder),
      ),
      prebuilt.place,
      prebuiltFolder(path.dirname(process.execPath)).place,
    ],
    platforms: prebuilt.platforms,
  };
}
