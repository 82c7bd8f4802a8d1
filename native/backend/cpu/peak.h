// The machine's limits, measured (Peak of backend.h), and the version of oneDNN.
#pragma once
#include <string>

#include "backend/backend.h"

namespace trae {
Peak measure_peak();  // on the compute thread; about 0.3 s
std::string onednn_version();
}  // namespace trae
