#!/usr/bin/env bash
# Makes libraries to link with, in FOLDER, that offer no symbol of glibc newer than VERSION: what is linked with them runs
# wherever that glibc is. Each symbol gets the newest version that is old enough; which there are says this system's glibc.
#   scripts/old_glibc.sh FOLDER VERSION [COMPILER]
set -euo pipefail

folder=$1 newest=$2 compiler=${3:-cc}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
for program in readelf "$compiler"; do command -v "$program" >/dev/null || { echo "old_glibc: $program is needed. Fix: install gcc and binutils." >&2; exit 1; }; done

# stub LIBRARY: an empty twin of it, for the linker alone.
stub() {
  local library=$1 path
  path=$("$compiler" -print-file-name="$library")
  [ -f "$path" ] || { echo "old_glibc: $compiler has no $library. Fix: install the C library's development files." >&2; exit 1; }
  readelf --dyn-syms --wide "$path" | awk -v newest="$newest" -v script="$folder/$library.map" '
    function number(version,   part) { split(version, part, "."); return part[1] * 1000000 + part[2] * 1000 + part[3] }
    $7 == "UND" || $8 !~ /@+GLIBC_[0-9.]+$/ || $5 !~ /GLOBAL|WEAK/ || $4 !~ /FUNC|OBJECT/ { next }
    {
      split($8, part, /@+GLIBC_/)
      if (number(part[2]) > number(newest)) next
      if (!(part[1] in best) || number(part[2]) > number(best[part[1]])) best[part[1]] = part[2]
      kind[part[1]] = $4 == "OBJECT" ? "object" : "function"
      size[part[1]] = $3
    }
    END {
      for (name in best) {
        printf ".globl s%d\n.type s%d, %%%s\n.size s%d, %d\ns%d: .byte 0\n.symver s%d, %s@@@GLIBC_%s\n", ++n, n, kind[name], n, size[name], n, n, name, best[name]
        versions[best[name]] = 1
      }
      for (version in versions) printf "GLIBC_%s { };\n", version >script
    }' >"$folder/$library.s"
  [ -s "$folder/$library.map" ] || echo '{ local: *; };' >"$folder/$library.map"
  "$compiler" -shared -nostdlib -Wl,-soname="$library" -Wl,--version-script="$folder/$library.map" -o "$folder/$library" "$folder/$library.s"
  rm "$folder/$library.s" "$folder/$library.map"
}

for library in libc.so.6 libm.so.6 libpthread.so.0 libdl.so.2; do stub "$library"; done
for name in m:6 pthread:0 dl:2; do ln -sf "lib${name%:*}.so.${name#*:}" "$folder/lib${name%:*}.so"; done
loader=$(readelf --dynamic --wide "$("$compiler" -print-file-name=libc.so.6)" | sed -n 's/.*NEEDED.*\[\(ld-[^]]*\)\].*/\1/p')
echo "GROUP ( $folder/libc.so.6 $("$compiler" -print-file-name=libc_nonshared.a) AS_NEEDED ( $("$compiler" -print-file-name="$loader") ) )" >"$folder/libc.so"
