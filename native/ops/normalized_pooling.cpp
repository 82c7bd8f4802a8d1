#include "ops/normalized_pooling.h"

namespace trae {

bool tiles_exactly(const PoolAttrs& a, const Shape& x) {
  int64_t taps = 1;
  for (size_t i = 0; i < a.size.size(); i++) {
    taps *= a.size[i];
    if (a.size[i] != a.strides[i] || a.before[i] || a.after[i] || x[i + 1] % a.size[i]) return false;
  }
  return taps <= 255 && a.size.size() + 2 == x.size();
}

Specs NormalizedPool::infer(const Specs& in) const {
  Spec pooled = in[0];
  for (size_t i = 0; i < attrs.pool.size.size(); i++) pooled.shape[i + 1] /= attrs.pool.size[i];
  Spec winners = pooled;
  winners.dtype = DType::kUInt8;
  return {pooled, winners, in[1], in[1], pooled};
}
Specs NormalizedPoolGrad::infer(const Specs& in) const { return {in[0], in[1], in[1]}; }

}  // namespace trae
