// CTC by the forward-backward recursion over blank, label, blank, ..., label, blank. Loss and gradient compute with
// probabilities whose exponents do not end; the second derivative is the same program on logarithms and dual numbers
// (Pearlmutter 1994).
#include "ops/ctc.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "backend/cpu/kernel.h"
#include "backend/cpu/parallel.h"
#include "core/error.h"

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

// m 2^(512 e): a probability that does not underflow, whatever the number of frames. 2^-256 <= m < 2^256, or m = 0.
struct Wide {
  double m = 0;
  int64_t e = 0;
};
constexpr double kUp = 0x1p512, kDown = 0x1p-512, kLow = 0x1p-256, kHigh = 0x1p256,
                 kLogUp = 512 * 0.693147180559945309417232121458;
Wide normalized(double m, int64_t e) {
  if (m >= kHigh) return {m * kDown, e + 1};
  if (m < kLow && m > 0) return {m * kUp, e - 1};
  return {m, e};
}
// The arithmetic of the recursion: probabilities as wide numbers...
struct Probabilities {
  using Value = Wide;
  using Number = double;
  static Value none() { return {}; }
  static Value certain() { return {1, 0}; }
  static bool is_none(Value a) { return a.m == 0; }
  static Value of_log(double l) {
    if (!(l > -1e15)) return {std::isnan(l) ? l : 0, 0};
    const double e = std::round(l / kLogUp);
    return normalized(std::exp(l - e * kLogUp), int64_t(e));
  }
  static double log_of(Value a) { return std::log(a.m) + double(a.e) * kLogUp; }
  static Value add(Value a, Value b) {
    if (a.e == b.e) return normalized(a.m + b.m, a.e);
    if (a.m == 0) return b;
    if (b.m == 0) return a;
    const Value &high = a.e > b.e ? a : b, &low = a.e > b.e ? b : a;
    return high.e - low.e > 1 ? high : normalized(high.m + low.m * kDown, high.e);
  }
  static Value times(Value a, Value b) { return normalized(a.m * b.m, a.e + b.e); }
  // a b / c, which is at most 1
  static double share(Value a, Value b, Value c) {
    const double q = a.m * b.m / c.m;
    const int64_t d = a.e + b.e - c.e;
    return d == 0 ? q : d == 1 ? q * kUp : d == -1 ? q * kDown : 0;
  }
};
// ... or their logarithms.
template <class S>
struct Logarithms {
  using Value = S;
  using Number = S;
  static Value none() { return S(kNever); }
  static Value certain() { return S(0.0); }
  static bool is_none(Value a) { return is_never(a); }
  static Value of_log(Number l) { return l; }
  static Number log_of(Value a) { return a; }
  static Value add(Value a, Value b) { return log_add(a, b); }
  static Value times(Value a, Value b) { return is_never(a) || is_never(b) ? none() : a + b; }
  static Number share(Value a, Value b, Value c) { return exp(a + b - c); }
};

struct Sizes {
  int64_t batch, frames, classes, count, blank;
};
// The recursion for one example: `frames` rows of `classes` logits, `labels` of them to be spelled.
template <class A>
class Alignments {
 public:
  using Value = typename A::Value;
  using Number = typename A::Number;
  explicit Alignments(const Sizes& z)
      : z_(z), path_(size_t(2 * z.count + 1)), log_(size_t(z.frames * z.classes)), emitted_(log_.size()),
        alpha_(size_t(z.frames) * path_.size()), beta_(path_.size()), next_(path_.size()), seen_(size_t(z.classes)) {}

  // x(t, k): the logits. The loss is returned; gradient(t, k, g) is called for each frame and class.
  template <class X, class G>
  Number run(const int32_t* labels, int64_t count, int64_t frames, X&& x, G&& gradient) {
    const int64_t places = 2 * count + 1, classes = z_.classes;
    for (int64_t s = 0; s < places; s++) path_[size_t(s)] = s % 2 ? labels[s / 2] : int32_t(z_.blank);
    for (int64_t t = 0; t < frames; t++) {  // log softmax
      Number* row = &log_[size_t(t * classes)];
      double largest = kNever;
      for (int64_t k = 0; k < classes; k++) {
        row[k] = x(t, k);
        largest = std::max(largest, value_of(row[k]));
      }
      Number total = 0.0;
      for (int64_t k = 0; k < classes; k++) total = total + exp(row[k] - Number(largest));
      const Number norm = log(total) + Number(largest);
      for (int64_t k = 0; k < classes; k++) row[k] = row[k] - norm;
      for (int64_t s = 1; s < places; s += 2)
        emitted_[size_t(t * classes + path_[size_t(s)])] = A::of_log(row[path_[size_t(s)]]);
      emitted_[size_t(t * classes + z_.blank)] = A::of_log(row[z_.blank]);
    }
    if (!frames) return count ? Number(-kNever) : Number(0.0);
    auto emitted = [&](int64_t t, int64_t s) { return emitted_[size_t(t * classes + path_[size_t(s)])]; };
    auto can_skip = [&](int64_t s) { return s >= 2 && s % 2 && path_[size_t(s)] != path_[size_t(s - 2)]; };
    // Places that can be reached from the start and from which the end can be.
    auto first = [&](int64_t t) { return std::max<int64_t>(0, places - 2 * (frames - t)); };
    auto last = [&](int64_t t) { return std::min(places, 2 * (t + 1)); };
    for (int64_t t = 0; t < frames; t++) {
      Value *row = &alpha_[size_t(t * places)], *before = row - places;
      std::fill(row, row + places, A::none());
      for (int64_t s = first(t); s < last(t); s++) {
        Value sum = A::certain();
        if (t) {
          sum = s ? A::add(before[s], before[s - 1]) : before[s];
          if (can_skip(s)) sum = A::add(sum, before[s - 2]);
        }
        row[s] = A::times(sum, emitted(t, s));
      }
    }
    const Value* end = &alpha_[size_t((frames - 1) * places)];
    const Value likelihood = count ? A::add(end[places - 1], end[places - 2]) : end[0];
    if (A::is_none(likelihood)) return Number(-kNever);
    for (int64_t t = frames - 1; t >= 0; t--) {
      const Value* row = &alpha_[size_t(t * places)];
      std::fill(seen_.begin(), seen_.end(), Number(0.0));
      for (int64_t s = 0; s < places; s++) {  // beta: the rest of the way, without frame t
        Value sum = A::none();
        if (s >= first(t) && s < last(t)) {
          if (t == frames - 1) {
            if (s >= places - 2) sum = A::certain();
          } else {
            sum = next_[size_t(s)];
            if (s + 1 < places) sum = A::add(sum, next_[size_t(s + 1)]);
            if (s + 2 < places && can_skip(s + 2)) sum = A::add(sum, next_[size_t(s + 2)]);
          }
          if (!A::is_none(sum) && !A::is_none(row[s])) {
            Number& share = seen_[size_t(path_[size_t(s)])];
            share = share + A::share(row[s], sum, likelihood);
          }
        }
        beta_[size_t(s)] = A::times(sum, emitted(t, s));
      }
      std::swap(beta_, next_);
      for (int64_t k = 0; k < classes; k++) gradient(t, k, exp(log_[size_t(t * classes + k)]) - seen_[size_t(k)]);
    }
    return Number(0.0) - A::log_of(likelihood);
  }

 private:
  Sizes z_;
  std::vector<int32_t> path_;
  std::vector<Number> log_;
  std::vector<Value> emitted_, alpha_, beta_, next_;
  std::vector<Number> seen_;
};

bool refuse(DataError e, int64_t a, int64_t b, int64_t c) {
  cpu_errors().report(e, a, b, c);
  return false;
}
// Whether lengths and labels are within the tensors; looked at before threads start.
bool check(const Sizes& z, const int32_t* labels, const int32_t* counts, const int32_t* frames) {
  for (int64_t b = 0; b < z.batch; b++) {
    if (frames[b] < 0 || frames[b] > z.frames) return refuse(DataError::kCtcFrames, b, frames[b], z.frames);
    if (counts[b] < 0 || counts[b] > z.count) return refuse(DataError::kCtcLabels, b, counts[b], z.count);
    for (int64_t i = 0; i < counts[b]; i++)
      if (labels[b * z.count + i] < 0 || labels[b * z.count + i] >= z.classes)
        return refuse(DataError::kCtcLabel, labels[b * z.count + i], z.classes, 0);
  }
  return true;
}
Sizes sizes_of(const Specs& in, int64_t blank) {
  return {in[0].shape[0], in[0].shape[1], in[0].shape[2], in[1].shape[1], blank};
}

template <class T>
Kernel loss_kernel(const Sizes& z) {
  return [z](const void* const* in, void* const* out) {
    const T* x = static_cast<const T*>(in[0]);
    T *loss = static_cast<T*>(out[0]), *dx = static_cast<T*>(out[1]);
    const auto *labels = static_cast<const int32_t*>(in[1]), *counts = static_cast<const int32_t*>(in[2]),
               *frames = static_cast<const int32_t*>(in[3]);
    if (!check(z, labels, counts, frames)) return;
    const int64_t size = z.frames * z.classes;
    parallel_for(z.batch, 1, [&](int64_t begin, int64_t end) {
      Alignments<Probabilities> a(z);
      for (int64_t b = begin; b < end; b++) {
        T* d = dx + b * size;
        std::fill_n(d, size, T(0));
        loss[b] = T(a.run(
            labels + b * z.count, counts[b], frames[b],
            [&](int64_t t, int64_t k) { return double(x[b * size + t * z.classes + k]); },
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
    if (!check(z, labels, counts, frames)) return;
    const int64_t size = z.frames * z.classes;
    parallel_for(z.batch, 1, [&](int64_t begin, int64_t end) {
      Alignments<Logarithms<Dual>> a(z);
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

TRAE_CPU_KERNEL(CtcLoss) {
  const Sizes z = sizes_of(in, op.attrs.blank);
  return in[0].dtype == DType::kFloat64 ? loss_kernel<double>(z) : loss_kernel<float>(z);
}
TRAE_CPU_KERNEL(CtcCurvature) {
  const Sizes z = sizes_of(in, op.attrs.blank);
  return in[0].dtype == DType::kFloat64 ? curvature_kernel<double>(z) : curvature_kernel<float>(z);
}

}  // namespace trae
