// The tile machine: runs a chain of elementwise ops over tiles of some hundred elements that stay in the first-level
// cache, one instruction (a vector loop) after the other. Memory is read once and written once.
//   shape      the iteration space, its axes merged where every operand allows it
//   row        the innermost merged axis; a tile is part of a row, or several short rows
//   operand    direct (a tile of it is contiguous: the register is the memory), or filled: a constant, or rows copied
//              or repeated by its strides
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "core/error.h"
#include "cpu/parallel.h"
#include "cpu/simd/leaves.h"
#include "ops/fused.h"

namespace trae {
namespace {

// Elements of a tile: what several registers of the first-level cache hold, and what one pass over memory may take.
constexpr int64_t kTile = 512, kPassTile = 4096;
constexpr int kMaxAxes = 12;

Lane lane_of(DType d) {
  switch (d) {
    case DType::kFloat64: return Lane::kF64;
    case DType::kInt64: return Lane::kI64;
    case DType::kBool: return Lane::kU8;
    case DType::kInt32:
    case DType::kInt8:
    case DType::kUInt8: return Lane::kI32;
    default: return Lane::kF32;
  }
}
size_t lane_bytes(Lane l) {
  switch (l) {
    case Lane::kF64:
    case Lane::kI64: return 8;
    case Lane::kU8: return 1;
    default: return 4;
  }
}

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
enum Reduce { kSum, kMax, kMin };
struct Output {
  Walk walk;  // reduced ones only
  DType dtype;
  size_t bytes;
  Lane lane;
  int reg;         // register holding the value
  bool is_direct;  // the value is computed in the output's memory
  Leaf store;      // conversion, or null
  bool is_reduced, is_mean, is_integer;
  Reduce reduce;
  int64_t size, count;  // of the reduced result; terms per element
  size_t partial;       // doubles before its accumulators
};

class Machine {
 public:
  Machine(const FusedProgram& p, const std::vector<DType>& dtypes) { build(p, dtypes); }

  void run(const void* const* in, void* const* out) {
    const int64_t grain = std::max<int64_t>(1, kElementwiseGrain / std::max<int64_t>(1, row_ * work_));
    if (total_ == 0) {
      finish(out, 0);
      return;
    }
    int64_t units = rows_, unit_tiles = 1;
    if (axes_.count == 1) {  // one long row: split it into tiles
      units = (row_ + tile_ - 1) / tile_;
      unit_tiles = 0;
    }
    const int64_t unit_grain = unit_tiles ? grain : std::max<int64_t>(1, kElementwiseGrain / (tile_ * work_));
    int team = int(std::min<int64_t>(num_threads(), units / std::max<int64_t>(1, unit_grain)));
    if (total_ * work_ < 2 * kElementwiseGrain) team = 1;
    team = std::max(1, std::min(team, int(scratch_.size())));
    if (team == 1) {
      span(in, out, 0, units, 0);
    } else {
#pragma omp parallel num_threads(num_threads())
      {
        const int t = omp_get_thread_num();
        if (t < team) {
          const int64_t chunk = units / team, rest = units % team;
          const int64_t begin = t * chunk + std::min<int64_t>(t, rest);
          span(in, out, begin, begin + chunk + (t < rest ? 1 : 0), t);
        }
      }
    }
    finish(out, team);
  }

 private:
  struct Scratch {
    std::unique_ptr<Storage> memory;
    std::vector<char*> base;  // per register
    std::vector<double> partials;
  };

  void build(const FusedProgram& p, const std::vector<DType>& dtypes);
  int add_register(Lane lane) {
    registers_.push_back(lane_bytes(lane));
    return int(registers_.size()) - 1;
  }

  static int64_t offset_of(const Walk& w, const int64_t* index, int count) {
    int64_t o = 0;
    for (int a = 0; a < count; a++) o += w.stride[a] * index[a];
    return o;
  }

  // Rows [begin, end), or tiles of the single row.
  void span(const void* const* in, void* const* out, int64_t begin, int64_t end, int thread) {
    Scratch& s = scratch_[size_t(thread)];
    char* regs_[64];
    std::unique_ptr<char*[]> many;
    char** regs = regs_;
    if (registers_.size() > 64) {
      many = std::make_unique<char*[]>(registers_.size());
      regs = many.get();
    }
    std::copy(s.base.begin(), s.base.end(), regs);
    for (const Output& o : outputs_)
      if (o.is_reduced) {
        const double start = o.reduce == kSum ? 0 : o.reduce == kMax ? -INFINITY : INFINITY;
        std::fill_n(s.partials.data() + o.partial, o.size, start);
      }
    if (axes_.count == 1) {
      fill_constants(in, regs, std::min(tile_, row_));
      int64_t zero[1] = {0};
      for (int64_t t = begin; t < end; t++) {
        const int64_t at = t * tile_;
        tile(in, out, regs, s, zero, at, at, std::min(tile_, row_ - at), 1);
      }
      return;
    }
    fill_constants(in, regs, std::min(tile_, row_ * rows_per_tile_));
    fill_repeated(in, regs);
    int64_t index[kMaxAxes];
    const int outer = axes_.count - 1;
    int64_t rest = begin;
    for (int a = outer; a-- > 0;) {
      index[a] = rest % axes_.size[a];
      rest /= axes_.size[a];
    }
    for (int64_t r = begin; r < end;) {
      if (rows_per_tile_ == 1) {
        for (int64_t at = 0; at < row_; at += tile_) tile(in, out, regs, s, index, at, r * row_ + at, std::min(tile_, row_ - at), 1);
        advance(index, 1);
        r++;
      } else {
        const int64_t n = std::min(rows_per_tile_, end - r);
        tile(in, out, regs, s, index, 0, r * row_, row_, n);
        advance(index, n);
        r += n;
      }
    }
  }

  void advance(int64_t* index, int64_t by) const {
    for (int a = axes_.count - 2; a >= 0 && by; a--) {
      index[a] += by;
      if (index[a] < axes_.size[a]) return;
      by = index[a] / axes_.size[a];
      index[a] %= axes_.size[a];
    }
  }

  static void fill_value(char* to, const char* value, size_t bytes, int64_t n) {
    switch (bytes) {
      case 1: std::memset(to, *value, size_t(n)); break;
      case 2: std::fill_n(reinterpret_cast<uint16_t*>(to), n, *reinterpret_cast<const uint16_t*>(value)); break;
      case 4: std::fill_n(reinterpret_cast<uint32_t*>(to), n, *reinterpret_cast<const uint32_t*>(value)); break;
      default: std::fill_n(reinterpret_cast<uint64_t*>(to), n, *reinterpret_cast<const uint64_t*>(value));
    }
  }

  void convert_in(const Input& i, char** regs, const char* from, int64_t n) const {
    i.load(n, regs[i.reg], from, nullptr, nullptr, nullptr);
  }

  void fill_constants(const void* const* in, char** regs, int64_t n) {
    for (size_t k = 0; k < inputs_.size(); k++) {
      const Input& i = inputs_[k];
      if (!i.walk.is_constant) continue;
      char* to = regs[i.load ? i.raw : i.reg];
      fill_value(to, static_cast<const char*>(in[k]), i.bytes, n);
      if (i.load) convert_in(i, regs, to, n);
    }
  }
  void fill_repeated(const void* const* in, char** regs) {
    if (rows_per_tile_ == 1) return;
    for (size_t k = 0; k < inputs_.size(); k++) {
      const Input& i = inputs_[k];
      if (!i.is_repeated) continue;
      char* to = regs[i.load ? i.raw : i.reg];
      for (int64_t r = 0; r < rows_per_tile_; r++) std::memcpy(to + size_t(r * row_) * i.bytes, in[k], size_t(row_) * i.bytes);
      if (i.load) convert_in(i, regs, to, row_ * rows_per_tile_);
    }
  }

  // Elements [flat, flat + total) of an input of which only some rows are given.
  static void fill_rows(const Input& i, const float* sums, const int32_t* slots, int64_t flat, int64_t total, float* to) {
    for (int64_t at = flat, end = flat + total; at < end;) {
      const int64_t row = at / i.width, column = at % i.width, n = std::min(i.width - column, end - at);
      if (slots[row] < 0) std::fill_n(to, n, 0.0f);
      else std::memcpy(to, sums + slots[row] * i.width + column, size_t(n) * sizeof(float));
      to += n;
      at += n;
    }
  }

  // `count` rows of n elements from `index` and column `at`; `flat` is the position in the whole space.
  void tile(const void* const* in, void* const* out, char** regs, Scratch& s, int64_t* index, int64_t at, int64_t flat, int64_t n,
            int64_t count) {
    const int64_t total = n * count;
    for (size_t k = 0; k < inputs_.size(); k++) {
      const Input& i = inputs_[k];
      if (i.walk.is_constant) continue;
      const char* base = static_cast<const char*>(in[k]);
      if (i.slots >= 0) {
        regs[i.reg] = s.base[size_t(i.reg)];
        fill_rows(i, static_cast<const float*>(in[k]), static_cast<const int32_t*>(in[i.slots]), flat, total,
                  reinterpret_cast<float*>(regs[i.reg]));
        continue;
      }
      if (i.walk.is_contiguous) {
        const char* from = base + size_t(flat) * i.bytes;
        if (i.load) convert_in(i, regs, from, total);
        else regs[i.reg] = const_cast<char*>(from);
        continue;
      }
      if (i.is_repeated && rows_per_tile_ > 1) continue;
      const int inner = axes_.count - 1;
      const int64_t step = i.walk.stride[inner];
      if (count == 1 && step == 1) {  // part of a row: contiguous all the same
        const char* from = base + size_t(offset_of(i.walk, index, inner) + at) * i.bytes;
        if (i.load) convert_in(i, regs, from, n);
        else regs[i.reg] = const_cast<char*>(from);
        continue;
      }
      char* to = i.load ? regs[i.raw] : s.base[size_t(i.reg)];
      if (!i.load) regs[i.reg] = to;
      int64_t walk[kMaxAxes];
      std::copy(index, index + inner, walk);
      for (int64_t r = 0; r < count; r++) {
        const char* from = base + size_t(offset_of(i.walk, walk, inner) + (step ? at : 0)) * i.bytes;
        if (step) std::memcpy(to, from, size_t(n) * i.bytes);
        else fill_value(to, from, i.bytes, n);
        to += size_t(n) * i.bytes;
        if (r + 1 < count) advance(walk, 1);
      }
      if (i.load) convert_in(i, regs, regs[i.raw], total);
    }
    for (size_t k = 0; k < outputs_.size(); k++)
      if (outputs_[k].is_direct) regs[outputs_[k].reg] = static_cast<char*>(out[k]) + size_t(flat) * outputs_[k].bytes;
    for (const Instruction& i : instructions_)
      i.leaf(total, regs[i.to], i.a < 0 ? nullptr : regs[i.a], i.b < 0 ? nullptr : regs[i.b], i.c < 0 ? nullptr : regs[i.c], i.params);
    for (size_t k = 0; k < outputs_.size(); k++) {
      const Output& o = outputs_[k];
      if (o.is_reduced) {
        reduce(o, regs[o.reg], s, index, at, n, count);
      } else if (!o.is_direct) {
        char* to = static_cast<char*>(out[k]) + size_t(flat) * o.bytes;
        if (o.store) o.store(total, to, regs[o.reg], nullptr, nullptr, nullptr);
        else if (to != regs[o.reg]) std::memcpy(to, regs[o.reg], size_t(total) * o.bytes);
      }
    }
  }

  void reduce(const Output& o, const char* from, Scratch& s, const int64_t* index, int64_t at, int64_t n, int64_t count) {
    const LeafTable& leaves = simd::leaf_table();
    double* acc = s.partials.data() + o.partial;
    const int inner = axes_.count - 1;
    int64_t walk[kMaxAxes];
    std::copy(index, index + inner, walk);
    if (o.size == 1) {
      n *= count;
      count = 1;
    }
    for (int64_t r = 0; r < count; r++, from += size_t(n) * lane_bytes(o.lane)) {
      double* to = acc + offset_of(o.walk, walk, inner);
      if (o.walk.stride[inner]) {
        leaves.accumulate(o.lane, n, to + at, from, int(o.reduce));
      } else if (o.reduce == kSum) {
        *to += leaves.sum(o.lane, n, from);
      } else {
        const double v = leaves.extreme(o.lane, n, from, o.reduce == kMax);
        *to = merge(o.reduce, *to, v);
      }
      if (r + 1 < count) advance(walk, 1);
    }
  }

  static double merge(Reduce r, double a, double b) {
    if (r == kSum) return a + b;
    if (a != a || b != b) return a + b;
    return r == kMax ? std::max(a, b) : std::min(a, b);
  }

  void finish(void* const* out, int team) {
    for (size_t k = 0; k < outputs_.size(); k++) {
      const Output& o = outputs_[k];
      if (!o.is_reduced) continue;
      for (int64_t e = 0; e < o.size; e++) {
        double v = o.reduce == kSum ? 0 : o.reduce == kMax ? -INFINITY : INFINITY;
        for (int t = 0; t < team; t++) v = merge(o.reduce, v, scratch_[size_t(t)].partials[o.partial + size_t(e)]);
        if (o.is_mean) v /= double(o.count);
        switch (o.dtype) {
          case DType::kFloat64: static_cast<double*>(out[k])[e] = v; break;
          case DType::kFloat16: static_cast<uint16_t*>(out[k])[e] = float_to_half(float(v)); break;
          case DType::kBFloat16: static_cast<uint16_t*>(out[k])[e] = float_to_bfloat16(float(v)); break;
          default: static_cast<float*>(out[k])[e] = float(v);
        }
      }
    }
  }

  Axes axes_;
  int64_t tile_ = kTile, total_ = 0, row_ = 1, rows_ = 1, rows_per_tile_ = 1, work_ = 1;
  std::vector<Input> inputs_;
  std::vector<Instruction> instructions_;
  std::vector<Output> outputs_;
  std::vector<size_t> registers_;  // bytes per element
  std::vector<Scratch> scratch_;
};

// Strides of an operand of this shape within the space; reduced axes of an output have stride 0.
Walk walk_of(const Shape& shape, const Shape& space) {
  Walk w;
  const Ints strides = strides_of(shape);
  const size_t shift = space.size() - shape.size();
  for (size_t a = 0; a < space.size(); a++) w.stride[a] = a < shift || shape[a - shift] == 1 ? 0 : strides[a - shift];
  return w;
}

void Machine::build(const FusedProgram& p, const std::vector<DType>& dtypes) {
  const LeafTable& leaves = simd::leaf_table();
  if (p.shape.size() > kMaxAxes)
    throw ValueError("", "tensors of more than 12 axes cannot be computed with.\n  Received: shape " + to_string(p.shape));
  total_ = size_of(p.shape);
  std::vector<Walk> walks;
  for (const Spec& s : p.inputs) walks.push_back(walk_of(s.shape, p.shape));
  for (const FusedOutput& o : p.outputs) {
    Shape kept = p.shape;
    if (!o.reduce.empty())
      for (int64_t a : o.axes) kept[size_t(a)] = 1;
    walks.push_back(walk_of(kept, p.shape));
  }
  // Merge axes that every operand walks through as one; drop those of size 1.
  axes_.count = 0;
  for (size_t a = 0; a < p.shape.size(); a++) {
    if (p.shape[a] == 1) continue;
    bool merges = axes_.count > 0;
    if (merges)
      for (const Walk& w : walks) merges &= w.stride[axes_.count - 1] == w.stride[a] * p.shape[a];
    if (!merges) axes_.size[axes_.count++] = p.shape[a];
    else axes_.size[axes_.count - 1] *= p.shape[a];
    for (Walk& w : walks) w.stride[axes_.count - 1] = w.stride[a];
  }
  if (axes_.count == 0) {
    axes_.size[0] = 1;
    axes_.count = 1;
    for (Walk& w : walks) w.stride[0] = 1;
  }
  row_ = axes_.size[axes_.count - 1];
  rows_ = row_ ? total_ / row_ : 0;
  rows_per_tile_ = axes_.count > 1 && row_ <= kTile / 2 && row_ > 0 ? std::min(kTile / row_, rows_) : 1;

  for (size_t k = 0; k < p.inputs.size(); k++) {
    Input i;
    i.walk = walks[k];
    i.dtype = p.inputs[k].dtype;
    i.bytes = size_of(i.dtype);
    i.lane = lane_of(i.dtype);
    i.load = leaves.load(int(i.dtype));
    i.walk.is_constant = p.inputs[k].size() == 1;
    int64_t expected = 1;
    i.walk.is_contiguous = !i.walk.is_constant;
    i.is_repeated = !i.walk.is_constant && i.walk.stride[axes_.count - 1] == 1;
    for (int a = axes_.count; a-- > 0;) {
      i.walk.is_contiguous &= i.walk.stride[a] == expected;
      expected *= axes_.size[a];
      if (a < axes_.count - 1) i.is_repeated &= i.walk.stride[a] == 0;
    }
    i.reg = add_register(i.lane);
    i.raw = i.load && !i.walk.is_contiguous ? add_register(Lane::kF64) : -1;
    for (const FusedRows& r : p.rows)
      if (size_t(r.input) == k) {
        i.slots = r.slots;
        i.width = total_ / std::max<int64_t>(1, p.shape[0]);
      }
    inputs_.push_back(i);
  }
  // A register for each step; freed registers are used again so that the working set stays in the cache.
  const int input_count = int(p.inputs.size());
  std::vector<int> last(p.inputs.size() + p.steps.size(), -1), reg(last.size(), -1);
  for (size_t j = 0; j < p.steps.size(); j++)
    for (int a : p.steps[j].args) last[size_t(a)] = int(j);
  for (const FusedOutput& o : p.outputs) last[size_t(o.value)] = int(p.steps.size());
  for (int k = 0; k < input_count; k++) reg[size_t(k)] = inputs_[size_t(k)].reg;
  // Values computed in place in an output: not when something is read from that memory afterwards (aliased inputs), so
  // only the last reader of every direct input of the same bytes may write there; others go through a register.
  std::vector<int> direct_output(last.size(), -1);
  int last_input_read = -1;
  for (int k = 0; k < input_count; k++) last_input_read = std::max(last_input_read, last[size_t(k)]);
  for (size_t k = 0; k < p.outputs.size(); k++) {
    const int v = p.outputs[k].value;
    if (!p.outputs[k].reduce.empty() || v < input_count || direct_output[size_t(v)] >= 0) continue;
    if (leaves.store(int(dtypes[size_t(v)]))) continue;
    if (v - input_count >= last_input_read) direct_output[size_t(v)] = int(k);
  }
  std::vector<std::pair<size_t, int>> free_registers;
  for (size_t j = 0; j < p.steps.size(); j++) {
    const auto& op = static_cast<const ElementwiseOp&>(*p.steps[j].op);
    const size_t v = p.inputs.size() + j;
    const Lane lane = lane_of(dtypes[v]);
    // The type computed in is that of the operands (the second one for where).
    const auto& args = p.steps[j].args;
    const DType operand = dtypes[size_t(args[op.code == Code::kWhere ? 1 : 0])];
    Instruction i{};
    if (op.code == Code::kCast) {
      i.leaf = leaves.convert(lane_of(operand), lane);
      if (operand == dtypes[v] || (lane_of(operand) == lane && dtypes[v] != DType::kInt8 && dtypes[v] != DType::kUInt8))
        i.leaf = leaves.find(int(Code::kIdentity), lane);
    } else {
      i.leaf = leaves.find(int(op.code), lane_of(operand));
    }
    if (!i.leaf) throw NotImplementedError(std::string(op.name()), "is not defined for dtype " + std::string(name_of(operand)) + ".");
    i.a = args.size() > 0 ? reg[size_t(args[0])] : -1;
    i.b = args.size() > 1 ? reg[size_t(args[1])] : -1;
    i.c = args.size() > 2 ? reg[size_t(args[2])] : -1;
    i.params[0] = op.params[0];
    i.params[1] = op.params[1];
    for (int a : args)
      if (a >= input_count && last[size_t(a)] == int(j) && direct_output[size_t(a)] < 0) {
        const auto entry = std::make_pair(registers_[size_t(reg[size_t(a)])], reg[size_t(a)]);
        if (std::find(free_registers.begin(), free_registers.end(), entry) == free_registers.end()) free_registers.push_back(entry);
      }
    if (direct_output[v] >= 0) {
      reg[v] = add_register(lane);
    } else {
      for (size_t f = 0; f < free_registers.size() && reg[v] < 0; f++)
        if (free_registers[f].first == lane_bytes(lane)) {
          reg[v] = free_registers[f].second;
          free_registers.erase(free_registers.begin() + long(f));
        }
      if (reg[v] < 0) reg[v] = add_register(lane);
    }
    i.to = reg[v];
    instructions_.push_back(i);
  }
  work_ = std::max<int64_t>(1, int64_t(instructions_.size()) / 4);
  // A single instruction on memory as it lies needs no registers.
  const bool is_pass = instructions_.size() <= 1 && axes_.count == 1 &&
                       std::all_of(inputs_.begin(), inputs_.end(), [](const Input& i) { return i.walk.is_contiguous && !i.load; });
  if (is_pass) tile_ = kPassTile;
  const int64_t tile = std::max<int64_t>(1, std::min(tile_, total_));
  size_t partials = 0;
  for (size_t k = 0; k < p.outputs.size(); k++) {
    const FusedOutput& given = p.outputs[k];
    Output o{};
    o.walk = walks[p.inputs.size() + k];
    o.dtype = dtypes[size_t(given.value)];
    o.bytes = size_of(o.dtype);
    o.lane = lane_of(o.dtype);
    o.reg = reg[size_t(given.value)];
    o.is_direct = direct_output[size_t(given.value)] == int(k);
    o.store = leaves.store(int(o.dtype));
    o.is_reduced = !given.reduce.empty();
    if (o.is_reduced) {
      o.is_mean = given.reduce == "mean";
      o.reduce = given.reduce == "max" ? kMax : given.reduce == "min" ? kMin : kSum;
      o.size = 1;
      for (size_t a = 0; a < p.shape.size(); a++)
        if (std::find(given.axes.begin(), given.axes.end(), int64_t(a)) == given.axes.end()) o.size *= p.shape[a];
      o.count = o.size ? total_ / o.size : 0;
      o.partial = partials;
      partials += size_t(o.size);
    }
    outputs_.push_back(o);
  }
  const int threads = total_ * work_ < 2 * kElementwiseGrain ? 1 : num_threads();
  size_t bytes = 0;
  for (size_t r : registers_) bytes += (r * size_t(tile) + 63) / 64 * 64;
  for (int t = 0; t < threads; t++) {
    Scratch s;
    s.memory = std::make_unique<Storage>(bytes);
    char* at = static_cast<char*>(s.memory->data());
    for (size_t r : registers_) {
      s.base.push_back(at);
      at += (r * size_t(tile) + 63) / 64 * 64;
    }
    s.partials.resize(partials);
    scratch_.push_back(std::move(s));
  }
}

}  // namespace

Kernel compile_fused(const FusedProgram& program, const std::vector<DType>& dtypes) {
  auto machine = std::make_shared<Machine>(program, dtypes);
  return [machine](const void* const* in, void* const* out) { machine->run(in, out); };
}

}  // namespace trae
