#include "backend/cpu/direct_convolution.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "backend/cpu/packed_matmul.h"
#include "backend/cpu/parallel.h"
#include "backend/cpu/simd/direct_convolution_table.h"
#include "backend/cpu/workspace.h"
#include "core/storage.h"

namespace trae::direct {
namespace {

constexpr int64_t kLanes = 16;
// Floats of the padded input that a thread works on at a time (it stays in the second-level cache), and output pixels
// whose gradients do (in the first).
constexpr int64_t kBandFloats = 32768, kBandPixels = 128;
constexpr int64_t kMaxRowFloats = 1 << 20, kMaxSumFloats = 1 << 24;
int64_t quotient_up(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t round_up(int64_t a, int64_t b) { return quotient_up(a, b) * b; }

struct Geometry {
  int64_t images, in, out;                                              // in, out: channels
  int64_t x[2], y[2], k[2], stride[2], dilation[2], before[2];          // rows, columns
  int64_t elements() const { return k[0] * k[1] * in; }                 // of a window
  int64_t extent(int i) const { return (k[i] - 1) * dilation[i] + 1; }  // of the kernel in x
  int64_t x_columns() const { return (y[1] - 1) * stride[1] + extent(1); }
  int64_t x_rows(int64_t rows) const { return (rows - 1) * stride[0] + extent(0); }
  // Windows of one pixel, side by side: all images are one column of pixels, and the convolution is a product of
  // matrices.
  bool is_pointwise() const { return elements() == in && x[1] == 1 && y[1] == 1 && is_inside() && x[0] == y[0]; }
  bool is_inside() const {  // no window leaves x
    return before[0] == 0 && before[1] == 0 && x_rows(y[0]) <= x[0] && x_columns() <= x[1];
  }
};

std::optional<Geometry> geometry(const ConvAttrs& a, const Shape& x, const Shape& w, const Shape& y) {
  const size_t rank = a.strides.size();
  if (a.groups != 1) return std::nullopt;
  for (const Shape* shape : {&x, &w, &y})
    for (int64_t size : *shape)
      if (size == 0) return std::nullopt;
  if (is_pointwise(a, w)) {
    const int64_t pixels = size_of(x) / x.back();
    return Geometry{1, w[rank], w[rank + 1], {pixels, 1}, {pixels, 1}, {1, 1}, {1, 1}, {1, 1}, {0, 0}};
  }
  if (rank > 2) return std::nullopt;
  Geometry g{x[0], w[rank], w[rank + 1], {1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {0, 0}};
  for (size_t i = 0; i < rank; i++) {
    const size_t at = 2 - rank + i;
    g.x[at] = x[i + 1];
    g.y[at] = y[i + 1];
    g.k[at] = w[i];
    g.stride[at] = a.strides[i];
    g.dilation[at] = a.dilation[i];
    g.before[at] = a.before[i];
    if (a.before[i] < 0) return std::nullopt;
  }
  return g;
}

// Measured beside oneDNN 2.6.3 on 17 shapes of known models, ratio of speeds where it pays: AVX2 1.15 to 1.75
// forward, 1.2 to 1.4 for the gradient of the input, 1.1 to 2.1 for that of the kernel; without AVX 1.2 to 2.8 forward.
// With AVX-512 oneDNN runs at the machine's peak.
bool pays(const Geometry& g, bool is_gradient_of_kernel) {
  const bool is_base = simd::isa() == simd::Isa::kBase;
  if (simd::isa() == simd::Isa::kAvx512) return false;
  if (g.is_pointwise()) return g.out >= 8 && g.in >= 8;
  if (g.k[0] * g.k[1] == 1) return false;
  // Rows are what threads share, and one of them is copied at a time.
  if (g.images * g.y[0] < 2 * num_threads() || g.x_columns() * g.in * g.extent(0) > kMaxRowFloats) return false;
  if (is_gradient_of_kernel)  // each thread holds sums of its own
    return g.in * g.k[1] >= 9 && g.y[1] >= 8 && (!is_base || g.in <= 32) &&
           g.elements() * g.out * num_threads() <= kMaxSumFloats;
  return g.out >= 8 && (is_base || (g.in >= 16 && g.y[1] >= 12));
}

// Some rows of some image's output.
struct Band {
  int64_t image, row, rows;
};

class Bands {
 public:
  Bands(const Geometry& geometry, int64_t most_pixels) : g_(geometry) {
    int64_t rows = 1;
    while (rows < g_.y[0] && g_.x_rows(rows + 1) * row() <= kBandFloats && (rows + 1) * g_.y[1] <= most_pixels) rows++;
    per_image_ = quotient_up(g_.y[0], rows);
    if (g_.images % num_threads()) per_image_ = std::min(g_.y[0], round_up(per_image_, num_threads()));
    rows_ = quotient_up(g_.y[0], per_image_);
    per_image_ = quotient_up(g_.y[0], rows_);
  }
  const Geometry& geometry() const { return g_; }
  int64_t count() const { return g_.images * per_image_; }
  int64_t rows() const { return rows_; }
  Band at(int64_t k) const {
    const int64_t row = k % per_image_ * rows_;
    return {k / per_image_, row, std::min(rows_, g_.y[0] - row)};
  }
  // Floats of a padded row, and of a padded band: 0 where x itself will do.
  int64_t row() const { return (g_.is_inside() ? g_.x[1] : g_.x_columns()) * g_.in; }
  int64_t scratch() const { return g_.is_inside() ? 0 : g_.x_rows(rows_) * row(); }

  // The band's first window: in x, or in `to`, where the rows are copied with their padding.
  const float* windows(const Band& band, const float* x, float* to) const {
    const float* image = x + band.image * g_.x[0] * g_.x[1] * g_.in;
    const int64_t first = band.row * g_.stride[0] - g_.before[0];
    if (g_.is_inside()) return image + first * row();
    const int64_t before = g_.before[1] * g_.in, copied = std::min(g_.x[1], g_.x_columns() - g_.before[1]) * g_.in;
    float* at = to;
    for (int64_t r = first; r < first + g_.x_rows(band.rows); r++, at += row()) {
      if (r < 0 || r >= g_.x[0] || copied <= 0) {
        std::fill_n(at, row(), 0.0f);
        continue;
      }
      std::fill_n(at, before, 0.0f);
      std::copy_n(image + r * g_.x[1] * g_.in, copied, at + before);
      std::fill(at + before + copied, at + row(), 0.0f);
    }
    return to;
  }
  Window window() const {
    const bool is_run = g_.dilation[1] == 1;
    return {long(g_.k[0]), long(g_.dilation[0] * row()), long(is_run ? 1 : g_.k[1]), long(g_.dilation[1] * g_.in),
            long(g_.in * (is_run ? g_.k[1] : 1))};
  }

 private:
  Geometry g_;
  int64_t rows_, per_image_;
};

class Buffer {
 public:
  explicit Buffer(int64_t floats)
      : storage_(std::make_shared<Storage>(size_t(std::max<int64_t>(floats, 16)) * sizeof(float))) {}
  float* get() const { return static_cast<float*>(storage_->data()); }

 private:
  std::shared_ptr<Storage> storage_;
};

// Threads that pay for `work` products a pixel.
int64_t team_for(const Bands& bands, int64_t work) {
  const int64_t all = bands.count() * bands.rows() * bands.geometry().y[1] * work;
  return std::clamp<int64_t>(all / 32768, 1, std::min<int64_t>(num_threads(), bands.count()));
}

// y = x * w for a kernel that `pack(panel's first column, width, to)` gives as [element of the window][column].
template <class Pack>
Kernel products(const Geometry& geometry, bool has_bias, bool is_scaled, ConvActivation activation, Pack pack) {
  const auto& simd = simd::direct_convolution_table();
  const Bands bands(geometry, geometry.y[0] * geometry.y[1]);
  const int64_t elements = geometry.elements(), columns = round_up(geometry.out, kLanes), panel = simd.panel,
                team = team_for(bands, elements * columns);
  const Buffer packed(elements * columns), bias(columns), scale(columns);
  const auto pack_panels = [=](const void* const* in) {
    const int64_t out = geometry.out;
    parallel_for(quotient_up(out, panel), std::max<int64_t>(1, 16384 / (elements * panel)),
                 [&](int64_t begin, int64_t end) {
      for (int64_t p = begin * panel; p < std::min(out, end * panel); p += panel)
        pack(static_cast<const float*>(in[1]), p, std::min(panel, out - p), packed.get() + p * elements);
    });
  };
  const auto run = [=, &simd](const void* const* in, void* const* out) {
    const float* x = static_cast<const float*>(in[0]);
    float* y = static_cast<float*>(out[0]);
    const Geometry& g = bands.geometry();
    if (has_bias) {
      std::fill_n(bias.get(), columns, 0.0f);
      std::copy_n(static_cast<const float*>(in[2]), g.out, bias.get());
    }
    if (is_scaled) {
      std::fill_n(scale.get(), columns, 0.0f);
      std::copy_n(static_cast<const float*>(in[3]), g.out, scale.get());
    }
    float* padded = static_cast<float*>(workspace(size_t(bands.scratch() * team) * sizeof(float)));
    parallel_for(team, 1, [&](int64_t first, int64_t last) {
      float* own = padded + first * bands.scratch();
      for (int64_t k = bands.count() * first / team; k < bands.count() * last / team; k++) {
        const Band band = bands.at(k);
        const float* from = bands.windows(band, x, own);
        float* to = y + (band.image * g.y[0] + band.row) * g.y[1] * g.out;
        for (int64_t p = 0; p < g.out; p += panel)
          simd.rows({long(g.is_pointwise() ? 1 : band.rows), long(g.is_pointwise() ? band.rows : g.y[1]),
                     bands.window(), from, long(g.stride[0] * bands.row()), long(g.stride[1] * g.in),
                     packed.get() + p * elements, long(std::min(panel, g.out - p)), to + p, long(g.y[1] * g.out),
                     long(g.out), has_bias ? bias.get() + p : nullptr, is_scaled ? scale.get() + p : nullptr,
                     activation});
      }
    });
  };
  return {{1}, pack_panels, run};
}

}  // namespace

bool computes_forward(const ConvAttrs& a, const Shape& x, const Shape& w, const Shape& y) {
  const auto g = geometry(a, x, w, y);
  return g && pays(*g, false);
}

std::optional<Kernel> forward(const ConvAttrs& a, const Shape& x, const Shape& w, const Shape& y, bool has_bias) {
  const auto g = geometry(a, x, w, y);
  if (!g || !pays(*g, false)) return std::nullopt;
  return products(*g, has_bias, a.is_scaled, a.activation,
                  [g = *g](const float* w, int64_t p, int64_t width, float* to) {
    simd::packed_matmul_table().pack_panel(g.elements(), width, w + p, g.out, false, to);
  });
}

// The convolution of dy with the kernel turned around, its channels exchanged.
std::optional<Kernel> backward_data(const ConvAttrs& a, const Shape& x, const Shape& w, const Shape& y) {
  const auto f = geometry(a, x, w, y);
  if (!f || f->stride[0] != 1 || f->stride[1] != 1) return std::nullopt;
  Geometry g = *f;
  std::swap(g.in, g.out);
  for (int i = 0; i < 2; i++) {
    std::swap(g.x[i], g.y[i]);
    g.before[i] = g.extent(i) - 1 - f->before[i];
    if (g.before[i] < 0) return std::nullopt;
  }
  if (!pays(g, false)) return std::nullopt;
  return products(g, false, false, ConvActivation::kLinear, [g](const float* w, int64_t p, int64_t width, float* to) {
    const int64_t padded = round_up(width, kLanes), taps = g.k[0] * g.k[1];
    for (int64_t t = 0; t < taps; t++)
      simd::packed_matmul_table().pack_panel(g.in, width, w + ((taps - 1 - t) * g.out + p) * g.in, g.in, true,
                                             to + t * g.in * padded);
  });
}

std::optional<Kernel> backward_weights(const ConvAttrs& a, const Shape& x, const Shape& w, const Shape& y,
                                       bool has_bias) {
  const auto f = geometry(a, x, w, y);
  if (!f || !pays(*f, true)) return std::nullopt;
  const auto& simd = simd::direct_convolution_table();
  const Bands bands(*f, kBandPixels);
  const int64_t elements = f->elements(), columns = round_up(f->out, kLanes), panel = simd.panel,
                pixels = bands.rows() * bands.geometry().y[1];
  const int64_t team = team_for(bands, elements * columns);
  const int64_t sums_size = elements * columns, own_size = sums_size + bands.scratch() + pixels * panel;
  WorkspaceLayout layout;
  const size_t room_at = layout.add(own_size * team), bias_at = layout.add(columns * team, sizeof(double));
  return [=, &simd](const void* const* in, void* const* out) {
    const float *x = static_cast<const float*>(in[0]), *dy = static_cast<const float*>(in[1]);
    float* dw = static_cast<float*>(out[0]);
    const Geometry& g = bands.geometry();
    char* memory = static_cast<char*>(workspace(layout.bytes()));
    float* room = reinterpret_cast<float*>(memory + room_at);
    double* bias_sums = reinterpret_cast<double*>(memory + bias_at);
    std::fill_n(bias_sums, columns * team, 0.0);
    // The part of a team member: as many bands as any other, in the same order each time.
    parallel_for(team, 1, [&](int64_t first, int64_t last) {
      for (int64_t t = first; t < last; t++) {
        float *sums = room + t * own_size, *padded = sums + sums_size, *packed = padded + bands.scratch();
        double* bias = bias_sums + t * columns;
        std::fill_n(sums, sums_size, 0.0f);
        for (int64_t k = bands.count() * t / team; k < bands.count() * (t + 1) / team; k++) {
          const Band band = bands.at(k);
          const float* from = bands.windows(band, x, padded);
          const float* gradient = dy + (band.image * g.y[0] + band.row) * g.y[1] * g.out;
          for (int64_t p = 0; p < g.out; p += panel) {
            const int64_t count = band.rows * g.y[1], width = std::min(panel, g.out - p),
                          padded_width = round_up(width, kLanes);
            simd::packed_matmul_table().pack_panel(count, width, gradient + p, g.out, false, packed);
            if (has_bias) simd.add_rows(long(count), long(padded_width), packed, bias + p);
            simd.sums({long(g.is_pointwise() ? 1 : band.rows), long(g.is_pointwise() ? band.rows : g.y[1]),
                       bands.window(), from, long(g.stride[0] * bands.row()), long(g.stride[1] * g.in), packed,
                       long(g.y[1] * padded_width), long(padded_width), long(padded_width / kLanes),
                       sums + p * elements});
          }
        }
      }
    });
    const int64_t panels = quotient_up(g.out, panel);
    parallel_for(panels * elements, std::max<int64_t>(1, 16384 / (panel * team)), [&](int64_t begin, int64_t end) {
      for (int64_t k = begin; k < end; k++) {
        const int64_t p = k / elements * panel, element = k % elements, width = std::min(panel, g.out - p);
        const float* from = room + p * elements + element * round_up(width, kLanes);
        float* to = dw + element * g.out + p;
        std::copy_n(from, width, to);
        for (int64_t t = 1; t < team; t++)
          for (int64_t j = 0; j < width; j++) to[j] += from[t * own_size + j];
      }
    });
    if (!has_bias) return;
    float* db = static_cast<float*>(out[1]);
    for (int64_t j = 0; j < g.out; j++) {
      double sum = 0;
      for (int64_t t = 0; t < team; t++) sum += bias_sums[t * columns + j];
      db[j] = float(sum);
    }
  };
}

}  // namespace trae::direct
