#include "runtime/step_loop.h"

#include "backend/backend.h"
#include "core/error.h"
#include "graph/host.h"

namespace trae {
namespace {

constexpr auto kProgressEvery = std::chrono::milliseconds(50);
constexpr auto kSlice = std::chrono::milliseconds(10);

void check(const Plan& plan, const StepLoopOptions& o) {
  plan.check_inputs(o.data, true);
  for (const Tensor& t : o.data)
    if (t.spec().shape.empty()) throw ValueError("runSteps", "the data hold a single number, which has no rows.");
  for (const Spec& s : plan.input_specs())
    if (s.shape.empty()) throw ValueError("runSteps", "the plan was traced for a single number, which has no rows.");
  for (const Spec& s : plan.output_specs())
    if (o.collect && s.shape.empty())
      throw ValueError("runSteps",
                       "a result is a single number for a whole batch; the results of batches are joined row by row.");
  int64_t rows = o.data.empty() ? o.start + o.batch_size * o.steps : o.data[0].spec().shape[0];
  for (const Tensor& t : o.data)
    if (t.spec().shape[0] != rows) throw ValueError("runSteps", "the data tensors differ in their number of rows.");
  for (const Spec& s : plan.input_specs())
    if (s.shape[0] != o.batch_size) throw ValueError("runSteps", "the plan was traced for batches of another size.");
  if (o.order) {
    if (o.order->rows > rows)
      throw IndexError("runSteps", "the order is one of " + std::to_string(o.order->rows) + " rows but the data have " +
                                       std::to_string(rows) + ".");
    rows = int64_t(o.order->values.size());
  }
  if (o.start + o.batch_size * o.steps > rows)
    throw ValueError("runSteps", std::to_string(o.steps) + " steps of " + std::to_string(o.batch_size) +
                                     " rows from row " + std::to_string(o.start) + " need more than the " +
                                     std::to_string(rows) + " rows there are.");
}

PlanRun checked_run(PlanPtr plan, const std::vector<std::shared_ptr<Tensor>>& cells, const StepLoopOptions& o) {
  check(*plan, o);
  return PlanRun(std::move(plan), cells, o.data);
}

}  // namespace

StepLoop::StepLoop(PlanPtr plan, const std::vector<std::shared_ptr<Tensor>>& cells, StepLoopOptions options)
    : options_(std::move(options)), run_(checked_run(std::move(plan), cells, options_)),
      stream_(backend_of(run_.plan().device()).stream()) {}

bool StepLoop::slice() {
  try {
    if (!is_prepared_) prepare();
    const auto begin = Clock::now();
    while (done_ < options_.steps) {
      if (options_.cancel && *options_.cancel) break;
      // Who asks for a value or a prediction meanwhile waits for one step, not for all of them.
      if (done_ > 0 && !options_.collect && options_.has_waiting && options_.has_waiting()) {
        report();
        break;
      }
      step();
      const auto now = Clock::now();
      report_if_due(now);
      if (now - begin >= kSlice && done_ < options_.steps) return false;
    }
    stream_.check();
    run_.finish();
  } catch (...) {
    error_ = std::current_exception();
    run_.fail(error_);
  }
  return true;
}

void StepLoop::prepare() {
  is_prepared_ = true;
  run_.prepare();
  const Device device = run_.plan().device();
  const Specs& specs = run_.plan().input_specs();
  for (size_t i = 0; i < options_.data.size(); i++) {
    const Tensor& t = options_.data[i];
    throw_if_failed(t);
    const int64_t rows = t.spec().shape[0];
    row_bytes_.push_back(rows ? t.spec().bytes() / size_t(rows) : 0);
    if (options_.order) batches_.push_back(allocate(specs[i]));
    in_.push_back(options_.order ? batches_[i]->data() : nullptr);
  }
  if (options_.order) {
    numbers_ = options_.order->values.data() + options_.start;
    Allocator& allocator = allocator_of(device);
    if (!allocator.is_host()) {
      const size_t bytes = size_t(options_.batch_size * options_.steps) * sizeof(int32_t);
      rows_ = std::make_shared<Storage>(bytes, allocator);
      allocator.write(rows_->data(), numbers_, bytes);
      numbers_ = static_cast<const int32_t*>(rows_->data());
    }
  }
  for (Spec s : run_.plan().output_specs()) {
    if (options_.collect) s.shape[0] *= options_.steps;
    StoragePtr storage = allocate(s);
    out_.push_back(storage->data());
    (options_.collect ? collected_ : results_).push_back(Tensor::from_storage(std::move(s), std::move(storage)));
  }
  last_report_ = Clock::now();
}

void StepLoop::gather(size_t input, int64_t step) {
  const size_t bytes = row_bytes_[input];
  const void* from = options_.data[input].node()->storage->data();
  const int64_t first = step * options_.batch_size;
  if (options_.order) stream_.gather_rows(batches_[input]->data(), from, bytes, numbers_ + first, options_.batch_size);
  else in_[input] = static_cast<const char*>(from) + size_t(options_.start + first) * bytes;
}

void StepLoop::step() {
  for (size_t i = 0; i < options_.data.size(); i++) gather(i, done_);
  run_.plan().run(in_.data(), run_.variables(), out_.data(), run_.versions());
  if (options_.collect)
    for (size_t i = 0; i < out_.size(); i++)
      out_[i] = static_cast<char*>(out_[i]) + run_.plan().output_specs()[i].bytes();
  done_++;
}

void StepLoop::report_if_due(Clock::time_point now) {
  if (!options_.report || (done_ < options_.steps && now - last_report_ < kProgressEvery)) return;
  last_report_ = now;
  report();
}

void StepLoop::report() {
  if (!options_.report) return;
  stream_.check();
  std::vector<double> values;
  for (const Tensor& t : results_) {
    const HostView view = to_host(t);
    for (size_t i = 0, count = size_t(t.size()); i < count; i++) values.push_back(value_at(t.dtype(), view.data(), i));
  }
  options_.report(done_, std::move(values));
}

}  // namespace trae
