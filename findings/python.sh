# Sourced by a finding: a Python of its own in a temporary folder, with the named packages; `run` compares what a program prints.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 CUDA_VISIBLE_DEVICES= PYTHONHASHSEED=0 PYTHONWARNINGS=ignore

# packages NAME==VERSION...: FINDINGS_PIP_ARGUMENTS are added to pip's, for an index that pip does not know.
packages() {
  python3 -m venv "$work/python"
  # shellcheck disable=SC2086
  "$work/python/bin/pip" install --quiet --disable-pip-version-check ${FINDINGS_PIP_ARGUMENTS:-} "$@" >"$work/pip.log" 2>&1 || {
    tail -n 20 "$work/pip.log"
    exit 1
  }
}

# seen EXPECTED: runs the program on standard input; fails when it prints something else than when the finding was written down.
seen() {
  local got
  got=$(cd "$work" && "$work/python/bin/python" - 2>"$work/errors.log") || {
    tail -n 20 "$work/errors.log"
    exit 1
  }
  printf '%s\n' "$got"
  if [ "$got" != "$1" ]; then
    printf 'This is no longer what was seen:\n%s\n' "$1"
    exit 1
  fi
}
