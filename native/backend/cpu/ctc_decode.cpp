// Decoding of CTC predictions: the likeliest class of each frame, or a beam search over label sequences (Graves 2012).
#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <map>
#include <unordered_map>
#include <vector>

#include "backend/cpu/kernel.h"
#include "core/error.h"
#include "ops/ctc.h"

namespace trae {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();  // log 0
double log_add(double a, double b) {
  const double high = std::max(a, b), low = std::min(a, b);
  return low == kNever ? high : high + std::log1p(std::exp(low - high));
}

// Logarithms of the probability of a sequence: ending in a blank, in its last label, either.
struct Chance {
  double total = kNever, blank = kNever, label = kNever;
};
struct Sequence {
  Sequence* parent = nullptr;  // the sequence without its last label
  int32_t label = -1;
  Chance before, now;
  std::unordered_map<int32_t, Sequence*> children;
  bool is_alive() const { return now.total > kNever; }
};
// The `width` likeliest sequences.
class Beam {
 public:
  explicit Beam(size_t width) : width_(width) {}
  bool takes(double chance) const {
    return chance > kNever && (by_chance_.size() < width_ || chance > by_chance_.begin()->first);
  }
  void add(Sequence* s) {
    if (by_chance_.size() == width_) {
      by_chance_.begin()->second->now = Chance();
      by_chance_.erase(by_chance_.begin());
    }
    by_chance_.emplace(s->now.total, s);
  }
  // Likeliest first.
  std::vector<Sequence*> sequences() const {
    std::vector<Sequence*> out;
    for (auto i = by_chance_.rbegin(); i != by_chance_.rend(); ++i) out.push_back(i->second);
    return out;
  }
  void clear() { by_chance_.clear(); }

 private:
  size_t width_;
  std::multimap<double, Sequence*> by_chance_;
};

template <class T>
class Search {
 public:
  Search(int64_t classes, int64_t blank, int64_t width) : classes_(classes), blank_(blank), beam_(size_t(width)) {
    all_.emplace_back();
    all_.back().now.total = all_.back().now.blank = 0;
    beam_.add(&all_.back());
  }
  void step(const T* x) {
    double largest = kNever, total = 0;
    for (int64_t k = 0; k < classes_; k++) largest = std::max(largest, double(x[k]));
    for (int64_t k = 0; k < classes_; k++) total += std::exp(double(x[k]) - largest);
    const double norm = largest + std::log(total);
    const std::vector<Sequence*> known = beam_.sequences();
    beam_.clear();
    for (Sequence* s : known) s->before = s->now;
    for (Sequence* s : known) {  // that go on without a new label
      if (s->parent) {
        if (s->parent->is_alive())
          s->now.label =
              log_add(s->now.label, s->label == s->parent->label ? s->parent->before.blank : s->parent->before.total);
        s->now.label += double(x[s->label]) - norm;
      }
      s->now.blank = s->before.total + double(x[blank_]) - norm;
      s->now.total = log_add(s->now.blank, s->now.label);
      beam_.add(s);
    }
    for (Sequence* s : known) {  // with one more label
      if (!beam_.takes(s->before.total)) continue;
      for (int32_t k = 0; k < classes_; k++) {
        if (k == blank_) continue;
        auto found = s->children.find(k);
        if (found != s->children.end() && found->second->is_alive()) continue;
        const double chance = double(x[k]) - norm + (k == s->label ? s->before.blank : s->before.total);
        if (!beam_.takes(chance)) {  // as TensorFlow: a sequence that fell out and does not come back grows no more
          if (found != s->children.end()) found->second->before = found->second->now = Chance();
          continue;
        }
        Sequence* child = found == s->children.end() ? grow(s, k) : found->second;
        child->now = {chance, kNever, chance};
        beam_.add(child);
      }
    }
  }
  std::vector<Sequence*> best() const { return beam_.sequences(); }

 private:
  Sequence* grow(Sequence* parent, int32_t label) {
    all_.emplace_back();
    all_.back().parent = parent;
    all_.back().label = label;
    return parent->children[label] = &all_.back();
  }
  int64_t classes_, blank_;
  std::deque<Sequence> all_;
  Beam beam_;
};

bool check(const int32_t* lengths, int64_t batch, int64_t frames) {
  for (int64_t b = 0; b < batch; b++)
    if (lengths[b] < 0 || lengths[b] > frames) {
      cpu_errors().report(DataError::kCtcDecodeFrames, b, lengths[b], frames);
      return false;
    }
  return true;
}

template <class T>
Kernel decode_kernel(const CtcDecode::Attrs& a, const Shape& shape) {
  return [a, batch = shape[0], frames = shape[1], classes = shape[2]](const void* const* in, void* const* out) {
    const T* x = static_cast<const T*>(in[0]);
    const auto* lengths = static_cast<const int32_t*>(in[1]);
    auto* labels = static_cast<int32_t*>(out[0]);
    T* scores = static_cast<T*>(out[1]);
    if (!check(lengths, batch, frames)) return;
    std::fill_n(labels, a.paths * batch * frames, -1);
    for (int64_t b = 0; b < batch; b++) {
      const T* rows = x + b * frames * classes;
      if (!a.beam_width) {
        double score = 0;
        int64_t previous = -1, n = 0;
        for (int64_t t = 0; t < lengths[b]; t++) {
          const T* row = rows + t * classes;
          const int64_t k = std::max_element(row, row + classes) - row;
          score -= double(row[k]);
          if (k != a.blank && !(a.merges_repeated && k == previous)) labels[b * frames + n++] = int32_t(k);
          previous = k;
        }
        scores[b] = T(score);
        continue;
      }
      Search<T> search(classes, a.blank, a.beam_width);
      for (int64_t t = 0; t < lengths[b]; t++) search.step(rows + t * classes);
      const std::vector<Sequence*> best = search.best();
      if (int64_t(best.size()) < a.paths)
        return cpu_errors().report(DataError::kCtcDecodeSequences, b, int64_t(best.size()), a.paths);
      for (int64_t p = 0; p < a.paths; p++) {
        std::vector<int32_t> spelled;
        for (const Sequence* s = best[size_t(p)]; s->parent; s = s->parent) spelled.push_back(s->label);
        std::copy(spelled.rbegin(), spelled.rend(), labels + (p * batch + b) * frames);
        scores[b * a.paths + p] = T(best[size_t(p)]->now.total);
      }
    }
  };
}

}  // namespace

TRAE_CPU_KERNEL(CtcDecode) {
  return in[0].dtype == DType::kFloat64 ? decode_kernel<double>(op.attrs, in[0].shape)
                                        : decode_kernel<float>(op.attrs, in[0].shape);
}

}  // namespace trae
