// Ops that move elements and compute nothing: views, strided copies, placements, joins, lookups.
#pragma once
#include <bit>
#include <cstdint>

#include "graph/op.h"

namespace trae {

struct Reshape final : OpOf<Reshape> {
  static constexpr std::string_view kName = "reshape";
  struct Attrs {
    Shape shape;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  bool is_view() const override { return true; }
};

// The bytes of x as numbers of another dtype; the last axis grows or shrinks with the size of an element.
struct Bitcast final : OpOf<Bitcast> {
  static constexpr std::string_view kName = "view";
  struct Attrs {
    DType dtype = DType::kFloat32;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Gradient gradient() const override { return Gradient::kNone; }
};

struct BroadcastTo final : OpOf<BroadcastTo> {
  static constexpr std::string_view kName = "broadcast_to";
  struct Attrs {
    Shape shape;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  double work(const Specs& in, const Specs& out) const override { return elements_of(in, out); }
};

struct Transpose final : OpOf<Transpose> {
  static constexpr std::string_view kName = "transpose";
  struct Attrs {
    Ints axes;  // empty: reversed
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Ints permutation(const Shape&) const;
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  double work(const Specs& in, const Specs& out) const override { return elements_of(in, out); }
};

// y[i] = x[start + i * step] per axis; start and step are already within the shape.
struct Slice final : OpOf<Slice> {
  static constexpr std::string_view kName = "slice";
  struct Attrs {
    Ints start, size, step;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);  // options start, size, step: the caller has resolved Python's rules
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  double work(const Specs& in, const Specs& out) const override { return elements_of(in, out); }
};

// The inverse of slice: y is `value` everywhere but y[start + i * step] = x[i]. Padding, and slice's gradient.
struct Place final : OpOf<Place> {
  static constexpr std::string_view kName = "place";
  struct Attrs {
    Shape shape;
    Ints start, step;
    double value = 0;
    bool operator==(const Attrs& o) const {  // -0 is another value than 0, NaN the same as NaN
      return shape == o.shape && start == o.start && step == o.step &&
             std::bit_cast<uint64_t>(value) == std::bit_cast<uint64_t>(o.value);
    }
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  double work(const Specs& in, const Specs& out) const override { return elements_of(in, out); }
};

struct Concatenate final : OpOf<Concatenate> {
  static constexpr std::string_view kName = "concatenate";
  struct Attrs {
    int64_t axis = 0;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Tensors prepare(Tensors in) const override;
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  double work(const Specs& in, const Specs& out) const override { return elements_of(in, out); }
};

// y = x[..., indices, ...] along axis. Negative indices count from the end; others outside are an IndexError.
struct Take final : OpOf<Take> {
  static constexpr std::string_view kName = "take";
  struct Attrs {
    int64_t axis = 0;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  double work(const Specs& in, const Specs& out) const override { return elements_of({in[1]}, out); }
};

// zeros(shape) with updates added at `indices` along axis: inputs indices, updates. Duplicates add up, in order.
struct ScatterAdd final : OpOf<ScatterAdd> {
  static constexpr std::string_view kName = "scatter_add";
  struct Attrs {
    Shape shape;
    int64_t axis = 0;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  bool widens_half() const override { return true; }
};

// scatter_add along the first axis with the zeros left out: slots (rows,) int32, the row of `sums` that holds a row of
// the result or -1, and sums (indices, inner): one row for each different index, in order of first appearance. Made by
// the pass that takes scatter_add into elementwise passes.
struct ScatterRows final : OpOf<ScatterRows> {
  static constexpr std::string_view kName = "scatter_rows";
  struct Attrs {
    Shape shape;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;  // indices, updates -> slots, sums
  Gradient gradient() const override { return Gradient::kNone; }
};

struct OneHot final : OpOf<OneHot> {
  static constexpr std::string_view kName = "one_hot";
  struct Attrs {
    int64_t depth = 0;
    DType dtype = DType::kFloat32;
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Gradient gradient() const override { return Gradient::kZero; }
  double work(const Specs& in, const Specs& out) const override { return elements_of(in, out); }
};

// The same elements in order along the last axis, ascending: outputs the sorted values and their positions (int32).
struct Sort final : OpOf<Sort> {
  static constexpr std::string_view kName = "sort";
  struct Attrs {
    bool is_descending = false;
    int64_t count = -1;  // only the first ones of each row; -1: all
    bool operator==(const Attrs&) const = default;
  } attrs;
  static OpPtr make(const AttrMap&);
  Specs infer(const Specs& in) const override;
  Tensors vjp(const Tensors& in, const Tensors& out, const Tensors& dy) const override;
  bool widens_half() const override { return true; }
};

}  // namespace trae
