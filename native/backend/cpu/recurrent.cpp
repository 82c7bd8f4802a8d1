// LSTM and GRU in float32. Rows of the batch are independent from the first step to the last, so each thread takes a
// slice of them through the whole sequence and waits for nobody; only the weights' gradients are added up at the end.
// Weights are packed once a call and stay in the second-level cache.
#include "ops/recurrent.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "backend/cpu/kernel.h"
#include "backend/cpu/parallel.h"
#include "backend/cpu/recurrent_plain.h"
#include "backend/cpu/recurrent_states.h"
#include "backend/cpu/simd/recurrent_table.h"
#include "backend/cpu/workspace.h"
#include "graph/saved_layout.h"

namespace trae {
namespace {

constexpr int64_t kMinRows = 4;       // of a slice, where there are more threads than that
constexpr int64_t kChunkRows = 96;    // rows of gates that go into one product for the weights' gradients
constexpr int64_t kMinWork = 100000;  // operations below which a second thread does not pay

struct Slices {
  int64_t batch, count;
  Slices(const RecurrentSizes& s, int64_t gates) : batch(s.batch) {
    const int64_t work = s.batch * s.steps * (s.inputs + s.units) * s.units * gates;
    count = std::max<int64_t>(1, std::min({int64_t(num_threads()), s.batch / kMinRows, work / kMinWork}));
    if (s.batch >= 2 && work >= 4 * kMinWork) count = std::max<int64_t>(count, std::min<int64_t>(2, num_threads()));
  }
  int64_t begin(int64_t k) const { return k * (batch / count) + std::min(k, batch % count); }
  int64_t most() const { return (batch + count - 1) / count; }
};

// What a run needs for itself: packed weights, gates, sums. A plan for each length of the sequences would hold as much
// again, so all lie in the shared block.
class Workspace {
 public:
  size_t add(int64_t n) { return layout_.add(n); }
  void begin() { base_ = static_cast<char*>(workspace(layout_.bytes())); }
  float* at(size_t offset) const { return reinterpret_cast<float*>(base_ + offset); }

 private:
  WorkspaceLayout layout_;
  char* base_ = nullptr;
};
class Floats {
 public:
  Floats(Workspace& w, int64_t n) : workspace_(w), at_(w.add(n)) {}
  float* get() const { return workspace_.at(at_); }

 private:
  const Workspace& workspace_;
  const size_t at_;
};

int64_t width_of(int64_t units, int64_t block) { return std::min<int64_t>(16, units - block * 16); }

// (rows, gates * units) as the table's loops read it.
void pack_weights(const float* w, int64_t rows, int64_t units, int64_t gates, float* to) {
  const int64_t blocks = (units + 15) / 16;
  const bool is_side_by_side = simd::recurrent_table().vectors > 1;
  parallel_for(blocks * rows, 512, [&](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; k++) {
      const int64_t p = k / rows, row = k % rows, width = width_of(units, p);
      for (int64_t g = 0; g < gates; g++) {
        float* at = to + (is_side_by_side ? k * gates + g : (p * gates + g) * rows + row) * 16;
        const float* from = w + (row * gates + g) * units + p * 16;
        if (width < 16) std::memset(at, 0, 16 * sizeof(float));
        std::memcpy(at, from, size_t(width) * sizeof(float));
      }
    }
  });
}
// The transposed: rows [block][gate][16] of the used gates, columns the weight's rows in groups.
void pack_transposed(const float* w, int64_t rows, int64_t units, int64_t gates, int64_t first, int64_t used,
                     float* to) {
  const int64_t blocks = (units + 15) / 16, inner = blocks * used * 16,
                most = 16 * simd::recurrent_table().vectors;  // columns of a group
  parallel_for((rows + 15) / 16, 1, [&](int64_t begin, int64_t end) {
    for (int64_t column = begin * 16; column < std::min(rows, end * 16); column += 16) {
      const int64_t group = column / most, group_width = std::min(most, (rows - group * most + 15) / 16 * 16);
      float* base = to + group * most * inner + column % most;
      const int64_t columns = std::min<int64_t>(16, rows - column);
      for (int64_t p = 0; p < blocks; p++)
        for (int64_t g = 0; g < used; g++) {
          float* tile = base + (p * used + g) * 16 * group_width;
          const int64_t width = width_of(units, p);
          if (width < 16 || columns < 16)
            for (int64_t j = 0; j < 16; j++) std::memset(tile + j * group_width, 0, 16 * sizeof(float));
          for (int64_t i = 0; i < columns; i++) {
            const float* from = w + ((column + i) * gates + first + g) * units + p * 16;
            for (int64_t j = 0; j < width; j++) tile[j * group_width + i] = from[j];
          }
        }
    }
  });
}
// (rows, units) with a row stride into padded rows.
void pad_rows(const float* from, int64_t stride, int64_t rows, int64_t units, int64_t padded, float* to) {
  for (int64_t r = 0; r < rows; r++, from += stride, to += padded) {
    std::memcpy(to, from, size_t(units) * sizeof(float));
    std::fill(to + units, to + padded, 0.0f);
  }
}
// (rows, units) into (blocks, rows, 16) and back.
void to_blocks(const float* from, int64_t rows, int64_t units, float* to) {
  for (int64_t p = 0; p * 16 < units; p++)
    for (int64_t r = 0; r < rows; r++, to += 16) {
      const int64_t width = width_of(units, p);
      std::fill(to + width, to + 16, 0.0f);
      std::memcpy(to, from + r * units + p * 16, size_t(width) * sizeof(float));
    }
}
void from_blocks(const float* from, int64_t rows, int64_t units, float* to) {
  for (int64_t p = 0; p * 16 < units; p++)
    for (int64_t r = 0; r < rows; r++, from += 16)
      std::memcpy(to + r * units + p * 16, from, size_t(width_of(units, p)) * sizeof(float));
}

// Rows [first, first + rows) of a mask at one moment; the numbers of those that are masked.
class MaskedRows {
 public:
  MaskedRows(const float* mask, int64_t steps, int64_t first, int64_t rows)
      : mask_(mask), steps_(steps), first_(first), rows_(rows) {}
  void at(int64_t t) {
    numbers_.clear();
    if (!mask_) return;
    for (int64_t r = 0; r < rows_; r++)
      if (mask_[(first_ + r) * steps_ + t] == 0.0f) numbers_.push_back(r);
  }
  bool are_all() const { return mask_ && int64_t(numbers_.size()) == rows_; }
  // Their vectors of (blocks, rows, 16).
  void copy_blocks(const float* from, float* to, int64_t blocks) const {
    for (int64_t p = 0; p < blocks; p++)
      for (int64_t r : numbers_)
        std::memcpy(to + (p * rows_ + r) * 16, from + (p * rows_ + r) * 16, 16 * sizeof(float));
  }
  const std::vector<int64_t>& numbers() const { return numbers_; }

 private:
  const float* mask_;
  const int64_t steps_, first_, rows_;
  std::vector<int64_t> numbers_;
};

// ---- forward
class Forward {
 public:
  Forward(const RecurrentAttrs& attrs, BlockedSizes s, bool has_bias)
      : attrs_(attrs), s_(s), is_lstm_(attrs.cell == Cell::kLstm), has_bias_(has_bias), gates_(is_lstm_ ? 4 : 3),
        slices_(s, gates_), padded_(s.blocks() * 16), x_row_((s.inputs + 15) / 16 * 16),
        kernel_(workspace_, padded_ * gates_ * s.inputs), recurrent_(workspace_, padded_ * gates_ * s.units),
        bias_(workspace_, s.blocks() * kGateRow), scratch_(workspace_, slices_.count * scratch_size()) {}

  void run(const void* const* in, void* const* out) {
    workspace_.begin();
    const float* const* from = reinterpret_cast<const float* const*>(in);
    pack_weights(from[1], s_.inputs, s_.units, gates_, kernel_.get());
    pack_weights(from[2], s_.units, s_.units, gates_, recurrent_.get());
    pack_bias(has_bias_ ? from[is_lstm_ ? 5 : 4] : nullptr);
    parallel_for(slices_.count, 1, [&](int64_t begin, int64_t end) {
      for (int64_t k = begin; k < end; k++) slice(from, reinterpret_cast<float* const*>(out), k);
    });
  }

 private:
  int64_t scratch_size() const { return slices_.most() * (5 * padded_ + x_row_); }
  void pack_bias(const float* bias) const {
    float* to = bias_.get();
    std::fill_n(to, s_.blocks() * kGateRow, 0.0f);
    if (!bias) return;
    for (int64_t j = 0; j < s_.units; j++) {
      float* at = to + j / 16 * kGateRow + j % 16;
      for (int64_t g = 0; g < gates_; g++) at[g * 16] = bias[g * s_.units + j];
      if (attrs_.cell != Cell::kGru) continue;
      const float* second = bias + 3 * s_.units + j;
      at[0] += second[0];
      at[16] += second[s_.units];
      at[48] = second[2 * s_.units];
    }
  }

  void slice(const float* const* in, float* const* out, int64_t k) const {
    const int64_t first = slices_.begin(k), rows = slices_.begin(k + 1) - first, u = s_.units,
                  size = slices_.most() * padded_;
    float* scratch = scratch_.get() + k * scratch_size();
    float *h = scratch, *next = scratch + size, *x = scratch + 5 * size;
    RecurrentForward f{};
    f.rows = rows;
    f.inputs = s_.inputs;
    f.units = u;
    f.blocks = s_.blocks();
    f.x = x;
    f.x_row = x_row_;
    f.c = scratch + 2 * size;
    f.reset = scratch + 3 * size;
    f.kernel = kernel_.get();
    f.recurrent = recurrent_.get();
    f.bias = bias_.get();
    f.state_slot = s_.batch * 16;
    f.sequence_row = s_.steps * u;
    pad_rows(in[3] + first * u, u, rows, u, padded_, h);
    if (is_lstm_) to_blocks(in[4] + first * u, rows, u, f.c);
    const int64_t slots = is_lstm_ ? kLstmSlots : kGruSlots;
    float* states = attrs_.keeps_states ? out[is_lstm_ ? 3 : 2] + first * 16 : nullptr;
    const auto& table = simd::recurrent_table();
    const auto step = is_lstm_ ? table.lstm : attrs_.cell == Cell::kGru ? table.gru : table.gru_before;
    float* held = scratch + 4 * size;  // c of masked rows
    MaskedRows masked(attrs_.is_masked ? in[(is_lstm_ ? 5 : 4) + has_bias_] : nullptr, s_.steps, first, rows);
    for (int64_t i = 0; i < s_.steps; i++) {
      const int64_t t = attrs_.goes_backwards ? s_.steps - 1 - i : i;
      // Side by side: a step's rows, some KiB apart, would share few lines of the cache.
      for (int64_t r = 0; r < rows; r++)
        std::memcpy(x + r * x_row_, in[0] + ((first + r) * s_.steps + t) * s_.inputs,
                    size_t(s_.inputs) * sizeof(float));
      f.h = h;
      f.h_next = next;
      f.states = states ? states + i * s_.blocks() * slots * f.state_slot : nullptr;
      f.sequence = out[0] + (first * s_.steps + i) * u;
      masked.at(t);
      if (masked.numbers().empty()) {
        step(f);
        std::swap(h, next);
        continue;
      }
      if (is_lstm_) masked.copy_blocks(f.c, held, s_.blocks());
      if (!masked.are_all()) step(f);
      if (is_lstm_) masked.copy_blocks(held, f.c, s_.blocks());
      for (int64_t r : masked.numbers()) {
        std::memcpy(f.sequence + r * f.sequence_row, h + r * padded_, size_t(u) * sizeof(float));
        std::memcpy(next + r * padded_, h + r * padded_, size_t(padded_) * sizeof(float));
        // The gradient of the next step reads this c.
        for (int64_t p = 0; f.states && is_lstm_ && p < s_.blocks(); p++)
          std::memcpy(f.states + (p * slots + 4) * f.state_slot + r * 16, held + (p * rows + r) * 16,
                      16 * sizeof(float));
      }
      std::swap(h, next);
    }
    for (int64_t r = 0; r < rows; r++)
      std::memcpy(out[1] + (first + r) * u, h + r * padded_, size_t(u) * sizeof(float));
    if (is_lstm_) from_blocks(f.c, rows, u, out[2] + first * u);
  }

  const RecurrentAttrs attrs_;
  const BlockedSizes s_;
  const bool is_lstm_, has_bias_;
  const int64_t gates_;
  const Slices slices_;
  const int64_t padded_, x_row_;
  Workspace workspace_;
  const Floats kernel_, recurrent_, bias_, scratch_;
};

// ---- backward
class Backward {
 public:
  Backward(const RecurrentGrad& op, BlockedSizes s)
      : attrs_(op.attrs), s_(s), is_lstm_(attrs_.call.cell == Cell::kLstm),
        is_before_(attrs_.call.cell == Cell::kGruResetBefore), gates_(is_lstm_ ? 4 : 3), call_inputs_(op.call_inputs()),
        slices_(s, gates_), padded_(s.blocks() * 16),
        chunk_(
            std::clamp<int64_t>(kChunkRows / std::max<int64_t>(1, slices_.most()), 1, std::max<int64_t>(1, s.steps))),
        depth_(chunk_ * slices_.most()), x_rows_(up(s.inputs + 1)), h_rows_(up(s.units + 1)),
        kernel_(workspace_, attrs_.needs_dx ? up16(s.inputs) * padded_ * gates_ : 0),
        recurrent_(workspace_, padded_ * padded_ * gates_), candidate_(workspace_, is_before_ ? padded_ * padded_ : 0),
        scratch_(workspace_, slices_.count * scratch_size()) {}

  void run(const void* const* in, void* const* out) {
    workspace_.begin();
    const float* const* from = reinterpret_cast<const float* const*>(in);
    float* const* to = reinterpret_cast<float* const*>(out);
    const int64_t u = s_.units;
    if (attrs_.needs_dx) pack_transposed(from[1], s_.inputs, u, gates_, 0, gates_, kernel_.get());
    pack_transposed(from[2], u, u, gates_, 0, is_before_ ? 2 : gates_, recurrent_.get());
    if (is_before_) pack_transposed(from[2], u, u, gates_, 2, 1, candidate_.get());
    parallel_for(slices_.count, 1, [&](int64_t begin, int64_t end) {
      for (int64_t k = begin; k < end; k++) slice(from, to, k);
    });
    add_up(to);
  }

 private:
  static int64_t up(int64_t rows) { return (rows + kWeightRows - 1) / kWeightRows * kWeightRows; }
  static int64_t up16(int64_t n) { return (n + 15) / 16 * 16; }
  // Of a slice: dh; dc, or the gradient of r * h; the first c; gates of a chunk; packed x, h (and r * h) of a chunk;
  // sums of the weights' gradients.
  int64_t state_size() const { return slices_.most() * padded_; }
  int64_t gate_size() const { return s_.blocks() * depth_ * kGateRow; }
  int64_t sums_size() const { return padded_ * gates_ * (x_rows_ + h_rows_); }
  int64_t scratch_size() const {
    return (attrs_.call.is_masked ? 5 : 3) * state_size() + gate_size() +
           depth_ * (x_rows_ + (is_before_ ? 2 : 1) * h_rows_) + sums_size();
  }
  float* x_sums(int64_t k) const { return scratch_.get() + (k + 1) * scratch_size() - sums_size(); }
  float* h_sums(int64_t k) const { return x_sums(k) + padded_ * gates_ * x_rows_; }
  float* candidate_sums(int64_t k) const { return h_sums(k) + padded_ * 2 * h_rows_; }

  // Rows of v with a one behind them as [row / 6][depth][6]: the product of the ones is the bias' gradient.
  static void pack_row(const float* v, int64_t n, int64_t rows, int64_t depth, int64_t at, float* to) {
    int64_t i = 0;
    float* block = to + at * kWeightRows;
    for (; i + kWeightRows <= n; i += kWeightRows, block += depth * kWeightRows)
      std::memcpy(block, v + i, kWeightRows * sizeof(float));
    for (; i < rows; i++) {
      if (i % kWeightRows == 0 && i) block = to + (i / kWeightRows * depth + at) * kWeightRows;
      block[i % kWeightRows] = i < n ? v[i] : i == n ? 1.0f : 0.0f;
    }
  }

  void slice(const float* const* in, float* const* out, int64_t k) const {
    const int64_t first = slices_.begin(k), rows = slices_.begin(k + 1) - first, u = s_.units, steps = s_.steps;
    float *dh = scratch_.get() + k * scratch_size(), *dc = dh + state_size(), *c0 = dc + state_size(),
          *held = c0 + state_size(), *gates = held + (attrs_.call.is_masked ? 2 : 0) * state_size(),
          *packed_x = gates + gate_size(), *packed_h = packed_x + depth_ * x_rows_,
          *packed_reset = packed_h + depth_ * h_rows_;
    const float *sequence = in[call_inputs_], *states = in[call_inputs_ + 1] + first * 16, *dy[3] = {};
    for (size_t i = 0, at = call_inputs_ + 2; i < 3; i++)
      if (attrs_.has_dy[i]) dy[i] = in[at++];
    auto start = [&](const float* d, float* to) {
      if (d) to_blocks(d + first * u, rows, u, to);
      else std::fill_n(to, rows * padded_, 0.0f);
    };
    start(dy[1], dh);
    if (is_lstm_) {
      start(dy[2], dc);
      to_blocks(in[4] + first * u, rows, u, c0);
    }
    std::fill_n(x_sums(k), sums_size(), 0.0f);

    const auto& table = simd::recurrent_table();
    const int64_t slots = is_lstm_ ? kLstmSlots : kGruSlots, slot = s_.batch * 16,
                  state_step = s_.blocks() * slots * slot;
    RecurrentBackward g{};
    g.rows = rows;
    g.units = u;
    g.blocks = s_.blocks();
    g.state_slot = slot;
    g.dy_row = steps * u;
    g.dh = dh;
    g.dc = dc;
    PanelProduct back{};
    back.rows = rows;
    back.columns = u;
    back.panels = s_.blocks();
    back.first = is_lstm_ ? 64 : 32;
    back.second = 48;
    back.second_length = is_lstm_ || is_before_ ? 0 : 16;
    back.b = recurrent_.get();
    back.c = dh;
    back.c_row = 16;
    back.c_vector = rows * 16;
    // With a mask dh goes past the step where a row is masked, and the product is added to it.
    back.adds = !is_lstm_ || attrs_.call.is_masked;
    back.is_padded = true;
    PanelProduct inputs = back;
    inputs.columns = s_.inputs;
    inputs.first = gates_ * 16;
    inputs.second_length = 0;
    inputs.b = kernel_.get();
    inputs.c_row = steps * s_.inputs;
    inputs.c_vector = 16;
    inputs.adds = inputs.is_padded = false;
    PanelProduct candidate = back;
    candidate.first = 0;
    candidate.second = 32;
    candidate.second_length = 16;
    candidate.b = candidate_.get();
    candidate.c = dc;
    candidate.adds = false;
    g.dreset = dc;
    MaskedRows masked(attrs_.call.is_masked ? in[call_inputs_ - 1] : nullptr, steps, first, rows);

    for (int64_t last = steps; last > 0;) {
      const int64_t chunk = std::min(chunk_, last), depth = chunk * rows;
      g.gates_block = back.a_panel = inputs.a_panel = candidate.a_panel = depth * kGateRow;
      for (int64_t j = 0; j < chunk; j++) {
        const int64_t step = last - 1 - j, t = attrs_.call.goes_backwards ? steps - 1 - step : step;
        const float* before = step ? sequence + (first * steps + step - 1) * u : in[3] + first * u;
        const int64_t before_row = step ? steps * u : u;
        g.states = states + step * state_step;
        g.dy = dy[0] ? dy[0] + (first * steps + step) * u : nullptr;
        if (is_lstm_) {
          g.previous = step ? g.states - state_step + 4 * slot : c0;
          g.previous_block = step ? slots * slot : rows * 16;
        } else {
          g.previous = before;
          g.previous_block = before_row;
        }
        g.gates = gates + j * rows * kGateRow;
        back.a = inputs.a = candidate.a = g.gates;
        if (attrs_.call.is_masked) {
          masked.at(t);
          if (g.dy) add_rows(g.dy, g.dy_row, rows, dh);
          g.dy = nullptr;
          masked.copy_blocks(dh, held, s_.blocks());
          if (is_lstm_) masked.copy_blocks(dc, held + state_size(), s_.blocks());
        }
        if (!masked.are_all()) {
          (is_lstm_ ? table.lstm_gradient : is_before_ ? table.gru_before_gradient : table.gru_gradient)(g);
          if (is_before_) {
            table.panel_product(candidate);
            table.gru_before_gradient_of_reset(g);
          }
        }
        if (attrs_.call.is_masked) {
          if (is_lstm_) std::fill_n(dh, rows * padded_, 0.0f);
          masked.copy_blocks(held, dh, s_.blocks());
          if (is_lstm_) masked.copy_blocks(held + state_size(), dc, s_.blocks());
          for (int64_t p = 0; p < s_.blocks(); p++)
            for (int64_t r : masked.numbers()) std::fill_n(g.gates + p * g.gates_block + r * kGateRow, kGateRow, 0.0f);
        }
        if (!masked.are_all()) table.panel_product(back);
        if (attrs_.needs_dx) {
          inputs.c = out[0] + (first * steps + t) * s_.inputs;
          table.panel_product(inputs);
        }
        for (int64_t r = 0; r < rows; r++) {
          pack_row(in[0] + ((first + r) * steps + t) * s_.inputs, s_.inputs, x_rows_, depth, j * rows + r, packed_x);
          pack_row(before + r * before_row, u, h_rows_, depth, j * rows + r, packed_h);
          // A step that no row takes leaves no r * h: the gates' gradients are zero there, so that any finite row will
          // do.
          const float* reset = masked.are_all() ? before + r * before_row
                               : is_before_     ? reset_of(g.states, r, c0)
                                                : nullptr;
          if (is_before_) pack_row(reset, u, h_rows_, depth, j * rows + r, packed_reset);
        }
      }
      for (int64_t p = 0; p < s_.blocks(); p++) {
        const float* b = gates + p * depth * kGateRow;
        table.weight_product({depth, x_rows_, packed_x, b, x_sums(k) + p * x_rows_ * gates_ * 16, gates_, gates_ - 1});
        const int64_t h_gates = is_before_ ? 2 : gates_;
        table.weight_product(
            {depth, h_rows_, packed_h, b, h_sums(k) + p * h_rows_ * h_gates * 16, h_gates, is_before_ ? 1 : 3});
        if (is_before_)
          table.weight_product({depth, h_rows_, packed_reset, b, candidate_sums(k) + p * h_rows_ * 16, 1, 2});
      }
      last -= chunk;
    }
    from_blocks(dh, rows, u, out[3] + first * u);
    if (is_lstm_) from_blocks(dc, rows, u, out[4] + first * u);
  }

  // dh += the rows of dy, in blocks.
  void add_rows(const float* dy, int64_t stride, int64_t rows, float* dh) const {
    for (int64_t p = 0; p < s_.blocks(); p++) {
      const int64_t width = width_of(s_.units, p);
      for (int64_t r = 0; r < rows; r++, dh += 16)
        for (int64_t j = 0; j < width; j++) dh[j] += dy[r * stride + p * 16 + j];
    }
  }

  // Row r of r * h, kept in the last slot of the states.
  const float* reset_of(const float* states, int64_t r, float* row) const {
    for (int64_t p = 0; p < s_.blocks(); p++)
      std::memcpy(row + p * 16, states + (p * kGruSlots + 3) * s_.batch * 16 + r * 16, 16 * sizeof(float));
    return row;
  }

  // Row i of the slices' sums into `gates` gates of a row.
  void add_row(const float* sums, int64_t rows, int64_t gates, int64_t i, float* to) const {
    const int64_t u = s_.units;
    for (int64_t p = 0; p < s_.blocks(); p++)
      for (int64_t g = 0; g < gates; g++) {
        const float* from = sums + ((p * rows + i) * gates + g) * 16;
        float* at = to + g * u + p * 16;
        const int64_t width = width_of(u, p);
        for (int64_t j = 0; j < width; j++) {
          float v = from[j];
          for (int64_t k = 1; k < slices_.count; k++) v += from[k * scratch_size() + j];
          at[j] = v;
        }
      }
  }
  void add_recurrent_row(int64_t i, float* to) const {
    add_row(h_sums(0), h_rows_, is_before_ ? 2 : gates_, i, to);
    if (is_before_) add_row(candidate_sums(0), h_rows_, 1, i, to + 2 * s_.units);
  }
  void add_up(float* const* out) const {
    const int64_t width = gates_ * s_.units, total = s_.inputs + s_.units;
    parallel_for(total, std::max<int64_t>(1, 16384 / width), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++)
        if (i < s_.inputs) add_row(x_sums(0), x_rows_, gates_, i, out[1] + i * width);
        else add_recurrent_row(i - s_.inputs, out[2] + (i - s_.inputs) * width);
    });
    if (!attrs_.has_bias) return;
    float* bias = out[is_lstm_ ? 5 : 4];
    add_row(x_sums(0), x_rows_, gates_, s_.inputs, bias);
    if (attrs_.call.cell == Cell::kGru) add_row(h_sums(0), h_rows_, gates_, s_.units, bias + width);
  }

  const RecurrentGrad::Attrs attrs_;
  const BlockedSizes s_;
  const bool is_lstm_, is_before_;
  const int64_t gates_;
  const size_t call_inputs_;
  const Slices slices_;
  const int64_t padded_, chunk_, depth_, x_rows_, h_rows_;
  Workspace workspace_;
  const Floats kernel_, recurrent_, candidate_, scratch_;
};

template <class Op>
Kernel forward_kernel(const Op& op, const Specs& in) {
  const RecurrentSizes s = recurrent_sizes(in);
  const bool has_bias = in.size() == (op.attrs.cell == Cell::kLstm ? 6u : 5u) + (op.attrs.is_masked ? 1u : 0u);
  if (in[0].dtype == DType::kFloat64) return plain_recurrent<double>(op.attrs, s, has_bias);
  auto f = std::make_shared<Forward>(op.attrs, s, has_bias);
  return [f](const void* const* from, void* const* to) { f->run(from, to); };
}

}  // namespace

namespace {
template <class Op>
Spec states_spec(const Op& op, const Specs& in) {
  const BlockedSizes s = recurrent_sizes(in);
  const int64_t slots = op.attrs.cell == Cell::kLstm ? kLstmSlots : kGruSlots;
  return {{s.steps, s.blocks(), slots, s.batch, kUnitBlock}, in[0].dtype};
}
const bool has_layouts =
    register_saved_layout(
        kCpu, typeid(Lstm),
        [](const Op& op, const Specs& in) { return states_spec(static_cast<const Lstm&>(op), in); }) &&
    register_saved_layout(kCpu, typeid(Gru),
                          [](const Op& op, const Specs& in) { return states_spec(static_cast<const Gru&>(op), in); });
}  // namespace

TRAE_CPU_KERNEL(Lstm) { return forward_kernel(op, in); }
TRAE_CPU_KERNEL(Gru) { return forward_kernel(op, in); }
TRAE_CPU_KERNEL(RecurrentGrad) {
  const RecurrentSizes s = recurrent_sizes(in);
  if (in[0].dtype == DType::kFloat64) return plain_recurrent_grad<double>(op, s);
  auto b = std::make_shared<Backward>(op, s);
  return [b](const void* const* from, void* const* to) { b->run(from, to); };
}

}  // namespace trae
