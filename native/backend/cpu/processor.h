// What the processor must have: asked before anything else of the addon runs.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace trae {
// Why this processor cannot run the engine, for the user; empty when it can.
std::string processor_problem();
// The same of a processor that has these instructions, or has not.
std::string processor_problem(const std::vector<std::pair<const char*, bool>>& instructions);
}  // namespace trae
