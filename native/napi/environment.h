// State of one Node environment (main thread or worker): nothing here is static. Work goes to the compute thread
// through the environment's own queue; results come back through its channel and settle promises on its thread.
#pragma once
#include <napi.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "graph/tensor.h"
#include "napi/pointer_set.h"
#include "runtime/compute_thread.h"

namespace trae::napi {

class TensorWrap;

// The way back from the compute thread. Outlives its environment as long as a job holds it; closed at teardown.
struct Channel {
  std::mutex mutex;
  bool is_closed = false;
  std::vector<std::function<void(Napi::Env)>> messages;
  napi_threadsafe_function wake = nullptr;
  void post(std::function<void(Napi::Env)> message);
};

class Environment {
 public:
  explicit Environment(Napi::Env);
  ~Environment();
  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  // Promise settled by `settle` (on this thread) after `work` has run on the compute thread. `settle` may throw.
  using Settle = std::function<Napi::Value(Napi::Env)>;
  Napi::Promise run_async(std::function<void()> work, Settle settle);
  // As above for work that is done already: no way to the compute thread and back. Programs that await such promises in
  // a row let the event loop turn now and then: then the promise is settled by its next turn.
  Napi::Promise settled(Settle settle);
  // As above for work in slices: `work` returns true when finished.
  Napi::Promise run_slices(std::function<bool()> work, Settle settle);
  void run_sync(std::function<void()> work) { queue_->submit_and_wait(std::move(work)); }
  // Runs a light job on this thread, where the engine is idle; else returns false.
  bool run_here(const std::function<void()>& job);
  // Calls JavaScript with a message of the compute thread.
  void deliver(const std::function<void(Napi::Env)>& message);
  void submit(Job job) { queue_->submit(std::move(job)); }
  // From the job that runs: whether others wait for its end.
  bool has_waiting() const { return queue_->has_waiting(); }
  const std::shared_ptr<Channel>& channel() const { return channel_; }

  // Objects that outlive one native call (progress functions, cancel flags), by number.
  int hold_object(Napi::Object);
  Napi::Function held_function(int id);
  void release_object(int id) { held_.erase(id); }

  // Error objects of the classes in lib/support/errors.ts.
  Napi::Error error(const std::exception&);
  Napi::Error error(std::exception_ptr);

  // Native bytes behind JavaScript objects: reported to the collector, swept where finalizers lag behind.
  void add(TensorWrap*);
  void release(TensorWrap*);  // its tensor is let go
  void remove(TensorWrap*);
  bool has(const TensorWrap* w) const { return wraps_.contains(w); }
  void sweep_if_due();
  size_t live_tensors() const { return live_tensors_; }
  // What the next JavaScript object of a tensor is made of.
  Tensor* made_tensor = nullptr;

  int64_t id;
  // What JavaScript's setImmediate calls, once for each time that it is asked to.
  void turn();
  Napi::FunctionReference set_immediate, turned;
  Napi::FunctionReference allocate_buffer;  // an ArrayBuffer of so many bytes, not filled
  Napi::FunctionReference make_error, tensor_class, variable_class, plan_class;
  Napi::Env env;

 private:
  static void drain(napi_env, napi_value, void* context, void*);
  void close();
  void hold_process();  // while a promise is pending, the process does not end
  void release_process();
  void settle(Napi::Promise::Deferred&, const Settle&);
  bool is_turn_due();
  Napi::Promise promise_of(int id);
  std::function<void(Napi::Env)> settling(int id, Settle settle);

  std::shared_ptr<JobQueue> queue_;
  std::shared_ptr<Channel> channel_;
  std::map<int, Napi::Promise::Deferred> promises_;
  std::map<int, Napi::ObjectReference> held_;
  PointerSet<TensorWrap> wraps_;
  size_t live_tensors_ = 0, wrapped_bytes_ = 0, swept_bytes_ = 0, swept_count_ = 0;
  int next_id_ = 1, pending_ = 0;
  std::vector<std::function<void(Napi::Env)>> at_turn_;
  bool has_asked_for_turn_ = false;
  std::chrono::steady_clock::time_point asked_for_turn_;
};

// Runs f, turning native exceptions into JavaScript ones.
template <class F>
auto guarded(Napi::Env env, F&& f) {
  try {
    return f();
  } catch (const Napi::Error&) { throw; } catch (const std::exception& e) {
    throw Environment::of(env).error(e);
  }
}

}  // namespace trae::napi
