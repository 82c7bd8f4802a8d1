// Puts the library into one file, dist/index.js, from its sources, whose modules then share one scope: read as more than
// 400 modules it takes twice as long to load, and compiled modules put together have a function each, read twice. Modules
// that nothing else reads go; the programs of package.json's "bin" and of dist/cli keep those they read beside the library.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist'),
  library = path.join(dist, 'index.js');
const options = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  packages: 'external',
  keepNames: true,
  absWorkingDir: root,
  metafile: true,
  logLevel: 'error',
};
const files = (result) =>
  Object.keys(result.metafile.inputs)
    .map((file) => path.join(root, file))
    .filter((file) => file.startsWith(dist + path.sep)); // package.json is read as well

await build({ ...options, entryPoints: [path.join(root, 'lib', 'index.ts')], outfile: library, allowOverwrite: true });

const commands = path.join(dist, 'cli'); // starts some of its files as programs
const programs = Object.values(JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).bin ?? {})
  .map((file) => path.join(root, file))
  .concat(fs.existsSync(commands) ? fs.readdirSync(commands).map((name) => path.join(commands, name)) : [])
  .filter((file) => /\.[cm]?js$/.test(file) && fs.existsSync(file));
const libraryApart = {
  name: 'library-apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\./ }, (args) =>
      [library, library.slice(0, -3), dist].includes(path.resolve(args.resolveDir, args.path))
        ? { external: true }
        : undefined,
    ),
};
const kept = new Set([library]);
if (programs.length)
  for (const file of files(
    await build({ ...options, entryPoints: programs, write: false, outdir: dist, plugins: [libraryApart] }),
  ))
    kept.add(file);
for (const name of fs.readdirSync(dist, { recursive: true })) {
  const file = path.join(dist, name);
  if (
    (file.endsWith('.js') && !kept.has(file)) ||
    (file.endsWith('.js.map') && (!kept.has(file.slice(0, -4)) || file === `${library}.map`))
  )
    fs.rmSync(file);
}
