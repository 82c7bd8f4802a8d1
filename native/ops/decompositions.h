// Factorizations and equations over the last two axes, leading axes being batches; float32 and float64. Gradients are
// written in ops, so that they have gradients.
#pragma once
#include "graph/op.h"

namespace trae {

// The lower triangular L with L L^T = x; only x's lower triangle is read.
struct Cholesky final : OpOf<Cholesky> {
  static constexpr std::string_view kName = "cholesky";
  NoAttrs attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
};

// x with a x = b or a^T x = b, a triangular: the other triangle is not read.
struct SolveTriangular final : OpOf<SolveTriangular> {
  static constexpr std::string_view kName = "solve_triangular";
  struct Attrs {
    bool is_lower = false, is_transposed = false;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
};

// x with a x = b or a^T x = b, by Gaussian elimination with row exchanges.
struct Solve final : OpOf<Solve> {
  static constexpr std::string_view kName = "solve";
  struct Attrs {
    bool is_transposed = false;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
};

struct Determinant final : OpOf<Determinant> {
  static constexpr std::string_view kName = "det";
  NoAttrs attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
};

// Outputs: the sign of the determinant and the logarithm of its size.
struct SignLogDeterminant final : OpOf<SignLogDeterminant> {
  static constexpr std::string_view kName = "slogdet";
  NoAttrs attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
};

// Outputs: L below the diagonal (ones on it left out) and U above in one matrix; the row of x that row i came from.
struct LuFactor final : OpOf<LuFactor> {
  static constexpr std::string_view kName = "lu_factor";
  NoAttrs attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
};

// x = q r by Householder reflections; q is (m, min) or, complete, (m, m).
struct Qr final : OpOf<Qr> {
  static constexpr std::string_view kName = "qr";
  struct Attrs {
    bool is_complete = false;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
};

// Outputs u, s, v^T with x = u diag(s) v^T, s descending; s alone without vectors.
struct Svd final : OpOf<Svd> {
  static constexpr std::string_view kName = "svd";
  struct Attrs {
    bool is_full = false, has_vectors = true;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
};

// Eigenvalues, ascending, and eigenvectors of a symmetric matrix, of which the lower triangle is read.
struct SymmetricEigen final : OpOf<SymmetricEigen> {
  static constexpr std::string_view kName = "eigh";
  NoAttrs attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
};

// Eigenvalues w and unit eigenvectors v of any matrix that has real ones only. Of any matrix when complex: the real
// parts of w and v, then their imaginary parts.
struct Eigen final : OpOf<Eigen> {
  static constexpr std::string_view kName = "eig";
  struct Attrs {
    bool is_complex = false;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
};

// The Moore-Penrose inverse; singular values up to `rcond` times the largest count as zero.
struct PseudoInverse final : OpOf<PseudoInverse> {
  static constexpr std::string_view kName = "pinv";
  struct Attrs {
    double rcond = 0;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
};

// The x of least size with the smallest |a x - b|: the pseudo-inverse of a times b, by QR where a's rank is beyond
// doubt.
struct LeastSquares final : OpOf<LeastSquares> {
  static constexpr std::string_view kName = "lstsq";
  struct Attrs {
    double rcond = 0;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
};

}  // namespace trae
