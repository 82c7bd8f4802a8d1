// Functions of newer C libraries that the static parts of GCC call, for glibc 2.28 (prebuilt addon only).
#include <fcntl.h>
#include <link.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

extern "C" {

struct trae_find_object {
  unsigned long long flags;
  void *begin, *end;
  link_map* map;
  void* frames;
};

// Declared by newer headers with a struct of their own: named by its symbol instead.
__attribute__((visibility("hidden"))) int trae_dl_find_object(void*, trae_find_object*) __asm__("_dl_find_object");

// Of glibc 2.35: which object holds this code, and where its table of frames is. For exceptions.
int trae_dl_find_object(void* address, trae_find_object* result) {
  struct Search {
    uintptr_t address;
    trae_find_object* result;
  } search{reinterpret_cast<uintptr_t>(address), result};
  const int found = dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* context) {
    auto& s = *static_cast<Search*>(context);
    const ElfW(Phdr)* frames = nullptr;
    bool is_here = false;
    for (int i = 0; i < info->dlpi_phnum; i++) {
      const auto& header = info->dlpi_phdr[i];
      const uintptr_t begin = info->dlpi_addr + header.p_vaddr;
      if (header.p_type == PT_GNU_EH_FRAME) frames = &header;
      if (header.p_type != PT_LOAD || s.address < begin || s.address - begin >= header.p_memsz) continue;
      is_here = true;
      s.result->begin = reinterpret_cast<void*>(begin);
      s.result->end = reinterpret_cast<void*>(begin + header.p_memsz);
    }
    if (!is_here || !frames) return 0;
    s.result->flags = 0;
    s.result->map = nullptr;
    s.result->frames = reinterpret_cast<void*>(info->dlpi_addr + frames->p_vaddr);
    return 1;
      },
      &search);
  return found == 1 ? 0 : -1;
}

// Of glibc 2.33, before which stat and its kin were inline. The kernel fills the same structure on 64-bit systems.
__attribute__((visibility("hidden"))) int trae_fstat64(int, void*) __asm__("fstat64");
__attribute__((visibility("hidden"))) int trae_lstat(const char*, void*) __asm__("lstat");
int trae_fstat64(int file, void* result) { return int(syscall(SYS_fstat, file, result)); }
int trae_lstat(const char* path, void* result) {
  return int(syscall(SYS_newfstatat, AT_FDCWD, path, result, AT_SYMLINK_NOFOLLOW));
}

// Of glibc 2.32: whether counters of shared pointers may be changed without locking. Never: there is a compute thread.
__attribute__((visibility("hidden"))) extern char trae_single_threaded __asm__("__libc_single_threaded");
char trae_single_threaded = 0;

}  // extern "C"
