#include "napi/environment.h"

#include <atomic>
#include <new>
#include <stdexcept>

#include "core/error.h"
#include "napi/tensor_wrap.h"

namespace trae::napi {
namespace {
std::atomic<int64_t> g_next_environment{1};
}

void Channel::post(std::function<void(Napi::Env)> message) {
  std::lock_guard lock(mutex);
  if (is_closed) return;  // never touch the thread-safe function during teardown
  messages.push_back(std::move(message));
  if (messages.size() == 1) napi_call_threadsafe_function(wake, nullptr, napi_tsfn_nonblocking);
}

Environment::Environment(Napi::Env env)
    : id(g_next_environment++), env(env), queue_(JobQueue::create()), channel_(std::make_shared<Channel>()) {
  napi_value name = Napi::String::New(env, "trae");
  napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this, &Environment::drain,
                                  &channel_->wake);
  napi_unref_threadsafe_function(env, channel_->wake);
  // Added after the function's own hook, so it runs before it.
  napi_add_env_cleanup_hook(
      env, [](void* self) { static_cast<Environment*>(self)->close(); }, this);
}

Environment::~Environment() {
  wraps_.each([](TensorWrap* w) { w->detach(); });
}

void Environment::close() {
  {
    std::lock_guard lock(channel_->mutex);
    channel_->is_closed = true;
  }
  queue_->close();
  napi_release_threadsafe_function(channel_->wake, napi_tsfn_abort);
}

void Environment::drain(napi_env raw, napi_value, void* context, void*) {
  if (!raw) return;
  auto* self = static_cast<Environment*>(context);
  std::vector<std::function<void(Napi::Env)>> messages;
  {
    std::lock_guard lock(self->channel_->mutex);
    messages.swap(self->channel_->messages);
  }
  // While a worker is being terminated every call into it fails; nothing may leave this function as a C++ exception.
  try {
    for (auto& message : messages) self->deliver(message);
    self->sweep_if_due();
  } catch (const Napi::Error&) {}
}

void Environment::deliver(const std::function<void(Napi::Env)>& message) {
  Napi::HandleScope scope(env);
  try {
    message(env);
  } catch (const Napi::Error& e) {
    // Thrown by a user's progress function: an exception here would end the process.
    napi_fatal_exception(env, e.Value());
  }
}

void Environment::hold_process() {
  if (pending_++ == 0) napi_ref_threadsafe_function(env, channel_->wake);
}
void Environment::release_process() {
  if (--pending_ == 0) napi_unref_threadsafe_function(env, channel_->wake);
}

bool Environment::run_here(const std::function<void()>& job) { return queue_->run_here(job); }

Napi::Promise Environment::run_async(std::function<void()> work, Settle settle) {
  return run_slices(
      [work = std::move(work)] {
    work();
    return true;
      },
      std::move(settle));
}

void Environment::settle(Napi::Promise::Deferred& deferred, const Settle& settle) {
  try {
    deferred.Resolve(settle(env));
  } catch (const Napi::Error& e) { deferred.Reject(e.Value()); } catch (const std::exception& e) {
    deferred.Reject(error(e).Value());
  }
}

bool Environment::is_turn_due() {
  constexpr auto kLongest = std::chrono::milliseconds(5);
  const auto now = std::chrono::steady_clock::now();
  if (has_asked_for_turn_) return now - asked_for_turn_ > kLongest;
  has_asked_for_turn_ = true;
  asked_for_turn_ = now;
  set_immediate.Call({turned.Value()});
  return false;
}
void Environment::turn() {
  has_asked_for_turn_ = false;
  std::vector<std::function<void(Napi::Env)>> messages;
  messages.swap(at_turn_);
  for (auto& message : messages) deliver(message);
}

// A promise that the message of `settling` settles. Until then the process does not end.
Napi::Promise Environment::promise_of(int id) {
  auto deferred = Napi::Promise::Deferred::New(env);
  promises_.emplace(id, deferred);
  hold_process();
  return deferred.Promise();
}
std::function<void(Napi::Env)> Environment::settling(int id, Settle given) {
  return [this, id, given = std::move(given)](Napi::Env) {
    auto node = promises_.extract(id);
    release_process();
    settle(node.mapped(), given);
  };
}

Napi::Promise Environment::settled(Settle given) {
  if (is_turn_due()) {
    const int id = next_id_++;
    Napi::Promise promise = promise_of(id);
    at_turn_.push_back(settling(id, std::move(given)));
    return promise;
  }
  auto deferred = Napi::Promise::Deferred::New(env);
  settle(deferred, given);
  return deferred.Promise();
}

Napi::Promise Environment::run_slices(std::function<bool()> work, Settle given) {
  const int id = next_id_++;
  Napi::Promise promise = promise_of(id);
  auto message = std::make_shared<std::function<void(Napi::Env)>>(settling(id, std::move(given)));
  queue_->submit([work = std::move(work), message, channel = channel_] {
    if (!work()) return false;
    channel->post([message](Napi::Env e) { (*message)(e); });
    return true;
  });
  return promise;
}

int Environment::hold_object(Napi::Object o) {
  const int id = next_id_++;
  held_.emplace(id, Napi::Persistent(o));
  return id;
}
Napi::Function Environment::held_function(int id) {
  auto it = held_.find(id);
  return it == held_.end() ? Napi::Function() : it->second.Value().As<Napi::Function>();
}

Napi::Error Environment::error(const std::exception& e) {
  std::string kind = "InternalError", op, text = e.what();
  if (auto* own = dynamic_cast<const trae::Error*>(&e)) {
    kind = own->kind;
    op = own->op;
  } else if (dynamic_cast<const std::bad_alloc*>(&e) || dynamic_cast<const std::length_error*>(&e)) {
    kind = "OutOfMemoryError";
    text = "the memory that this computation needs beside its results cannot be allocated.";
  }
  Napi::Value args[] = {Napi::String::New(env, kind), Napi::String::New(env, text),
                        op.empty() ? env.Undefined() : Napi::String::New(env, op)};
  if (make_error.IsEmpty()) return Napi::Error::New(env, e.what());
  return Napi::Error(env, make_error.Call({args[0], args[1], args[2]}));
}

Napi::Error Environment::error(std::exception_ptr p) {
  try {
    std::rethrow_exception(p);
  } catch (const std::exception& e) { return error(e); }
}

void Environment::add(TensorWrap* w) {
  wraps_.insert(w);
  live_tensors_++;
  wrapped_bytes_ += w->reported_bytes();
}
void Environment::release(TensorWrap* w) {
  live_tensors_--;
  wrapped_bytes_ -= w->reported_bytes();
}
void Environment::remove(TensorWrap* w) { wraps_.erase(w); }

// Finalizers run between turns of the event loop; a loop that never yields would keep every tensor it made. The
// objects themselves are collected in time, which their weak references tell.
void Environment::sweep_if_due() {
  constexpr size_t kBytes = size_t(64) << 20, kCount = 4096;
  if (wrapped_bytes_ < 2 * swept_bytes_ + kBytes && wraps_.size() < 2 * swept_count_ + kCount) return;
  Napi::HandleScope scope(env);
  std::vector<TensorWrap*> collected;
  wraps_.each([&collected](TensorWrap* w) {
    if (w->is_collected()) collected.push_back(w);
  });
  for (TensorWrap* w : collected) {
    remove(w);
    w->release();
  }
  swept_bytes_ = wrapped_bytes_;
  swept_count_ = wraps_.size();
}

}  // namespace trae::napi
