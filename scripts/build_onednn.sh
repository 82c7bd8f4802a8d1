#!/usr/bin/env bash
# Builds the oneDNN that is linked into the prebuilt addon: static, CPU only, nothing but what native/backend/cpu uses. Downloads
# the source that Debian carries, once; prints the folder of the result. Arguments go to CMake (a toolchain file, say).
set -euo pipefail
. "$(dirname "$0")/debian_source.sh"

version=3.7.2
source_file=onednn_$version+ds.orig.tar.xz
source_sum=0cc51ca26c1af6a2bb1e71e378e7046f3ceb3e71791ee9d4e246d50f904a6ea6
# Debian's changes bring the corrections of 3.7.3, two of them to convolutions.
debian_file=onednn_$version+ds-2.debian.tar.xz
debian_sum=db6b5144773b4f5b152a0138cba74af39124d59285975db7f2c220e992dcd2d4
patches=(upstream-3.7.3.patch)

# What float32 convolutions and products never reach: other primitives, other types. It would only be compiled to be left
# out of the link; without it the build takes a third of the time. A file too many is an undefined symbol in the addon.
unused='/(rnn|lrn|prelu|shuffle|capi|bf16|amx)/|s8x8s32/(ref|simple|jit_.*(copy|kern))|pool|softmax|lrn|normalization|resampling|prelu|shuffle|reduction|x8s8s32x|int8|bf16_|_bf16|'
unused+='deconv|inner_product|ip_convolution|sparse|linux_perf|core_amx_(convolution|1x1)|jit_uni_(xf16|ncsp|tbb)|jit_uni_(binary|eltwise)(_kernel|_int)?\.cpp|'
unused+='ref_(eltwise|binary|sum|concat|matmul)|simple_(sum|concat)|gemm_(f32|bf16|x8)[a-z0-9]*_matmul|brgemm_matmul(_reorders)?\.cpp|gemm_pack|'
unused+='cpu_reorder_(comp|regular)_(bf16|f16|fp|s|u|f32_[^f]|f32_f[^3])'

options=(
  -DCMAKE_BUILD_TYPE=Release
  "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG -ffunction-sections -fdata-sections"
  -DCMAKE_POSITION_INDEPENDENT_CODE=ON
  -DCMAKE_INSTALL_LIBDIR=lib
  -DONEDNN_LIBRARY_TYPE=STATIC
  -DONEDNN_CPU_RUNTIME=OMP
  -DONEDNN_GPU_RUNTIME=NONE
  -DONEDNN_ENABLE_WORKLOAD=TRAINING
  "-DONEDNN_ENABLE_PRIMITIVE=CONVOLUTION;REORDER" # and dnnl_sgemm, which is always there
  -DONEDNN_ENABLE_PRIMITIVE_CPU_ISA=AVX512        # AMX has no float32
  -DONEDNN_BUILD_GRAPH=OFF
  -DONEDNN_BUILD_DOC=OFF
  -DONEDNN_BUILD_EXAMPLES=OFF
  -DONEDNN_BUILD_TESTS=OFF
  -DONEDNN_ENABLE_JIT_PROFILING=OFF
  -DONEDNN_ENABLE_ITT_TASKS=OFF
  "$@"
)
# The instructions that every processor has; oneDNN writes the code for the others when it runs.
case " $* " in
  *CMAKE_TOOLCHAIN_FILE* | *CMAKE_SYSTEM_PROCESSOR*) ;;
  *) if [ "$(uname -m)" = x86_64 ]; then options+=(-DONEDNN_ARCH_OPT_FLAGS=-march=x86-64-v2); fi ;;
esac

# Leaves float32 to float32 in oneDNN's lists of implementations, and deletes the sources of the others.
keep_float32() {
  local lists=$1/src/cpu
  awk '
    /^        \{\{(forward|backward_[a-z]+), / { skips = !/, f32, f32, f32\}/ }
    /^        BRGEMM_FP8|jit_uni_ncsp|ip_convolution_(fwd|bwd)|ref_fused/ { next }
    !skips
    /^        \}\)?\},$/ { skips = 0 }
  ' "$lists/cpu_convolution_list.cpp" >"$1/list"
  mv "$1/list" "$lists/cpu_convolution_list.cpp"
  sed -i.original -e '/_impl_list_map()},$/{/{f32, f32, 0}/!d;}' "$lists/reorder/cpu_reorder.cpp"
  sed -i.original -e '/rnn_weights_reorder_t/d' -e '/brgemm_matmul_copy_reorder_t/d' "$lists/reorder/cpu_reorder_regular_f32_f32.cpp"
  find "$lists" -name '*.cpp' | grep -v '_list\.cpp$' | grep -E "${lists}.*($unused)" | while read -r file; do rm "$file"; done
}

require curl cmake patch tar
compiler=${CXX:-c++}
recipe=$(printf '%s\n' "$source_sum" "$debian_sum" "${patches[@]}" "$unused" "${options[@]}" "$("$compiler" --version | head -n 1)" | cksum | cut -d ' ' -f 1)
folder=$cache/onednn-$version-$recipe
if [ ! -f "$folder/lib/libdnnl.a" ]; then
  installed='set CMAKE_PREFIX_PATH to a oneDNN that is installed'
  fetch o/onednn "$source_file" "$source_sum" "$installed"
  fetch o/onednn "$debian_file" "$debian_sum" "$installed"
  work=$cache/onednn.build # always the same, so that ccache knows it again
  rm -rf "$work"
  mkdir -p "$work/source" "$work/debian"
  tar -xf "$cache/$source_file" --strip-components=1 -C "$work/source"
  tar -xf "$cache/$debian_file" -C "$work/debian"
  for name in "${patches[@]}"; do patch -d "$work/source" -p1 --quiet --forward <"$work/debian/debian/patches/$name"; done
  keep_float32 "$work/source"
  generator=()
  if command -v ninja >/dev/null; then generator=(-G Ninja); fi
  say "building oneDNN $version, which takes a while (log: $folder.log)"
  {
    cmake -S "$work/source" -B "$work/build" "${generator[@]}" -DCMAKE_INSTALL_PREFIX="$folder.part" "${options[@]}" &&
      cmake --build "$work/build" --parallel "${JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)}" &&
      cmake --install "$work/build"
  } >"$folder.log" 2>&1 || {
    tail -n 30 "$folder.log" >&2
    fail "oneDNN could not be built; the log: $folder.log"
  }
  rm -rf "$work" "$folder"
  mv "$folder.part" "$folder"
fi
echo "$folder"
