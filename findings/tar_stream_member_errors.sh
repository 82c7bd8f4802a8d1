#!/usr/bin/env bash
# tar-stream 3.2.2 beside 2.2.0, Node.js 20.20.2: an archive that is cut off in the middle of a member.
# Expected: the pipeline that reads it rejects, as with 2.2.0, and whoever waits for it is told.
# Happened: it rejects, and the same error is also emitted by the stream of the member: without a listener there, it is an
#   uncaught exception, which ends the process.
. "$(dirname "$0")/node.sh"
packages two@npm:tar-stream@2.2.0 three@npm:tar-stream@3.2.2
cat >"$work/packages/program.cjs" <<'EOF'
const { Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
async function read(name) {
  const tar = require(name), pack = tar.pack(), parts = [];
  pack.entry({ name: 'a' }, Buffer.alloc(5000));
  pack.finalize();
  for await (const part of pack) parts.push(part);
  const extract = tar.extract();
  extract.on('entry', (header, stream, next) => stream.on('end', next).resume());
  try {
    await pipeline(Readable.from([Buffer.concat(parts).subarray(0, 2000)]), extract);
    console.log(name, 'resolved');
  } catch (error) {
    console.log(name, 'rejected:', error.message);
  }
}
process.on('uncaughtException', (error) => console.log('uncaught:', error.message));
read('two').then(() => read('three'));
EOF
seen "two rejected: Unexpected end of data
uncaught: Unexpected end of data
three rejected: Unexpected end of data" node "$work/packages/program.cjs"
