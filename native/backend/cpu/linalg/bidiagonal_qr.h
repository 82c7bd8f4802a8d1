// Singular values and vectors of an upper bidiagonal matrix by implicit QR steps (Golub & Van Loan, Matrix
// Computations, 8.6), without a shift where an element of the diagonal is 0 (Demmel & Kahan, Accurate singular values
// of bidiagonal matrices, 1990).
#pragma once
#include "backend/cpu/linalg/rotations.h"

namespace trae::linalg::TRAE_ISA {

// c and s with c x + s z = length, c z - s x = 0.
template <class T>
T rotation_of(T x, T z, T& c, T& s) {
  const T length = length_of(x, z);
  if (length < std::numeric_limits<T>::min()) {
    c = 1;
    s = 0;
    return x;
  }
  c = x / length;
  s = z / length;
  return length;
}

// The smaller singular value of the triangle f, g; 0, h (LAPACK's slas2).
template <class T>
T smaller_value(T f, T g, T h) {
  const T a = std::abs(f), b = std::abs(g), c = std::abs(h), low = std::min(a, c), high = std::max(a, c);
  if (low == 0) return 0;
  if (b < high) {
    const T sum = 1 + low / high, difference = (high - low) / high, beside = (b / high) * (b / high);
    return low * (2 / (std::sqrt(sum * sum + beside) + std::sqrt(difference * difference + beside)));
  }
  const T over = high / b;
  if (over == 0) return low * high / b;
  const T sum = (1 + low / high) * over, difference = (high - low) / high * over;
  return 2 * (low * over) / (std::sqrt(1 + sum * sum) + std::sqrt(1 + difference * difference));
}

// One step on rows first to last, with a shift; d[first] is not 0.
template <class T, class Left, class Right>
void shifted_step(T* d, T* e, Index first, Index last, T shift, Left& u, Right& v) {
  T f = (std::abs(d[first]) - shift) * (std::copysign(T(1), d[first]) + shift / d[first]), g = e[first], c, s;
  for (Index k = first; k < last; k++) {
    const T beside = rotation_of(f, g, c, s);
    if (k > first) e[k - 1] = beside;
    f = c * d[k] + s * e[k];
    e[k] = c * e[k] - s * d[k];
    g = s * d[k + 1];
    d[k + 1] *= c;
    v.rotate(k, c, s);
    d[k] = rotation_of(f, g, c, s);
    f = c * e[k] + s * d[k + 1];
    d[k + 1] = c * d[k + 1] - s * e[k];
    if (k + 1 < last) {
      g = s * e[k + 1];
      e[k + 1] *= c;
    }
    u.rotate(k, c, s);
  }
  e[last - 1] = f;
}

// One step without: a 0 on the diagonal goes to its end, and the last e becomes 0.
template <class T, class Left, class Right>
void plain_step(T* d, T* e, Index first, Index last, Left& u, Right& v) {
  T c = 1, s = 0, old_c = 1, old_s = 0;
  for (Index k = first; k < last; k++) {
    const T length = rotation_of(d[k] * c, e[k], c, s);
    if (k > first) e[k - 1] = old_s * length;
    v.rotate(k, c, s);
    d[k] = rotation_of(old_c * length, d[k + 1] * s, old_c, old_s);
    u.rotate(k, old_c, old_s);
  }
  const T rest = d[last] * c;
  d[last] = rest * old_c;
  e[last - 1] = rest * old_s;
}

// d becomes the singular values, with signs and in no order; columns of u and v are turned along. False when they do
// not converge. Elements up to epsilon times the largest count as 0.
template <class T, class Left, class Right>
bool bidiagonal_qr(T* d, T* e, Index n, Left& u, Right& v) {
  T largest = 0;
  for (Index i = 0; i < n; i++) largest = std::max({largest, std::abs(d[i]), i + 1 < n ? std::abs(e[i]) : T(0)});
  const T small = std::numeric_limits<T>::epsilon() * largest;
  Index steps = 0;
  for (Index last = n - 1; last > 0;) {
    Index first = last;
    bool has_zero = std::abs(d[last]) <= small;
    for (; first > 0 && std::abs(e[first - 1]) > small; first--) has_zero |= std::abs(d[first - 1]) <= small;
    if (first > 0) e[first - 1] = 0;
    if (first == last) {
      last--;
      continue;
    }
    if (++steps > 30 * n) return false;
    if (has_zero) {
      for (Index k = first; k <= last; k++)
        if (std::abs(d[k]) <= small) d[k] = 0;
      plain_step(d, e, first, last, u, v);
    } else {
      shifted_step(d, e, first, last, smaller_value(d[last - 1], e[last - 1], d[last]), u, v);
    }
    u.may_apply();
    v.may_apply();
  }
  return true;
}

}  // namespace trae::linalg::TRAE_ISA
