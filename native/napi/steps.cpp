#include "napi/steps.h"

#include <chrono>
#include <cstring>

#include "backend/cpu/parallel.h"
#include "core/error.h"
#include "napi/row_order.h"
#include "napi/tensor_wrap.h"

namespace trae::napi {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kProgressEvery = std::chrono::milliseconds(50);
constexpr auto kSlice = std::chrono::milliseconds(10);  // then other environments have their turn

class Steps {
 public:
  Steps(PlanRun run, Tensors data) : run_(std::move(run)), data_(std::move(data)) {}

  RowNumbersPtr order;  // null: rows in order
  bool collect = false;
  int64_t batch_size = 0, start = 0, steps = 0;
  const volatile uint8_t* cancel_byte = nullptr;
  int progress = 0, cancel = 0;  // kept: the function, and the array of that byte; 0 for none
  std::shared_ptr<Channel> channel;
  Environment* environment = nullptr;
  bool is_here = false;  // on the JavaScript thread: reports wait in `reported`
  std::function<void(Napi::Env)> reported;

  int64_t done = 0;
  std::exception_ptr error;
  Tensors collected;

  bool can_run_here() const { return steps <= 1 && run_.can_run_here(); }

  // A slice of work; true when all is done, cancelled or failed.
  bool slice() {
    try {
      if (!is_prepared_) prepare();
      const auto begin = Clock::now();
      while (done < steps) {
        if (cancel_byte && *cancel_byte) break;
        // Who asks for a value or a prediction meanwhile waits for one step, not for all of them.
        if (done > 0 && !collect && environment->has_waiting()) {
          if (progress) report();
          break;
        }
        step();
        const auto now = Clock::now();
        if (progress && (done == steps || now - last_report_ >= kProgressEvery)) {
          last_report_ = now;
          report();
        }
        if (now - begin >= kSlice && done < steps) return false;
      }
      run_.finish();
    } catch (...) {
      error = std::current_exception();
      run_.fail(error);
    }
    return true;
  }

 private:
  void prepare() {
    is_prepared_ = true;
    run_.prepare();
    const Specs& specs = run_.plan().input_specs();
    for (size_t i = 0; i < data_.size(); i++) {
      throw_if_failed(data_[i]);
      const int64_t rows = data_[i].spec().shape[0];
      row_bytes_.push_back(rows ? data_[i].spec().bytes() / size_t(rows) : 0);
      if (order) batches_.push_back(std::make_shared<Storage>(specs[i].bytes()));
      in_.push_back(order ? batches_[i]->data() : nullptr);
    }
    const Specs& outs = run_.plan().output_specs();
    for (const Spec& s : outs) {
      if (collect) {
        Spec all = s;
        all.shape[0] = s.shape[0] * steps;
        auto storage = std::make_shared<Storage>(all.bytes());
        out_.push_back(storage->data());
        collected.push_back(Tensor::from_storage(std::move(all), std::move(storage)));
      } else {
        scratch_.push_back(std::make_shared<Storage>(s.bytes()));
        out_.push_back(scratch_.back()->data());
      }
    }
    last_report_ = Clock::now();
  }

  void gather(size_t input, int64_t first) {
    const size_t bytes = row_bytes_[input];
    const char* from = static_cast<const char*>(data_[input].node()->storage->data());
    if (!order) {
      in_[input] = from + size_t(first) * bytes;
      return;
    }
    char* to = static_cast<char*>(batches_[input]->data());
    const int32_t* numbers = order->values.data() + first;
    const int64_t grain = std::max<int64_t>(1, int64_t(131072 / std::max<size_t>(1, bytes)));
    parallel_for(batch_size, grain, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; r++)
        std::memcpy(to + size_t(r) * bytes, from + size_t(numbers[r]) * bytes, bytes);
    });
  }

  void step() {
    const int64_t first = start + done * batch_size;
    for (size_t i = 0; i < data_.size(); i++) gather(i, first);
    run_.plan().run(in_.data(), run_.variables(), out_.data());
    if (collect)
      for (size_t i = 0; i < out_.size(); i++)
        out_[i] = static_cast<char*>(out_[i]) + run_.plan().output_specs()[i].bytes();
    done++;
  }

  void report() {
    const Specs& outs = run_.plan().output_specs();
    std::vector<double> values;
    if (!collect)
      for (size_t i = 0; i < outs.size(); i++)
        for (size_t j = 0, count = size_t(outs[i].size()); j < count; j++)
          values.push_back(value_at(outs[i].dtype, out_[i], j));
    auto message = [env = environment, id = progress, done = done, values = std::move(values)](Napi::Env e) {
      Napi::Function f = env->kept(id);
      if (f.IsEmpty()) return;
      auto array = Napi::Float64Array::New(e, values.size());
      for (size_t i = 0; i < values.size(); i++) array[i] = values[i];
      f.Call({Napi::Number::New(e, double(done)), array});
    };
    if (is_here) reported = std::move(message);
    else channel->post(std::move(message));
  }

  PlanRun run_;
  Tensors data_;
  std::vector<StoragePtr> batches_, scratch_;
  std::vector<size_t> row_bytes_;
  std::vector<const void*> in_;
  std::vector<void*> out_;
  Clock::time_point last_report_;
  bool is_prepared_ = false;
};

int64_t whole(const Napi::Object& o, const char* name) {
  const Napi::Value v = o.Get(name);
  const double d = v.IsNumber() ? v.As<Napi::Number>().DoubleValue() : -1;
  if (!(d >= 0 && d < 0x1p53) || d != double(int64_t(d)))
    throw trae::ValueError("runSteps", std::string(name) + " must be a whole number >= 0.");
  return int64_t(d);
}

}  // namespace

Napi::Value run_plan_steps(Environment& environment, PlanPtr plan, const std::vector<std::shared_ptr<Tensor>>& cells,
                           Tensors data, const Napi::Object& options) {
  const int64_t batch_size = whole(options, "batchSize"), start = whole(options, "start"),
                count = whole(options, "steps");
  const RowNumbersPtr order = options.Get("order").IsObject() ? RowOrder::unwrap(options.Get("order")) : nullptr;
  const bool collect = options.Get("collect").ToBoolean();
  for (const Tensor& t : data)
    if (t.spec().shape.empty()) throw trae::ValueError("runSteps", "the data hold a single number, which has no rows.");
  for (const Spec& s : plan->input_specs())
    if (s.shape.empty())
      throw trae::ValueError("runSteps", "the plan was traced for a single number, which has no rows.");
  for (const Spec& s : plan->output_specs())
    if (collect && s.shape.empty())
      throw trae::ValueError(
          "runSteps", "a result is a single number for a whole batch; the results of batches are joined row by row.");
  int64_t rows = data.empty() ? start + batch_size * count : data[0].spec().shape[0];
  for (const Tensor& t : data)
    if (t.spec().shape[0] != rows)
      throw trae::ValueError("runSteps", "the data tensors differ in their number of rows.");
  for (const Spec& s : plan->input_specs())
    if (s.shape[0] != batch_size)
      throw trae::ValueError("runSteps", "the plan was traced for batches of another size.");
  if (order) {
    if (order->rows > rows)
      throw trae::IndexError("runSteps", "the order is one of " + std::to_string(order->rows) +
                                             " rows but the data have " + std::to_string(rows) + ".");
    rows = int64_t(order->values.size());
  }
  if (start + batch_size * count > rows)
    throw trae::ValueError("runSteps", std::to_string(count) + " steps of " + std::to_string(batch_size) +
                                           " rows from row " + std::to_string(start) + " need more than the " +
                                           std::to_string(rows) + " rows there are.");
  auto steps = std::make_shared<Steps>(PlanRun(plan, cells, data), data);
  steps->order = order;
  steps->collect = collect;
  steps->batch_size = batch_size;
  steps->start = start;
  steps->steps = count;
  steps->channel = environment.channel();
  steps->environment = &environment;
  const Napi::Value cancel = options.Get("cancel"), progress = options.Get("onProgress");
  if (cancel.IsTypedArray()) steps->cancel_byte = cancel.As<Napi::Uint8Array>().Data();
  if (progress.IsFunction()) steps->progress = environment.keep(progress.As<Napi::Function>());
  const auto settle = [steps, &environment](Napi::Env env) -> Napi::Value {
    environment.forget(steps->progress);
    environment.forget(steps->cancel);
    if (steps->error) std::rethrow_exception(steps->error);
    auto o = Napi::Object::New(env);
    o.Set("done", double(steps->done));
    o.Set("outputs", TensorWrap::wrap_all(env, steps->collected));
    return o;
  };
  if (steps->can_run_here()) {
    steps->is_here = true;
    if (environment.run_here([&steps] { steps->slice(); })) {
      if (steps->reported) environment.deliver(steps->reported);
      return environment.settled(settle);
    }
    steps->is_here = false;
  }
  if (steps->cancel_byte) steps->cancel = environment.keep(cancel.As<Napi::Object>());
  return environment.run_slices([steps] { return steps->slice(); }, settle);
}

}  // namespace trae::napi
