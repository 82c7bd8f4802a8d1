// Copies and sums of many short runs. The C library copies a few kilobytes by `rep movsb`, which some processors do at
// a fraction of their speed.
#include "backend/cpu/simd/copies_table.h"

#include "backend/cpu/simd/lanes.h"

namespace trae::simd::TRAE_ISA {
namespace {

constexpr long kBytes = kRegisterBytes;
typedef unsigned char Register __attribute__((vector_size(kBytes)));

inline Register load_bytes(const char* p) {
  Register v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
inline void store_bytes(char* p, Register v) { __builtin_memcpy(p, &v, sizeof v); }

void copy(void* to, const void* from, long bytes) {
  char* y = static_cast<char*>(to);
  const char* x = static_cast<const char*>(from);
  if (bytes < kBytes) {
    if (bytes > 0) __builtin_memcpy(y, x, (unsigned long)bytes);
    return;
  }
  long i = 0;
  for (; i + 4 * kBytes <= bytes; i += 4 * kBytes) {
    const Register a = load_bytes(x + i), b = load_bytes(x + i + kBytes), c = load_bytes(x + i + 2 * kBytes),
                   d = load_bytes(x + i + 3 * kBytes);
    store_bytes(y + i, a);
    store_bytes(y + i + kBytes, b);
    store_bytes(y + i + 2 * kBytes, c);
    store_bytes(y + i + 3 * kBytes, d);
  }
  for (; i + kBytes <= bytes; i += kBytes) store_bytes(y + i, load_bytes(x + i));
  if (i < bytes) store_bytes(y + bytes - kBytes, load_bytes(x + bytes - kBytes));  // over what is there already
}

// A register with the element everywhere.
template <class E>
inline Register spread(const char* from) {
  typedef E All __attribute__((vector_size(kBytes)));
  E e;
  __builtin_memcpy(&e, from, sizeof e);
  const All all = All{} + e;
  return (Register)all;
}
// Whole registers are written: what one of a short run writes too much the next one overwrites.
// @return how many runs have been repeated; the last ones may be left.
template <class E>
long repeat_elements(char* y, const char* x, long count, long times) {
  const long step = long(sizeof(E)) * times;
  if (step < kBytes) {
    const long safe = count - (kBytes + step - 1) / step;
    long i = 0;
    for (; i < safe; i++, x += sizeof(E), y += step) store_bytes(y, spread<E>(x));
    return i;
  }
  for (long i = 0; i < count; i++, x += sizeof(E), y += step) {
    const Register all = spread<E>(x);
    for (long k = 0; k + kBytes <= step; k += kBytes) store_bytes(y + k, all);
    store_bytes(y + step - kBytes, all);
  }
  return count;
}
long repeat_runs(char* y, const char* x, long count, long run, long times) {
  const long safe = count - (kBytes + run - 1) / run;
  long i = 0;
  if (run <= kBytes)
    for (; i < safe; i++, x += run) {
      const Register all = load_bytes(x);
      for (long k = 0; k < times; k++, y += run) store_bytes(y, all);
    }
  else
    for (; i < count; i++, x += run)
      for (long k = 0; k < times; k++, y += run) copy(y, x, run);
  return i;
}

void repeat(void* to, const void* from, long count, long run, long times) {
  char* y = static_cast<char*>(to);
  const char* x = static_cast<const char*>(from);
  if (times <= 0 || run <= 0) return;
  long i;
  switch (run) {
    case 1: i = repeat_elements<unsigned char>(y, x, count, times); break;
    case 2: i = repeat_elements<unsigned short>(y, x, count, times); break;
    case 4: i = repeat_elements<unsigned int>(y, x, count, times); break;
    case 8: i = repeat_elements<unsigned long long>(y, x, count, times); break;
    default: i = repeat_runs(y, x, count, run, times);
  }
  for (i = i < 0 ? 0 : i; i < count; i++)
    for (long k = 0; k < times; k++) __builtin_memcpy(y + (i * times + k) * run, x + i * run, (unsigned long)run);
}

constexpr long kHalf = kWidth / 2;
typedef float HalfFloats __attribute__((vector_size(kRegisterBytes / 2)));
inline Doubles load_wide(const float* p) {
  HalfFloats v;
  __builtin_memcpy(&v, p, sizeof v);
  return __builtin_convertvector(v, Doubles);
}
inline void store_narrow(float* p, Doubles v) {
  const HalfFloats narrow = __builtin_convertvector(v, HalfFloats);
  __builtin_memcpy(p, &narrow, sizeof narrow);
}

void sum_runs(float* to, const float* from, const long* offsets, long count, long n) {
  long j = 0;
  for (; j + 4 * kHalf <= n; j += 4 * kHalf) {
    Doubles a{}, b{}, c{}, d{};
    for (long k = 0; k < count; k++) {
      const float* x = from + offsets[k] + j;
      a += load_wide(x);
      b += load_wide(x + kHalf);
      c += load_wide(x + 2 * kHalf);
      d += load_wide(x + 3 * kHalf);
    }
    store_narrow(to + j, a);
    store_narrow(to + j + kHalf, b);
    store_narrow(to + j + 2 * kHalf, c);
    store_narrow(to + j + 3 * kHalf, d);
  }
  for (; j < n; j++) {
    double sum = 0;
    for (long k = 0; k < count; k++) sum += double(from[offsets[k] + j]);
    to[j] = float(sum);
  }
}

template <int kWindow>
void sum_windows_of(float* to, const float* from, const long* offsets, long count, long n, long given) {
  const long window = kWindow ? kWindow : given;
  for (long j = 0; j < n; j++) {
    double sum = 0;
    for (long k = 0; k < count; k++) {
      const float* x = from + offsets[k] + j * window;
      for (long i = 0; i < window; i++) sum += double(x[i]);
    }
    to[j] = float(sum);
  }
}
void sum_windows(float* to, const float* from, const long* offsets, long count, long n, long window) {
  switch (window) {
    case 2: return sum_windows_of<2>(to, from, offsets, count, n, 2);
    case 3: return sum_windows_of<3>(to, from, offsets, count, n, 3);
    case 4: return sum_windows_of<4>(to, from, offsets, count, n, 4);
    default: return sum_windows_of<0>(to, from, offsets, count, n, window);
  }
}

}  // namespace

const CopiesTable& copies_table() {
  static constexpr CopiesTable table{&copy, &repeat, &sum_runs, &sum_windows};
  return table;
}

}  // namespace trae::simd::TRAE_ISA
