#include "backend/cpu/simd/math.h"
#include "backend/cpu/simd/panels.h"
#include "backend/cpu/simd/recurrent_table.h"

namespace trae::simd::TRAE_ISA {
namespace {

template <int kRows>
inline void store_rows(float* to, long row, const float* from, long count) {
  for (int r = 0; r < kRows; r++, to += row, from += kLanes) {
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

// ---- LSTM
template <int kRows>
inline void lstm_sums(const RecurrentForward& s, long p, long r0, float* pre) {
  const float *x = s.x + r0 * s.x_row, *h = s.h + r0 * s.blocks * kLanes, *bias = s.bias + p * kGateRow;
  const float *kernel = s.kernel + p * s.inputs * kGateRow, *recurrent = s.recurrent + p * s.units * kGateRow;
  for (int k = 0; k < 4; k += kMostVectors) {
    Group sum[kRows][kMostVectors];
    set_rows(sum, bias + k * kLanes);
    accumulate<kRows, kMostVectors, kMostVectors - 1>(sum, s.inputs, x, s.x_row, 1, kernel + k * kLanes, kGateRow);
    accumulate<kRows, kMostVectors, kMostVectors - 1>(sum, s.units, h, s.blocks * kLanes, 1, recurrent + k * kLanes,
                                                      kGateRow);
    write_rows(pre, sum, k);
  }
}
template <int kRows>
void lstm_block(const RecurrentForward& s, long p, long r0) {
  constexpr long n = kRows * kLanes;
  alignas(64) float pre[4 * n], fresh[n], unused[kLstmSlots * n];
  lstm_sums<kRows>(s, p, r0, pre);
  float* c = s.c + (p * s.rows + r0) * kLanes;
  float* to = s.states ? s.states + p * kLstmSlots * s.state_slot + r0 * kLanes : unused;
  const long slot = s.states ? s.state_slot : n;
#pragma GCC ivdep
  for (long j = 0; j < n; j++) {
    const float i = sigmoid_(pre[j]), f = sigmoid_(pre[n + j]), g = tanh_(pre[2 * n + j]), o = sigmoid_(pre[3 * n + j]);
    const float next = f * c[j] + i * g;
    c[j] = next;
    fresh[j] = o * tanh_(next);
    to[j] = i;
    to[slot + j] = f;
    to[2 * slot + j] = g;
    to[3 * slot + j] = o;
    to[4 * slot + j] = next;
  }
  store_rows<kRows>(s.h_next + r0 * s.blocks * kLanes + p * kLanes, s.blocks * kLanes, fresh, kLanes);
  store_rows<kRows>(s.sequence + r0 * s.sequence_row + p * kLanes, s.sequence_row, fresh, width_of(s.units, p));
}
void lstm(const RecurrentForward& s) {
  for (long p = 0; p < s.blocks; p++)
    over_row_blocks(s.rows, [&](auto n, long r0) { lstm_block<decltype(n)::value>(s, p, r0); });
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
#pragma GCC ivdep
      for (long k = 0; k < kLanes; k++) {
        const long j = r * kLanes + k;
        const float i = i_[j], f = f_[j], g = g_[j], o = o_[j], t = tanh_(c_[j]), dh = dh_[j];
        const float dc = dc_[j] + dh * o * (1.0f - t * t);
        to[k] = dc * g * i * (1.0f - i);
        to[kLanes + k] = dc * before[j] * f * (1.0f - f);
        to[2 * kLanes + k] = dc * i * (1.0f - g * g);
        to[3 * kLanes + k] = dh * t * o * (1.0f - o);
        dc_[j] = dc * f;
      }
    }
  }
}

// ---- GRU
template <int kRows>
inline void gru_sums(const RecurrentForward& s, long p, long r0, float* pre) {
  const long gates = 3 * kLanes;
  const float *x = s.x + r0 * s.x_row, *h = s.h + r0 * s.blocks * kLanes, *bias = s.bias + p * kGateRow;
  const float *kernel = s.kernel + p * s.inputs * gates, *recurrent = s.recurrent + p * s.units * gates;
  if constexpr (kMostVectors == 4) {
    Group sum[kRows][4];
    set_rows(sum, bias);
    accumulate<kRows, 3, 2>(sum, s.inputs, x, s.x_row, 1, kernel, gates);
    accumulate<kRows, 3, 3>(sum, s.units, h, s.blocks * kLanes, 1, recurrent, gates);
    write_rows(pre, sum);
  } else {
    for (int k = 0; k < 4; k++) {
      Group sum[kRows][1];
      set_rows(sum, bias + k * kLanes);
      if (k < 3) accumulate<kRows, 1, 0>(sum, s.inputs, x, s.x_row, 1, kernel + k * kLanes, gates);
      if (k != 2)
        accumulate<kRows, 1, 0>(sum, s.units, h, s.blocks * kLanes, 1, recurrent + (k == 3 ? 2 : k) * kLanes, gates);
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
#pragma GCC ivdep
  for (long j = 0; j < n; j++) {
    const float z = sigmoid_(pre[j]), r = sigmoid_(pre[n + j]), part = pre[3 * n + j],
                g = tanh_(pre[2 * n + j] + r * part);
    fresh[j] = z * before[j] + (1.0f - z) * g;
    to[j] = z;
    to[slot + j] = r;
    to[2 * slot + j] = g;
    to[3 * slot + j] = part;
  }
  store_rows<kRows>(s.h_next + r0 * padded + p * kLanes, padded, fresh, kLanes);
  store_rows<kRows>(s.sequence + r0 * s.sequence_row + p * kLanes, s.sequence_row, fresh, width_of(s.units, p));
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
  constexpr int kStep = kVectors < kMostVectors ? kVectors : kMostVectors;
  const long gates = 3 * kLanes, padded = s.blocks * kLanes;
  for (int k = 0; k < kVectors; k += kStep) {
    const long at = (first + k) * kLanes;
    Group sum[kRows][kStep];
    set_rows(sum, s.bias + p * kGateRow + at);
    accumulate<kRows, kStep, kStep - 1>(sum, s.inputs, s.x + r0 * s.x_row, s.x_row, 1,
                                        s.kernel + p * s.inputs * gates + at, gates);
    accumulate<kRows, kStep, kStep - 1>(sum, s.units, v + r0 * padded, padded, 1,
                                        s.recurrent + p * s.units * gates + at, gates);
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
#pragma GCC ivdep
  for (long j = 0; j < n; j++) {
    const float z = sigmoid_(pre[j]), r = sigmoid_(pre[n + j]);
    z_[j] = z;
    reset[j] = r * before[j];
    to[j] = z;
    to[slot + j] = r;
    to[3 * slot + j] = r * before[j];
  }
  store_rows<kRows>(s.reset + r0 * padded + p * kLanes, padded, reset, kLanes);
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
#pragma GCC ivdep
  for (long j = 0; j < n; j++) {
    const float g = tanh_(pre[j]);
    fresh[j] = z_[j] * before[j] + (1.0f - z_[j]) * g;
    to[j] = g;
  }
  store_rows<kRows>(s.h_next + r0 * padded + p * kLanes, padded, fresh, kLanes);
  store_rows<kRows>(s.sequence + r0 * s.sequence_row + p * kLanes, s.sequence_row, fresh, width_of(s.units, p));
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
  for (long column = 0; column < q.columns; column += kGateRow) {
    const long rest = (q.columns - column + kLanes - 1) / kLanes, vectors = rest < 4 ? rest : 4,
               b_row = vectors * kLanes;
    over_row_blocks(q.rows, [&](auto n, long r0) {
      constexpr int kRows = decltype(n)::value;
      if constexpr (kMostVectors == 4) {
        switch (vectors) {
          case 4: panel_rows<kRows, 4>(q, b, b_row, r0, column); break;
          case 3: panel_rows<kRows, 3>(q, b, b_row, r0, column); break;
          case 2: panel_rows<kRows, 2>(q, b, b_row, r0, column); break;
          default: panel_rows<kRows, 1>(q, b, b_row, r0, column);
        }
      } else {
        for (long k = 0; k < vectors; k++) panel_rows<kRows, 1>(q, b + k * kLanes, b_row, r0, column + k * kLanes);
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
  for (long i = 0; i < q.rows; i += kWeightRows) {
    const float* a = q.a + i * q.depth;
    float* c = q.c + i * q.vectors * kLanes;
    if constexpr (kMostVectors == 4) {
      switch (q.vectors) {
        case 4: weight_rows<kWeightRows, 4>(q, a, c, q.last); break;
        case 3: weight_rows<kWeightRows, 3>(q, a, c, q.last); break;
        case 2: weight_rows<kWeightRows, 2>(q, a, c, q.last); break;
        default: weight_rows<kWeightRows, 1>(q, a, c, q.last);
      }
    } else {
      for (int r = 0; r < kWeightRows; r += kMostRows)
        for (long k = 0; k < q.vectors; k++)
          weight_rows<kMostRows, 1>(q, a + r, c + r * q.vectors * kLanes + k * kLanes, k + 1 < q.vectors ? k : q.last);
    }
  }
}

}  // namespace

const RecurrentTable& recurrent_table() {
  static constexpr RecurrentTable table{&lstm,
                                        &lstm_gradient,
                                        &gru,
                                        &gru_gradient,
                                        &gru_before,
                                        &gru_before_gradient,
                                        &gru_before_gradient_of_reset,
                                        &panel_product,
                                        &weight_product};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
