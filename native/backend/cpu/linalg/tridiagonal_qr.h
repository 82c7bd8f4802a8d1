// Eigenvalues and eigenvectors of a symmetric tridiagonal matrix by QR steps with Wilkinson's shift (Golub & Van Loan,
// Matrix Computations, 8.3).
#pragma once
#include "backend/cpu/linalg/rotations.h"

namespace trae::linalg::TRAE_ISA {

// One step on rows first to last of the matrix with diagonal d and e beside it, none of whose e there is 0.
template <class T, class Columns>
void tridiagonal_qr_step(T* d, T* e, Index first, Index last, Columns& q) {
  const T half = (d[last - 1] - d[last]) / 2, beside = e[last - 1];
  const T shift = d[last] - beside / ((half + std::copysign(length_of(half, beside), half)) / beside);
  T x = d[first] - shift, z = e[first];
  for (Index k = first; k < last; k++) {
    const T length = length_of(x, z);
    if (k > first) e[k - 1] = length;
    if (length < std::numeric_limits<T>::min()) return;  // the matrix has fallen apart
    const T inverse = 1 / length, c = x * inverse, s = z * inverse;
    const T a = d[k], b = e[k], g = d[k + 1];
    const T upper_left = c * a + s * b, upper_right = c * b + s * g, lower_left = c * b - s * a,
            lower_right = c * g - s * b;
    d[k] = c * upper_left + s * upper_right;
    e[k] = c * upper_right - s * upper_left;
    d[k + 1] = c * lower_right - s * lower_left;
    q.rotate(k, c, s);
    if (k + 1 == last) return;
    x = e[k];
    z = s * e[k + 1];
    e[k + 1] *= c;
  }
}

// d becomes the eigenvalues, in no order, and the columns of q are turned along. False when they do not converge.
template <class T, class Columns>
bool tridiagonal_qr(T* d, T* e, Index n, Columns& q) {
  constexpr T epsilon = std::numeric_limits<T>::epsilon(), smallest = std::numeric_limits<T>::min();
  Index steps = 0;
  for (Index last = n - 1; last > 0;) {
    Index first = last;
    while (first > 0 &&
           std::abs(e[first - 1]) > std::max(smallest, epsilon * (std::abs(d[first - 1]) + std::abs(d[first]))))
      first--;
    if (first > 0) e[first - 1] = 0;
    if (first == last) {
      last--;
      continue;
    }
    if (++steps > 30 * n) return false;
    tridiagonal_qr_step(d, e, first, last, q);
    q.may_apply();
  }
  return true;
}

}  // namespace trae::linalg::TRAE_ISA
