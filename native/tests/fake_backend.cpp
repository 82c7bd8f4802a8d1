#include "tests/fake_backend.h"

#include <sys/mman.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <mutex>

#include "backend/cpu/kernel.h"
#include "core/error.h"
#include "graph/saved_layout.h"
#include "ops/fused.h"
#include "ops/normalized_pooling.h"
#include "ops/recurrent.h"

namespace trae::test {
namespace {

constexpr size_t kRegion = size_t(1) << 30, kAlign = 64;
constexpr int kPoison = 0xff;  // NaN in floats, -1 in integers

FakeCounts g_counts;

// Two ranges of the same size: addresses of the device, which nobody can read, and their shadow, which its kernels use.
class Region {
 public:
  Region() {
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    device_ = static_cast<char*>(mmap(nullptr, kRegion, PROT_NONE, flags, -1, 0));
    shadow_ = static_cast<char*>(mmap(nullptr, kRegion, PROT_READ | PROT_WRITE, flags, -1, 0));
    if (device_ == MAP_FAILED || shadow_ == MAP_FAILED) throw OutOfMemoryError("", "no address space for the tests.");
  }
  // First fit; each block has its size rounded up.
  void* allocate(size_t bytes) {
    const size_t size = rounded(bytes);
    for (auto it = free_.begin(); it != free_.end(); ++it)
      if (it->second >= size) {
        const size_t at = it->first, rest = it->second - size;
        free_.erase(it);
        if (rest) free_[at + size] = rest;
        return block(at, size);
      }
    if (end_ + size > kRegion) throw OutOfMemoryError("", "cannot allocate " + std::to_string(bytes) + " bytes.");
    end_ += size;
    return block(end_ - size, size);
  }
  void release(void* data, size_t bytes) {
    const size_t at = size_t(static_cast<char*>(data) - device_), size = rounded(bytes);
    std::memset(shadow_ + at, kPoison, size);
    free_[at] = size;
    if (auto next = free_.find(at + size); next != free_.end()) {
      free_[at] += next->second;
      free_.erase(next);
    }
    if (auto it = free_.find(at); it != free_.begin())
      if (auto before = std::prev(it); before->first + before->second == at) {
        before->second += it->second;
        free_.erase(it);
      }
  }
  bool holds(const void* p) const { return p >= device_ && p < device_ + kRegion; }
  char* shadow(const void* p) const { return shadow_ + (static_cast<const char*>(p) - device_); }

 private:
  static size_t rounded(size_t bytes) { return std::max(kAlign, (bytes + kAlign - 1) / kAlign * kAlign); }
  void* block(size_t at, size_t size) {
    std::memset(shadow_ + at, kPoison, size);
    return device_ + at;
  }
  char *device_, *shadow_;
  size_t end_ = 0;
  std::map<size_t, size_t> free_;  // offset, size
};

// The queue and the memory, which are one machine.
class FakeDevice final : public Allocator, public Stream {
 public:
  // ---- Allocator
  Device device() const override { return kFakeDevice; }
  void* allocate(size_t bytes) override {
    std::lock_guard lock(mutex_);
    statistics_.bytes_in_use += bytes;
    statistics_.peak_bytes = std::max(statistics_.peak_bytes, statistics_.bytes_in_use);
    statistics_.buffers++;
    return region_.allocate(bytes);
  }
  void release(void* data, size_t bytes) noexcept override {
    std::lock_guard lock(mutex_);
    statistics_.bytes_in_use -= bytes;
    statistics_.buffers--;
    submit([this, data, bytes] { region_.release(data, bytes); });
  }
  bool is_host() const override { return false; }
  void write(void* to, const void* host, size_t bytes) override {
    if (!bytes) return;
    const auto* from = static_cast<const char*>(host);
    std::lock_guard lock(mutex_);
    g_counts.writes++;
    submit([this, to, copy = std::vector<char>(from, from + bytes)] { std::memcpy(at(to), copy.data(), copy.size()); });
  }
  void read(void* host, const void* from, size_t bytes) override {
    if (!bytes) return;
    synchronize();
    std::lock_guard lock(mutex_);
    g_counts.reads++;
    std::memcpy(host, at(from), bytes);
  }
  MemoryStatistics statistics() const override { return statistics_; }
  void release_pooled() override {}

  // ---- Stream
  void copy(void* to, const void* from, size_t bytes) override {
    std::lock_guard lock(mutex_);
    submit([=, this] {
      if (bytes) std::memcpy(at(to), at(from), bytes);
    });
  }
  void gather_rows(void* to, const void* from, size_t row_bytes, const int32_t* rows, int64_t count) override {
    std::lock_guard lock(mutex_);
    submit([=, this] {
      backend_of({}).stream().gather_rows(at(to), at(from), row_bytes, reinterpret_cast<const int32_t*>(at(rows)),
                                          count);
    });
  }
  bool is_immediate() const override { return false; }
  void synchronize() override {
    std::lock_guard lock(mutex_);
    g_counts.waits += !queue_.empty();
    while (!queue_.empty()) {
      const auto work = std::move(queue_.front());
      queue_.pop_front();
      work();
      g_counts.executed++;
    }
  }
  ErrorWord& errors() override { return cpu_errors(); }  // where the wrapped kernels report
  int64_t mark() override {
    std::lock_guard lock(mutex_);
    const int64_t number = int64_t(marks_.size());
    marks_.push_back(0);
    submit([this, number] {
      marks_[size_t(number)] =
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
    });
    return number;
  }
  double milliseconds(int64_t from, int64_t to) override {
    synchronize();
    return marks_[size_t(to)] - marks_[size_t(from)];
  }

  // A kernel of the CPU's on the shadows of these addresses.
  void launch(const std::shared_ptr<Kernel>& kernel, const std::string& name, std::vector<const void*> in,
              std::vector<void*> out) {
    std::lock_guard lock(mutex_);
    submit([this, kernel, name, in = std::move(in), out = std::move(out)]() mutable {
      for (const void*& p : in) p = at(p);
      for (void*& p : out) p = at(p);
      kernel->run(in.data(), out.data());
      g_counts.kernels[name]++;
    });
  }
  void launch_packing(const std::shared_ptr<Kernel>& kernel, std::vector<const void*> in) {
    std::lock_guard lock(mutex_);
    submit([this, kernel, in = std::move(in)]() mutable {
      for (const void*& p : in) p = at(p);
      kernel->pack(in.data());
      g_counts.packed++;
    });
  }

 private:
  void submit(std::function<void()> work) {
    queue_.push_back(std::move(work));
    g_counts.submitted++;
    g_counts.longest_queue = std::max(g_counts.longest_queue, int64_t(queue_.size()));
  }
  char* at(const void* p) const {
    if (region_.holds(p)) return region_.shadow(p);
    g_counts.foreign_pointers++;
    return static_cast<char*>(const_cast<void*>(p));
  }

  std::recursive_mutex mutex_;  // work that is executed frees what it held
  Region region_;
  std::deque<std::function<void()>> queue_;
  std::vector<double> marks_;
  MemoryStatistics statistics_;
};

FakeDevice& fake() {
  static auto* f = new FakeDevice;
  return *f;
}

class FakeBackend final : public Backend {
 public:
  Device device() const override { return kFakeDevice; }
  Stream& stream() override { return fake(); }
  std::span<const Rewrite> rewrites() const override { return backend_of({}).rewrites(); }
  std::string name() const override { return "fake"; }
  std::string description() const override { return "the CPU's kernels, late and elsewhere"; }
};

Specs on_cpu(Specs specs) {
  for (Spec& s : specs) s.device = {};
  return specs;
}

Kernel wrapped(const Op& op, const Specs& in, const Specs& out) {
  auto kernel = std::make_shared<Kernel>(find_kernel(kCpu, op.kernel_type())(op, on_cpu(in), on_cpu(out)));
  const auto run = [kernel, name = std::string(op.name()), ins = in.size(), outs = out.size()](const void* const* from,
                                                                                               void* const* to) {
    fake().launch(kernel, name, std::vector<const void*>(from, from + ins), std::vector<void*>(to, to + outs));
  };
  if (!kernel->pack) return run;
  const auto pack = [kernel, ins = in.size()](const void* const* from) {
    fake().launch_packing(kernel, std::vector<const void*>(from, from + ins));
  };
  return {kernel->packed, pack, run};
}

Spec same_layout(const Op& op, const Specs& in) { return saved_spec(op, on_cpu(in)); }

void register_fake() {
  static const bool registered = [] {
    static FakeBackend backend;
    register_allocator(fake());
    register_backend(backend);
    std::vector<std::type_index> types{typeid(Fused), typeid(NormalizedPool), typeid(NormalizedPoolGrad)};
    for (const OpInfo& op : registered_ops()) types.push_back(op.kernel_type);
    for (const std::type_index& type : types)
      if (find_kernel(kCpu, type) && !find_kernel(kFakeDevice.type, type))
        register_kernel(kFakeDevice.type, type, &wrapped);
    for (const std::type_index& type : {std::type_index(typeid(Lstm)), std::type_index(typeid(Gru))})
      register_saved_layout(kFakeDevice.type, type, &same_layout);
    return true;
  }();
  (void)registered;
}

}  // namespace

const FakeCounts& fake_counts() { return g_counts; }

OnFakeDevice::OnFakeDevice() {
  register_fake();
  set_default_device(kFakeDevice);
}
OnFakeDevice::~OnFakeDevice() {
  fake().synchronize();
  set_default_device({});
}

}  // namespace trae::test
