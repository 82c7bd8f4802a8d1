#!/usr/bin/env bash
# Yarn 4.18.1 (npm package @yarnpkg/cli-dist), nodeLinker: pnp, a program that writes a file and flushes it.
# Expected: under Plug'n'Play Node's own API stays what it is: FileHandle.sync() of node:fs/promises flushes the file.
# Happened: Yarn hands out file handles of its own, of which sync, datasync and utimes throw "Method not implemented."
#   (at once, where Node's give a promise). fs.fsync(handle.fd) of the same handle works: what must reach the disk can
#   be flushed by its number.
. "$(dirname "$0")/node.sh"
packages @yarnpkg/cli-dist@4.18.1
yarn="$work/packages/node_modules/@yarnpkg/cli-dist/bin/yarn.js"
mkdir "$work/project"
cd "$work/project"
echo '{ "name": "project" }' >package.json
printf 'nodeLinker: pnp\nenableTelemetry: false\n' >.yarnrc.yml
: >yarn.lock
cat >program.cjs <<'PROGRAM'
const fs = require('node:fs');
const { promisify } = require('node:util');
(async () => {
  const handle = await fs.promises.open('file.txt', 'w');
  await handle.writeFile('text');
  const attempts = {
    sync: async () => handle.sync(),
    datasync: async () => handle.datasync(),
    utimes: async () => handle.utimes(0, 0),
    'fsync of its number': async () => promisify(fs.fsync)(handle.fd),
  };
  for (const [name, attempt] of Object.entries(attempts)) {
    const result = await attempt().then(() => 'works', (error) => error.message);
    console.log(`${name}: ${result}`);
  }
  await handle.close();
})();
PROGRAM
node "$yarn" install >"$work/yarn.log" 2>&1
seen 'sync: works
datasync: works
utimes: works
fsync of its number: works' node program.cjs
echo "under Plug'n'Play:"
seen 'sync: Method not implemented.
datasync: Method not implemented.
utimes: Method not implemented.
fsync of its number: works' node "$yarn" node program.cjs
