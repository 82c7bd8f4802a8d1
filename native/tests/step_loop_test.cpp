// The loop over rows: batches in the order given, reports, an end on request, and what is left when a step fails.
#include "runtime/step_loop.h"

#include "core/error.h"
#include "tests/support.h"

using namespace trae;
using namespace trae::test;
using namespace trae::ops;

namespace {

// A plan over batches of 2 rows of 3 numbers. One variable adds the batches up; the output is the batch and its double,
// or the sum of the batch.
PlanPtr sums_plan(bool by_row) {
  PlanRequest request;
  request.inputs = {Tensor::placeholder({{2, 3}, DType::kFloat32})};
  request.reads = {Tensor::placeholder({{2, 3}, DType::kFloat32})};
  const Tensor x = request.inputs[0];
  request.updates = {request.reads[0] + x};
  request.outputs = by_row ? Tensors{x * 2.0} : Tensors{sum(x, {0, 1}), sum(x, {0})};
  request.name = "sums";
  return Plan::compile(request);
}
Tensor six_rows() {
  std::vector<float> v;
  for (int row = 0; row < 6; row++)
    for (int i = 0; i < 3; i++) v.push_back(float(row * 10 + i));
  return floats({6, 3}, v);
}
struct Loop {
  explicit Loop(bool by_row = false) : plan(sums_plan(by_row)) {
    cells = {std::make_shared<Tensor>(floats({2, 3}, {0, 0, 0, 0, 0, 0}))};
    options.data = {six_rows()};
    options.batch_size = 2;
    options.steps = 3;
    options.report = [this](int64_t done, std::vector<double> values) { reports.emplace_back(done, values); };
  }
  void set_order(const std::vector<int32_t>& rows) {
    options.order = std::make_shared<RowNumbers>(rows.data(), rows.size(), 6);
  }
  int64_t run() {
    StepLoop loop(plan, cells, options);
    while (!loop.slice()) {}
    if (loop.error()) std::rethrow_exception(loop.error());
    collected = loop.collected();
    return loop.done();
  }
  std::vector<double> variable() const { return values(*cells[0]); }

  PlanPtr plan;
  std::vector<std::shared_ptr<Tensor>> cells;
  StepLoopOptions options;
  std::vector<std::pair<int64_t, std::vector<double>>> reports;
  Tensors collected;
};
using Numbers = std::vector<double>;

}  // namespace

TEST_CASE("steps take rows as they lie, or in an order, and report the last step's numbers") {
  Loop plain;
  CHECK(plain.run() == 3);
  CHECK(plain.variable() == Numbers{60, 63, 66, 90, 93, 96});
  REQUIRE(!plain.reports.empty());
  CHECK(plain.reports.back().first == 3);
  CHECK(plain.reports.back().second == Numbers{276, 90, 92, 94});  // rows 4 and 5

  Loop ordered;
  ordered.set_order({5, 0, 0, 5, 3, 3, 1, 1});
  CHECK(ordered.run() == 3);
  CHECK(ordered.variable() == Numbers{80, 83, 86, 80, 83, 86});
}
TEST_CASE("an epoch may be run in pieces") {
  Loop whole, pieces;
  for (Loop* loop : {&whole, &pieces}) loop->set_order({5, 2, 0, 4, 3, 1});
  whole.run();
  for (int64_t step = 0; step < 3; step++) {
    pieces.options.start = step * 2;
    pieces.options.steps = 1;
    CHECK(pieces.run() == 1);
  }
  CHECK(pieces.variable() == whole.variable());
  CHECK(pieces.reports.size() == 3);
  CHECK(pieces.reports.back().second == whole.reports.back().second);
}
TEST_CASE("results of batches are joined row by row") {
  Loop loop(true);
  loop.options.collect = true;
  loop.options.report = nullptr;
  loop.set_order({5, 4, 3, 2, 1, 0});
  CHECK(loop.run() == 3);
  REQUIRE(loop.collected.size() == 1);
  CHECK(loop.collected[0].shape() == Shape{6, 3});
  const Numbers got = values(loop.collected[0]);
  CHECK(Numbers(got.begin(), got.begin() + 3) == Numbers{100, 102, 104});
  CHECK(Numbers(got.end() - 3, got.end()) == Numbers{0, 2, 4});
}
TEST_CASE("a flag ends the run before its next step; the variables keep what was done") {
  Loop loop;
  uint8_t cancel = 0;
  loop.options.cancel = &cancel;
  loop.options.has_waiting = [&cancel] {  // asked between the steps
    cancel = 1;
    return false;
  };
  CHECK(loop.run() == 2);
  CHECK(loop.variable() == Numbers{20, 22, 24, 40, 42, 44});

  Loop never;
  never.options.cancel = &cancel;
  CHECK(never.run() == 0);
  CHECK(never.variable() == Numbers(6, 0));
}
TEST_CASE("a run gives way after a step when others wait, and tells how far it came") {
  Loop loop;
  loop.options.has_waiting = [] { return true; };
  CHECK(loop.run() == 1);
  CHECK(loop.reports.back().first == 1);
  CHECK(loop.variable() == Numbers{0, 1, 2, 10, 11, 12});
  loop.options.start = 2;
  loop.options.steps = 2;
  loop.options.has_waiting = nullptr;
  CHECK(loop.run() == 2);
  CHECK(loop.variable() == Numbers{60, 63, 66, 90, 93, 96});
}
TEST_CASE("a step that fails leaves the variables of the last one that did not") {
  PlanRequest request;
  request.inputs = {Tensor::placeholder({{2}, DType::kInt32})};
  request.reads = {Tensor::placeholder({{4}, DType::kFloat32})};
  const Tensor picked = take(request.reads[0], request.inputs[0], 0);
  request.updates = {request.reads[0] + sum(picked, {0})};
  request.outputs = {sum(picked, {0})};
  const std::vector<std::shared_ptr<Tensor>> cells{std::make_shared<Tensor>(floats({4}, {1, 2, 3, 4}))};
  StepLoopOptions options;
  options.data = {tensor<int32_t>({6}, {0, 1, 3, 3, 2, 9}, DType::kInt32)};
  options.batch_size = 2;
  options.steps = 3;
  StepLoop loop(Plan::compile(request), cells, options);
  while (!loop.slice()) {}
  CHECK(loop.done() == 2);
  CHECK_THROWS_WITH_AS(std::rethrow_exception(loop.error()), "take: index 9 is out of range for an axis of size 4.",
                       IndexError);
  CHECK(values(*cells[0]) == Numbers{18, 19, 20, 21});  // + 3, then + 14
}
TEST_CASE("data, order and plan that do not fit are refused with their numbers") {
  const auto refusal = [](const std::function<void(Loop&)>& spoil) {
    Loop loop;
    try {
      spoil(loop);
      loop.run();
    } catch (const Error& e) { return std::string(e.kind) + ": " + e.what(); }
    return std::string();
  };
  CHECK(refusal([](Loop& l) { l.options.steps = 4; }) ==
        "ValueError: runSteps: 4 steps of 2 rows from row 0 need more than the 6 rows there are.");
  CHECK(refusal([](Loop& l) {
          l.set_order({0, 1, 2, 3, 4, 5});
          l.options.data = {slice(six_rows(), {0, 0}, {4, 3}, {1, 1})};
        }) == "IndexError: runSteps: the order is one of 6 rows but the data have 4.");
  CHECK(refusal([](Loop& l) { l.options.batch_size = 3; }) ==
        "ValueError: runSteps: the plan was traced for batches of another size.");
  CHECK(refusal([](Loop& l) { l.options.collect = true; }).find("joined row by row") != std::string::npos);
  CHECK(refusal([](Loop& l) { l.options.data = {}; }) == "ValueError: plan: takes 1 tensors but 0 are given.");
  CHECK(refusal([](Loop& l) { l.set_order({0, 6}); }) == "IndexError: RowOrder: index 6 is outside of the 6 rows.");
}
