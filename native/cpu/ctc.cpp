// CTC by the forward-backward recursion over blank, label, blank, ..., label, blank, in logarithms and double precision.
// The second derivative is the same program on dual numbers (Pearlmutter 1994).
#include "ops/ctc.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "cpu/parallel.h"

namespace trae {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();  // log 0

// A number and its derivative in one direction.
struct Dual {
  double value = 0, slope = 0;
  Dual() = default;
  Dual(double v) : value(v) {}
  Dual(double v, double s) : value(v), slope(s) {}
};
Dual operator+(Dual a, Dual b) { return {a.value + b.value, a.slope + b.slope}; }
Dual operator-(Dual a, Dual b) { return {a.value - b.value, a.slope - b.slope}; }
Dual exp(Dual a) {
  const double e = std::exp(a.value);
  return {e, e == 0 ? 0 : e * a.slope};
}
Dual log(Dual a) { return {std::log(a.value), a.slope / a.value}; }
double exp(double a) { return std::exp(a); }
double log(double a) { return std::log(a); }
double value_of(double a) { return a; }
double value_of(Dual a) { return a.value; }
bool is_never(double a) { return a == kNever; }
bool is_never(Dual a) { return a.value == kNever; }

// log(e^a + e^b)
double log_add(double a, double b) {
  const double high = std::max(a, b), low = std::min(a, b);
  return low == kNever ? high : high + std::log1p(std::exp(low - high));
}
Dual log_add(Dual a, Dual b) {
  if (is_never(a)) return b;
  if (is_never(b)) return a;
  const double y = log_add(a.value, b.value), share = std::exp(a.value - y);
  return {y, share * a.slope + (1 - share) * b.slope};
}

struct Sizes {
  int64_t batch, frames, classes, count, blank;
};
// The recursion for one example: `frames` rows of `classes` logits, `labels` of them to be spelled.
template <class S>
class Alignments {
 public:
  explicit Alignments(const Sizes& z)
      : z_(z), path_(size_t(2 * z.count + 1)), log_(size_t(z.frames * z.classes)), alpha_(size_t(z.frames) * path_.size()),
        beta_(path_.size()), next_(path_.size()), seen_(size_t(z.classes)) {}

  // x(t, k): the logits. The loss is returned; gradient(t, k, g) is called for each frame and class.
  template <class X, class G>
  S run(const int32_t* labels, int64_t count, int64_t frames, X&& x, G&& gradient) {
    const int64_t places = 2 * count + 1, classes = z_.classes;
    for (int64_t s = 0; s < places; s++) path_[size_t(s)] = s % 2 ? labels[s / 2] : int32_t(z_.blank);
    for (int64_t t = 0; t < frames; t++) {  // log softmax
      S* row = &log_[size_t(t * classes)];
      double largest = kNever;
      for (int64_t k = 0; k < classes; k++) {
        row[k] = x(t, k);
        largest = std::max(largest, value_of(row[k]));
      }
      S total = 0.0;
      for (int64_t k = 0; k < classes; k++) total = total + exp(row[k] - S(largest));
      const S norm = log(total) + S(largest);
      for (int64_t k = 0; k < classes; k++) row[k] = row[k] - norm;
    }
    if (!frames) return count ? S(-kNever) : S(0.0);
    auto emitted = [&](int64_t t, int64_t s) { return log_[size_t(t * classes + path_[size_t(s)])]; };
    auto can_skip = [&](int64_t s) { return s >= 2 && s % 2 && path_[size_t(s)] != path_[size_t(s - 2)]; };
    // Places that can be reached from the start and from which the end can be.
    auto first = [&](int64_t t) { return std::max<int64_t>(0, places - 2 * (frames - t)); };
    auto last = [&](int64_t t) { return std::min(places, 2 * (t + 1)); };
    for (int64_t t = 0; t < frames; t++) {
      S *row = &alpha_[size_t(t * places)], *before = row - places;
      std::fill(row, row + places, S(kNever));
      for (int64_t s = first(t); s < last(t); s++) {
        S sum = kNever;
        if (!t) {
          sum = 0.0;
        } else {
          sum = s ? log_add(before[s], before[s - 1]) : before[s];
          if (can_skip(s)) sum = log_add(sum, before[s - 2]);
        }
        row[s] = is_never(sum) ? sum : sum + emitted(t, s);
      }
    }
    const S* end = &alpha_[size_t((frames - 1) * places)];
    const S likelihood = count ? log_add(end[places - 1], end[places - 2]) : end[0];
    if (is_never(likelihood)) return S(-kNever);
    for (int64_t t = frames - 1; t >= 0; t--) {
      const S* row = &alpha_[size_t(t * places)];
      std::fill(seen_.begin(), seen_.end(), S(0.0));
      for (int64_t s = 0; s < places; s++) {  // beta: the rest of the way, without frame t
        S sum = kNever;
        if (s >= first(t) && s < last(t)) {
          if (t == frames - 1) {
            if (s >= places - 2) sum = 0.0;
          } else {
            sum = next_[size_t(s)];
            if (s + 1 < places) sum = log_add(sum, next_[size_t(s + 1)]);
            if (s + 2 < places && can_skip(s + 2)) sum = log_add(sum, next_[size_t(s + 2)]);
          }
          if (!is_never(sum) && !is_never(row[s])) {
            S& share = seen_[size_t(path_[size_t(s)])];
            share = share + exp(row[s] + sum - likelihood);
          }
        }
        beta_[size_t(s)] = is_never(sum) ? sum : sum + emitted(t, s);
      }
      std::swap(beta_, next_);
      for (int64_t k = 0; k < classes; k++) gradient(t, k, exp(log_[size_t(t * classes + k)]) - seen_[size_t(k)]);
    }
    return S(0.0) - likelihood;
  }

 private:
  Sizes z_;
  std::vector<int32_t> path_;
  std::vector<S> log_, alpha_, beta_, next_, seen_;
};

// Lengths and labels within the tensors; checked before threads start, which must not throw.
void check(const Sizes& z, const int32_t* labels, const int32_t* counts, const int32_t* frames) {
  for (int64_t b = 0; b < z.batch; b++) {
    if (frames[b] < 0 || frames[b] > z.frames)
      throw ValueError("ctc_loss", "example " + std::to_string(b) + " cannot have " + std::to_string(frames[b]) +
                                       " frames: the logits have " + std::to_string(z.frames) + ".");
    if (counts[b] < 0 || counts[b] > z.count)
      throw ValueError("ctc_loss", "example " + std::to_string(b) + " cannot have " + std::to_string(counts[b]) +
                                       " labels: there is room for " + std::to_string(z.count) + ".");
    for (int64_t i = 0; i < counts[b]; i++)
      if (labels[b * z.count + i] < 0 || labels[b * z.count + i] >= z.classes)
        throw IndexError("ctc_loss", "label " + std::to_string(labels[b * z.count + i]) + " is out of range for " +
                                         std::to_string(z.classes) + " classes.");
  }
}
Sizes sizes_of(const Specs& in, int64_t blank) { return {in[0].shape[0], in[0].shape[1], in[0].shape[2], in[1].shape[1], blank}; }

template <class T>
Kernel loss_kernel(const Sizes& z) {
  return [z](const void* const* in, void* const* out) {
    const T* x = static_cast<const T*>(in[0]);
    T *loss = static_cast<T*>(out[0]), *dx = static_cast<T*>(out[1]);
    const auto *labels = static_cast<const int32_t*>(in[1]), *counts = static_cast<const int32_t*>(in[2]),
               *frames = static_cast<const int32_t*>(in[3]);
    check(z, labels, counts, frames);
    const int64_t size = z.frames * z.classes;
    parallel_for(z.batch, 1, [&](int64_t begin, int64_t end) {
      Alignments<double> a(z);
      for (int64_t b = begin; b < end; b++) {
        T* d = dx + b * size;
        std::fill_n(d, size, T(0));
        loss[b] = T(a.run(
            labels + b * z.count, counts[b], frames[b], [&](int64_t t, int64_t k) { return double(x[b * size + t * z.classes + k]); },
            [&](int64_t t, int64_t k, double g) { d[t * z.classes + k] = T(g); }));
      }
    });
  };
}
template <class T>
Kernel curvature_kernel(const Sizes& z) {
  return [z](const void* const* in, void* const* out) {
    const T *x = static_cast<const T*>(in[0]), *v = static_cast<const T*>(in[4]);
    T* y = static_cast<T*>(out[0]);
    const auto *labels = static_cast<const int32_t*>(in[1]), *counts = static_cast<const int32_t*>(in[2]),
               *frames = static_cast<const int32_t*>(in[3]);
    check(z, labels, counts, frames);
    const int64_t size = z.frames * z.classes;
    parallel_for(z.batch, 1, [&](int64_t begin, int64_t end) {
      Alignments<Dual> a(z);
      for (int64_t b = begin; b < end; b++) {
        T* d = y + b * size;
        std::fill_n(d, size, T(0));
        a.run(
            labels + b * z.count, counts[b], frames[b],
            [&](int64_t t, int64_t k) {
          const int64_t at = b * size + t * z.classes + k;
          return Dual(double(x[at]), double(v[at]));
            },
            [&](int64_t t, int64_t k, Dual g) { d[t * z.classes + k] = T(g.slope); });
      }
    });
  };
}

}  // namespace

Kernel CtcLoss::cpu(const Specs& in, const Specs&) const {
  const Sizes z = sizes_of(in, attrs.blank);
  return in[0].dtype == DType::kFloat64 ? loss_kernel<double>(z) : loss_kernel<float>(z);
}
Kernel CtcCurvature::cpu(const Specs& in, const Specs&) const {
  const Sizes z = sizes_of(in, attrs.blank);
  return in[0].dtype == DType::kFloat64 ? curvature_kernel<double>(z) : curvature_kernel<float>(z);
}

}  // namespace trae
