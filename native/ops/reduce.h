// Reductions over any set of axes. Sums are accumulated wider than their input.
#pragma once
#include "graph/op.h"

namespace trae {

enum class ReduceKind : uint8_t { kSum, kMean, kProd, kMax, kMin, kAny, kAll };

class Reduce final : public Op {
 public:
  Reduce(ReduceKind kind, const char* name, Ints axes, bool all, bool keepdims)
      : kind(kind), axes(std::move(axes)), all(all), keepdims(keepdims), name_(name) {}
  std::string_view name() const override { return name_; }
  bool equals(const Op&) const override;
  Tensors prepare(Tensors in) const override;
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  double work(const Specs& in, const Specs& out) const override { return elements_of(in, out); }
  Gradient gradient() const override {
    return kind == ReduceKind::kAny || kind == ReduceKind::kAll ? Gradient::kZero : Gradient::kDefined;
  }
  bool widens_half() const override { return kind == ReduceKind::kProd; }
  std::vector<int> axes_of(const Shape&) const;  // normalized, ascending

  const ReduceKind kind;
  const Ints axes;
  const bool all, keepdims;

 private:
  const char* name_;
};

// Position of the largest or smallest element along one axis; the first of equals. NaN counts as largest and smallest.
struct ArgExtreme final : OpOf<ArgExtreme> {
  static constexpr std::string_view kName = "argmax";
  struct Attrs {
    int64_t axis = 0;
    bool is_max = true, keepdims = false;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Gradient gradient() const override { return Gradient::kZero; }
  bool widens_half() const override { return true; }
};

// Running sums along one axis.
struct Cumulative final : OpOf<Cumulative> {
  static constexpr std::string_view kName = "cumsum";
  struct Attrs {
    int64_t axis = 0;
    bool is_reversed = false;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  bool widens_half() const override { return true; }
};

}  // namespace trae
