// LSTM and GRU by plain loops over the definition: for float64, and what the vector loops are compared with.
#pragma once
#include <cmath>
#include <cstring>
#include <vector>

#include "backend/cpu/parallel.h"
#include "backend/cpu/recurrent_states.h"
#include "backend/cpu/simd/recurrent_table.h"
#include "backend/kernel.h"

namespace trae {

// Where row b of a slot of unit j at a step lies in the states.
struct StateIndex {
  BlockedSizes s;
  int64_t slots;
  int64_t operator()(int64_t step, int64_t b, int64_t j, int64_t slot) const {
    return (((step * s.blocks() + j / 16) * slots + slot) * s.batch + b) * 16 + j % 16;
  }
  int64_t size() const { return s.steps * s.blocks() * slots * s.batch * 16; }
};

template <class T>
T plain_sigmoid(T x) {
  return T(1) / (T(1) + std::exp(-x));
}
// to[k] += sum over j of v[j] m[j][k], for columns [from, to)
template <class T>
void plain_row_product(const T* v, int64_t rows, const T* m, int64_t width, int64_t from, int64_t to, T* y) {
  for (int64_t j = 0; j < rows; j++)
    for (int64_t k = from; k < to; k++) y[k] += v[j] * m[j * width + k];
}

template <class T>
Kernel plain_recurrent(const RecurrentAttrs& attrs, RecurrentSizes s, bool has_bias) {
  const bool is_lstm = attrs.cell == Cell::kLstm, is_after = attrs.cell == Cell::kGru;
  const int64_t u = s.units, width = (is_lstm ? 4 : 3) * u;
  const size_t states = is_lstm ? 2 : 1;
  return [=](const void* const* in, void* const* out) {
    const T *x = static_cast<const T*>(in[0]), *kernel = static_cast<const T*>(in[1]),
            *recurrent = static_cast<const T*>(in[2]), *h0 = static_cast<const T*>(in[3]),
            *c0 = is_lstm ? static_cast<const T*>(in[4]) : nullptr,
            *bias = has_bias ? static_cast<const T*>(in[3 + states]) : nullptr,
            *mask = attrs.is_masked ? static_cast<const T*>(in[3 + states + has_bias]) : nullptr;
    T *sequence = static_cast<T*>(out[0]), *h_last = static_cast<T*>(out[1]),
      *c_last = is_lstm ? static_cast<T*>(out[2]) : nullptr,
      *kept = attrs.keeps_states ? static_cast<T*>(out[1 + states]) : nullptr;
    const StateIndex at{s, is_lstm ? kLstmSlots : kGruSlots};
    if (kept) std::memset(kept, 0, size_t(at.size()) * sizeof(T));
    parallel_for(s.batch, 1, [&](int64_t first, int64_t last) {
      std::vector<T> a(size_t(width), 0), m(size_t(width), 0), h(size_t(u), 0), c(size_t(u), 0), q(size_t(u), 0);
      for (int64_t b = first; b < last; b++) {
        std::copy_n(h0 + b * u, u, h.begin());
        if (is_lstm) std::copy_n(c0 + b * u, u, c.begin());
        for (int64_t step = 0; step < s.steps; step++) {
          const int64_t t = attrs.goes_backwards ? s.steps - 1 - step : step;
          if (mask && mask[b * s.steps + t] == T(0)) {
            std::copy_n(h.begin(), u, sequence + (b * s.steps + step) * u);
            for (int64_t j = 0; kept && is_lstm && j < u; j++) kept[at(step, b, j, 4)] = c[size_t(j)];
            continue;
          }
          for (int64_t k = 0; k < width; k++) {
            a[size_t(k)] = bias ? bias[k] : T(0);
            m[size_t(k)] = bias && is_after ? bias[width + k] : T(0);
          }
          plain_row_product(x + (b * s.steps + t) * s.inputs, s.inputs, kernel, width, 0, width, a.data());
          if (is_lstm) plain_row_product(h.data(), u, recurrent, width, 0, width, a.data());
          else plain_row_product(h.data(), u, recurrent, width, 0, is_after ? width : 2 * u, m.data());
          T* keep[5] = {};
          for (int64_t j = 0; j < u; j++) {
            if (kept)
              for (int64_t slot = 0; slot < at.slots; slot++) keep[slot] = kept + at(step, b, j, slot);
            if (is_lstm) {
              const T i = plain_sigmoid(a[size_t(j)]), f = plain_sigmoid(a[size_t(u + j)]),
                      g = std::tanh(a[size_t(2 * u + j)]), o = plain_sigmoid(a[size_t(3 * u + j)]);
              c[size_t(j)] = f * c[size_t(j)] + i * g;
              h[size_t(j)] = o * std::tanh(c[size_t(j)]);
              const T values[] = {i, f, g, o, c[size_t(j)]};
              for (int slot = 0; kept && slot < 5; slot++) *keep[slot] = values[slot];
            } else {
              const T z = plain_sigmoid(a[size_t(j)] + m[size_t(j)]),
                      r = plain_sigmoid(a[size_t(u + j)] + m[size_t(u + j)]);
              a[size_t(j)] = z;
              q[size_t(j)] = r * h[size_t(j)];
              if (is_after) a[size_t(2 * u + j)] += r * m[size_t(2 * u + j)];
              const T values[] = {z, r, T(0), is_after ? m[size_t(2 * u + j)] : q[size_t(j)]};
              for (int slot = 0; kept && slot < 4; slot++) *keep[slot] = values[slot];
            }
          }
          if (!is_lstm) {
            if (!is_after) plain_row_product(q.data(), u, recurrent, width, 2 * u, 3 * u, a.data());
            for (int64_t j = 0; j < u; j++) {
              const T z = a[size_t(j)], g = std::tanh(a[size_t(2 * u + j)]);
              h[size_t(j)] = z * h[size_t(j)] + (T(1) - z) * g;
              if (kept) kept[at(step, b, j, 2)] = g;
            }
          }
          std::copy_n(h.begin(), u, sequence + (b * s.steps + step) * u);
        }
        std::copy_n(h.begin(), u, h_last + b * u);
        if (is_lstm) std::copy_n(c.begin(), u, c_last + b * u);
      }
    });
  };
}

// The gradient; one thread, rows of the batch one after the other.
template <class T>
Kernel plain_recurrent_grad(const RecurrentGrad& op, RecurrentSizes s) {
  const RecurrentAttrs call = op.attrs.call;
  const bool is_lstm = call.cell == Cell::kLstm, is_after = call.cell == Cell::kGru, has_bias = op.attrs.has_bias,
             needs_dx = op.attrs.needs_dx;
  const std::vector<bool> has_dy(op.attrs.has_dy, op.attrs.has_dy + 3);
  const int64_t u = s.units, width = (is_lstm ? 4 : 3) * u;
  const size_t states = is_lstm ? 2 : 1, count = op.call_inputs();
  return [=](const void* const* in, void* const* out) {
    const T *x = static_cast<const T*>(in[0]), *kernel = static_cast<const T*>(in[1]),
            *recurrent = static_cast<const T*>(in[2]), *h0 = static_cast<const T*>(in[3]),
            *c0 = is_lstm ? static_cast<const T*>(in[4]) : nullptr,
            *mask = call.is_masked ? static_cast<const T*>(in[count - 1]) : nullptr,
            *sequence = static_cast<const T*>(in[count]), *kept = static_cast<const T*>(in[count + 1]);
    const T* dy[3] = {};
    for (size_t i = 0, from = count + 2; i < 3; i++)
      if (has_dy[i]) dy[i] = static_cast<const T*>(in[from++]);
    T *dx = static_cast<T*>(out[0]), *dkernel = static_cast<T*>(out[1]), *drecurrent = static_cast<T*>(out[2]),
      *dh0 = static_cast<T*>(out[3]), *dc0 = is_lstm ? static_cast<T*>(out[4]) : nullptr,
      *dbias = has_bias ? static_cast<T*>(out[3 + states]) : nullptr;
    std::fill_n(dkernel, s.inputs * width, T(0));
    std::fill_n(drecurrent, u * width, T(0));
    if (dbias) std::fill_n(dbias, is_after ? 2 * width : width, T(0));
    const StateIndex at{s, is_lstm ? kLstmSlots : kGruSlots};
    // da: of the sums with x; db: of those with h (the same but for the candidate of a GRU)
    std::vector<T> da(size_t(width), 0), db(size_t(width), 0), dh(size_t(u), 0), dc(size_t(u), 0), dq(size_t(u), 0);
    for (int64_t b = 0; b < s.batch; b++) {
      for (int64_t j = 0; j < u; j++) {
        dh[size_t(j)] = dy[1] ? dy[1][b * u + j] : T(0);
        dc[size_t(j)] = is_lstm && dy[2] ? dy[2][b * u + j] : T(0);
      }
      for (int64_t step = s.steps; step-- > 0;) {
        const int64_t t = call.goes_backwards ? s.steps - 1 - step : step;
        const T *xt = x + (b * s.steps + t) * s.inputs,
                *before = step ? sequence + (b * s.steps + step - 1) * u : h0 + b * u;
        if (mask && mask[b * s.steps + t] == T(0)) {
          for (int64_t j = 0; dy[0] && j < u; j++) dh[size_t(j)] += dy[0][(b * s.steps + step) * u + j];
          if (needs_dx) std::fill_n(dx + (b * s.steps + t) * s.inputs, s.inputs, T(0));
          continue;
        }
        auto keep = [&](int64_t j, int64_t slot) { return kept[at(step, b, j, slot)]; };
        for (int64_t j = 0; j < u; j++) {
          const size_t k = size_t(j);
          if (dy[0]) dh[k] += dy[0][(b * s.steps + step) * u + j];
          if (is_lstm) {
            const T i = keep(j, 0), f = keep(j, 1), g = keep(j, 2), o = keep(j, 3), tc = std::tanh(keep(j, 4));
            const T c_before = step ? kept[at(step - 1, b, j, 4)] : c0[b * u + j];
            const T d = dc[k] + dh[k] * o * (T(1) - tc * tc);
            da[k] = d * g * i * (T(1) - i);
            da[size_t(u) + k] = d * c_before * f * (T(1) - f);
            da[size_t(2 * u) + k] = d * i * (T(1) - g * g);
            da[size_t(3 * u) + k] = dh[k] * tc * o * (T(1) - o);
            dc[k] = d * f;
          } else {
            const T z = keep(j, 0), r = keep(j, 1), g = keep(j, 2), dg = dh[k] * (T(1) - z) * (T(1) - g * g);
            da[k] = dh[k] * (before[j] - g) * z * (T(1) - z);
            da[size_t(2 * u) + k] = dg;
            if (is_after) da[size_t(u) + k] = dg * keep(j, 3) * r * (T(1) - r);
          }
        }
        if (call.cell == Cell::kGruResetBefore)
          for (int64_t j = 0; j < u; j++) {
            T d = 0;
            for (int64_t k = 0; k < u; k++) d += da[size_t(2 * u + k)] * recurrent[j * width + 2 * u + k];
            dq[size_t(j)] = d;
            da[size_t(u + j)] = d * before[j] * keep(j, 1) * (T(1) - keep(j, 1));
          }
        db = da;
        if (is_after)
          for (int64_t j = 0; j < u; j++) db[size_t(2 * u + j)] *= keep(j, 1);
        for (int64_t k = 0; dbias && k < width; k++) {
          dbias[k] += da[size_t(k)];
          if (is_after) dbias[width + k] += db[size_t(k)];
        }
        for (int64_t i = 0; i < s.inputs; i++) {
          T d = 0;
          for (int64_t k = 0; k < width; k++) {
            d += da[size_t(k)] * kernel[i * width + k];
            dkernel[i * width + k] += xt[i] * da[size_t(k)];
          }
          if (needs_dx) dx[(b * s.steps + t) * s.inputs + i] = d;
        }
        for (int64_t j = 0; j < u; j++) {
          const bool is_before = call.cell == Cell::kGruResetBefore;
          T d = is_lstm ? T(0) : dh[size_t(j)] * keep(j, 0);
          if (is_before) d += dq[size_t(j)] * keep(j, 1);
          for (int64_t k = 0; k < width; k++) {
            const bool is_candidate = is_before && k >= 2 * u;
            if (!is_candidate) d += db[size_t(k)] * recurrent[j * width + k];
            drecurrent[j * width + k] += (is_candidate ? keep(j, 3) : before[j]) * db[size_t(k)];
          }
          dh[size_t(j)] = d;
        }
      }
      std::copy_n(dh.begin(), u, dh0 + b * u);
      if (is_lstm) std::copy_n(dc.begin(), u, dc0 + b * u);
    }
  };
}

}  // namespace trae
