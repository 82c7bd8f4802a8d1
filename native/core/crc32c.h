// CRC-32C (Castagnoli, RFC 3720 B.4): the checksum of TensorFlow's checkpoints.
#pragma once

#include <cstddef>
#include <cstdint>

namespace trae {

// Of bytes that follow others, whose checksum is `before` (0: none). By the processor's instruction where it has one.
uint32_t crc32c(const uint8_t* data, size_t size, uint32_t before = 0);
// The same by tables, eight bytes at a time.
uint32_t crc32c_by_tables(const uint8_t* data, size_t size, uint32_t before = 0);

}  // namespace trae
