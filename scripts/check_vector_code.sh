#!/usr/bin/env bash
# Looks at the machine code of native/backend/cpu/simd: compiles each file for each instruction set and reads the innermost
# loops that do arithmetic on vectors. Sums of products must stay in registers, and no selection may be made element by
# element. Prints one line a set and what breaks the rules; fails if anything does.
#   scripts/check_vector_code.sh [--loops]      --loops: every loop, with its counts
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$(uname -m)" = x86_64 ] || { echo 'vector code: x86-64 only'; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
compiler=(${CXX:-c++} -std=c++17 -O3 -DNDEBUG -Inative -fno-math-errno -fno-trapping-math -Wno-psabi)
for set in 'base -march=x86-64-v2' 'avx2 -march=x86-64-v3' 'avx512 -march=x86-64-v4 -mprefer-vector-width=512'; do
  read -r name options <<<"$set"
  for file in native/backend/cpu/simd/*.cpp; do
    # shellcheck disable=SC2086
    "${compiler[@]}" $options "-DTRAE_ISA=$name" -c "$file" -o "$folder/$(basename "$file" .cpp).$name.o"
  done
done
node scripts/vector_loops.mjs "$folder" "$@"
