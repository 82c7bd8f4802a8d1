// Reflections of three rows or three columns, most of the work of Eigen's QR steps (RealSchur), in one pass over them:
// Eigen's own make four, row by row where columns lie one after the other. As specializations, so that the steps
// themselves stay Eigen's.
#pragma once
#include "backend/cpu/linalg/eigen.h"

namespace trae::linalg::TRAE_ISA {

template <class T>
using Part = Eigen::MatrixBase<Eigen::Block<Matrix<T>, Eigen::Dynamic, Eigen::Dynamic, false>>;
template <class T>
using Two = Eigen::Matrix<T, 2, 1>;

// (1 - tau v v^T) times rows, v = (1, e): each column holds its three elements.
template <class T>
void reflect_rows(T* column, Index stride, Index columns, const Two<T>& e, T tau) {
  const T p = e[0], q = e[1];
  for (Index j = 0; j < columns; j++, column += stride) {
    const T sum = tau * (column[0] + p * column[1] + q * column[2]);
    column[0] -= sum;
    column[1] -= p * sum;
    column[2] -= q * sum;
  }
}
// Columns times (1 - tau v v^T).
template <class T>
void reflect_columns(T* __restrict__ a, T* __restrict__ b, T* __restrict__ c, Index rows, const Two<T>& e, T tau) {
  const T p = e[0], q = e[1];
  for (Index i = 0; i < rows; i++) {
    const T sum = tau * (a[i] + p * b[i] + q * c[i]);
    a[i] -= sum;
    b[i] -= p * sum;
    c[i] -= q * sum;
  }
}

}  // namespace trae::linalg::TRAE_ISA

#define TRAE_REFLECTIONS(T)                                                                                        \
  template <>                                                                                                      \
  template <>                                                                                                      \
  inline void trae::linalg::TRAE_ISA::Part<T>::applyHouseholderOnTheLeft(const trae::linalg::TRAE_ISA::Two<T>& e,  \
                                                                         const T& tau, T*) {                       \
    trae::linalg::TRAE_ISA::reflect_rows(derived().data(), derived().outerStride(), cols(), e, tau);               \
  }                                                                                                                \
  template <>                                                                                                      \
  template <>                                                                                                      \
  inline void trae::linalg::TRAE_ISA::Part<T>::applyHouseholderOnTheRight(const trae::linalg::TRAE_ISA::Two<T>& e, \
                                                                          const T& tau, T*) {                      \
    T* first = derived().data();                                                                                   \
    const auto stride = derived().outerStride();                                                                   \
    trae::linalg::TRAE_ISA::reflect_columns(first, first + stride, first + 2 * stride, rows(), e, tau);            \
  }
TRAE_REFLECTIONS(float)
TRAE_REFLECTIONS(double)
#undef TRAE_REFLECTIONS
