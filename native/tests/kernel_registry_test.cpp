// Every op has a kernel on the CPU; a device that lacks one says so.
#include "backend/error_word.h"
#include "backend/kernel.h"
#include "core/error.h"
#include "ops/fused.h"
#include "ops/normalized_pooling.h"
#include "tests/support.h"

using namespace trae;
using namespace trae::test;

TEST_CASE("every op has a kernel on the CPU") {
  std::vector<std::string> missing;
  for (const OpInfo& op : registered_ops())
    if (!find_kernel(kCpu, op.kernel_type)) missing.push_back(op.name);
  std::string names;
  for (const std::string& name : missing) names += " " + name;
  INFO("ops without a kernel:", names);
  CHECK(missing.empty());
  CHECK(registered_ops().size() > 100);
  for (const std::type_index& type : {std::type_index(typeid(Fused)), std::type_index(typeid(NormalizedPool)),
                                      std::type_index(typeid(NormalizedPoolGrad))})
    CHECK(bool(find_kernel(kCpu, type)));
}
TEST_CASE("a device without a kernel names the op") {
  const Spec spec{{2}, DType::kFloat32};
  const OpPtr op = make_op("exp", AttrMap("exp"));
  CHECK(bool(make_kernel({}, *op, {spec}, {spec})));
  try {
    make_kernel({2, 0}, *op, {spec}, {spec});
    FAIL("no error");
  } catch (const InternalError& e) { CHECK(std::string(e.what()) == "exp: there is no kernel for devices of type 2."); }
}
TEST_CASE("what a kernel finds wrong is thrown once, with its numbers") {
  ErrorWord word;
  word.raise();
  CHECK(!word.is_set());
  word.report(DataError::kTakeIndex, -9, 4);
  word.report(DataError::kSolveSingular);  // the first one stays
  CHECK(word.is_set());
  try {
    word.raise();
    FAIL("no error");
  } catch (const IndexError& e) {
    CHECK(std::string(e.what()) == "take: index -9 is out of range for an axis of size 4.");
  }
  CHECK(!word.is_set());
  word.raise();
}
