// The tile machine: runs a chain of elementwise ops over tiles of some hundred elements that stay in the first-level
// cache, one instruction (a vector loop) after the other. Memory is read once and written once.
//   shape      the iteration space, its axes merged where every operand allows it
//   row        the innermost merged axis; a tile is part of a row, or several short rows
//   operand    direct (a tile of it is contiguous: the register is the memory), or filled: a constant, or rows copied
//              or repeated by its strides
#pragma once
#include <memory>
#include <vector>

#include "backend/cpu/axes.h"
#include "backend/cpu/simd/leaves.h"
#include "backend/cpu/workspace.h"
#include "backend/kernel.h"
#include "ops/fused.h"

namespace trae::tile_machine {

// Elements of a tile: what several registers of the first-level cache hold, and what one pass over memory may take.
// Elements of a block of a reduction, at least.
inline constexpr int64_t kTile = 512, kPassTile = 4096, kBlock = 8192;

Lane lane_of(DType);
size_t lane_bytes(Lane);

struct Axes {
  int count = 0;
  int64_t size[kMaxAxes];
};

// How an input or a reduced output walks through the iteration space (strides in its own elements, merged axes).
struct Walk {
  int64_t stride[kMaxAxes] = {};
  bool is_contiguous = false, is_constant = false;
};

struct Input {
  Walk walk;
  DType dtype;
  size_t bytes;  // per element in memory
  Leaf load;     // conversion to its lane, or null
  Lane lane;
  bool is_repeated;  // the same for every row: filled once per run
  int reg;
  int raw;         // register for unconverted rows, -1 if none is needed
  int slots = -1;  // where only some rows are given: the input that tells which
  int64_t width = 0;
};
struct Instruction {
  Leaf leaf;
  int to, a, b, c;
  double params[2];
};
enum TileReduction { kSum, kMax, kMin };
struct Output {
  Walk walk;  // reduced ones only
  DType dtype;
  size_t bytes;
  Lane lane;
  int reg;         // register holding the value
  bool is_direct;  // the value is computed in the output's memory
  Leaf store;      // conversion, or null
  bool is_reduced, is_mean;
  TileReduction reduce;
  int64_t size, count;  // of the reduced result; terms per element
  size_t partial;       // doubles before its accumulators
  int64_t partials;     // how many these are: one for each element of the result, or of a block of it
};

class Machine {
 public:
  Machine(const FusedProgram&, const std::vector<DType>& dtypes);
  void run(const void* const* in, void* const* out);

 private:
  // Of one thread, in the workspace.
  struct Scratch {
    char* memory = nullptr;      // of registers
    double* partials = nullptr;  // accumulators
    int64_t block = 0;           // the one being reduced
  };

  // build.cpp
  void choose_blocks();

  // machine.cpp
  void span(const void* const* in, void* const* out, int64_t begin, int64_t end, int thread);
  void rows(const void* const* in, void* const* out, char** regs, Scratch& s, int64_t begin, int64_t end);
  void tile(const void* const* in, void* const* out, char** regs, Scratch& s, const int64_t* index, int64_t at,
            int64_t flat, int64_t n, int64_t count);
  void fill_constants(const void* const* in, char** regs, int64_t n) const;
  void fill_repeated(const void* const* in, char** regs) const;
  void advance(int64_t* index, int64_t by) const;

  // reduction.cpp
  void start(Scratch& s) const;
  void reduce(const Output& o, const char* from, Scratch& s, const int64_t* index, int64_t at, int64_t n,
              int64_t count) const;
  void finish_block(void* const* out, Scratch& s) const;
  void finish(void* const* out, int team) const;

  Axes axes_;
  int64_t tile_ = kTile, total_ = 0, row_ = 1, rows_ = 1, rows_per_tile_ = 1, work_ = 1;
  // Where the first axes are kept by every reduction, this many rows give results that no other row touches: a thread
  // reduces such a block alone. 0: every thread sums into a copy of the whole result, and these are added in the end.
  int64_t block_rows_ = 0;
  std::vector<Input> inputs_;
  std::vector<Instruction> instructions_;
  std::vector<Output> outputs_;
  std::vector<size_t> registers_;  // bytes per element
  std::vector<size_t> bases_;      // where each register begins in a thread's memory
  WorkspaceLayout layout_;         // of one thread
  size_t partials_at_ = 0;
  std::vector<Scratch> scratch_;
};

int64_t offset_of(const Walk&, const int64_t* index, int count);

// Where `count` <= kTile rows of an operand begin, from the one at `index` on.
void row_offsets(const Walk&, const Axes&, const int64_t* index, int64_t count, int64_t* offsets);

}  // namespace trae::tile_machine

namespace trae {
// The kernel of a program; `dtypes` are those of its inputs and steps.
Kernel compile_fused(const FusedProgram&, const std::vector<DType>& dtypes);
}  // namespace trae
