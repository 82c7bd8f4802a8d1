#!/usr/bin/env bash
# Makes prebuilds/<platform>-<arch>/trae-node.node, the binary that the npm package carries: see docs/building.md.
set -euo pipefail
cd "$(dirname "$0")/.."

TRAE_ONEDNN=${TRAE_ONEDNN:-$(bash scripts/build_onednn.sh)}
TRAE_EIGEN=${TRAE_EIGEN:-$(bash scripts/fetch_eigen.sh)}
TRAE_PREBUILD_FOLDER=build-prebuild
export TRAE_ONEDNN TRAE_EIGEN TRAE_PREBUILD_FOLDER
mkdir -p "$TRAE_PREBUILD_FOLDER"
rm -f "$TRAE_PREBUILD_FOLDER"/build/Release/*.node # prebuildify takes the first one
compile=$PWD/scripts/compile_for_prebuildify.sh
case "$(uname -s)" in MINGW* | MSYS*) compile='bash ../scripts/compile_for_prebuildify.sh' ;; esac # run by cmd.exe, from the folder below
node_modules/.bin/prebuildify --napi --strip --name trae-node --cwd "$TRAE_PREBUILD_FOLDER" --out . --node-gyp "$compile"
for binary in prebuilds/*/trae-node.node; do
  bash scripts/licences.sh "$(dirname "$binary")"
  node scripts/check_binary.mjs "$binary"
done
