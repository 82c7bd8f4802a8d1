#!/usr/bin/env bash
# Eigen 3.4.0 (g++ 12, x86-64): singular values of a matrix of ones.
# Expected: one value, the square root of the number of elements, and zeros up to rounding: BDCSVD like JacobiSVD.
# Happened: in double precision BDCSVD says that it succeeded, and the largest value, its first, is NaN.
. "$(dirname "$0")/eigen.sh"
seen 'JacobiSVD: success 1, largest 65.4981, NaN 0
BDCSVD: success 1, largest nan, NaN 1' <<'CPP'
#include <Eigen/SVD>
#include <cstdio>
template <class Svd>
void show(const char* name, const Svd& f) {
  const auto& s = f.singularValues();
  std::printf("%s: success %d, largest %g, NaN %d\n", name, f.info() == Eigen::Success, s[0], int(s.array().isNaN().count()));
}
int main() {
  const Eigen::MatrixXd x = Eigen::MatrixXd::Ones(33, 130);
  const unsigned vectors = Eigen::ComputeThinU | Eigen::ComputeThinV;
  show("JacobiSVD", Eigen::JacobiSVD<Eigen::MatrixXd>(x, vectors));
  show("BDCSVD", Eigen::BDCSVD<Eigen::MatrixXd>(x, vectors));
}
CPP
