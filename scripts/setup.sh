#!/usr/bin/env bash
# Makes a clone ready to use: system packages, npm packages, native engine, TypeScript build. What is there is kept.
# With --hook, commits of this clone are checked by the linters from then on.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }
fail() {
  printf 'setup: %s\n' "$@" >&2
  exit 1
}

# Runs a command with its output in a log; shows the end of the log when it fails.
logged() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 && return
  printf '\n' >&2
  tail -n 40 "$log" >&2
  fail "failed: $*" "the whole log: $log"
}

check_node() {
  local needed='Node.js 20.15, 22.2 or later is needed'
  command -v node >/dev/null || fail "$needed: https://nodejs.org"
  # zlib.crc32 came with these versions.
  node -e 'process.exit(require("node:zlib").crc32 ? 0 : 1)' || fail "$needed, found $(node --version)."
}

# Debian packages that are missing, one a line.
missing_packages() {
  command -v g++ >/dev/null || command -v clang++ >/dev/null || echo g++
  command -v cmake >/dev/null || echo cmake
  command -v make >/dev/null || command -v ninja >/dev/null || echo make
  local package
  # oneDNN and Eigen elsewhere are named by CMAKE_PREFIX_PATH. Debian's CMake files of oneDNN ask for the OpenCL headers.
  [ -n "${CMAKE_PREFIX_PATH:-}" ] && return
  for package in libdnnl-dev ocl-icd-opencl-dev opencl-c-headers libeigen3-dev; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

install_system_packages() {
  command -v apt-get >/dev/null || return 0 # elsewhere CMake says what is missing and how to install it
  local packages sudo=()
  mapfile -t packages < <(missing_packages)
  [ "${#packages[@]}" -eq 0 ] && return
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || fail "these packages are missing: ${packages[*]}" "install them: sudo apt-get install ${packages[*]}"
    sudo=(sudo)
  fi
  say "installing ${packages[*]} (apt-get)"
  logged build/apt.log "${sudo[@]}" apt-get update
  logged build/apt.log "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}"
}

install_npm_packages() {
  node scripts/packages_current.mjs && return
  say 'installing npm packages (npm ci)'
  logged build/npm.log npm ci --prefer-offline --no-audit --no-fund
}

# As many compilers as there are cores and memory for.
jobs() {
  local cores memory
  cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
  memory=$(awk '/MemAvailable/ { print int($2 / 1000000) }' /proc/meminfo 2>/dev/null || echo 4)
  [ "${memory:-4}" -lt "$cores" ] && cores=$memory
  [ "$cores" -ge 1 ] || cores=1
  echo "$cores"
}

build_native() {
  local addon=build/Release/trae.node before=none
  [ -f "$addon" ] && before=$(cksum <"$addon")
  [ "$before" = none ] && say "building the native engine, which takes some minutes (log: build/native.log)"
  if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache}; fi
  logged build/native.log node_modules/.bin/cmake-js build --parallel "$(jobs)"
  [ -f "$addon" ] || fail "the native build made no $addon; the log: build/native.log"
  [ "$(cksum <"$addon")" = "$before" ] || say 'native engine built'
}

build_typescript() {
  local sum stamp=build/typescript.sum
  sum=$(find lib scripts/write_esm_entry.mjs scripts/bundle.mjs binding.d.ts tsconfig.json tsconfig.build.json package-lock.json -type f -print0 | sort -z | xargs -0 cksum | cksum)
  [ -f dist/index.mjs ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ] && return
  say 'compiling TypeScript'
  rm -rf dist
  logged build/typescript.log npm run --silent build:ts
  echo "$sum" >"$stamp"
}

# `npm run setup -- --hook` sets it; else it is only told, once and to people.
offer_hook() {
  local set=(git config core.hooksPath scripts/hooks)
  git rev-parse --git-dir >/dev/null 2>&1 || return 0
  [ "$(git config core.hooksPath || true)" != scripts/hooks ] || return 0
  if [ "$hook" = yes ]; then
    "${set[@]}"
    say 'commits are checked by scripts/hooks/pre-commit'
  elif [ -t 1 ] && [ ! -e build/hook.offered ]; then
    say "to have commits checked by the linters: ${set[*]}"
    touch build/hook.offered
  fi
}

hook=no
[ "${1:-}" != --hook ] || hook=yes
check_node
install_system_packages
install_npm_packages
build_native
build_typescript
offer_hook
