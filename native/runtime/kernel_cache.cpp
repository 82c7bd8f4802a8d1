#include "runtime/kernel_cache.h"

#include <typeinfo>

#include "backend/backend.h"
#include "core/storage.h"

namespace trae {
namespace {

void mix(size_t& hash, size_t value) {
  hash = (hash ^ value) * size_t(0x9e3779b97f4a7c15);
  hash ^= hash >> 29;
}
void mix(size_t& hash, const Specs& specs) {
  for (const Spec& s : specs) {
    mix(hash, size_t(s.dtype) << 16 | size_t(s.device.type) << 8 | s.device.index);
    mix(hash, s.shape.size());
    for (int64_t size : s.shape) mix(hash, size_t(size));
  }
}

}  // namespace

std::shared_ptr<KeptKernel> KernelCache::get(const Call& call, const Specs& in) {
  const Op& op = *call.op;
  const Specs& out = call.output_specs;
  const Device device = out[0].device;
  const auto make = [&] { return std::make_shared<KeptKernel>(KeptKernel{make_kernel(device, op, in, out), {}}); };
  if (!op.is_reusable()) return make();
  const int threads = backend_of(device).threads();
  size_t hash = typeid(op).hash_code();
  mix(hash, size_t(threads));
  mix(hash, in);
  mix(hash, out);
  size_t alike = 0;
  Position oldest = entries_.end();
  for (auto [at, end] = by_hash_.equal_range(hash); at != end; ++at) {
    const Position entry = at->second;
    if (entry->threads == threads && entry->op->equals(op) && entry->in == in && entry->out == out) {
      entries_.splice(entries_.begin(), entries_, entry);
      entry->used = ++uses_;
      return entry->kernel;
    }
    alike++;
    if (oldest == entries_.end() || entry->used < oldest->used) oldest = entry;
  }
  made_++;
  const size_t before = Storage::allocated_by_this_thread();
  std::shared_ptr<KeptKernel> kernel = make();
  const size_t bytes = Storage::allocated_by_this_thread() - before;
  if (bytes > max_bytes_) return kernel;
  if (alike >= kMaxAlike) remove(oldest);
  while (!entries_.empty() && (entries_.size() >= max_kernels_ || bytes_ + bytes > max_bytes_))
    remove(std::prev(entries_.end()));
  entries_.push_front({call.op, in, out, threads, kernel, hash, bytes, ++uses_});
  by_hash_.emplace(hash, entries_.begin());
  bytes_ += bytes;
  return kernel;
}

void KernelCache::remove(Position entry) {
  for (auto [at, end] = by_hash_.equal_range(entry->hash); at != end; ++at)
    if (at->second == entry) {
      by_hash_.erase(at);
      break;
    }
  bytes_ -= entry->bytes;
  entries_.erase(entry);
}

void KernelCache::clear() {
  by_hash_.clear();
  entries_.clear();
  bytes_ = 0;
}

}  // namespace trae
