// Attention head by head: keys and values are packed once, then a block of queries at a time goes through both
// products.
#include "ops/attention.h"

#include <algorithm>
#include <memory>

#include "backend/cpu/kernel.h"
#include "backend/cpu/packed_matmul.h"
#include "backend/cpu/parallel.h"
#include "backend/cpu/simd/attention_table.h"
#include "backend/cpu/workspace.h"

namespace trae {
namespace {

int64_t round_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

// A matrix whose rows lie `stride` apart in memory.
struct Rows {
  const float* data;
  int64_t stride;
  const float* operator[](int64_t i) const { return data + i * stride; }
};

// b of a product in panels of its columns.
struct Panels {
  const float* data;
  int64_t inner, columns;

  static int64_t floats(int64_t inner, int64_t columns) { return inner * round_up(columns, 16); }
  // The columns of b are those of `from`, or its rows when transposed.
  static Panels pack(int64_t inner, int64_t columns, Rows from, bool is_transposed, float* to) {
    const auto& simd = simd::packed_matmul_table();
    for (int64_t p = 0; p < columns; p += simd.panel)
      simd.pack_panel(inner, std::min<int64_t>(simd.panel, columns - p), is_transposed ? from[p] : from.data + p,
                      from.stride, is_transposed, to + p * inner);
    return {to, inner, columns};
  }
  // c = a b or c += a b; element (i, j) of a lies at i * a_row + j * a_column.
  void multiply(int64_t rows, const float* a, int64_t a_row, int64_t a_column, float* c, int64_t c_row,
                bool is_added = false) const {
    const auto& simd = simd::packed_matmul_table();
    for (int64_t p = 0; p < columns; p += simd.panel)
      simd.multiply_panel(rows, inner, std::min<int64_t>(simd.panel, columns - p), a, a_row, a_column, data + p * inner,
                          c + p, c_row, is_added);
  }
};

// Which positions queries may attend to: the mask (strides of 0 where it broadcasts) and the causal rule.
struct Allowed {
  bool is_masked, is_causal;
  int64_t steps[4] = {};

  Allowed(const AttentionAttrs& a, const Specs& in) : is_masked(a.is_masked), is_causal(a.is_causal) {
    if (!is_masked) return;
    const Shape& shape = in[3].shape;
    const Ints strides = strides_of(shape);
    for (size_t i = 0; i < shape.size(); i++) steps[4 - shape.size() + i] = shape[i] == 1 ? 0 : strides[i];
  }
  bool is_everything() const { return !is_masked && !is_causal; }
  // Bytes of the scores of some queries of a head, or null where all is allowed.
  const unsigned char* rows(const void* mask, int64_t batch, int64_t head, int64_t first, int64_t count,
                            int64_t sources, unsigned char* to) const {
    if (is_everything()) return nullptr;
    for (int64_t r = 0; r < count; r++) {
      const int64_t last = is_causal ? std::min(first + r + 1, sources) : sources;
      unsigned char* row = to + r * sources;
      if (is_masked) {
        const auto* from =
            static_cast<const unsigned char*>(mask) + batch * steps[0] + head * steps[1] + (first + r) * steps[2];
        if (steps[3] == 1) std::copy_n(from, last, row);
        else std::fill_n(row, last, *from);
      } else {
        std::fill_n(row, last, uint8_t(1));
      }
      std::fill(row + last, row + sources, uint8_t(0));
    }
    return to;
  }
};

// What rounding every part up to a cache line may take, for at most 15 parts.
constexpr int64_t kRounding = 240;
// Memory of one thread, handed out front to back.
class Scratch {
 public:
  explicit Scratch(float* at) : at_(at) {}
  float* take(int64_t floats) {
    float* r = at_;
    at_ += round_up(floats, 16);
    return r;
  }

 private:
  float* at_;
};

struct Blocks {
  AttentionSizes s;
  Allowed allowed;
  float scale;
  int64_t stride;  // of a row of scores: an odd number of cache lines, so that columns spread over the cache
  int64_t rows;    // queries of a block: their scores stay in the caches

  Blocks(const AttentionAttrs& a, const Specs& in, int64_t floats)
      : s(attention_sizes(in)), allowed(a, in), scale(float(a.scale)), stride(round_up(s.sources, 16)) {
    if (stride / 16 % 2 == 0) stride += 16;
    const int64_t most = std::clamp<int64_t>(floats / stride, 12, 96), count = (s.targets + most - 1) / most;
    rows = std::min(round_up((s.targets + count - 1) / count, 6), s.targets);
  }
  int64_t mask_floats() const { return allowed.is_everything() ? 0 : round_up(rows * s.sources, 4) / 4; }
  Rows query(const void* x, int64_t batch, int64_t head) const {
    return of(x, batch, head, s.targets, s.heads, s.size);
  }
  Rows result(const void* x, int64_t batch, int64_t head) const {
    return of(x, batch, head, s.targets, s.heads, s.value_size);
  }
  Rows key(const void* x, int64_t batch, int64_t group) const {
    return of(x, batch, group, s.sources, s.groups, s.size);
  }
  Rows value(const void* x, int64_t batch, int64_t group) const {
    return of(x, batch, group, s.sources, s.groups, s.value_size);
  }

 private:
  static Rows of(const void* x, int64_t batch, int64_t head, int64_t length, int64_t heads, int64_t size) {
    return {static_cast<const float*>(x) + (batch * length * heads + head) * size, heads * size};
  }
};

// f(task, scratch) for tasks spread over the team.
template <class F>
void over_tasks(int64_t tasks, int team, int64_t floats, F&& f) {
  float* scratch = static_cast<float*>(workspace(size_t(floats * team) * sizeof(float)));
  parallel_for(team, 1, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; t++)
      for (int64_t k = tasks * t / team; k < tasks * (t + 1) / team; k++) f(k, Scratch(scratch + t * floats));
  });
}

}  // namespace

TRAE_CPU_KERNEL(Attention) {
  const Blocks blocks(op.attrs, in, 16384);
  const AttentionSizes s = blocks.s;
  const int team = num_threads();
  // Few heads: each is cut into parts of its queries.
  const int64_t parts =
      std::clamp<int64_t>(2 * team / std::max<int64_t>(1, s.batch * s.groups), 1, (s.targets + 47) / 48);
  const int64_t keys = Panels::floats(s.size, s.sources), values = Panels::floats(s.sources, s.value_size);
  const int64_t floats = round_up(keys + values + blocks.rows * blocks.stride + blocks.mask_floats() + kRounding, 16);
  return [=](const void* const* in, void* const* out) {
    const auto& simd = simd::attention_table();
    over_tasks(s.batch * s.groups * parts, team, floats, [&](int64_t task, Scratch own) {
      const int64_t part = task % parts, group = task / parts % s.groups, batch = task / parts / s.groups;
      const Panels key = Panels::pack(s.size, s.sources, blocks.key(in[1], batch, group), true, own.take(keys)),
                   value = Panels::pack(s.sources, s.value_size, blocks.value(in[2], batch, group), false,
                                        own.take(values));
      float* scores = own.take(blocks.rows * blocks.stride);
      auto* mask = reinterpret_cast<unsigned char*>(own.take(blocks.mask_floats()));
      for (int64_t head = group * s.heads_of_group(); head < (group + 1) * s.heads_of_group(); head++) {
        const Rows query = blocks.query(in[0], batch, head), y = blocks.result(out[0], batch, head);
        float* rows = static_cast<float*>(out[1]) + (batch * s.heads + head) * s.targets * 2;
        const int64_t end = s.targets * (part + 1) / parts;
        for (int64_t t = s.targets * part / parts; t < end; t += blocks.rows) {
          const int64_t n = std::min(blocks.rows, end - t);
          const unsigned char* allowed =
              blocks.allowed.rows(blocks.allowed.is_masked ? in[3] : nullptr, batch, head, t, n, s.sources, mask);
          key.multiply(n, query[t], query.stride, 1, scores, blocks.stride);
          simd.exponentials(n, s.sources, scores, blocks.stride, blocks.scale, allowed, rows + 2 * t);
          float* to = const_cast<float*>(y[t]);
          value.multiply(n, scores, blocks.stride, 1, to, y.stride);
          simd.scale_rows(n, s.value_size, to, y.stride, rows + 2 * t);
        }
      }
    });
  };
}

// With weights w = softmax(scores) and dw = dy value^T: dscores = w (dw - sum(y dy)); dvalue = w^T dy; dquery = dscores
// key; dkey = dscores^T query.
TRAE_CPU_KERNEL(AttentionGrad) {
  const Blocks blocks(op.attrs, in, 32768);
  const AttentionSizes s = blocks.s;
  const int team = num_threads();
  const int64_t inputs = op.attrs.is_masked ? 4 : 3, block = blocks.rows * blocks.stride;
  const int64_t keys = Panels::floats(s.size, s.sources), values = Panels::floats(s.value_size, s.sources),
                key_rows = Panels::floats(s.sources, s.size), queries = Panels::floats(blocks.rows, s.size),
                dys = Panels::floats(blocks.rows, s.value_size);
  const int64_t floats = round_up(
      keys + values + key_rows + queries + dys + 2 * block + blocks.rows + blocks.mask_floats() + kRounding, 16);
  return [=](const void* const* in, void* const* out) {
    const auto& simd = simd::attention_table();
    over_tasks(s.batch * s.groups, team, floats, [&](int64_t task, Scratch own) {
      const int64_t group = task % s.groups, batch = task / s.groups;
      const Rows k = blocks.key(in[1], batch, group), v = blocks.value(in[2], batch, group),
                 dk = blocks.key(out[1], batch, group), dv = blocks.value(out[2], batch, group);
      const Panels key = Panels::pack(s.size, s.sources, k, true, own.take(keys)),
                   value = Panels::pack(s.value_size, s.sources, v, true, own.take(values)),
                   key_columns = Panels::pack(s.sources, s.size, k, false, own.take(key_rows));
      float *weights = own.take(block), *dweights = own.take(block), *sums = own.take(blocks.rows),
            *packed_query = own.take(queries), *packed_dy = own.take(dys);
      auto* mask = reinterpret_cast<unsigned char*>(own.take(blocks.mask_floats()));
      bool is_added = false;
      for (int64_t head = group * s.heads_of_group(); head < (group + 1) * s.heads_of_group(); head++) {
        const Rows query = blocks.query(in[0], batch, head), dquery = blocks.query(out[0], batch, head),
                   y = blocks.result(in[inputs], batch, head), dy = blocks.result(in[inputs + 2], batch, head);
        const float* rows = static_cast<const float*>(in[inputs + 1]) + (batch * s.heads + head) * s.targets * 2;
        for (int64_t t = 0; t < s.targets; t += blocks.rows) {
          const int64_t n = std::min(blocks.rows, s.targets - t);
          const unsigned char* allowed =
              blocks.allowed.rows(blocks.allowed.is_masked ? in[3] : nullptr, batch, head, t, n, s.sources, mask);
          simd.row_products(n, s.value_size, y[t], dy[t], y.stride, sums);
          key.multiply(n, query[t], query.stride, 1, weights, blocks.stride);
          simd.weights(n, s.sources, weights, blocks.stride, blocks.scale, allowed, rows + 2 * t);
          value.multiply(n, dy[t], dy.stride, 1, dweights, blocks.stride);
          Panels::pack(n, s.value_size, {dy[t], dy.stride}, false, packed_dy)
              .multiply(s.sources, weights, 1, blocks.stride, const_cast<float*>(dv.data), dv.stride, is_added);
          simd.gradient(n, s.sources, weights, dweights, blocks.stride, blocks.scale, allowed, sums);
          key_columns.multiply(n, dweights, blocks.stride, 1, const_cast<float*>(dquery[t]), dquery.stride);
          Panels::pack(n, s.size, {query[t], query.stride}, false, packed_query)
              .multiply(s.sources, dweights, 1, blocks.stride, const_cast<float*>(dk.data), dk.stride, is_added);
          is_added = true;
        }
      }
    });
  };
}

}  // namespace trae
