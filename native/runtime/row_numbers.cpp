#include "runtime/row_numbers.h"

#include <string>

#include "core/error.h"

namespace trae {

RowNumbers::RowNumbers(const int32_t* given, size_t count, int64_t rows) : values(given, given + count), rows(rows) {
  for (int32_t i : values)
    if (i < 0 || i >= rows)
      throw IndexError("RowOrder",
                       "index " + std::to_string(i) + " is outside of the " + std::to_string(rows) + " rows.");
}

}  // namespace trae
