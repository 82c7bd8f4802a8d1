#include "backend/cpu/onednn/engine.h"

namespace trae::onednn {
// Never destroyed: kernels that hold primitives may outlive static destructors.
dnnl::engine& engine() {
  static auto* e = new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return *e;
}
dnnl::stream& stream() {
  static auto* s = new dnnl::stream(engine());
  return *s;
}
}  // namespace trae::onednn
