// oneDNN 2.6 and 3.x differ in how primitives are described (operation descriptors in 2.x, primitive descriptors alone
// in 3.x) and in the scale of post-operations. Everything that differs is here.
#pragma once
#include <dnnl.hpp>

#include "backend/cpu/onednn/engine.h"

namespace trae::onednn {

struct ConvDescriptors {
  dnnl::memory::desc x, w, y, bias;
  dnnl::memory::dims strides, dilation, before, after;
};

using Forward = dnnl::convolution_forward;
using BackwardData = dnnl::convolution_backward_data;
using BackwardWeights = dnnl::convolution_backward_weights;
constexpr auto kDirect = dnnl::algorithm::convolution_direct;

#if DNNL_VERSION_MAJOR >= 3

inline void append_relu(dnnl::post_ops& ops) { ops.append_eltwise(dnnl::algorithm::eltwise_relu, 0.0f, 0.0f); }
inline Forward::primitive_desc forward_desc(const ConvDescriptors& d, bool has_bias, dnnl::prop_kind kind,
                                            const dnnl::primitive_attr& attr) {
  if (has_bias) return {engine(), kind, kDirect, d.x, d.w, d.bias, d.y, d.strides, d.dilation, d.before, d.after, attr};
  return {engine(), kind, kDirect, d.x, d.w, d.y, d.strides, d.dilation, d.before, d.after, attr};
}
inline BackwardData::primitive_desc data_desc(const ConvDescriptors& d, const dnnl::primitive_attr& attr,
                                              const Forward::primitive_desc& hint) {
  return {engine(), kDirect, d.x, d.w, d.y, d.strides, d.dilation, d.before, d.after, hint, attr};
}
inline BackwardWeights::primitive_desc weights_desc(const ConvDescriptors& d, bool has_bias,
                                                    const dnnl::primitive_attr& attr,
                                                    const Forward::primitive_desc& hint) {
  if (has_bias) return {engine(), kDirect, d.x, d.w, d.bias, d.y, d.strides, d.dilation, d.before, d.after, hint, attr};
  return {engine(), kDirect, d.x, d.w, d.y, d.strides, d.dilation, d.before, d.after, hint, attr};
}

#else

inline void append_relu(dnnl::post_ops& ops) { ops.append_eltwise(1.0f, dnnl::algorithm::eltwise_relu, 0.0f, 0.0f); }
inline Forward::primitive_desc forward_desc(const ConvDescriptors& d, bool has_bias, dnnl::prop_kind kind,
                                            const dnnl::primitive_attr& attr) {
  if (has_bias)
    return {Forward::desc(kind, kDirect, d.x, d.w, d.bias, d.y, d.strides, d.dilation, d.before, d.after), attr,
            engine()};
  return {Forward::desc(kind, kDirect, d.x, d.w, d.y, d.strides, d.dilation, d.before, d.after), attr, engine()};
}
inline BackwardData::primitive_desc data_desc(const ConvDescriptors& d, const dnnl::primitive_attr& attr,
                                              const Forward::primitive_desc& hint) {
  return {BackwardData::desc(kDirect, d.x, d.w, d.y, d.strides, d.dilation, d.before, d.after), attr, engine(), hint};
}
inline BackwardWeights::primitive_desc weights_desc(const ConvDescriptors& d, bool has_bias,
                                                    const dnnl::primitive_attr& attr,
                                                    const Forward::primitive_desc& hint) {
  if (has_bias)
    return {BackwardWeights::desc(kDirect, d.x, d.w, d.bias, d.y, d.strides, d.dilation, d.before, d.after), attr,
            engine(), hint};
  return {BackwardWeights::desc(kDirect, d.x, d.w, d.y, d.strides, d.dilation, d.before, d.after), attr, engine(),
          hint};
}

#endif

}  // namespace trae::onednn
