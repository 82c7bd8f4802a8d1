// From a program to the machine: merged axes, registers, instructions, outputs.
#include <algorithm>
#include <cmath>

#include "backend/cpu/parallel.h"
#include "backend/cpu/tile_machine/machine.h"
#include "core/error.h"

namespace trae::tile_machine {
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

namespace {

// Strides of an operand of this shape within the space; reduced axes of an output have stride 0.
Walk walk_of(const Shape& shape, const Shape& space) {
  Walk w;
  const Ints strides = strides_of(shape);
  const size_t shift = space.size() - shape.size();
  for (size_t a = 0; a < space.size(); a++) w.stride[a] = a < shift || shape[a - shift] == 1 ? 0 : strides[a - shift];
  return w;
}

}  // namespace

Machine::Machine(const FusedProgram& p, const std::vector<DType>& dtypes) {
  const auto add_register = [this](Lane lane) {
    registers_.push_back(lane_bytes(lane));
    return int(registers_.size()) - 1;
  };
  const LeafTable& leaves = simd::leaf_table();
  if (p.shape.size() > kMaxAxes)
    throw ValueError("",
                     "tensors of more than 12 axes cannot be computed with.\n  Received: shape " + to_string(p.shape));
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
  std::vector<char> is_read(last.size(), 0);  // by another step, or by a reduction
  for (const auto& step : p.steps)
    for (int a : step.args) is_read[size_t(a)] = 1;
  for (const FusedOutput& o : p.outputs)
    if (!o.reduce.empty()) is_read[size_t(o.value)] = 1;
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
    if (!i.leaf)
      throw NotImplementedError(std::string(op.name()),
                                "is not defined for dtype " + std::string(name_of(operand)) + ".");
    i.a = args.size() > 0 ? reg[size_t(args[0])] : -1;
    i.b = args.size() > 1 ? reg[size_t(args[1])] : -1;
    i.c = args.size() > 2 ? reg[size_t(args[2])] : -1;
    i.params[0] = op.params[0];
    i.params[1] = op.params[1];
    for (int a : args)
      if (a >= input_count && last[size_t(a)] == int(j) && direct_output[size_t(a)] < 0) {
        const auto entry = std::make_pair(registers_[size_t(reg[size_t(a)])], reg[size_t(a)]);
        if (std::find(free_registers.begin(), free_registers.end(), entry) == free_registers.end())
          free_registers.push_back(entry);
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
    // What others read is what memory would hold: a chain gives what its ops give one by one.
    if (const Leaf round = is_read[v] ? leaves.round(int(dtypes[v])) : nullptr) {
      Instruction rounding{};
      rounding.leaf = round;
      rounding.to = rounding.a = i.to;
      rounding.b = rounding.c = -1;
      instructions_.push_back(rounding);
    }
  }
  work_ = std::max<int64_t>(1, int64_t(instructions_.size()) / 4);
  // A single instruction on memory as it lies needs no registers.
  const bool is_pass =
      instructions_.size() <= 1 && rows_per_tile_ == 1 &&
      std::all_of(inputs_.begin(), inputs_.end(), [](const Input& i) { return i.walk.is_contiguous && !i.load; });
  if (is_pass) tile_ = kPassTile;
  const int64_t tile = std::max<int64_t>(1, std::min(tile_, total_));
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
    }
    outputs_.push_back(o);
  }
  choose_blocks();
  size_t partials = 0;
  for (Output& o : outputs_)
    if (o.is_reduced) {
      o.partial = partials;
      partials += size_t(o.partials);
    }
  const int threads = total_ * work_ < 2 * kElementwiseGrain ? 1 : num_threads();
  for (size_t r : registers_) bases_.push_back(layout_.add(tile, r));
  partials_at_ = layout_.add(int64_t(partials), sizeof(double));
  scratch_.resize(size_t(threads));
}

void Machine::choose_blocks() {
  int64_t kept = 1;  // elements of the axes in front that every reduction keeps
  bool is_reducing = false;
  for (const Output& o : outputs_) is_reducing |= o.is_reduced;
  const auto keeps = [this](int a) {
    return std::all_of(outputs_.begin(), outputs_.end(),
                       [a](const Output& o) { return !o.is_reduced || o.walk.stride[a] != 0; });
  };
  for (int a = 0; is_reducing && a < axes_.count - 1 && keeps(a); a++) kept *= axes_.size[a];
  int64_t together = 0;  // indices of these axes in one block
  if (kept > 1 && total_ > 0) {
    together = std::max<int64_t>(1, kBlock / (total_ / kept));
    if (kept / together < 2 * num_threads()) together = 0;
  }
  block_rows_ = together * (rows_ / kept);
  for (Output& o : outputs_)
    if (o.is_reduced) o.partials = together ? together * (o.size / kept) : o.size;
}

}  // namespace trae::tile_machine
