#!/usr/bin/env bash
# Runs the findings (all, or those named), goes on behind those that changed, and ends with a table: which still hold,
# and how long each took. They install public packages, some of many hundred megabytes: not a part of the tests.
set -uo pipefail
cd "$(dirname "$0")/.."
[ "$#" -gt 0 ] || set -- $(ls findings/*.sh | grep -vE '/(python|node|eigen).sh$')
changed=0
table=
for finding in "$@"; do
  start=$SECONDS
  if output=$(bash "$finding" 2>&1); then
    state=holds
  else
    state=changed
    changed=$((changed + 1))
    echo "$finding:"
    printf '%s\n' "$output" | sed 's/^/    /'
  fi
  table+=$(printf '%-8s %4d s  %s' "$state" "$((SECONDS - start))" "$(basename "$finding" .sh)")$'\n'
done
printf '%s' "$table"
echo "$(($# - changed)) hold, $changed changed"
[ "$changed" -eq 0 ]
