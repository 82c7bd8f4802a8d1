#!/usr/bin/env bash
# Eigen's headers for builds that take nothing from the system: downloads the source that Debian carries, once, and prints
# the folder that TRAE_EIGEN is set to.
set -euo pipefail
. "$(dirname "$0")/debian_source.sh"

version=3.4.0
source_file=eigen3_$version.orig.tar.bz2
source_sum=b4c198460eba6f28d34894e3a5710998818515104d6e74e5cc331ce31e46e626

folder=$cache/eigen-$version
if [ ! -f "$folder/COPYING.MPL2" ]; then
  require curl tar bzip2
  fetch e/eigen3 "$source_file" "$source_sum" "install Eigen and set TRAE_EIGEN to the folder of its headers"
  rm -rf "$folder.part" "$folder"
  mkdir -p "$folder.part"
  tar -xf "$cache/$source_file" -C "$folder.part" --strip-components=1 "eigen-$version/Eigen" "eigen-$version/COPYING.MPL2"
  mv "$folder.part" "$folder"
fi
echo "$folder"
