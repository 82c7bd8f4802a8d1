// Vector loops of convolutions as products: in channels_last data the elements under one row of a kernel lie side by
// side, so a row of output pixels is a product of overlapping rows of x with the packed kernel, and nothing is copied
// for it.
#pragma once
#include "backend/cpu/simd/dispatch.h"
#include "ops/conv_activation.h"

namespace trae {

// A window: `taps` rows of the kernel, each made of `runs` runs of `length` elements that lie side by side in x.
struct Window {
  long taps, tap_step, runs, run_step, length;
};

// y = x * kernel (+ bias) for some rows of output pixels and the columns of one panel.
struct ConvolutionRows {
  long rows, pixels;
  Window window;
  const float* x;  // the first pixel's window, padding included
  long x_row, x_pixel;
  const float* panel;  // [element of the window][width rounded up to 16]
  long width;
  float* y;
  long y_row, y_pixel;
  // y = activation(x * kernel [* scale] + bias). `width` rounded up to 16, or null; without bias there is no scale.
  const float *bias, *scale;
  ConvActivation activation;  // NaN stays
};

// sums += x^T dy for some rows of output pixels and the columns of one panel.
struct ConvolutionSums {
  long rows, pixels;
  Window window;
  const float* x;
  long x_row, x_pixel;
  const float* dy;
  long dy_row, dy_pixel;
  long groups;  // of 16 columns
  float* sums;  // [element of the window][groups][16]
};

struct DirectConvolutionTable {
  long panel;  // columns of a panel: a multiple of 16
  void (*rows)(const ConvolutionRows&);
  void (*sums)(const ConvolutionSums&);
  // to += the sum of the rows of `width` floats, a multiple of 16.
  void (*add_rows)(long rows, long width, const float* from, double* to);
};
TRAE_DECLARE_TABLE(DirectConvolutionTable, direct_convolution_table)

}  // namespace trae
