"""Layers x configurations: output, output in training, gradients, statistics after training."""
import numpy as np
import tensorflow as tf

import keras
from common import array, arrays, normal, objective, random, serialized, uniform, write
from keras import layers as L


def cases():
    image, image2 = normal(2, 5, 6, 3), normal(2, 6, 6, 4)
    first = normal(2, 3, 5, 6)
    steps, rows = normal(2, 7, 3), normal(4, 5)
    yield "dense", L.Dense(3), [rows]
    yield "dense relu, regularized", L.Dense(4, activation="relu", kernel_regularizer="l2", bias_initializer="ones"), [rows]
    yield "dense without bias, tanh, rank 3", L.Dense(2, activation="tanh", use_bias=False), [steps]
    yield "dense softmax", L.Dense(3, activation="softmax"), [rows]
    yield "conv1d", L.Conv1D(4, 3), [steps]
    yield "conv1d same, strides 2", L.Conv1D(2, 2, strides=2, padding="same", activation="relu"), [steps]
    yield "conv1d causal, dilated", L.Conv1D(3, 2, dilation_rate=2, padding="causal"), [steps]
    yield "conv2d", L.Conv2D(4, 3), [image]
    yield "conv2d same, relu", L.Conv2D(3, (3, 2), padding="same", activation="relu"), [image]
    yield "conv2d same, strides", L.Conv2D(2, 3, strides=(2, 3), padding="same", use_bias=False), [image]
    yield "conv2d dilated", L.Conv2D(2, 2, dilation_rate=(2, 1)), [image]
    yield "conv2d groups", L.Conv2D(4, 3, groups=2), [image2]
    yield "conv2d channels first", L.Conv2D(2, 2, data_format="channels_first", activation="sigmoid"), [first]
    yield "max pooling 1d", L.MaxPooling1D(), [steps]
    yield "max pooling 1d same", L.MaxPooling1D(3, strides=2, padding="same"), [steps]
    yield "max pooling 2d", L.MaxPooling2D(), [image]
    yield "max pooling 2d overlapping, same", L.MaxPooling2D((3, 2), strides=(1, 2), padding="same"), [image]
    yield "max pooling 2d channels first", L.MaxPooling2D(2, data_format="channels_first"), [first]
    yield "average pooling 1d same", L.AveragePooling1D(2, strides=1, padding="same"), [steps]
    yield "average pooling 1d", L.AveragePooling1D(3), [steps]
    yield "average pooling 2d", L.AveragePooling2D((2, 3)), [image]
    yield "average pooling 2d same", L.AveragePooling2D(3, strides=2, padding="same"), [image]
    yield "global average pooling 1d", L.GlobalAveragePooling1D(), [steps]
    yield "global average pooling 1d masked", L.GlobalAveragePooling1D(), [steps], np.array([[1] * 4 + [0] * 3, [1] * 6 + [0]], bool)
    yield "global max pooling 1d", L.GlobalMaxPooling1D(keepdims=True), [steps]
    yield "global average pooling 2d", L.GlobalAveragePooling2D(keepdims=True), [image]
    yield "global average pooling 2d channels first", L.GlobalAveragePooling2D(data_format="channels_first"), [first]
    yield "global max pooling 2d", L.GlobalMaxPooling2D(), [image]
    yield "flatten", L.Flatten(), [image]
    yield "flatten channels first", L.Flatten(data_format="channels_first"), [first]
    yield "reshape", L.Reshape((3, -1)), [image]
    yield "permute", L.Permute((2, 3, 1)), [image]
    yield "dropout 0", L.Dropout(0.0), [rows]
    yield "batch normalization", L.BatchNormalization(), [rows]
    yield "batch normalization of images", L.BatchNormalization(momentum=0.9, epsilon=1e-2), [image]
    yield "batch normalization axis 1", L.BatchNormalization(axis=1, gamma_initializer="zeros"), [first]
    yield "batch normalization plain", L.BatchNormalization(center=False, scale=False, momentum=0.5), [rows]
    yield "batch normalization masked", L.BatchNormalization(momentum=0.8), [steps], np.array([[1] * 4 + [0] * 3, [1] * 6 + [0]], bool)
    yield "layer normalization", L.LayerNormalization(), [rows]
    yield "layer normalization axes", L.LayerNormalization(axis=[1, 2], epsilon=1e-5), [normal(2, 3, 4)]
    yield "layer normalization plain", L.LayerNormalization(center=False, scale=False), [rows]
    yield "activation", L.Activation("gelu"), [rows]
    yield "relu", L.ReLU(max_value=1.0, negative_slope=0.2, threshold=0.1), [rows]
    yield "relu plain", L.ReLU(), [rows]
    yield "leaky relu", L.LeakyReLU(negative_slope=0.1), [rows]
    yield "softmax", L.Softmax(axis=1), [steps]
    yield "softmax masked", L.Softmax(), [rows], np.array([[1, 1, 0, 1, 0]] * 4, bool)
    yield "embedding", L.Embedding(7, 3), [random.integers(0, 7, size=(2, 5)).astype("int32")]
    yield "rescaling", L.Rescaling(1 / 255.0, offset=-0.5), [uniform(2, 3, high=255)]
    yield "zero padding", L.ZeroPadding2D(((1, 0), (2, 1))), [image]
    yield "zero padding channels first", L.ZeroPadding2D((1, 2), data_format="channels_first"), [first]
    yield "up sampling", L.UpSampling2D((2, 3)), [image[:1, :3, :3]]
    yield "up sampling bilinear", L.UpSampling2D(2, interpolation="bilinear"), [image[:1, :3, :3]]
    yield "identity", L.Identity(), [rows]
    a, b = normal(2, 3), normal(2, 3)
    c = normal(2, 3)
    yield "add", L.Add(), [a, b, c]
    yield "add, broadcast", L.Add(), [normal(2, 4, 3), b[:, None, :]]
    yield "subtract", L.Subtract(), [a, b]
    yield "multiply", L.Multiply(), [a, b, c]
    yield "average", L.Average(), [a, b, c]
    yield "maximum", L.Maximum(), [a, b, c]
    yield "minimum", L.Minimum(), [a, b]
    yield "concatenate", L.Concatenate(), [a, normal(2, 2)]
    yield "concatenate axis 1", L.Concatenate(axis=1), [normal(2, 2, 3), normal(2, 1, 3)]


def one(name, layer, inputs, mask=None, unpack=False, options=None, tolerance=None):
    """`unpack`: Keras' call takes the inputs as arguments of their own. `options`: further arguments, arrays among them."""
    single = len(inputs) == 1
    shapes = inputs[0].shape if single else [x.shape for x in inputs]
    options, given = dict(options or {}), lambda xs: xs if unpack else [xs[0] if single else list(xs)]
    if mask is not None:
        options["mask"] = mask
    if not layer.built:
        layer.build(*shapes) if unpack else layer.build(shapes)
    for w in layer.weights:  # values that no initializer gives
        w.assign(uniform(*w.shape, low=0.2, high=1.2) if "variance" in w.name or "stddev" in w.name else 0.5 * normal(*w.shape))
    before = [np.array(w) for w in layer.weights]
    inference = layer(*given(inputs), training=False, **options)
    tensors = [tf.constant(x) for x in inputs]
    floats = [t for t in tensors if t.dtype.is_floating]
    with tf.GradientTape() as tape:
        for t in floats:
            tape.watch(t)
        y = layer(*given(tensors), training=True, **options)
        loss = sum(objective(tf.cast(v, "float32")) for v in as_list(y)) + sum(tf.cast(v, "float32") for v in layer.losses)
    trained = [w.value for w in layer.trainable_weights]
    grads = tape.gradient(loss, floats + trained, unconnected_gradients="zero")
    grads = [tf.convert_to_tensor(g) for g in grads]
    case = {
        "name": name, "config": serialized(layer), "inputs": arrays(inputs), "mask": encoded(mask),
        "weights": [{"path": w.path, **array(v)} for w, v in zip(layer.weights, before)],
        "inference": encoded(inference), "training": encoded(y), "dx": arrays(grads[: len(floats)]), "dw": arrays(grads[len(floats):]),
        "losses": [float(v) for v in layer.losses],
        "after": arrays(layer.non_trainable_weights),
        "outputShape": list(layer.compute_output_shape(*shapes) if unpack else layer.compute_output_shape(shapes)),
    }
    call = {k: encoded(v) for k, v in options.items() if k != "mask"}
    return {**case, **({"options": call} if call else {}), **({"tolerance": tolerance} if tolerance else {})}


def as_list(y):
    return list(y) if isinstance(y, (list, tuple)) else [y]


def encoded(x):
    """An array, a list of them, or a plain value."""
    if x is None or isinstance(x, (bool, int, float, str)):
        return x
    return [encoded(v) for v in x] if isinstance(x, (list, tuple)) else array(x)


def make(name="layers.json", cases=cases):
    """Writes a file of cases. Each family of layers has one: layers_<family>.json."""
    write(name, [one(*case) for case in cases()])
