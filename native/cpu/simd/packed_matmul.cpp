#include "cpu/packed_matmul.h"

#include "cpu/simd/panels.h"

namespace trae::simd::TRAE_ISA {
namespace {

constexpr long kPanel = kMostVectors * kLanes;

// A square of registers: rows become columns. In round s the lanes that differ in bit s change places.
inline void transpose(Floats (&t)[kWidth]) {
#pragma GCC unroll 4
  for (int s = 1; s < kWidth; s *= 2) {
    Ints low, high;
    for (int l = 0; l < kWidth; l++) {
      low[l] = l & s ? int(kWidth) + (l ^ s) : l;
      high[l] = l & s ? int(kWidth) + l : l ^ s;
    }
#pragma GCC unroll 16
    for (int i = 0; i < kWidth; i++)
      if (!(i & s)) {
        const Floats a = t[i], b = t[i + s];
        t[i] = __builtin_shuffle(a, b, low);
        t[i + s] = __builtin_shuffle(a, b, high);
      }
  }
}

void pack_panel(long inner, long width, const float* b, long b_row, bool is_transposed, float* to) {
  const long padded = (width + kLanes - 1) / kLanes * kLanes;
  if (!is_transposed) {
    for (long j = 0; j < inner; j++, b += b_row, to += padded) {
      long k = 0;
      for (; k + kLanes <= width; k += kLanes) {
        __builtin_prefetch(b + 8 * b_row + k);
        store_group(to + k, load_group(b + k));
      }
      if (k < padded) {
        float rest[kLanes] = {};
        __builtin_memcpy(rest, b + k, (unsigned long)(width - k) * sizeof(float));
        store_group(to + k, load_group(rest));
      }
    }
    return;
  }
  // Squares: whole vectors are read and written.
  for (long k = 0; k < padded; k += kWidth) {
    const long n = width - k < 0 ? 0 : width - k < kWidth ? width - k : kWidth;
    long j = 0;
    for (; j + kWidth <= inner; j += kWidth) {
      Floats square[kWidth] = {};
      if (n == kWidth) {
#pragma GCC unroll 16
        for (long i = 0; i < kWidth; i++) square[i] = load(b + (k + i) * b_row + j);
      } else {
        for (long i = 0; i < n; i++) square[i] = load(b + (k + i) * b_row + j);
      }
      transpose(square);
#pragma GCC unroll 16
      for (long i = 0; i < kWidth; i++) store(to + (j + i) * padded + k, square[i]);
    }
    for (; j < inner; j++)
      for (long i = 0; i < kWidth; i++) to[j * padded + k + i] = i < n ? b[(k + i) * b_row + j] : 0.0f;
  }
}

template <int kRows, int kVectors>
inline void tile(long inner, long width, const float* a, long a_row, long a_column, const float* panel, float* c, long c_row,
                 bool is_added) {
  Group sum[kRows][kVectors] = {};
  for (int i = 0; i < kRows; i++)  // the lines of c arrive while the sums are made
    for (int k = 0; k < kVectors; k++) __builtin_prefetch(c + i * c_row + k * kLanes, 1);
  accumulate<kRows, kVectors, kVectors - 1>(sum, inner, a, a_row, a_column, panel, kVectors * kLanes);
#pragma GCC unroll 8
  for (int i = 0; i < kRows; i++, c += c_row)
#pragma GCC unroll 4
    for (int k = 0; k < kVectors; k++) {
      float* to = c + k * kLanes;
      if (k + 1 < kVectors || width == kVectors * kLanes) {
        if (is_added) add(sum[i][k], load_group(to));
        store_group(to, sum[i][k]);
      } else {
        const unsigned long bytes = (unsigned long)(width - k * kLanes) * sizeof(float);
        alignas(64) float all[kLanes] = {};
        if (is_added) __builtin_memcpy(all, to, bytes);
        add(sum[i][k], load_group(all));
        store_group(all, sum[i][k]);
        __builtin_memcpy(to, all, bytes);
      }
    }
}

void multiply_panel(long rows, long inner, long width, const float* a, long a_row, long a_column, const float* panel, float* c, long c_row,
                    bool is_added) {
  over_row_blocks(rows, [&](auto count, long at) {
    constexpr int n = decltype(count)::value;
    const float* x = a + at * a_row;
    float* y = c + at * c_row;
    switch ((width + kLanes - 1) / kLanes) {
#if defined(__AVX512F__)
      case 4: tile<n, 4>(inner, width, x, a_row, a_column, panel, y, c_row, is_added); break;
      case 3: tile<n, 3>(inner, width, x, a_row, a_column, panel, y, c_row, is_added); break;
      case 2: tile<n, 2>(inner, width, x, a_row, a_column, panel, y, c_row, is_added); break;
#endif
      default: tile<n, 1>(inner, width, x, a_row, a_column, panel, y, c_row, is_added);
    }
  });
}

}  // namespace

const PackedMatmulTable& packed_matmul_table() {
  static constexpr PackedMatmulTable table{kPanel, kMostRows, &pack_panel, &multiply_panel};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
