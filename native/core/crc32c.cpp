#include "core/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#include <nmmintrin.h>
#define TRAE_CRC32C_X86
#elif defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#define TRAE_CRC32C_ARM
#endif

namespace trae {
namespace {

using Tables = std::array<std::array<uint32_t, 256>, 8>;

// tables[k][b]: the checksum of byte b with k zero bytes behind it.
const Tables& tables() {
  static const Tables made = [] {
    Tables t{};
    for (uint32_t n = 0; n < 256; n++) {
      uint32_t c = n;
      for (int k = 0; k < 8; k++) c = c & 1 ? (c >> 1) ^ 0x82f63b78u : c >> 1;
      t[0][n] = c;
    }
    for (size_t k = 1; k < 8; k++)
      for (uint32_t n = 0; n < 256; n++) t[k][n] = t[0][t[k - 1][n] & 0xff] ^ (t[k - 1][n] >> 8);
    return t;
  }();
  return made;
}

#ifdef TRAE_CRC32C_X86
__attribute__((target("sse4.2"))) uint32_t by_instruction(const uint8_t* data, size_t size, uint32_t before) {
  uint64_t c = uint32_t(~before);
  size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    uint64_t word;
    std::memcpy(&word, data + i, 8);
    c = _mm_crc32_u64(c, word);
  }
  auto rest = uint32_t(c);
  for (; i < size; i++) rest = _mm_crc32_u8(rest, data[i]);
  return ~rest;
}
bool has_instruction() { return __builtin_cpu_supports("sse4.2") != 0; }
#elif defined(TRAE_CRC32C_ARM)
uint32_t by_instruction(const uint8_t* data, size_t size, uint32_t before) {
  uint32_t c = ~before;
  size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    uint64_t word;
    std::memcpy(&word, data + i, 8);
    c = __crc32cd(c, word);
  }
  for (; i < size; i++) c = __crc32cb(c, data[i]);
  return ~c;
}
bool has_instruction() { return true; }
#else
uint32_t by_instruction(const uint8_t* data, size_t size, uint32_t before) {
  return crc32c_by_tables(data, size, before);
}
bool has_instruction() { return false; }
#endif

}  // namespace

uint32_t crc32c_by_tables(const uint8_t* data, size_t size, uint32_t before) {
  const Tables& t = tables();
  uint32_t c = ~before;
  size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    c ^= uint32_t(data[i]) | uint32_t(data[i + 1]) << 8 | uint32_t(data[i + 2]) << 16 | uint32_t(data[i + 3]) << 24;
    c = t[7][c & 0xff] ^ t[6][(c >> 8) & 0xff] ^ t[5][(c >> 16) & 0xff] ^ t[4][c >> 24] ^ t[3][data[i + 4]] ^
        t[2][data[i + 5]] ^ t[1][data[i + 6]] ^ t[0][data[i + 7]];
  }
  for (; i < size; i++) c = t[0][(c ^ data[i]) & 0xff] ^ (c >> 8);
  return ~c;
}

uint32_t crc32c(const uint8_t* data, size_t size, uint32_t before) {
  static const bool fast = has_instruction();
  return fast ? by_instruction(data, size, before) : crc32c_by_tables(data, size, before);
}

}  // namespace trae
