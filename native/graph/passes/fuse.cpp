#include "graph/ir.h"

namespace trae {

void fuse_elementwise(Graph&) {}

}  // namespace trae
