// Row numbers in the order of use: copied and validated once, then used by any number of runs over rows.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

namespace trae {

struct RowNumbers {
  // IndexError when one of the values is not a row.
  RowNumbers(const int32_t* values, size_t count, int64_t rows);
  std::vector<int32_t> values;
  int64_t rows;  // each of the values is below
};
using RowNumbersPtr = std::shared_ptr<const RowNumbers>;

}  // namespace trae
