#!/usr/bin/env bash
# Makes prebuilds/<platform>-<arch>/trae-node.node, the binary that the npm package carries: see docs/building.md.
set -euo pipefail
cd "$(dirname "$0")/.."

TRAE_ONEDNN=${TRAE_ONEDNN:-$(bash scripts/build_onednn.sh)}
TRAE_PREBUILD_FOLDER=build-prebuild
export TRAE_ONEDNN TRAE_PREBUILD_FOLDER
mkdir -p "$TRAE_PREBUILD_FOLDER"
rm -f "$TRAE_PREBUILD_FOLDER"/build/Release/*.node # prebuildify takes the first one
compile=$PWD/scripts/compile_for_prebuildify.sh
case "$(uname -s)" in MINGW* | MSYS*) compile='bash ../scripts/compile_for_prebuildify.sh' ;; esac # run by cmd.exe, from the folder below
node_modules/.bin/prebuildify --napi --strip --name trae-node --cwd "$TRAE_PREBUILD_FOLDER" --out . --node-gyp "$compile"
# The licences of what is linked in go with it.
for binary in prebuilds/*/trae-node.node; do
  for file in LICENSE THIRD-PARTY-PROGRAMS; do cp "$TRAE_ONEDNN/share/doc/dnnl/$file" "$(dirname "$binary")/oneDNN-$file.txt"; done
  printf '%s\n' 'Parts of Eigen (https://eigen.tuxfamily.org), used unchanged, are compiled into this binary. Eigen is under the' \
    'Mozilla Public License 2.0 (https://www.mozilla.org/MPL/2.0/); its source is at https://gitlab.com/libeigen/eigen.' \
    >"$(dirname "$binary")/Eigen-LICENSE.txt"
  node scripts/check_binary.mjs "$binary"
done
