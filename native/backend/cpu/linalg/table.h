// Factorizations of one matrix, by Eigen. Matrices are row-major without gaps. The files of this folder that include
// eigen.h are compiled once for each of two instruction sets (AVX-512 runs AVX2's) and
// chosen at run time, like the vector loops of simd/.
#pragma once
#include <cstdint>

namespace trae::linalg {

// Ways of a factorization to end.
enum class Outcome { kDone, kSingular, kComplex, kNoConvergence };

template <class T>
struct DirectTable {
  // The lower L with L L^T = x, of which the lower triangle is read. Returns -1, or the pivot that is not positive,
  // whose value is then in *pivot.
  int64_t (*cholesky)(const T* x, T* l, int64_t n, T* pivot);
  // x = P^T L U: L below the diagonal of `lu` and U above; order[i] is the row of x that row i came from. Returns the
  // sign of P.
  int (*lu)(const T* x, T* lu, int32_t* order, int64_t n);
  // y = a^-1 b, or a^-T b; kSingular when a pivot is 0.
  Outcome (*solve)(const T* a, const T* b, T* y, int64_t n, int64_t columns, bool is_transposed);
  // y = a^-1 b, or a^-T b, for a triangle of a.
  void (*solve_triangular)(const T* a, const T* b, T* y, int64_t n, int64_t columns, bool is_lower, bool is_transposed);
  // x (m, n) = q (m, k) r (k, n); k = min(m, n), or m.
  void (*qr)(const T* x, T* q, T* r, int64_t m, int64_t n, int64_t k);
  // The x of least size with the smallest |a x - b|, a (m, n), b (m, columns), by QR. False when a is so near to having
  // a lower rank that only singular values no larger than rcond times the largest can tell: then
  // SingularValuesTable::lstsq does.
  bool (*lstsq)(const T* a, const T* b, T* x, int64_t m, int64_t n, int64_t columns, T rcond);
};

template <class T>
struct SingularValuesTable {
  // x (m, n) = u diag(s) vt, s descending; u (m, k), vt (k, n), k = min(m, n), or, full, square. u and vt may be null.
  // NaN everywhere for an x that is not finite.
  Outcome (*svd)(const T* x, T* u, T* s, T* vt, int64_t m, int64_t n, bool is_full);
  // The Moore-Penrose inverse (n, m) of x (m, n); singular values up to rcond times the largest count as 0.
  Outcome (*pinv)(const T* x, T* inverse, int64_t m, int64_t n, T rcond);
  // That inverse of a (m, n) times b (m, columns).
  Outcome (*lstsq)(const T* a, const T* b, T* x, int64_t m, int64_t n, int64_t columns, T rcond);
};

template <class T>
struct EigenvaluesTable {
  // Eigenvalues, ascending, and eigenvectors (columns) of a symmetric x, of which the lower triangle is read.
  Outcome (*eigh)(const T* x, T* w, T* v, int64_t n);
  // Eigenvalues and eigenvectors (columns of length 1) of any x: real and imaginary parts. Without imaginary parts
  // (null), kComplex for an x that has some. The largest element of a complex vector is real, as in LAPACK.
  Outcome (*eig)(const T* x, T* w, T* w_imaginary, T* v, T* v_imaginary, int64_t n);
};

#define TRAE_DECLARE_LINALG(isa)                   \
  namespace isa {                                  \
  template <class T>                               \
  const DirectTable<T>& direct();                  \
  template <class T>                               \
  const SingularValuesTable<T>& singular_values(); \
  template <class T>                               \
  const EigenvaluesTable<T>& eigenvalues();        \
  }
TRAE_DECLARE_LINALG(base)
#if defined(__x86_64__)
TRAE_DECLARE_LINALG(avx2)
#endif

}  // namespace trae::linalg
