// Reductions at the end of a program: sums are kept in double.
#include <algorithm>
#include <cmath>

#include "backend/cpu/tile_machine/machine.h"

namespace trae::tile_machine {
namespace {

double merge(TileReduction r, double a, double b) {
  if (r == kSum) return a + b;
  if (a != a || b != b) return a + b;
  return r == kMax ? std::max(a, b) : std::min(a, b);
}
double first(TileReduction r) { return r == kSum ? 0 : r == kMax ? -INFINITY : INFINITY; }

void write(const Output& o, void* out, int64_t at, double v) {
  if (o.is_mean) v /= double(o.count);
  switch (o.dtype) {
    case DType::kFloat64: static_cast<double*>(out)[at] = v; break;
    case DType::kFloat16: static_cast<uint16_t*>(out)[at] = float_to_half(float(v)); break;
    case DType::kBFloat16: static_cast<uint16_t*>(out)[at] = float_to_bfloat16(float(v)); break;
    default: static_cast<float*>(out)[at] = float(v);
  }
}

}  // namespace

void Machine::start(Scratch& s) const {
  for (const Output& o : outputs_)
    if (o.is_reduced) std::fill_n(s.partials + o.partial, o.partials, first(o.reduce));
}

// `count` rows of n elements join the accumulators of their results.
void Machine::reduce(const Output& o, const char* from, Scratch& s, const int64_t* index, int64_t at, int64_t n,
                     int64_t count) const {
  const LeafTable& leaves = simd::leaf_table();
  double* acc = s.partials + o.partial - s.block * o.partials;
  const int inner = axes_.count - 1;
  const bool is_row_kept = o.walk.stride[inner] != 0;
  if (o.size == 1) {
    n *= count;
    count = 1;
  }
  double sums[kTile];  // of short rows, several of which are a tile
  const bool are_summed = count > 1 && !is_row_kept && o.reduce == kSum;
  if (are_summed) leaves.sum_rows(o.lane, count, n, sums, from);
  int64_t offsets[kTile];
  row_offsets(o.walk, axes_, index, count, offsets);
  const auto is_first = [&](int64_t offset) { return offset == offsets[0]; };
  if (is_row_kept && o.reduce == kSum && count > 1 && std::all_of(offsets, offsets + count, is_first))
    return leaves.accumulate_rows(o.lane, count, n, acc + offsets[0], from);
  for (int64_t r = 0; r < count; r++, from += size_t(n) * lane_bytes(o.lane)) {
    double* to = acc + offsets[r];
    if (are_summed) *to += sums[r];
    else if (is_row_kept) leaves.accumulate(o.lane, n, to + at, from, int(o.reduce));
    else if (o.reduce == kSum) *to += leaves.sum(o.lane, n, from);
    else *to = merge(o.reduce, *to, leaves.extreme(o.lane, n, from, o.reduce == kMax));
  }
}

void Machine::finish_block(void* const* out, Scratch& s) const {
  for (size_t k = 0; k < outputs_.size(); k++) {
    const Output& o = outputs_[k];
    if (!o.is_reduced) continue;
    const int64_t begin = s.block * o.partials, n = std::min(o.partials, o.size - begin);
    for (int64_t e = 0; e < n; e++) write(o, out[k], begin + e, s.partials[o.partial + size_t(e)]);
  }
}

void Machine::finish(void* const* out, int team) const {
  for (size_t k = 0; k < outputs_.size(); k++) {
    const Output& o = outputs_[k];
    if (!o.is_reduced) continue;
    for (int64_t e = 0; e < o.size; e++) {
      double v = first(o.reduce);
      for (int t = 0; t < team; t++) v = merge(o.reduce, v, scratch_[size_t(t)].partials[o.partial + size_t(e)]);
      write(o, out[k], e, v);
    }
  }
}

}  // namespace trae::tile_machine
