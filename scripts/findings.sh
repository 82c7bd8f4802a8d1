#!/usr/bin/env bash
# Runs the findings (all, or those named) and says which still hold. They install public packages: not a part of the tests.
set -uo pipefail
cd "$(dirname "$0")/.."
[ "$#" -gt 0 ] || set -- $(ls findings/*.sh | grep -vE '/(python|node).sh$')
changed=0
for finding in "$@"; do
  if output=$(bash "$finding" 2>&1); then
    echo "holds    $finding"
  else
    echo "changed  $finding"
    printf '%s\n' "$output" | sed 's/^/         /'
    changed=$((changed + 1))
  fi
done
[ "$changed" -eq 0 ]
