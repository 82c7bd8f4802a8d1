#!/usr/bin/env bash
# Writes the _pb.ts files in lib/tensorflow/saved_model/schemas from the .proto files there. Needed only after a change of these.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root/lib/tensorflow/saved_model/schemas"
npx --yes --package @bufbuild/buf@1.75.0 --package @bufbuild/protoc-gen-es@2.17.0 buf generate . --template '{
  "version": "v2",
  "plugins": [{ "local": "protoc-gen-es", "out": ".", "opt": ["target=ts"] }]
}'
sed -i "/eslint-disable/d" ./*_pb.ts
"$root/node_modules/.bin/prettier" --write ./*_pb.ts
