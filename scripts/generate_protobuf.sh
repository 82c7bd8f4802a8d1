#!/usr/bin/env bash
# Writes lib/tensorflow/saved_model/saved_model_pb.ts from saved_model.proto beside it. Needed only after a change of that file.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root/lib/tensorflow/saved_model"
npx --yes --package @bufbuild/buf@1.75.0 --package @bufbuild/protoc-gen-es@2.17.0 buf generate saved_model.proto --template '{
  "version": "v2",
  "plugins": [{ "local": "protoc-gen-es", "out": ".", "opt": ["target=ts"] }]
}'
sed -i "/eslint-disable/d" saved_model_pb.ts
"$root/node_modules/.bin/prettier" --write saved_model_pb.ts
