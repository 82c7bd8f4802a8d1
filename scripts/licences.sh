#!/usr/bin/env bash
# licences.sh FOLDER...: puts the licences of what is linked into a prebuilt addon beside it; TRAE_ONEDNN and TRAE_EIGEN say
# where it was taken from.
set -euo pipefail
for folder in "$@"; do
  for file in LICENSE THIRD-PARTY-PROGRAMS; do cp "$TRAE_ONEDNN/share/doc/dnnl/$file" "$folder/oneDNN-$file.txt"; done
  {
    printf '%s\n' 'Parts of Eigen (https://eigen.tuxfamily.org), used unchanged, are compiled into this binary. Eigen is under the' \
      'Mozilla Public License 2.0 (https://www.mozilla.org/MPL/2.0/); its source is at https://gitlab.com/libeigen/eigen.'
    if [ -f "$TRAE_EIGEN/COPYING.MPL2" ]; then printf '\n' && cat "$TRAE_EIGEN/COPYING.MPL2"; fi
  } >"$folder/Eigen-LICENSE.txt"
done
