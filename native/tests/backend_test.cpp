// A second device: every op, evaluated and planned, and whole runs of training give what they give on the CPU, and
// nothing reaches the device's memory but its kernels and the two functions of graph/host.h.
#include <set>

#include "core/error.h"
#include "ops/fused.h"
#include "tests/fake_backend.h"
#include "tests/op_rows.h"
#include "tests/small_models.h"

using namespace trae;
using namespace trae::test;
using namespace trae::ops;

namespace {

using Bytes = std::vector<uint8_t>;

Bytes bytes_of(const Tensor& t) {
  Bytes b(t.spec().bytes());
  to_host(t, b.data());
  return b;
}
std::vector<Bytes> evaluated(const OpRow& row) {
  Tensors out = apply(row.op, row.inputs);
  if (row.is_partly_undefined) out.pop_back();
  evaluate(out);
  std::vector<Bytes> r;
  for (const Tensor& t : out) r.push_back(bytes_of(t));
  return r;
}
std::vector<Bytes> planned(const OpRow& row) {
  PlanRequest request;
  evaluate(row.inputs);
  for (const Tensor& t : row.inputs) request.inputs.push_back(Tensor::placeholder(t.spec()));
  request.outputs = apply(row.op, request.inputs);
  if (row.is_partly_undefined) request.outputs.pop_back();
  PlanCall call(Plan::compile(request), {}, row.inputs);
  call.work();
  std::vector<Bytes> r;
  for (const Tensor& t : call.outputs()) {
    throw_if_failed(t);
    r.push_back(bytes_of(t));
  }
  return r;
}
struct Results {
  std::vector<std::string> names;
  std::vector<std::vector<Bytes>> evaluated, planned;
};
Results results_of_rows() {
  Results r;
  for (const OpRow& row : op_rows()) {
    INFO("op ", std::string(row.op->describe()));
    r.names.push_back(std::string(row.op->name()));
    r.evaluated.push_back(evaluated(row));
    r.planned.push_back(planned(row));
  }
  return r;
}

}  // namespace

TEST_CASE("every op gives on another device what it gives on the CPU") {
  const Results want = results_of_rows();
  const FakeCounts before = fake_counts();
  Results got;
  {
    OnFakeDevice device;
    got = results_of_rows();
  }
  REQUIRE(got.names == want.names);
  for (size_t i = 0; i < want.names.size(); i++) {
    INFO("op ", want.names[i]);
    CHECK(got.evaluated[i] == want.evaluated[i]);
    CHECK(got.planned[i] == want.planned[i]);
  }
  // Each registered op has a row, but those that passes alone make.
  const std::set<std::string> rows(want.names.begin(), want.names.end());
  std::string missing;
  for (const OpInfo& op : registered_ops())
    if (!rows.count(op.name)) missing += " " + op.name;
  INFO("ops without a row:", missing);
  CHECK(missing.empty());
  CHECK(fake_counts().foreign_pointers == before.foreign_pointers);
  CHECK(fake_counts().submitted == fake_counts().executed);
}

TEST_CASE("training on another device: the same variables, bit for bit, and the same reports") {
  for (const SmallModel& model : small_models()) {
    INFO("model ", model.name);
    const Trained want = train(model);
    const FakeCounts before = fake_counts();
    Trained got;
    {
      OnFakeDevice device;
      got = train(model);
    }
    CHECK(got.done == want.done);
    REQUIRE(got.variables.size() == want.variables.size());
    for (size_t i = 0; i < want.variables.size(); i++) CHECK(got.variables[i] == want.variables[i]);
    REQUIRE(got.losses.size() > 0);
    CHECK(got.losses.back() == want.losses.back());
    CHECK(std::isfinite(want.losses.back()));
    CHECK(train(model, 2).variables != want.variables);  // every step does something
    const FakeCounts& after = fake_counts();
    CHECK(after.foreign_pointers == before.foreign_pointers);
    CHECK(after.submitted == after.executed);
    MESSAGE(model.name, ": ", after.executed - before.executed, " pieces of work in ", after.waits - before.waits,
            " waits, ", after.writes - before.writes, " writes, ", after.reads - before.reads, " reads");
  }
}

TEST_CASE("steps of training wait for the device only where values are asked for") {
  OnFakeDevice device;
  const SmallModel model = small_models()[0];
  int64_t waits[2];
  for (int i = 0; i < 2; i++) {
    const int64_t before = fake_counts().waits;
    train(model, i ? 60 : 20);
    waits[i] = fake_counts().waits - before;
  }
  CHECK(waits[1] <= waits[0] + 5);  // reports, which depend on the clock
  CHECK(fake_counts().longest_queue > 60);
}

TEST_CASE("bad data on another device fail their readers with the same error") {
  OnFakeDevice device;
  const Tensor bad = ops::take(floats({3}, {1, 2, 3}), tensor<int32_t>({1}, {7}, DType::kInt32), 0);
  CHECK_THROWS_WITH_AS(evaluate({bad * 2.0}), "take: index 7 is out of range for an axis of size 3.", IndexError);
  CHECK(values(floats({2}, {4, 5})) == std::vector<double>{4, 5});  // the next one is not blamed
}

TEST_CASE("tensors of two devices do not meet") {
  const Tensor here = floats({2}, {1, 2});
  OnFakeDevice device;
  const Tensor there = floats({2}, {1, 2});
  CHECK(here.device() == Device{});
  CHECK(there.device() == kFakeDevice);
  CHECK_THROWS_AS(here + there, ValueError);
  CHECK(bytes_of(there) == bytes_of(here));
}

TEST_CASE("a plan packs weights once, and again when they have changed, in place too") {
  OnFakeDevice device;
  Random r(3);
  const Tensor x = random_tensor({1, 8}, DType::kFloat32, r);
  const auto cell = std::make_shared<Tensor>(random_tensor({8, 5}, DType::kFloat32, r));
  const auto compiled = [&](auto&& trace) {
    PlanRequest request;
    request.inputs = {Tensor::placeholder(x.spec())};
    request.reads = {Tensor::placeholder(cell->spec())};
    request.updates = {Tensor()};
    trace(request);
    return Plan::compile(request);
  };
  const PlanPtr reads = compiled([](PlanRequest& q) { q.outputs = {matmul(q.inputs[0], q.reads[0])}; });
  const PlanPtr doubles_it = compiled([](PlanRequest& q) { q.updates = {q.reads[0] * 2.0}; });
  CHECK(reads->statistics().reorders == 0);
  const auto run = [&](const PlanPtr& plan) {
    PlanCall call(plan, {cell}, {x});
    call.work();
    return call.outputs();
  };
  const auto expect = [&](int64_t packed) {
    const int64_t before = fake_counts().packed;
    for (int i = 0; i < 3; i++) {
      const Tensors got = run(reads);
      const Tensor want = matmul(cast(x, DType::kFloat64), cast(*cell, DType::kFloat64));
      check_close(values(got[0]), values(want), 1e-5);
    }
    CHECK(fake_counts().packed - before == packed);
  };
  expect(1);
  expect(0);
  const void* address = cell->node()->storage->data();
  run(doubles_it);
  CHECK(cell->node()->storage->data() == address);
  expect(1);
  *cell = random_tensor({8, 5}, DType::kFloat32, r);
  expect(1);
}
