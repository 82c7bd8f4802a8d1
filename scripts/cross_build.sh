#!/usr/bin/env bash
# What can be said of other platforms on a Linux x64 machine with Debian's packages:
#   scripts/cross_build.sh [arm64|win32|musl]...     (default: all)
# arm64: the engine with the cross compiler and Debian's oneDNN for arm64; its native tests run under qemu-user.
# win32: every file of the engine is compiled by mingw-w64, without linking.
# musl: every file of the engine but the CPU's kernels is compiled by clang with libc++ against the headers of musl, without linking.
# Needs, of Debian: debootstrap qemu-user-static g++-aarch64-linux-gnu g++-mingw-w64-x86-64-posix musl-tools clang-16
# libc++-16-dev libdnnl-dev.
set -euo pipefail
cd "$(dirname "$0")/.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/trae-node/cross
suite=bookworm
mkdir -p "$cache"
eigen=$(bash scripts/fetch_eigen.sh) # headers only: the same for every system

need() { command -v "$1" >/dev/null || { echo "cross_build: $1 is missing: apt-get install $2" >&2; exit 1; }; }

# compile_all COMPILER... -- FILE...: each file for itself; says which fail.
compile_all() {
  local compiler=() failed=0 file
  while [ "$1" != -- ]; do compiler+=("$1"); shift; done
  shift
  for file in "$@"; do
    "${compiler[@]}" -fsyntax-only "$file" || { echo "does not compile: $file"; failed=$((failed + 1)); }
  done
  echo "$# files, $failed do not compile"
  [ "$failed" -eq 0 ] && [ "$#" -gt 0 ]
}

# Debian's packages for arm64: $cache/root is what programs run in, $cache/arm64 what is linked.
arm64_root() {
  [ -f "$cache/root/complete" ] && return
  need debootstrap debootstrap
  rm -rf "$cache/root" "$cache/arm64"
  local packages=libdnnl-dev,libgomp1,libstdc++6,ocl-icd-opencl-dev,opencl-c-headers,doctest-dev archive
  debootstrap --arch=arm64 --variant=minbase --foreign "--include=$packages" "$suite" "$cache/root" >"$cache/root.log"
  for archive in "$cache"/root/var/cache/apt/archives/*.deb; do
    dpkg-deb -x "$archive" "$cache/root"
    case $(basename "$archive") in libdnnl* | *opencl* | doctest*) dpkg-deb -x "$archive" "$cache/arm64" ;; esac
  done
  touch "$cache/root/complete"
}

arm64() {
  need aarch64-linux-gnu-g++ g++-aarch64-linux-gnu
  need qemu-aarch64-static qemu-user-static
  arm64_root
  local launcher=() folder=build-arm64 library=$cache/arm64/usr/lib/aarch64-linux-gnu
  if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
  cmake -S . -B "$folder" -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++ \
    -DCMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_FLAGS_RELEASE=-O2" "-DCMAKE_CXX_FLAGS=-isystem $cache/arm64/usr/include" \
    "-DCMAKE_EXE_LINKER_FLAGS=-Wl,-rpath-link,$library" "-DCMAKE_FIND_ROOT_PATH=$cache/arm64" -DCMAKE_FIND_ROOT_PATH_MODE_PACKAGE=ONLY \
    -DCMAKE_LIBRARY_ARCHITECTURE=aarch64-linux-gnu "-DTRAE_EIGEN=$eigen" \
    -DTRAE_TESTS=ON "${launcher[@]}" >"$cache/arm64.log"
  cmake --build "$folder" --parallel "${JOBS:-2}" --target trae_tests >>"$cache/arm64.log" 2>&1 || { tail -n 40 "$cache/arm64.log"; exit 1; }
  file "$folder/trae_tests" | cut -c1-120
  qemu-aarch64-static -L "$cache/root" "$folder/trae_tests" "$@"
}

# oneDNN's headers alone: those of the C library beside them are of another system.
onednn_headers() {
  mkdir -p "$cache/headers"
  cp -r /usr/include/oneapi /usr/include/dnnl* "$cache/headers/"
}

win32() {
  need x86_64-w64-mingw32-g++-posix g++-mingw-w64-x86-64-posix
  onednn_headers
  mapfile -t files < <(find native -name '*.cpp' -not -path '*/tests/*' -not -path '*/napi/*' -not -path '*/openmp/*' -not -name 'old_glibc.cpp' | sort)
  compile_all x86_64-w64-mingw32-g++-posix -std=c++20 -fopenmp -DTRAE_ISA=base -w -Inative "-I$cache/headers" "-isystem$eigen" -- "${files[@]}"
}

musl() {
  [ -f /usr/include/x86_64-linux-musl/stdlib.h ] || { echo 'cross_build: musl is missing: apt-get install musl-tools' >&2; exit 1; }
  need clang++-16 'clang-16 libc++-16-dev'
  mapfile -t files < <(find native/core native/graph native/ops native/backend native/compiler native/runtime -name '*.cpp' -not -path '*/cpu/*' | sort)
  # libc++: the headers of Debian's libstdc++ are configured for glibc.
  compile_all clang++-16 -std=c++20 --target=x86_64-linux-musl -nostdinc -nostdinc++ -D_LIBCPP_HAS_MUSL_LIBC -w -Inative \
    -isystem /usr/lib/llvm-16/include/c++/v1 -isystem "$(clang++-16 -print-resource-dir)/include" -isystem /usr/include/x86_64-linux-musl -- "${files[@]}"
}

for platform in "${@:-arm64 win32 musl}"; do
  for each in $platform; do
    case $each in
      arm64 | win32 | musl)
        echo "== $each"
        "$each"
        ;;
      *) echo "unknown platform '$each': arm64, win32 or musl" >&2; exit 2 ;;
    esac
  done
done
