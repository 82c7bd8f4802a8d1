# Sourced by a finding: a temporary folder with npm packages of its own; `seen` compares what a command prints.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# packages NAME@VERSION...
packages() {
  npm install --prefix "$work/packages" --no-audit --no-fund --ignore-scripts "$@" >"$work/npm.log" 2>&1 || {
    tail -n 20 "$work/npm.log"
    exit 1
  }
}

# seen EXPECTED COMMAND...: fails when it prints something else than when the finding was written down.
seen() {
  local expected=$1 got
  shift
  got=$("$@" 2>"$work/errors.log") || {
    tail -n 20 "$work/errors.log"
    exit 1
  }
  printf '%s\n' "$got"
  if [ "$got" != "$expected" ]; then
    printf 'This is no longer what was seen:\n%s\n' "$expected"
    exit 1
  fi
}
