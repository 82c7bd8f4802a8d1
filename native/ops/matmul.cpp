#include "ops/matmul.h"

#include <algorithm>

#include "core/error.h"
#include "ops/ops.h"

namespace trae {
using namespace ops;

OpPtr Matmul::make(const AttrMap& a) {
  auto op = std::make_shared<Matmul>();
  op->attrs = {a.boolean("transpose_a", false), a.boolean("transpose_b", false)};
  return op;
}

Tensors Matmul::prepare(Tensors in) const {
  if (in.size() != 2) return in;
  DType d = promote(in[0].dtype(), in[1].dtype());
  if (d == DType::kBool || d == DType::kInt8 || d == DType::kUInt8) d = DType::kInt32;
  return {cast(in[0], d), cast(in[1], d)};
}

Product Matmul::product(const Specs& in) const {
  const Shape &a = in[0].shape, &b = in[1].shape;
  auto received = [&] { return "\n  Received: shapes " + to_string(a) + " and " + to_string(b); };
  if (a.size() < 2 || b.size() < 2)
    throw ValueError("matmul", "both tensors must have rank 2 or more here." + received());
  const size_t na = a.size(), nb = b.size();
  Product p;
  p.rows = attrs.transpose_a ? a[na - 1] : a[na - 2];
  p.inner = attrs.transpose_a ? a[na - 2] : a[na - 1];
  p.columns = attrs.transpose_b ? b[nb - 2] : b[nb - 1];
  const int64_t other = attrs.transpose_b ? b[nb - 1] : b[nb - 2];
  if (p.inner != other)
    throw ValueError("matmul", "the first tensor has " + std::to_string(p.inner) + " columns but the second has " +
                                   std::to_string(other) + " rows." + received());
  p.batch = broadcast_shapes("matmul", Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2));
  return p;
}

Specs Matmul::infer(const Specs& in) const {
  expect_inputs(*this, in, 2);
  Product p = product(in);
  p.batch.push_back(p.rows);
  p.batch.push_back(p.columns);
  return {{p.batch, in[0].dtype}};
}

Tensors Matmul::vjp(const Tensors& in, const Tensors&, const Tensors& dy) const {
  const Tensor &a = in[0], &b = in[1], &d = dy[0];
  const bool ta = attrs.transpose_a, tb = attrs.transpose_b;
  // A shared right operand under a batch: one product over all rows instead of a batch of products and a sum.
  if (b.ndim() == 2 && a.ndim() > 2 && !ta) {
    const int64_t inner = a.dim(-1), columns = d.dim(-1);
    Tensor a2 = reshape(a, {-1, inner}), d2 = reshape(d, {-1, columns});
    return {reshape(matmul(d2, b, false, !tb), a.shape()),
            tb ? matmul(d2, a2, true, false) : matmul(a2, d2, true, false)};
  }
  Tensor da = ta ? matmul(b, d, tb, true) : matmul(d, b, false, !tb);
  Tensor db = tb ? matmul(d, a, true, ta) : matmul(a, d, !ta, false);
  return {sum_to(da, a.shape()), sum_to(db, b.shape())};
}

std::string Matmul::describe() const {
  return std::string("matmul") + (attrs.transpose_a ? " a^T" : "") + (attrs.transpose_b ? " b^T" : "");
}
double Matmul::work(const Specs& in, const Specs& out) const {
  return double(product(in).inner) * double(out[0].size()) + elements_of(in, out);
}
TRAE_REGISTER_OP(Matmul);

namespace ops {
Tensor matmul(const Tensor& a, const Tensor& b, bool ta, bool tb) {
  auto op = std::make_shared<Matmul>();
  op->attrs = {ta, tb};
  return apply1(op, {a, b});
}
}  // namespace ops

}  // namespace trae
