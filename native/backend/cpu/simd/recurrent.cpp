#include "backend/cpu/simd/gates.h"
#include "backend/cpu/simd/panels.h"
#include "backend/cpu/simd/recurrent_table.h"

namespace trae::simd::TRAE_ISA {
namespace {

inline void store_rows(float* to, long row, const float* from, long rows, long count) {
  for (long r = 0; r < rows; r++, to += row, from += kLanes) {
    if (count == kLanes) store_group(to, load_group(from));
    else __builtin_memcpy(to, from, (unsigned long)count * sizeof(float));
  }
}
inline long width_of(long units, long block) {
  const long rest = units - block * kLanes;
  return rest < kLanes ? rest : kLanes;
}
template <int kRows, int kSums>
inline void set_rows(Group (&sum)[kRows][kSums], const float* bias) {
#pragma GCC unroll 8
  for (int i = 0; i < kRows; i++)
#pragma GCC unroll 4
    for (int k = 0; k < kSums; k++) sum[i][k] = load_group(bias + k * kLanes);
}
template <int kRows, int kSums>
inline void write_rows(float* pre, const Group (&sum)[kRows][kSums], int first = 0) {
#pragma GCC unroll 4
  for (int k = 0; k < kSums; k++)
#pragma GCC unroll 8
    for (int i = 0; i < kRows; i++) store_group(pre + ((first + k) * kRows + i) * kLanes, sum[i][k]);
}

// Gate k of block p in packed weights of `rows` rows: where it begins, and the distance of its rows.
struct Panel {
  const float* from;
  long row;
  Panel(const float* packed, long rows, long gates, long p, long k)
      : from(packed + p * rows * gates * kLanes + (kMaxVectors == 4 ? k : k * rows) * kLanes),
        row(kMaxVectors == 4 ? gates * kLanes : kLanes) {}
};
// sum += `inner` columns of a's rows times a panel.
template <int kRows, int kVectors, int kSums>
inline void accumulate(Group (&sum)[kRows][kSums], long inner, const float* a, long a_row, const Panel& b) {
  accumulate<kRows, kVectors, kVectors - 1>(sum, inner, a, a_row, 1, b.from, b.row);
}

// ---- LSTM
// Rows whose sums are made, one panel after the other, before their cells are: a panel stays in the first-level cache.
constexpr long kStepRows = kMaxVectors == 4 ? kMaxRows : 8 * kMaxRows;

// Gates [k, k + kMaxVectors) of kRows rows from r0 on, into pre [gate][n].
template <int kRows>
inline void lstm_sums(const RecurrentForward& s, long p, long k, long r0, float* pre, long n) {
  const long padded = s.blocks * kLanes;
  Group sum[kRows][kMaxVectors];
  set_rows(sum, s.bias + p * kGateRow + k * kLanes);
  accumulate<kRows, kMaxVectors>(sum, s.inputs, s.x + r0 * s.x_row, s.x_row, Panel(s.kernel, s.inputs, 4, p, k));
  accumulate<kRows, kMaxVectors>(sum, s.units, s.h + r0 * padded, padded, Panel(s.recurrent, s.units, 4, p, k));
#pragma GCC unroll 4
  for (int v = 0; v < kMaxVectors; v++)
#pragma GCC unroll 8
    for (int i = 0; i < kRows; i++) store_group(pre + (k + v) * n + i * kLanes, sum[i][v]);
}
// n cells: pre [gate][n] -> c, fresh; with states, what the gradient needs goes to [slot]. In loops whose constants
// find room in the registers.
template <bool kHasStates>
inline void lstm_cells(float* pre, long n, float* c, float* fresh, float* to, long slot) {
  for (long k = 0; k < 4; k += k == 1 ? 2 : 1)  // i, f, o
    for (long j = 0; j < n; j += kWidth) {
      const Floats v = sigmoid_gate(load(pre + k * n + j));
      store(pre + k * n + j, v);
      if constexpr (kHasStates) store(to + k * slot + j, v);
    }
  for (long j = 0; j < n; j += kWidth) {
    const Floats g = tanh_gate(load(pre + 2 * n + j));
    const Floats next = load(pre + n + j) * load(c + j) + load(pre + j) * g;
    store(c + j, next);
    if constexpr (kHasStates) {
      store(to + 2 * slot + j, g);
      store(to + 4 * slot + j, next);
    }
  }
  for (long j = 0; j < n; j += kWidth) store(fresh + j, load(pre + 3 * n + j) * tanh_gate(load(c + j)));
}
void lstm(const RecurrentForward& s) {
  alignas(64) float pre[4 * kStepRows * kLanes], fresh[kStepRows * kLanes];
  const long steps = (s.rows + kStepRows - 1) / kStepRows, padded = s.blocks * kLanes;
  for (long p = 0; p < s.blocks; p++)
    for (long i = 0, r0 = 0; i < steps; i++) {
      const long rows = (s.rows - r0 + steps - i - 1) / (steps - i), n = rows * kLanes;
      for (long k = 0; k < 4; k += kMaxVectors)
        over_row_blocks(rows, [&](auto count, long at) {
          lstm_sums<decltype(count)::value>(s, p, k, r0 + at, pre + at * kLanes, n);
        });
      float* c = s.c + (p * s.rows + r0) * kLanes;
      if (s.states)
        lstm_cells<true>(pre, n, c, fresh, s.states + p * kLstmSlots * s.state_slot + r0 * kLanes, s.state_slot);
      else lstm_cells<false>(pre, n, c, fresh, nullptr, 0);
      store_rows(s.h_next + r0 * padded + p * kLanes, padded, fresh, rows, kLanes);
      store_rows(s.sequence + r0 * s.sequence_row + p * kLanes, s.sequence_row, fresh, rows, width_of(s.units, p));
      r0 += rows;
    }
}

inline void add_sequence_gradient(const RecurrentBackward& s, long p) {
  if (!s.dy) return;
  float* dh = s.dh + p * s.rows * kLanes;
  const long width = width_of(s.units, p);
  for (long r = 0; r < s.rows; r++) {
    const float* dy = s.dy + r * s.dy_row + p * kLanes;
    for (long j = 0; j < width; j++) dh[r * kLanes + j] += dy[j];
  }
}
void lstm_gradient(const RecurrentBackward& s) {
  for (long p = 0; p < s.blocks; p++) {
    add_sequence_gradient(s, p);
    const float *i_ = s.states + p * kLstmSlots * s.state_slot, *f_ = i_ + s.state_slot, *g_ = f_ + s.state_slot,
                *o_ = g_ + s.state_slot, *c_ = o_ + s.state_slot, *before = s.previous + p * s.previous_block;
    float *dh_ = s.dh + p * s.rows * kLanes, *dc_ = s.dc + p * s.rows * kLanes, *to = s.gates + p * s.gates_block;
    for (long r = 0; r < s.rows; r++, to += kGateRow) {
      for (long k = 0; k < kLanes; k += kWidth) {
        const long j = r * kLanes + k;
        const Floats i = load(i_ + j), f = load(f_ + j), g = load(g_ + j), o = load(o_ + j),
                     t = tanh_gate(load(c_ + j)), dh = load(dh_ + j);
        const Floats dc = load(dc_ + j) + dh * o * (1.0f - t * t);
        store(to + k, dc * g * i * (1.0f - i));
        store(to + kLanes + k, dc * load(before + j) * f * (1.0f - f));
        store(to + 2 * kLanes + k, dc * i * (1.0f - g * g));
        store(to + 3 * kLanes + k, dh * t * o * (1.0f - o));
        store(dc_ + j, dc * f);
      }
    }
  }
}

// ---- GRU
template <int kRows>
inline void gru_sums(const RecurrentForward& s, long p, long r0, float* pre) {
  const long padded = s.blocks * kLanes;
  const float *x = s.x + r0 * s.x_row, *h = s.h + r0 * padded, *bias = s.bias + p * kGateRow;
  if constexpr (kMaxVectors == 4) {
    Group sum[kRows][4];
    set_rows(sum, bias);
    const Panel kernel(s.kernel, s.inputs, 3, p, 0), recurrent(s.recurrent, s.units, 3, p, 0);
    accumulate<kRows, 3, 2>(sum, s.inputs, x, s.x_row, 1, kernel.from, kernel.row);
    accumulate<kRows, 3, 3>(sum, s.units, h, padded, 1, recurrent.from, recurrent.row);
    write_rows(pre, sum);
  } else {
    for (int k = 0; k < 4; k++) {
      Group sum[kRows][1];
      set_rows(sum, bias + k * kLanes);
      if (k < 3) accumulate<kRows, 1>(sum, s.inputs, x, s.x_row, Panel(s.kernel, s.inputs, 3, p, k));
      if (k != 2) accumulate<kRows, 1>(sum, s.units, h, padded, Panel(s.recurrent, s.units, 3, p, k == 3 ? 2 : k));
      write_rows(pre, sum, k);
    }
  }
}
template <int kRows>
void gru_block(const RecurrentForward& s, long p, long r0) {
  constexpr long n = kRows * kLanes;
  const long padded = s.blocks * kLanes;
  alignas(64) float pre[4 * n], fresh[n], before[n], unused[kGruSlots * n];
  gru_sums<kRows>(s, p, r0, pre);
  for (int r = 0; r < kRows; r++) store_group(before + r * kLanes, load_group(s.h + (r0 + r) * padded + p * kLanes));
  float* to = s.states ? s.states + p * kGruSlots * s.state_slot + r0 * kLanes : unused;
  const long slot = s.states ? s.state_slot : n;
  for (long j = 0; j < n; j += kWidth) {
    const Floats z = sigmoid_gate(load(pre + j)), r = sigmoid_gate(load(pre + n + j)), part = load(pre + 3 * n + j),
                 g = tanh_gate(load(pre + 2 * n + j) + r * part);
    store(fresh + j, z * load(before + j) + (1.0f - z) * g);
    store(to + j, z);
    store(to + slot + j, r);
    store(to + 2 * slot + j, g);
    store(to + 3 * slot + j, part);
  }
  store_rows(s.h_next + r0 * padded + p * kLanes, padded, fresh, kRows, kLanes);
  store_rows(s.sequence + r0 * s.sequence_row + p * kLanes, s.sequence_row, fresh, kRows, width_of(s.units, p));
}
void gru(const RecurrentForward& s) {
  for (long p = 0; p < s.blocks; p++)
    over_row_blocks(s.rows, [&](auto n, long r0) { gru_block<decltype(n)::value>(s, p, r0); });
}

void gru_gradient(const RecurrentBackward& s) {
  for (long p = 0; p < s.blocks; p++) {
    add_sequence_gradient(s, p);
    const float *z_ = s.states + p * kGruSlots * s.state_slot, *r_ = z_ + s.state_slot, *g_ = r_ + s.state_slot,
                *part_ = g_ + s.state_slot;
    float *dh_ = s.dh + p * s.rows * kLanes, *to = s.gates + p * s.gates_block;
    const unsigned long width = (unsigned long)width_of(s.units, p) * sizeof(float);
    for (long row = 0; row < s.rows; row++, to += kGateRow) {
      alignas(64) float before[kLanes] = {};
      __builtin_memcpy(before, s.previous + row * s.previous_block + p * kLanes, width);
#pragma GCC ivdep
      for (long k = 0; k < kLanes; k++) {
        const long j = row * kLanes + k;
        const float z = z_[j], r = r_[j], g = g_[j], dh = dh_[j];
        const float dg = dh * (1.0f - z) * (1.0f - g * g);
        to[k] = dh * (before[k] - g) * z * (1.0f - z);
        to[kLanes + k] = dg * part_[j] * r * (1.0f - r);
        to[2 * kLanes + k] = dg;
        to[3 * kLanes + k] = dg * r;
        dh_[j] = dh * z;
      }
    }
  }
}

// ---- GRU that resets before the product with the recurrent kernel
// Vectors [first, first + kVectors) of z, r, g: x kernel + bias + v recurrent.
template <int kRows, int kVectors>
inline void before_sums(const RecurrentForward& s, const float* v, long p, long r0, int first, float* pre) {
  constexpr int kStep = kVectors < kMaxVectors ? kVectors : kMaxVectors;
  const long padded = s.blocks * kLanes;
  for (int k = 0; k < kVectors; k += kStep) {
    Group sum[kRows][kStep];
    set_rows(sum, s.bias + p * kGateRow + (first + k) * kLanes);
    accumulate<kRows, kStep>(sum, s.inputs, s.x + r0 * s.x_row, s.x_row, Panel(s.kernel, s.inputs, 3, p, first + k));
    accumulate<kRows, kStep>(sum, s.units, v + r0 * padded, padded, Panel(s.recurrent, s.units, 3, p, first + k));
    write_rows(pre, sum, k);
  }
}
template <int kRows>
void before_gates(const RecurrentForward& s, long p, long r0) {
  constexpr long n = kRows * kLanes;
  const long padded = s.blocks * kLanes;
  alignas(64) float pre[2 * n], before[n], reset[n], unused[kGruSlots * n];
  before_sums<kRows, 2>(s, s.h, p, r0, 0, pre);
  for (int r = 0; r < kRows; r++) store_group(before + r * kLanes, load_group(s.h + (r0 + r) * padded + p * kLanes));
  float *to = s.states ? s.states + p * kGruSlots * s.state_slot + r0 * kLanes : unused,
        *z_ = s.c + (p * s.rows + r0) * kLanes;
  const long slot = s.states ? s.state_slot : n;
  for (long j = 0; j < n; j += kWidth) {
    const Floats z = sigmoid_gate(load(pre + j)), r = sigmoid_gate(load(pre + n + j)), kept = r * load(before + j);
    store(z_ + j, z);
    store(reset + j, kept);
    store(to + j, z);
    store(to + slot + j, r);
    store(to + 3 * slot + j, kept);
  }
  store_rows(s.reset + r0 * padded + p * kLanes, padded, reset, kRows, kLanes);
}
template <int kRows>
void before_candidate(const RecurrentForward& s, long p, long r0) {
  constexpr long n = kRows * kLanes;
  const long padded = s.blocks * kLanes;
  alignas(64) float pre[n], before[n], fresh[n], unused[n];
  before_sums<kRows, 1>(s, s.reset, p, r0, 2, pre);
  for (int r = 0; r < kRows; r++) store_group(before + r * kLanes, load_group(s.h + (r0 + r) * padded + p * kLanes));
  const float* z_ = s.c + (p * s.rows + r0) * kLanes;
  float* to = s.states ? s.states + (p * kGruSlots + 2) * s.state_slot + r0 * kLanes : unused;
  for (long j = 0; j < n; j += kWidth) {
    const Floats g = tanh_gate(load(pre + j)), z = load(z_ + j);
    store(fresh + j, z * load(before + j) + (1.0f - z) * g);
    store(to + j, g);
  }
  store_rows(s.h_next + r0 * padded + p * kLanes, padded, fresh, kRows, kLanes);
  store_rows(s.sequence + r0 * s.sequence_row + p * kLanes, s.sequence_row, fresh, kRows, width_of(s.units, p));
}
void gru_before(const RecurrentForward& s) {
  for (long p = 0; p < s.blocks; p++)
    over_row_blocks(s.rows, [&](auto n, long r0) { before_gates<decltype(n)::value>(s, p, r0); });
  for (long p = 0; p < s.blocks; p++)
    over_row_blocks(s.rows, [&](auto n, long r0) { before_candidate<decltype(n)::value>(s, p, r0); });
}

// The gradients of z's and g's sums; dh becomes its direct part.
void gru_before_gradient(const RecurrentBackward& s) {
  for (long p = 0; p < s.blocks; p++) {
    add_sequence_gradient(s, p);
    const float *z_ = s.states + p * kGruSlots * s.state_slot, *g_ = z_ + 2 * s.state_slot;
    float *dh_ = s.dh + p * s.rows * kLanes, *to = s.gates + p * s.gates_block;
    const unsigned long width = (unsigned long)width_of(s.units, p) * sizeof(float);
    for (long row = 0; row < s.rows; row++, to += kGateRow) {
      alignas(64) float before[kLanes] = {};
      __builtin_memcpy(before, s.previous + row * s.previous_block + p * kLanes, width);
#pragma GCC ivdep
      for (long k = 0; k < kLanes; k++) {
        const long j = row * kLanes + k;
        const float z = z_[j], g = g_[j], dh = dh_[j];
        to[k] = dh * (before[k] - g) * z * (1.0f - z);
        to[2 * kLanes + k] = dh * (1.0f - z) * (1.0f - g * g);
        dh_[j] = dh * z;
      }
    }
  }
}
void gru_before_gradient_of_reset(const RecurrentBackward& s) {
  for (long p = 0; p < s.blocks; p++) {
    const float *r_ = s.states + (p * kGruSlots + 1) * s.state_slot, *reset = r_ + 2 * s.state_slot,
                *d_ = s.dreset + p * s.rows * kLanes;
    float *dh_ = s.dh + p * s.rows * kLanes, *to = s.gates + p * s.gates_block + kLanes;
    for (long row = 0; row < s.rows; row++, to += kGateRow) {
#pragma GCC ivdep
      for (long k = 0; k < kLanes; k++) {
        const long j = row * kLanes + k;
        to[k] = d_[j] * reset[j] * (1.0f - r_[j]);  // h r (1 - r), with r * h kept
        dh_[j] += d_[j] * r_[j];
      }
    }
  }
}

// ---- products
template <int kRows, int kVectors>
inline void panel_rows(const PanelProduct& q, const float* b, long b_row, long r0, long column) {
  Group sum[kRows][kVectors];
  const float* a = q.a + r0 * kGateRow;
  float* c = q.c + r0 * q.c_row + column / kLanes * q.c_vector;
#pragma GCC unroll 8
  for (int i = 0; i < kRows; i++)
#pragma GCC unroll 4
    for (int k = 0; k < kVectors; k++) sum[i][k] = q.adds ? load_group(c + i * q.c_row + k * q.c_vector) : Group{};
  for (long p = 0; p < q.panels; p++, a += q.a_panel) {
    accumulate<kRows, kVectors, kVectors - 1>(sum, q.first, a, kGateRow, 1, b, b_row);
    b += q.first * b_row;
    accumulate<kRows, kVectors, kVectors - 1>(sum, q.second_length, a + q.second, kGateRow, 1, b, b_row);
    b += q.second_length * b_row;
  }
#pragma GCC unroll 8
  for (int i = 0; i < kRows; i++)
#pragma GCC unroll 4
    for (int k = 0; k < kVectors; k++) {
      const long rest = q.columns - column - k * kLanes;
      float* to = c + i * q.c_row + k * q.c_vector;
      if (q.is_padded || rest >= kLanes) store_group(to, sum[i][k]);
      else __builtin_memcpy(to, &sum[i][k], (unsigned long)rest * sizeof(float));
    }
}
void panel_product(const PanelProduct& q) {
  const long inner = q.panels * (q.first + q.second_length);
  const float* b = q.b;
  for (long column = 0; column < q.columns; column += kMaxVectors * kLanes) {
    const long rest = (q.columns - column + kLanes - 1) / kLanes, vectors = rest < kMaxVectors ? rest : kMaxVectors,
               b_row = vectors * kLanes;
    over_row_blocks(q.rows, [&](auto n, long r0) {
      constexpr int kRows = decltype(n)::value;
      if constexpr (kMaxVectors == 4) {
        switch (vectors) {
          case 4: panel_rows<kRows, 4>(q, b, b_row, r0, column); break;
          case 3: panel_rows<kRows, 3>(q, b, b_row, r0, column); break;
          case 2: panel_rows<kRows, 2>(q, b, b_row, r0, column); break;
          default: panel_rows<kRows, 1>(q, b, b_row, r0, column);
        }
      } else {
        panel_rows<kRows, 1>(q, b, b_row, r0, column);
      }
    });
    b += inner * b_row;
  }
}

template <int kRows, int kVectors>
inline void weight_rows(const WeightProduct& q, const float* a, float* c, long last) {
  const long row = q.vectors * kLanes;
  Group sum[kRows][kVectors];
#pragma GCC unroll 8
  for (int i = 0; i < kRows; i++)
#pragma GCC unroll 4
    for (int k = 0; k < kVectors; k++) sum[i][k] = load_group(c + i * row + k * kLanes);
  accumulate<kRows, kVectors, kVectors - 1>(sum, q.depth, a, 1, kWeightRows, q.b, kGateRow, last);
#pragma GCC unroll 8
  for (int i = 0; i < kRows; i++)
#pragma GCC unroll 4
    for (int k = 0; k < kVectors; k++) store_group(c + i * row + k * kLanes, sum[i][k]);
}
void weight_product(const WeightProduct& q) {
  if constexpr (kMaxVectors == 4) {
    for (long i = 0; i < q.rows; i += kWeightRows) {
      const float* a = q.a + i * q.depth;
      float* c = q.c + i * q.vectors * kLanes;
      switch (q.vectors) {
        case 4: weight_rows<kWeightRows, 4>(q, a, c, q.last); break;
        case 3: weight_rows<kWeightRows, 3>(q, a, c, q.last); break;
        case 2: weight_rows<kWeightRows, 2>(q, a, c, q.last); break;
        default: weight_rows<kWeightRows, 1>(q, a, c, q.last);
      }
    }
  } else {  // one vector of b stays in the first-level cache
    for (long k = 0; k < q.vectors; k++)
      for (long i = 0; i < q.rows; i += kWeightRows)
        for (int r = 0; r < kWeightRows; r += kMaxRows)
          weight_rows<kMaxRows, 1>(q, q.a + i * q.depth + r, q.c + ((i + r) * q.vectors + k) * kLanes,
                                   k + 1 < q.vectors ? k : q.last);
  }
}

}  // namespace

const RecurrentTable& recurrent_table() {
  static constexpr RecurrentTable table{
      kMaxVectors,    &lstm,          &lstm_gradient,       &gru,
      &gru_gradient,  &gru_before,    &gru_before_gradient, &gru_before_gradient_of_reset,
      &panel_product, &weight_product};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
