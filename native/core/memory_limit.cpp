#include "core/memory_limit.h"

#include <algorithm>
#include <cstdint>
#include <fstream>

#if defined(__linux__)
#include <sys/resource.h>
#endif
#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif
#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
#endif

#include "core/error.h"

namespace trae {
namespace {

constexpr size_t kNoLimit = SIZE_MAX;

// "MemTotal:  24737380 kB" of /proc/meminfo, in bytes; 0 where there is no such line.
size_t meminfo(const std::string& key) {
  std::ifstream file("/proc/meminfo");
  std::string name, unit;
  for (size_t value; file >> name >> value; std::getline(file, unit))
    if (name == key + ":") return value * 1024;
  return 0;
}
// A number that a control group states, or `fallback` for "max" and where there is none.
size_t control_group(const char* path, size_t fallback) {
  std::ifstream file(path);
  size_t value = 0;
  return file >> value ? value : fallback;
}
size_t container_limit() {
  return std::min(control_group("/sys/fs/cgroup/memory.max", kNoLimit),
                  control_group("/sys/fs/cgroup/memory/memory.limit_in_bytes", kNoLimit));
}
size_t machine_memory() {
  if (const size_t total = meminfo("MemTotal")) return total + meminfo("SwapTotal");
#if defined(_WIN32)
  MEMORYSTATUSEX status{};
  status.dwLength = sizeof status;
  if (GlobalMemoryStatusEx(&status)) return size_t(status.ullTotalPageFile);  // memory and swap
#elif defined(_SC_PHYS_PAGES)
  const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  if (pages > 0 && size > 0) return size_t(pages) * size_t(size);
#endif
  return kNoLimit;
}
size_t address_space() {
#if defined(__linux__)
  rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) return size_t(limit.rlim_cur);
#endif
  return kNoLimit;
}

std::string decimal(unsigned __int128 n) {
  std::string r;
  do r.insert(r.begin(), char('0' + int(n % 10)));
  while (n /= 10);
  return r;
}

}  // namespace

size_t memory_limit() {
  static const size_t limit = std::min({machine_memory(), container_limit(), address_space()});
  return limit;
}

size_t require_memory(const Shape& s, DType d) {
  unsigned __int128 bytes = size_of(d);
  for (int64_t n : s)
    if (n == 0) return size_of(s), 0;
  bool is_countable = true;
  for (int64_t n : s) is_countable &= !__builtin_mul_overflow(bytes, (unsigned __int128)(n), &bytes);
  if (is_countable && bytes <= memory_limit()) return size_t(bytes);
  throw OutOfMemoryError("", "a " + std::string(name_of(d)) + " tensor of shape " + to_string(s) + " needs " +
                                 (is_countable ? decimal(bytes) : "more than 2^128") +
                                 " bytes, but this process can have " + std::to_string(memory_limit()) + ".");
}

void require_available(size_t bytes) {
  constexpr size_t kLooked = size_t(256) << 20;
  if (bytes < kLooked) return;
  const size_t available = meminfo("MemAvailable");
  if (bytes > memory_limit() || (available && bytes > available + meminfo("SwapFree")))
    throw OutOfMemoryError("", "cannot allocate " + std::to_string(bytes) + " bytes: " +
                                   std::to_string(std::min(memory_limit(), available)) + " are left on this machine.");
}

}  // namespace trae
