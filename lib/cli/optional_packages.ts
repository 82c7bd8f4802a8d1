/** Packages that some functions need and that are installed beside this one by who uses those. */
import * as fs from 'node:fs';
import * as path from 'node:path';

const PACKAGES: Readonly<Record<string, string>> = {
  sharp: 'reading and writing images',
  '@resvg/resvg-js': 'pictures as .png',
  echarts: 'drawing histories',
};
/** @internal */
export interface OptionalPackage {
  readonly name: string;
  readonly for: string;
  readonly found: boolean;
  readonly version: string | null;
  /** Why it does not load, where it is there and broken. */
  readonly error: string | null;
}
function versionOf(name: string): string | null {
  try {
    // Not every package lets its manifest be required.
    for (
      let folder = path.dirname(require.resolve(name));
      folder !== path.dirname(folder);
      folder = path.dirname(folder)
    ) {
      const file = path.join(folder, 'package.json');
      if (!fs.existsSync(file)) continue;
      const manifest = JSON.parse(fs.readFileSync(file, 'utf8')) as { name?: string; version?: string };
      if (manifest.name === name) return manifest.version ?? null;
    }
  } catch {
    return null;
  }
  return null;
}
/** @internal */
export function optionalPackages(): Promise<OptionalPackage[]> {
  return Promise.all(
    Object.entries(PACKAGES).map(async ([name, purpose]) => {
      const version = versionOf(name);
      try {
        await import(name);
        return { name, for: purpose, found: true, version, error: null };
      } catch (error) {
        return {
          name,
          for: purpose,
          found: version !== null,
          version,
          error: version === null ? null : (error as Error).message.split('\n')[0],
        };
      }
    }),
  );
}
