// Running: tiles of rows through the instructions.
#include "backend/cpu/tile_machine/machine.h"

#include <algorithm>
#include <cstring>

#include "backend/cpu/parallel.h"

namespace trae::tile_machine {
namespace {

void fill_value(char* to, const char* value, size_t bytes, int64_t n) {
  switch (bytes) {
    case 1: std::memset(to, *value, size_t(n)); break;
    case 2: std::fill_n(reinterpret_cast<uint16_t*>(to), n, *reinterpret_cast<const uint16_t*>(value)); break;
    case 4: std::fill_n(reinterpret_cast<uint32_t*>(to), n, *reinterpret_cast<const uint32_t*>(value)); break;
    default: std::fill_n(reinterpret_cast<uint64_t*>(to), n, *reinterpret_cast<const uint64_t*>(value));
  }
}

void convert_in(const Input& i, char** regs, const char* from, int64_t n) {
  i.load(n, regs[i.reg], from, nullptr, nullptr, nullptr);
}

// Elements [flat, flat + total) of an input of which only some rows are given.
void fill_rows(const Input& i, const float* sums, const int32_t* slots, int64_t flat, int64_t total, float* to) {
  for (int64_t at = flat, end = flat + total; at < end;) {
    const int64_t row = at / i.width, column = at % i.width, n = std::min(i.width - column, end - at);
    if (slots[row] < 0) std::fill_n(to, n, 0.0f);
    else std::memcpy(to, sums + slots[row] * i.width + column, size_t(n) * sizeof(float));
    to += n;
    at += n;
  }
}

}  // namespace

int64_t offset_of(const Walk& w, const int64_t* index, int count) {
  int64_t o = 0;
  for (int a = 0; a < count; a++) o += w.stride[a] * index[a];
  return o;
}

void row_offsets(const Walk& w, const Axes& axes, const int64_t* index, int64_t count, int64_t* offsets) {
  const int last = axes.count - 2;  // its indices are the rows
  if (last < 0) {
    offsets[0] = 0;
    return;
  }
  int64_t walk[kMaxAxes], start = offset_of(w, index, last);
  std::copy(index, index + last + 1, walk);
  for (int64_t r = 0;;) {
    const int64_t n = std::min(count - r, axes.size[last] - walk[last]), stride = w.stride[last],
                  base = start + walk[last] * stride;
    for (int64_t k = 0; k < n; k++) offsets[r + k] = base + k * stride;
    if ((r += n) == count) return;
    walk[last] = 0;
    for (int a = last - 1; a >= 0; a--) {
      start += w.stride[a];
      if (++walk[a] < axes.size[a]) break;
      start -= axes.size[a] * w.stride[a];
      walk[a] = 0;
    }
  }
}

void Machine::run(const void* const* in, void* const* out) {
  const int64_t grain = std::max<int64_t>(1, kElementwiseGrain / std::max<int64_t>(1, row_ * work_));
  if (total_ == 0) {
    finish(out, 0);
    return;
  }
  int64_t units = rows_, unit_grain = grain;
  if (axes_.count == 1) {  // one long row: split it into tiles
    units = (row_ + tile_ - 1) / tile_;
    unit_grain = std::max<int64_t>(1, kElementwiseGrain / (tile_ * work_));
  } else if (block_rows_) {
    units = (rows_ + block_rows_ - 1) / block_rows_;
    unit_grain = std::max<int64_t>(1, grain / block_rows_);
  }
  int team = int(std::min<int64_t>(team_size(), units / unit_grain));
  if (total_ * work_ < 2 * kElementwiseGrain) team = 1;
  team = std::max(1, std::min(team, int(scratch_.size())));
  char* memory = static_cast<char*>(workspace(layout_.bytes() * size_t(team)));
  for (int t = 0; t < team; t++, memory += layout_.bytes())
    scratch_[size_t(t)] = {memory, reinterpret_cast<double*>(memory + partials_at_), 0};
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
  if (!block_rows_) finish(out, team);
}

// Units [begin, end): tiles of the single row, blocks of rows, or rows.
void Machine::span(const void* const* in, void* const* out, int64_t begin, int64_t end, int thread) {
  Scratch& s = scratch_[size_t(thread)];
  char* few[64];
  std::unique_ptr<char*[]> many;
  char** regs = few;
  if (registers_.size() > 64) {
    many = std::make_unique<char*[]>(registers_.size());
    regs = many.get();
  }
  for (size_t r = 0; r < bases_.size(); r++) regs[r] = s.memory + bases_[r];
  start(s);
  fill_constants(in, regs, std::min(tile_, row_ * rows_per_tile_));
  if (axes_.count == 1) {
    const int64_t zero[1] = {0};
    for (int64_t t = begin; t < end; t++) {
      const int64_t at = t * tile_;
      tile(in, out, regs, s, zero, at, at, std::min(tile_, row_ - at), 1);
    }
    return;
  }
  fill_repeated(in, regs);
  if (!block_rows_) return rows(in, out, regs, s, begin, end);
  for (int64_t b = begin; b < end; b++) {
    if (b > begin) start(s);
    s.block = b;
    rows(in, out, regs, s, b * block_rows_, std::min(rows_, (b + 1) * block_rows_));
    finish_block(out, s);
  }
}

void Machine::rows(const void* const* in, void* const* out, char** regs, Scratch& s, int64_t begin, int64_t end) {
  int64_t index[kMaxAxes], rest = begin;
  for (int a = axes_.count - 1; a-- > 0;) {
    index[a] = rest % axes_.size[a];
    rest /= axes_.size[a];
  }
  for (int64_t r = begin; r < end;) {
    const int64_t n = std::min(rows_per_tile_, end - r);
    if (rows_per_tile_ == 1)
      for (int64_t at = 0; at < row_; at += tile_)
        tile(in, out, regs, s, index, at, r * row_ + at, std::min(tile_, row_ - at), 1);
    else tile(in, out, regs, s, index, 0, r * row_, row_, n);
    advance(index, n);
    r += n;
  }
}

void Machine::advance(int64_t* index, int64_t by) const {
  for (int a = axes_.count - 2; a >= 0 && by; a--) {
    index[a] += by;
    if (index[a] < axes_.size[a]) return;
    by = index[a] / axes_.size[a];
    index[a] %= axes_.size[a];
  }
}

void Machine::fill_constants(const void* const* in, char** regs, int64_t n) const {
  for (size_t k = 0; k < inputs_.size(); k++) {
    const Input& i = inputs_[k];
    if (!i.walk.is_constant) continue;
    char* to = regs[i.load ? i.raw : i.reg];
    fill_value(to, static_cast<const char*>(in[k]), i.bytes, n);
    if (i.load) convert_in(i, regs, to, n);
  }
}
void Machine::fill_repeated(const void* const* in, char** regs) const {
  if (rows_per_tile_ == 1) return;
  for (size_t k = 0; k < inputs_.size(); k++) {
    const Input& i = inputs_[k];
    if (!i.is_repeated) continue;
    char* to = regs[i.load ? i.raw : i.reg];
    for (int64_t r = 0; r < rows_per_tile_; r++)
      std::memcpy(to + size_t(r * row_) * i.bytes, in[k], size_t(row_) * i.bytes);
    if (i.load) convert_in(i, regs, to, row_ * rows_per_tile_);
  }
}

// `count` rows of n elements from `index` and column `at`; `flat` is the position in the whole space.
void Machine::tile(const void* const* in, void* const* out, char** regs, Scratch& s, const int64_t* index, int64_t at,
                   int64_t flat, int64_t n, int64_t count) {
  const int64_t total = n * count;
  for (size_t k = 0; k < inputs_.size(); k++) {
    const Input& i = inputs_[k];
    if (i.walk.is_constant) continue;
    const char* base = static_cast<const char*>(in[k]);
    if (i.slots >= 0) {
      regs[i.reg] = s.memory + bases_[size_t(i.reg)];
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
    char* to = i.load ? regs[i.raw] : s.memory + bases_[size_t(i.reg)];
    if (!i.load) regs[i.reg] = to;
    int64_t offsets[kTile];
    row_offsets(i.walk, axes_, index, count, offsets);
    for (int64_t r = 0; r < count; r++, to += size_t(n) * i.bytes) {
      const char* from = base + size_t(offsets[r] + (step ? at : 0)) * i.bytes;
      if (step) std::memcpy(to, from, size_t(n) * i.bytes);
      else fill_value(to, from, i.bytes, n);
    }
    if (i.load) convert_in(i, regs, regs[i.raw], total);
  }
  for (size_t k = 0; k < outputs_.size(); k++)
    if (outputs_[k].is_direct) regs[outputs_[k].reg] = static_cast<char*>(out[k]) + size_t(flat) * outputs_[k].bytes;
  for (const Instruction& i : instructions_)
    i.leaf(total, regs[i.to], i.a < 0 ? nullptr : regs[i.a], i.b < 0 ? nullptr : regs[i.b],
           i.c < 0 ? nullptr : regs[i.c], i.params);
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

}  // namespace trae::tile_machine

namespace trae {

Kernel compile_fused(const FusedProgram& program, const std::vector<DType>& dtypes) {
  auto machine = std::make_shared<tile_machine::Machine>(program, dtypes);
  return [machine](const void* const* in, void* const* out) { machine->run(in, out); };
}

}  // namespace trae
