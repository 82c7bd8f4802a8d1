#include "backend/cpu/simd/direct_convolution_table.h"
#include "backend/cpu/simd/panels.h"

namespace trae::simd::TRAE_ISA {
namespace {

// One less than elsewhere where there are four: strides take the registers.
constexpr int kGroups = kMaxVectors < 3 ? kMaxVectors : 3;

template <int kRows, int kVectors>
inline void pixels(const ConvolutionRows& s, const float* x, float* y) {
  const long groups = kVectors;
  Group sum[kRows][kVectors];
#pragma GCC unroll 8
  for (int i = 0; i < kRows; i++)
#pragma GCC unroll 4
    for (int k = 0; k < kVectors; k++) sum[i][k] = s.bias && !s.scale ? load_group(s.bias + k * kLanes) : Group{};
  for (int i = 0; i < kRows; i++)  // the lines of y arrive while the sums are made
    for (int k = 0; k < kVectors; k++) __builtin_prefetch(y + i * s.y_pixel + k * kLanes, 1);
  const float* panel = s.panel;
  for (long a = 0; a < s.window.taps; a++)
    for (long b = 0; b < s.window.runs; b++, panel += s.window.length * groups * kLanes)
      accumulate<kRows, kVectors, kVectors - 1>(sum, s.window.length, x + a * s.window.tap_step + b * s.window.run_step,
                                                s.x_pixel, 1, panel, groups * kLanes);
  if (s.scale)
#pragma GCC unroll 4
    for (int k = 0; k < kVectors; k++) {
      const Group scale = load_group(s.scale + k * kLanes), offset = load_group(s.bias + k * kLanes);
#pragma GCC unroll 8
      for (int i = 0; i < kRows; i++) transform(sum[i][k], scale, offset);
    }
  if (s.activation != ConvActivation::kLinear)
#pragma GCC unroll 8
    for (int i = 0; i < kRows; i++)
#pragma GCC unroll 4
      for (int k = 0; k < kVectors; k++) relu(sum[i][k]);
  if (s.activation == ConvActivation::kRelu6)
#pragma GCC unroll 8
    for (int i = 0; i < kRows; i++)
#pragma GCC unroll 4
      for (int k = 0; k < kVectors; k++) limit(sum[i][k], 6);
#pragma GCC unroll 8
  for (int i = 0; i < kRows; i++)
#pragma GCC unroll 4
    for (int k = 0; k < kVectors; k++) {
      const long rest = s.width - k * kLanes;
      float* to = y + i * s.y_pixel + k * kLanes;
      if (rest >= kLanes) store_group(to, sum[i][k]);
      else __builtin_memcpy(to, &sum[i][k], (unsigned long)rest * sizeof(float));
    }
}

void rows(const ConvolutionRows& s) {
  for (long r = 0; r < s.rows; r++)
    over_row_blocks(s.pixels, [&](auto count, long at) {
      constexpr int n = decltype(count)::value;
      const float* x = s.x + r * s.x_row + at * s.x_pixel;
      float* y = s.y + r * s.y_row + at * s.y_pixel;
      switch ((s.width + kLanes - 1) / kLanes) {
#if defined(__AVX512F__)
        case 3: pixels<n, 3>(s, x, y); break;
        case 2: pixels<n, 2>(s, x, y); break;
#endif
        default: pixels<n, 1>(s, x, y);
      }
    });
}

// Some elements of the window by the columns of a panel, over all pixels.
template <int kRows, int kVectors>
inline void elements(const ConvolutionSums& s, const float* x, float* to) {
  const long row = kVectors * kLanes;
  Group sum[kRows][kVectors] = {};  // of this band alone: long sums keep more digits in two steps
  for (long r = 0; r < s.rows; r++)
    accumulate<kRows, kVectors, kVectors - 1>(sum, s.pixels, x + r * s.x_row, 1, s.x_pixel, s.dy + r * s.dy_row,
                                              s.dy_pixel);
#pragma GCC unroll 8
  for (int i = 0; i < kRows; i++)
#pragma GCC unroll 4
    for (int k = 0; k < kVectors; k++) {
      add(sum[i][k], load_group(to + i * row + k * kLanes));
      store_group(to + i * row + k * kLanes, sum[i][k]);
    }
}

void sums(const ConvolutionSums& s) {
  float* to = s.sums;
  for (long a = 0; a < s.window.taps; a++)
    for (long b = 0; b < s.window.runs; b++, to += s.window.length * s.groups * kLanes) {
      const float* x = s.x + a * s.window.tap_step + b * s.window.run_step;
      over_row_blocks(s.window.length, [&](auto count, long at) {
        constexpr int n = decltype(count)::value;
        float* block = to + at * s.groups * kLanes;
        switch (s.groups) {
#if defined(__AVX512F__)
          case 3: elements<n, 3>(s, x + at, block); break;
          case 2: elements<n, 2>(s, x + at, block); break;
#endif
          default: elements<n, 1>(s, x + at, block);
        }
      });
    }
}

void add_rows(long rows, long width, const float* from, double* to) {
  for (long k = 0; k < width; k += kLanes) {
    Group sum = {};
    for (long r = 0; r < rows; r++) add(sum, load_group(from + r * width + k));
    alignas(64) float all[kLanes];
    store_group(all, sum);
    for (long j = 0; j < kLanes; j++) to[k + j] += double(all[j]);
  }
}

}  // namespace

const DirectConvolutionTable& direct_convolution_table() {
  static constexpr DirectConvolutionTable table{kGroups * kLanes, &rows, &sums, &add_rows};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
