// What is asked of the system about memory: a multiple of an alignment (Windows has functions of its own for it), and
// huge pages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#if defined(_WIN32)
#include <malloc.h>
#elif defined(__linux__)
#include <sys/mman.h>
#endif

namespace trae {

// `bytes` is a multiple of `alignment`, a power of two. Null when there is no memory.
inline void* aligned_allocate(size_t alignment, size_t bytes) {
#if defined(_WIN32)
  return _aligned_malloc(bytes, alignment);
#else
  return std::aligned_alloc(alignment, bytes);
#endif
}
inline void aligned_release(void* data) {
#if defined(_WIN32)
  _aligned_free(data);
#else
  std::free(data);
#endif
}

constexpr size_t kHugePage = size_t(2) << 20;
// Asks for huge pages where whole ones lie in a block that nobody has touched yet: most systems give them on request
// only. A last, partly used one would be memory wasted.
inline void prefer_huge_pages(void* data, size_t bytes) {
#if defined(__linux__)
  const uintptr_t begin = (reinterpret_cast<uintptr_t>(data) + kHugePage - 1) / kHugePage * kHugePage,
                  end = (reinterpret_cast<uintptr_t>(data) + bytes) / kHugePage * kHugePage;
  if (end > begin) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
}

}  // namespace trae
