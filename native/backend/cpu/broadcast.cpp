// broadcast_to: the result is written from front to back, axis by axis. Repeating, tiling and nearest up-sampling are
// this.
#include <algorithm>
#include <cstring>
#include <numeric>

#include "backend/cpu/kernel.h"
#include "backend/cpu/parallel.h"
#include "backend/cpu/simd/copies_table.h"
#include "ops/movement.h"

namespace trae {
namespace {

struct Axis {
  int64_t size, step;  // step: bytes in the source; 0 where everything is the same
};

class Broadcast {
 public:
  Broadcast(const Spec& in, const Spec& out) : element_(int64_t(size_of(in.dtype))) {
    const Ints own = strides_of(in.shape);
    const size_t shift = out.shape.size() - in.shape.size();
    for (size_t i = 0; i < out.shape.size(); i++) {
      if (out.shape[i] == 1) continue;
      const int64_t step = i < shift || in.shape[i - shift] == 1 ? 0 : own[i - shift] * element_;
      if (!axes_.empty() && axes_.back().step == step * out.shape[i])
        axes_.back() = {axes_.back().size * out.shape[i], step};
      else axes_.push_back({out.shape[i], step});
    }
    if (axes_.empty()) axes_.push_back({1, element_});
    // Bytes of the result below each axis.
    below_.assign(axes_.size() + 1, element_);
    for (size_t a = axes_.size(); a-- > 0;) below_[a] = below_[a + 1] * axes_[a].size;
    // The threads share what lies along the leading axes up to `split_`: enough of it, or pieces that are small.
    constexpr int64_t kMany = 64, kSmall = 16384;
    while (split_ + 1 < axes_.size() && pieces_ * axes_[split_].size < kMany && below_[split_ + 1] > kSmall)
      pieces_ *= axes_[split_++].size;
    pieces_ *= axes_[split_].size;
  }

  void run(char* to, const char* from) const {
    if (below_[0] == 0) return;
    const int64_t bytes = below_[split_ + 1], size = axes_[split_].size;
    parallel_for(pieces_, std::max<int64_t>(1, 131072 / bytes), [&](int64_t begin, int64_t end) {
      for (int64_t at = begin; at < end;) {
        const int64_t first = at % size, count = std::min(size - first, end - at);
        const char* x = from + first * axes_[split_].step;
        int64_t rest = at / size;
        for (size_t a = split_; a-- > 0; rest /= axes_[a].size) x += rest % axes_[a].size * axes_[a].step;
        part(split_, to + at * bytes, x, count);
        at += count;
      }
    });
  }

 private:
  static const CopiesTable& table() { return simd::copies_table(); }
  // `count` steps along axis `a`, with everything below.
  void part(size_t a, char* to, const char* from, int64_t count) const {
    const size_t left = axes_.size() - a;
    const int64_t step = axes_[a].step;
    if (left == 1 && step) return table().copy(to, from, count * element_);
    if (left == 1) return table().repeat(to, from, 1, element_, count);
    // Elements repeated, or short runs of them.
    if (left == 2 && axes_[a + 1].step == 0) return table().repeat(to, from, count, element_, axes_[a + 1].size);
    if (left == 3 && axes_[a + 1].step == 0) return table().repeat(to, from, count, below_[a + 2], axes_[a + 1].size);
    const int64_t bytes = below_[a + 1];
    for (int64_t i = 0; i < count; i++, to += bytes) {
      // What has been written a moment ago is read again from the cache.
      if (i > 0 && step == 0 && bytes <= kCached) table().copy(to, to - bytes, bytes);
      else part(a + 1, to, from + i * step, axes_[a + 1].size);
    }
  }

  static constexpr int64_t kCached = 32768;
  int64_t element_;
  std::vector<Axis> axes_;
  std::vector<int64_t> below_;
  size_t split_ = 0;
  int64_t pieces_ = 1;
};

}  // namespace

TRAE_CPU_KERNEL(BroadcastTo) {
  return [b = Broadcast(in[0], out[0])](const void* const* from, void* const* to) {
    b.run(static_cast<char*>(to[0]), static_cast<const char*>(from[0]));
  };
}

}  // namespace trae
