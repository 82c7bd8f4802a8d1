#include "backend/cpu/window_sum.h"

#include <algorithm>

#include "backend/cpu/parallel.h"
#include "backend/cpu/simd/copies_table.h"

namespace trae {
namespace {

constexpr int64_t kMaxInWindow = 64, kFewestResults = 256;

// Axes that are kept or added up together are merged: the last kept one is the line that the vector loops walk.
struct Windows {
  std::vector<int64_t> sizes, steps;  // of the kept axes before the line, in order
  std::vector<long> offsets;          // of a window, all but its innermost run
  int64_t line = 1, run = 1;          // results of a line; elements of a window that lie beside each other
};

Windows windows_of(const Shape& shape, const std::vector<int>& axes) {
  struct Axis {
    int64_t size, step;
    bool is_kept;
  };
  const Ints strides = strides_of(shape);
  std::vector<Axis> merged;
  for (size_t i = 0; i < shape.size(); i++) {
    if (shape[i] == 1) continue;
    const bool is_kept = std::find(axes.begin(), axes.end(), int(i)) == axes.end();
    if (!merged.empty() && merged.back().is_kept == is_kept)
      merged.back() = {merged.back().size * shape[i], strides[i], is_kept};
    else merged.push_back({shape[i], strides[i], is_kept});
  }
  Windows w;
  if (!merged.empty() && !merged.back().is_kept) {
    w.run = merged.back().size;
    merged.pop_back();
  }
  if (!merged.empty() && merged.back().is_kept) {
    w.line = merged.back().size;
    merged.pop_back();
  }
  w.offsets = {0};
  for (const Axis& a : merged) {
    if (a.is_kept) {
      w.sizes.push_back(a.size);
      w.steps.push_back(a.step);
      continue;
    }
    std::vector<long> next;
    for (long o : w.offsets)
      for (int64_t k = 0; k < a.size && next.size() <= size_t(kMaxInWindow); k++) next.push_back(o + long(k * a.step));
    w.offsets = std::move(next);
  }
  return w;
}

}  // namespace

Kernel window_sum_kernel(const Shape& shape, const std::vector<int>& axes) {
  const int64_t size = size_of(shape);
  if (size == 0) return {};
  Windows w = windows_of(shape, axes);
  const int64_t in_window = int64_t(w.offsets.size()) * w.run;
  if (in_window < 2 || in_window > kMaxInWindow || size / in_window < kFewestResults || w.line * w.run < 16) return {};
  const int64_t lines = size / in_window / w.line;
  if (w.offsets.size() > 1 && lines < 16) return {};  // sums of whole rows: another loop shares them better
  return [w = std::move(w), lines, in_window](const void* const* in, void* const* out) {
    const float* x = static_cast<const float*>(in[0]);
    float* y = static_cast<float*>(out[0]);
    const auto& table = simd::copies_table();
    const auto line = [&](int64_t l, int64_t begin, int64_t end) {
      const float* from = x + begin * w.run;
      int64_t rest = l;
      for (size_t a = w.sizes.size(); a-- > 0; rest /= w.sizes[a]) from += rest % w.sizes[a] * w.steps[a];
      float* to = y + l * w.line + begin;
      if (w.run == 1) table.sum_runs(to, from, w.offsets.data(), long(w.offsets.size()), end - begin);
      else table.sum_windows(to, from, w.offsets.data(), long(w.offsets.size()), end - begin, w.run);
    };
    if (lines == 1) {
      parallel_for(w.line, std::max<int64_t>(1, 32768 / in_window),
                   [&](int64_t begin, int64_t end) { line(0, begin, end); });
      return;
    }
    parallel_for(lines, std::max<int64_t>(1, 32768 / (in_window * w.line)), [&](int64_t begin, int64_t end) {
      for (int64_t l = begin; l < end; l++) line(l, 0, w.line);
    });
  };
}

}  // namespace trae
