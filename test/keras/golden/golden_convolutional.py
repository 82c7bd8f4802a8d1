"""Convolution, pooling, reshaping, resizing and spatial dropout layers: layers_convolutional.json, layers_pooling.json, layers_reshaping.json."""
import numpy as np

import keras
from common import normal, restart
from golden_layers import make as make_layers
from keras import layers as L
from keras.src import ops


def in_channels_last(name):
    """TensorFlow's CPU kernels know some convolutions with the channels last only: data are turned around for them."""
    plain = getattr(ops, name)

    def turned(inputs, *args, data_format=None, **options):
        if data_format != "channels_first":
            return plain(inputs, *args, data_format=data_format, **options)
        return ops.moveaxis(plain(ops.moveaxis(inputs, 1, -1), *args, data_format="channels_last", **options), -1, 1)

    setattr(ops, name, turned)


for op in ("conv", "conv_transpose", "depthwise_conv", "separable_conv"):
    in_channels_last(op)


def convolutional():
    steps, image, volume = normal(2, 7, 3), normal(2, 5, 6, 2), normal(1, 4, 5, 3, 2)
    first1, first2, first3 = normal(2, 3, 7), normal(2, 2, 5, 6), normal(1, 2, 4, 3, 3)
    yield "conv1d groups", L.Conv1D(4, 3, groups=2, activation="relu"), [normal(2, 6, 4)]
    yield "conv1d channels first, causal, strides", L.Conv1D(3, 2, strides=2, padding="causal", data_format="channels_first"), [first1]
    yield "conv2d of one channel, regularized", L.Conv2D(3, (2, 4), strides=(1, 2), kernel_regularizer="l2", bias_regularizer="l1", activity_regularizer="l2"), [normal(2, 5, 6, 1)]
    yield "conv3d", L.Conv3D(3, 2), [volume]
    yield "conv3d same, strides", L.Conv3D(2, (2, 3, 2), strides=(2, 1, 2), padding="same", activation="tanh"), [volume]
    yield "conv3d dilated", L.Conv3D(2, 2, dilation_rate=(1, 2, 1), use_bias=False), [volume]
    yield "conv3d groups", L.Conv3D(4, (2, 2, 1), groups=2), [volume]
    yield "conv3d channels first", L.Conv3D(2, 2, padding="same", data_format="channels_first"), [first3]
    yield "conv1d transpose", L.Conv1DTranspose(4, 3), [steps]
    yield "conv1d transpose strides", L.Conv1DTranspose(2, 3, strides=2, activation="relu"), [steps]
    yield "conv1d transpose kernel smaller than strides", L.Conv1DTranspose(2, 2, strides=3), [steps]
    yield "conv1d transpose same, kernel smaller than strides", L.Conv1DTranspose(2, 2, strides=3, padding="same"), [steps]
    yield "conv1d transpose output padding", L.Conv1DTranspose(2, 3, strides=2, output_padding=1), [steps]
    yield "conv1d transpose same, output padding", L.Conv1DTranspose(2, 4, strides=3, padding="same", output_padding=2), [steps]
    yield "conv1d transpose dilated", L.Conv1DTranspose(2, 3, dilation_rate=2, padding="same"), [steps]
    yield "conv1d transpose channels first", L.Conv1DTranspose(2, 3, strides=2, padding="same", data_format="channels_first"), [first1]
    yield "conv2d transpose", L.Conv2DTranspose(3, (2, 3)), [image]
    yield "conv2d transpose same, strides", L.Conv2DTranspose(3, 3, strides=2, padding="same", activation="sigmoid"), [image]
    yield "conv2d transpose strides differ", L.Conv2DTranspose(2, (3, 2), strides=(1, 2), padding="same", use_bias=False), [image]
    yield "conv2d transpose output padding", L.Conv2DTranspose(2, (2, 3), strides=(3, 2), output_padding=(2, 1), kernel_regularizer="l1"), [image]
    yield "conv2d transpose same, output padding", L.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=(0, 1)), [image]
    yield "conv2d transpose dilated", L.Conv2DTranspose(2, 2, dilation_rate=2), [image]
    yield "conv2d transpose channels first", L.Conv2DTranspose(3, 2, strides=2, data_format="channels_first"), [first2]
    yield "conv3d transpose", L.Conv3DTranspose(2, 2), [volume]
    yield "conv3d transpose same, strides", L.Conv3DTranspose(2, (2, 3, 1), strides=(2, 1, 2), padding="same"), [volume]
    yield "conv3d transpose output padding", L.Conv3DTranspose(1, 2, strides=2, output_padding=(1, 0, 1)), [volume]
    yield "conv3d transpose channels first", L.Conv3DTranspose(2, 2, strides=2, data_format="channels_first", activation="relu"), [first3]
    yield "depthwise conv1d", L.DepthwiseConv1D(3), [steps]
    yield "depthwise conv1d multiplier, strides", L.DepthwiseConv1D(2, strides=2, padding="same", depth_multiplier=3, activation="relu"), [steps]
    yield "depthwise conv1d strides and dilation", L.DepthwiseConv1D(2, strides=2, dilation_rate=2, padding="same"), [steps]
    yield "depthwise conv1d channels first", L.DepthwiseConv1D(2, dilation_rate=2, data_format="channels_first"), [first1]
    yield "depthwise conv2d", L.DepthwiseConv2D(3, depthwise_regularizer="l2"), [image]
    yield "depthwise conv2d same, strides, multiplier", L.DepthwiseConv2D((2, 3), strides=2, padding="same", depth_multiplier=2), [image]
    yield "depthwise conv2d dilated", L.DepthwiseConv2D(2, dilation_rate=(2, 1), use_bias=False), [image]
    yield "depthwise conv2d strides and dilation", L.DepthwiseConv2D(2, strides=(2, 1), dilation_rate=2, padding="same"), [image]
    yield "depthwise conv2d channels first", L.DepthwiseConv2D(2, depth_multiplier=2, data_format="channels_first", activation="tanh"), [first2]
    yield "separable conv1d", L.SeparableConv1D(4, 3, pointwise_regularizer="l2"), [steps]
    yield "separable conv1d multiplier, strides", L.SeparableConv1D(2, 2, strides=2, padding="same", depth_multiplier=2, activation="relu"), [steps]
    yield "separable conv1d channels first", L.SeparableConv1D(2, 2, data_format="channels_first"), [first1]
    yield "separable conv2d", L.SeparableConv2D(4, (2, 3)), [image]
    yield "separable conv2d same, strides, multiplier", L.SeparableConv2D(3, 3, strides=2, padding="same", depth_multiplier=2, use_bias=False), [image]
    yield "separable conv2d dilated", L.SeparableConv2D(2, 2, dilation_rate=2, depthwise_regularizer="l1"), [image]
    yield "separable conv2d channels first", L.SeparableConv2D(3, 2, padding="same", data_format="channels_first", activation="relu"), [first2]
    yield "conv1d lora", L.Conv1D(4, 2, lora_rank=2, kernel_regularizer="l2"), [steps]
    yield "conv2d lora, groups", L.Conv2D(4, (2, 3), groups=2, lora_rank=3, lora_alpha=2, activation="tanh"), [image]
    yield "conv3d lora", L.Conv3D(2, 2, lora_rank=1, use_bias=False), [volume]


def pooling():
    steps, image, volume = normal(2, 7, 3), normal(2, 5, 6, 2), normal(2, 4, 5, 3, 2)
    first1, first2, first3 = normal(2, 3, 7), normal(2, 2, 5, 6), normal(2, 2, 4, 3, 5)
    yield "max pooling 3d", L.MaxPooling3D(), [volume]
    yield "max pooling 3d same", L.MaxPooling3D((2, 3, 2), strides=(1, 2, 2), padding="same"), [volume]
    yield "max pooling 3d channels first", L.MaxPooling3D(2, strides=1, data_format="channels_first"), [first3]
    yield "max pooling 1d channels first", L.MaxPooling1D(2, data_format="channels_first"), [first1]
    yield "average pooling 3d", L.AveragePooling3D((2, 1, 3)), [volume]
    yield "average pooling 3d same", L.AveragePooling3D(3, strides=2, padding="same"), [volume]
    yield "average pooling 3d channels first", L.AveragePooling3D(2, data_format="channels_first"), [first3]
    yield "average pooling 2d channels first", L.AveragePooling2D(2, padding="same", data_format="channels_first"), [first2]
    yield "global average pooling 3d", L.GlobalAveragePooling3D(), [volume]
    yield "global average pooling 3d channels first", L.GlobalAveragePooling3D(data_format="channels_first", keepdims=True), [first3]
    yield "global max pooling 3d", L.GlobalMaxPooling3D(keepdims=True), [volume]
    yield "global max pooling 3d channels first", L.GlobalMaxPooling3D(data_format="channels_first"), [first3]
    yield "global max pooling 2d channels first", L.GlobalMaxPooling2D(data_format="channels_first", keepdims=True), [first2]
    yield "global max pooling 1d channels first", L.GlobalMaxPooling1D(data_format="channels_first"), [first1]
    yield "global average pooling 1d channels first, masked", L.GlobalAveragePooling1D(data_format="channels_first", keepdims=True), [first1], np.array([[1] * 4 + [0] * 3, [1] * 6 + [0]], bool)
    yield "adaptive average pooling 1d", L.AdaptiveAveragePooling1D(3), [steps]
    yield "adaptive average pooling 1d channels first", L.AdaptiveAveragePooling1D(5, data_format="channels_first"), [first1]
    yield "adaptive average pooling 2d", L.AdaptiveAveragePooling2D((3, 4)), [image]
    yield "adaptive average pooling 2d, even", L.AdaptiveAveragePooling2D((5, 2)), [image]
    yield "adaptive average pooling 2d channels first", L.AdaptiveAveragePooling2D(2, data_format="channels_first"), [first2]
    yield "adaptive average pooling 3d", L.AdaptiveAveragePooling3D((2, 3, 2)), [volume]
    yield "adaptive max pooling 1d", L.AdaptiveMaxPooling1D(4), [steps]
    yield "adaptive max pooling 2d", L.AdaptiveMaxPooling2D((2, 4)), [image]
    yield "adaptive max pooling 2d channels first", L.AdaptiveMaxPooling2D(3, data_format="channels_first"), [first2]
    yield "adaptive max pooling 3d", L.AdaptiveMaxPooling3D(2), [volume]
    yield "adaptive max pooling 3d channels first", L.AdaptiveMaxPooling3D((3, 2, 4), data_format="channels_first"), [first3]


def reshaping():
    steps, image, volume = normal(2, 5, 3), normal(2, 4, 5, 2), normal(1, 3, 4, 3, 2)
    first1, first2, first3 = normal(2, 3, 5), normal(2, 2, 4, 5), normal(1, 2, 3, 3, 4)
    yield "zero padding 1d", L.ZeroPadding1D(), [steps]
    yield "zero padding 1d pair", L.ZeroPadding1D((0, 2)), [steps]
    yield "zero padding 1d channels first", L.ZeroPadding1D((2, 1), data_format="channels_first"), [first1]
    yield "zero padding 2d", L.ZeroPadding2D(2), [image]
    yield "zero padding 3d", L.ZeroPadding3D(), [volume]
    yield "zero padding 3d pairs", L.ZeroPadding3D(((1, 0), (0, 2), (1, 1))), [volume]
    yield "zero padding 3d channels first", L.ZeroPadding3D((1, 0, 2), data_format="channels_first"), [first3]
    yield "cropping 1d", L.Cropping1D(), [steps]
    yield "cropping 1d pair", L.Cropping1D((0, 2)), [steps]
    yield "cropping 2d", L.Cropping2D(), [image]
    yield "cropping 2d pairs", L.Cropping2D(((1, 0), (2, 1))), [image]
    yield "cropping 2d channels first", L.Cropping2D((1, 2), data_format="channels_first"), [first2]
    yield "cropping 3d", L.Cropping3D(), [volume]
    yield "cropping 3d channels first", L.Cropping3D(((1, 0), (0, 1), (1, 2)), data_format="channels_first"), [first3]
    yield "up sampling 1d", L.UpSampling1D(), [steps]
    yield "up sampling 1d by 3", L.UpSampling1D(3), [steps]
    yield "up sampling 2d channels first", L.UpSampling2D((3, 1), data_format="channels_first"), [first2]
    small, small_first = normal(1, 3, 4, 2), normal(1, 2, 3, 4)
    for interpolation in ("bilinear", "bicubic", "lanczos3", "lanczos5"):
        yield f"up sampling 2d {interpolation}", L.UpSampling2D((2, 3), interpolation=interpolation), [small]
    yield "up sampling 2d bicubic, channels first", L.UpSampling2D(2, interpolation="bicubic", data_format="channels_first"), [small_first]
    yield "up sampling 3d", L.UpSampling3D(), [volume]
    yield "up sampling 3d channels first", L.UpSampling3D((1, 3, 2), data_format="channels_first"), [first3]
    yield "repeat vector", L.RepeatVector(3), [normal(2, 4)]
    big, big_first = normal(2, 6, 9, 2), normal(1, 2, 6, 9)
    for interpolation in ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"):
        yield f"resizing {interpolation}", L.Resizing(4, 5, interpolation=interpolation), [big]
    for interpolation in ("bilinear", "bicubic", "lanczos3"):
        yield f"resizing {interpolation}, larger, antialias", L.Resizing(3, 11, interpolation=interpolation, antialias=True), [big[:1]]
    yield "resizing cropped to aspect ratio", L.Resizing(4, 3, crop_to_aspect_ratio=True), [big]
    yield "resizing padded to aspect ratio", L.Resizing(4, 4, pad_to_aspect_ratio=True, fill_value=0.5), [big]
    yield "resizing channels first", L.Resizing(7, 4, interpolation="bicubic", data_format="channels_first"), [big_first]
    yield "resizing one image", L.Resizing(3, 4), [normal(5, 6, 3)]
    yield "center crop", L.CenterCrop(3, 4), [big]
    yield "center crop channels first", L.CenterCrop(5, 2, data_format="channels_first"), [big_first]
    yield "center crop of smaller images", L.CenterCrop(8, 4), [big]
    yield "center crop of one image", L.CenterCrop(2, 2), [normal(5, 6, 3)]
    yield "spatial dropout 1d", L.SpatialDropout1D(0.0), [steps]
    yield "spatial dropout 2d", L.SpatialDropout2D(0.0, data_format="channels_first"), [first2]
    yield "spatial dropout 3d", L.SpatialDropout3D(0.0), [volume]


def make():
    restart(23)
    make_layers("layers_convolutional.json", convolutional)
    make_layers("layers_pooling.json", pooling)
    make_layers("layers_reshaping.json", reshaping)


if __name__ == "__main__":
    make()
