# Sources that Debian carries, of pinned versions, with their SHA-256 sums; read by build_onednn.sh and fetch_eigen.sh.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/trae-node

script=$(basename "$0" .sh)
say() { printf '%s: %s\n' "$script" "$*" >&2; }
fail() {
  printf "$script: %s\n" "$@" >&2
  exit 1
}

sha256() { if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1; }

# Debian archives: those that this machine's apt is set up for, then the public one.
sites() {
  if command -v apt-get >/dev/null; then apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 2>/dev/null | grep -E '/debian/?$' || true; fi
  echo http://deb.debian.org/debian
}

# fetch POOL FILE SHA256 FIX: a file of Debian's pool/main/POOL into the cache, unless it is there; FIX is what else helps.
fetch() {
  local file=$cache/$2 site
  if [ -f "$file" ] && [ "$(sha256 "$file")" = "$3" ]; then return; fi
  mkdir -p "$cache"
  for site in $(sites | awk '!seen[$0]++'); do
    say "downloading $site/pool/main/$1/$2"
    if curl -fsSL --retry 2 -o "$file.part" "$site/pool/main/$1/$2"; then
      [ "$(sha256 "$file.part")" = "$3" ] || fail "$2 from $site has another SHA-256 sum than the one expected." \
        "  Received: $(sha256 "$file.part")" "  Expected: $3"
      mv "$file.part" "$file"
      return
    fi
  done
  fail "$2 could not be downloaded." "Fix: put the file into $cache, or $4."
}

# require PROGRAM...
require() {
  local program
  for program in "$@"; do command -v "$program" >/dev/null || fail "$program is needed. Fix: install it (apt-get install $program)."; done
}
