// Functions that the table of elementwise ops has no vector loops for, binary search, reductions by segments, and
// Fourier transforms. All computed in double by plain loops.
#pragma once
#include "graph/op.h"

namespace trae {

enum class SpecialKind : uint8_t { kErfc, kBesselI0, kBesselI1, kGcd, kLcm, kNextAfter };

// One or two operands (which broadcast), element by element.
class Special final : public Op {
 public:
  Special(SpecialKind kind, const char* name) : kind(kind), name_(name) {}
  std::string_view name() const override { return name_; }
  bool equals(const Op&) const override;
  Tensors prepare(Tensors in) const override;
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  Gradient gradient() const override { return is_unary() ? Gradient::kDefined : Gradient::kZero; }
  bool is_unary() const { return kind <= SpecialKind::kBesselI1; }

  const SpecialKind kind;

 private:
  const char* name_;
};

// How many elements of the ascending vector are smaller than each value (int32); with `right`, not larger.
struct SearchSorted final : OpOf<SearchSorted> {
  static constexpr std::string_view kName = "search_sorted";
  struct Attrs {
    bool is_right = false;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Tensors prepare(Tensors in) const override;
  Specs infer(const Specs& in) const override;
  Gradient gradient() const override { return Gradient::kZero; }
};

enum class SegmentKind : uint8_t { kMax, kMin, kProd };
// y[s] = the largest, smallest or product of the rows of x (..., first axis) whose segment number is s. Inputs:
// numbers, x. Segments without rows hold the lowest, the highest number of the dtype, or 1; negative numbers count
// nowhere.
struct SegmentReduce final : OpOf<SegmentReduce> {
  static constexpr std::string_view kName = "segment_reduce";
  struct Attrs {
    int64_t count = 0;
    SegmentKind kind = SegmentKind::kMax;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
};

// Discrete Fourier transform of the last axis: inputs and outputs are real and imaginary part. The inverse is not
// divided by the length.
struct Fourier final : OpOf<Fourier> {
  static constexpr std::string_view kName = "fft";
  struct Attrs {
    bool is_inverse = false;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
};

}  // namespace trae
