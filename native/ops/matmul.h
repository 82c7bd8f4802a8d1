// Matrix products with batching and broadcasting.
#pragma once
#include "graph/op.h"

namespace trae {

// Shapes of a product after transposes: [batch..., rows, inner] x [batch..., inner, columns].
struct Product {
  Shape batch;
  int64_t rows, inner, columns;
};

struct Matmul final : OpOf<Matmul> {
  static constexpr std::string_view kName = "matmul";
  struct Attrs {
    bool transpose_a = false, transpose_b = false;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Tensors prepare(Tensors in) const override;
  Product product(const Specs& in) const;  // both of rank >= 2; throws the user's error
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  double work(const Specs& in, const Specs& out) const override;
  std::string describe() const override;
};

}  // namespace trae
