#include "ops/normalized_pooling.h"

#include <algorithm>
#include <memory>

#include "backend/cpu/batch_statistics.h"
#include "backend/cpu/kernel.h"
#include "backend/cpu/parallel.h"
#include "backend/cpu/simd/normalized_pooling_table.h"

namespace trae {
namespace {

// Windows side by side; taps as offsets from the first element of a window.
struct Tiling {
  int64_t n, channels, x[3] = {1, 1, 1}, y[3] = {1, 1, 1}, k[3] = {1, 1, 1};
  std::vector<int64_t> taps;
  Tiling(const PoolAttrs& a, const Shape& shape) : n(shape[0]), channels(shape.back()) {
    const size_t rank = a.size.size();
    for (size_t i = 0; i < rank; i++) {
      const size_t at = 3 - rank + i;
      x[at] = shape[i + 1];
      k[at] = a.size[i];
      y[at] = x[at] / k[at];
    }
    for (int64_t i = 0; i < k[0]; i++)
      for (int64_t j = 0; j < k[1]; j++)
        for (int64_t l = 0; l < k[2]; l++) taps.push_back(((i * x[1] + j) * x[2] + l) * channels);
  }
  int64_t x_rows() const { return n * x[0] * x[1] * x[2]; }
  int64_t y_rows() const { return n * y[0] * y[1] * y[2]; }

  // f(first element in x, first element in y) for each row of windows.
  template <class F>
  void each_row(F&& f) const {
    const int64_t rows = n * y[0] * y[1], work = std::max<int64_t>(1, y[2] * channels * int64_t(taps.size()));
    parallel_for(rows, std::max<int64_t>(1, 32768 / work), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; r++) {
        const int64_t j = r % y[1], i = r / y[1] % y[0], image = r / y[1] / y[0];
        f((((image * x[0] + i * k[0]) * x[1] + j * k[1]) * x[2]) * channels, r * y[2] * channels);
      }
    });
  }
};

}  // namespace

TRAE_CPU_KERNEL(NormalizedPool) {
  auto tiling = std::make_shared<const Tiling>(op.attrs.pool, in[0].shape);
  auto statistics = std::make_shared<BatchStatistics>(in[0].shape.back(), num_threads());
  return [=, epsilon = op.attrs.epsilon](const void* const* from, void* const* to) {
    const float* x = static_cast<const float*>(from[0]);
    float *y = static_cast<float*>(to[0]), *winner_x = static_cast<float*>(to[4]);
    auto* winners = static_cast<unsigned char*>(to[1]);
    statistics->normalize(x, tiling->x_rows(), static_cast<const float*>(from[1]), static_cast<const float*>(from[2]),
                          epsilon, static_cast<float*>(to[2]), static_cast<float*>(to[3]));
    const auto& table = simd::normalized_pooling_table();
    tiling->each_row([&](int64_t x_at, int64_t y_at) {
      const float* taps[256];
      for (size_t t = 0; t < tiling->taps.size(); t++) taps[t] = x + x_at + tiling->taps[t];
      table.forward(tiling->y[2], tiling->k[2] * tiling->channels, tiling->channels, int(tiling->taps.size()), taps,
                    statistics->factor(0), statistics->factor(1), y + y_at, winner_x + y_at, winners + y_at);
    });
  };
}

TRAE_CPU_KERNEL(NormalizedPoolGrad) {
  auto tiling = std::make_shared<const Tiling>(op.attrs.pool, in[0].shape);
  auto statistics = std::make_shared<BatchStatistics>(in[0].shape.back(), num_threads());
  return [=, epsilon = op.attrs.epsilon](const void* const* from, void* const* to) {
    const float *x = static_cast<const float*>(from[0]), *dy = static_cast<const float*>(from[4]),
                *y = static_cast<const float*>(from[6]);
    const auto* winners = static_cast<const unsigned char*>(from[5]);
    float* dx = static_cast<float*>(to[0]);
    statistics->differentiate(static_cast<const float*>(from[7]), dy, {NormActivation::kRelu, y}, tiling->y_rows(),
                              tiling->x_rows(), static_cast<const float*>(from[1]), static_cast<const float*>(from[2]),
                              static_cast<const float*>(from[3]), epsilon, static_cast<float*>(to[1]),
                              static_cast<float*>(to[2]));
    const auto& table = simd::normalized_pooling_table();
    tiling->each_row([&](int64_t x_at, int64_t y_at) {
      const float* taps[256];
      float* results[256];
      for (size_t t = 0; t < tiling->taps.size(); t++) {
        taps[t] = x + x_at + tiling->taps[t];
        results[t] = dx + x_at + tiling->taps[t];
      }
      table.backward(tiling->y[2], tiling->k[2] * tiling->channels, tiling->channels, int(tiling->taps.size()), taps,
                     results, dy + y_at, y + y_at, winners + y_at, statistics->factor(0), statistics->factor(1),
                     statistics->factor(2));
    });
  };
}

}  // namespace trae
