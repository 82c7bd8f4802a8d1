#include "backend/cpu/packed_matmul.h"

#include "backend/cpu/simd/panels.h"

namespace trae::simd::TRAE_ISA {
namespace {

template <class T>
constexpr long kPanel = kMaxVectors* kGroupLanes<T>;

// A square of registers: rows become columns. In round s the lanes that differ in bit s change places.
template <class V, int kSide>
inline void transpose(V (&t)[kSide]) {
  typedef decltype(t[0] == t[0]) Numbers;
#pragma GCC unroll 4
  for (int s = 1; s < kSide; s *= 2) {
    Numbers low, high;
    for (int l = 0; l < kSide; l++) {
      low[l] = l & s ? kSide + (l ^ s) : l;
      high[l] = l & s ? kSide + l : l ^ s;
    }
#pragma GCC unroll 16
    for (int i = 0; i < kSide; i++)
      if (!(i & s)) {
        const V a = t[i], b = t[i + s];
        t[i] = __builtin_shuffle(a, b, low);
        t[i + s] = __builtin_shuffle(a, b, high);
      }
  }
}

template <class T>
void pack_panel(long inner, long width, const T* b, long b_row, bool is_transposed, T* to) {
  constexpr long kLanes = kGroupLanes<T>;
  constexpr int kSide = kRegisterBytes / sizeof(T);
  const long padded = (width + kLanes - 1) / kLanes * kLanes;
  if (!is_transposed) {
    for (long j = 0; j < inner; j++, b += b_row, to += padded) {
      long k = 0;
      for (; k + kLanes <= width; k += kLanes) {
        __builtin_prefetch(b + 8 * b_row + k);
        store_group(to + k, load_group(b + k));
      }
      if (k < padded) {
        T rest[kLanes] = {};
        __builtin_memcpy(rest, b + k, (unsigned long)(width - k) * sizeof(T));
        store_group(to + k, load_group(rest));
      }
    }
    return;
  }
  // Squares: whole vectors are read and written.
  for (long k = 0; k < padded; k += kSide) {
    const long n = width - k < 0 ? 0 : width - k < kSide ? width - k : kSide;
    long j = 0;
    for (; j + kSide <= inner; j += kSide) {
      typename Registers<T>::Vector square[kSide] = {};
      if (n == kSide) {
#pragma GCC unroll 16
        for (long i = 0; i < kSide; i++) square[i] = load(b + (k + i) * b_row + j);
      } else {
        for (long i = 0; i < n; i++) square[i] = load(b + (k + i) * b_row + j);
      }
      transpose(square);
#pragma GCC unroll 16
      for (long i = 0; i < kSide; i++) store(to + (j + i) * padded + k, square[i]);
    }
    for (; j < inner; j++)
      for (long i = 0; i < kSide; i++) to[j * padded + k + i] = i < n ? b[(k + i) * b_row + j] : T(0);
  }
}

template <class T>
void pack_rows(long inner, long width, const T* a, long a_row, T* to) {
  // A move of whole words, up to twice as wide as the block; what it writes behind it the next row overwrites.
  constexpr long kMoved = kMaxRows == 6 ? 8 : 4;
  const long whole = width / kMaxRows * kMaxRows, rest = width - whole;
  for (long j = 0; j + 1 < inner; j++, a += a_row)
    for (long k = 0; k < whole; k += kMaxRows)
      __builtin_memcpy(to + k * inner + j * kMaxRows, a + k, kMoved * sizeof(T));
  if (inner)
    for (long k = 0; k < whole; k += kMaxRows)
      __builtin_memcpy(to + k * inner + (inner - 1) * kMaxRows, a + k, kMaxRows * sizeof(T));
  if (!rest) return;
  a -= inner ? (inner - 1) * a_row : 0;
  for (long j = 0; j < inner; j++)
    for (long k = 0; k < rest; k++) to[whole * inner + j * rest + k] = a[j * a_row + whole + k];
}

template <int kRows, int kVectors, class T>
inline void tile(long inner, long width, const T* a, long a_row, long a_column, const T* panel, T* c, long c_row,
                 bool is_added) {
  constexpr long kLanes = kGroupLanes<T>;
  GroupOf<T> sum[kRows][kVectors] = {};
  for (int i = 0; i < kRows; i++)  // the lines of c arrive while the sums are made
    for (int k = 0; k < kVectors; k++) __builtin_prefetch(c + i * c_row + k * kLanes, 1);
  accumulate<kRows, kVectors, kVectors - 1>(sum, inner, a, a_row, a_column, panel, kVectors * kLanes);
#pragma GCC unroll 8
  for (int i = 0; i < kRows; i++, c += c_row)
#pragma GCC unroll 4
    for (int k = 0; k < kVectors; k++) {
      T* to = c + k * kLanes;
      if (k + 1 < kVectors || width == kVectors * kLanes) {
        if (is_added) add(sum[i][k], load_group(to));
        store_group(to, sum[i][k]);
      } else {
        const unsigned long bytes = (unsigned long)(width - k * kLanes) * sizeof(T);
        alignas(64) T all[kLanes] = {};
        if (is_added) __builtin_memcpy(all, to, bytes);
        add(sum[i][k], load_group(all));
        store_group(all, sum[i][k]);
        __builtin_memcpy(to, all, bytes);
      }
    }
}

template <class T>
void multiply_panel(long rows, long inner, long width, const T* a, long a_row, long a_column, const T* panel, T* c,
                    long c_row, bool is_added) {
  constexpr long kLanes = kGroupLanes<T>;
  over_row_blocks(rows, [&](auto count, long at) {
    constexpr int n = decltype(count)::value;
    const T* x = a + at * a_row;
    T* y = c + at * c_row;
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
  static constexpr PackedMatmulTable table{kPanel<float>, kMaxRows, &pack_panel<float>, &pack_rows<float>,
                                           &multiply_panel<float>};
  return table;
}
const PackedDoubleMatmulTable& packed_double_matmul_table() {
  static constexpr PackedDoubleMatmulTable table{kPanel<double>, kMaxRows, &pack_panel<double>, &pack_rows<double>,
                                                 &multiply_panel<double>};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
