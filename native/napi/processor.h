// What the processor must have: asked before anything else of the addon runs.
#pragma once
#include <string>

namespace trae::napi {
// Why this processor cannot run the engine, for the user; empty when it can.
std::string processor_problem();
}  // namespace trae::napi
