#!/usr/bin/env bash
# Stands in for node-gyp when prebuildify compiles: builds the addon with cmake-js. Called by scripts/prebuild.sh, which
# says with what; the arguments are node-gyp's and are ignored, as Node-API needs no headers of a version.
set -euo pipefail
cd "$(dirname "$0")/.."
if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache}; fi
exec node_modules/.bin/cmake-js build --out "$TRAE_PREBUILD_FOLDER/build" --parallel "${JOBS:-2}" --CDTRAE_PREBUILD=ON --CDTRAE_ONEDNN="$TRAE_ONEDNN" \
  --CDTRAE_EIGEN="$TRAE_EIGEN"
