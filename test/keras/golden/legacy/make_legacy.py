"""
Models in the files of Keras 1 and 2, with what they predict, for legacy.test.ts. Needs tf_keras (Keras 2) beside TensorFlow:
  python make_legacy.py
What Keras 1 had and Keras 2 has not is computed here with NumPy. Files: <case>.h5, and legacy.json with inputs and outputs.
"""
import json
import os

import h5py
import numpy as np
import tensorflow as tf
import tf_keras as keras

try:
    from tf_keras.src.engine.base_layer import TensorFlowOpLayer
    from tf_keras.src.layers.kernelized import RandomFourierFeatures
    from tf_keras.src.saving.legacy import hdf5_format
except ImportError:  # a tree of sources
    from tf_keras.engine.base_layer import TensorFlowOpLayer
    from tf_keras.layers.kernelized import RandomFourierFeatures
    from tf_keras.saving.legacy import hdf5_format

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(5)
layers = keras.layers
cases = {}


def normal(*shape):
    return rng.normal(size=shape).astype("float32")


def array(x):
    x = np.asarray(x)
    return {"shape": list(x.shape), "dtype": "float32", "data": [float(f"{v:.7g}") if np.isfinite(v) else str(v) for v in x.astype("float64").reshape(-1)]}


def listed(x):
    return [array(v) for v in x] if isinstance(x, (list, tuple)) else [array(x)]


def note(name, x, y):
    cases[name] = {"x": listed(x), "y": listed(y)}


def randomize(model):
    for w in model.weights:
        value = rng.normal(scale=0.4, size=w.shape)
        w.assign(np.abs(value) + 0.5 if "variance" in w.name else value)


def save(name, model, *shapes, x=None):
    """A model of tf_keras, with random weights."""
    randomize(model)
    x = x if x is not None else [normal(3, *s) for s in shapes]
    x = x[0] if len(x) == 1 else x
    path = os.path.join(HERE, f"{name}.h5")
    model.save(path, include_optimizer=False, save_format="h5")
    note(name, x, model.predict(x, verbose=0))


def write(name, config, weights, x, y, version="1.2.2", backend=None):
    """A file as Keras 1 wrote it: weights as (layer, [(name, array)])."""
    with h5py.File(os.path.join(HERE, f"{name}.h5"), "w") as f:
        f.attrs["keras_version"] = version.encode()
        if backend:
            f.attrs["backend"] = backend.encode()
        f.attrs["model_config"] = json.dumps(config).encode()
        g = f.create_group("model_weights")
        g.attrs["layer_names"] = [layer.encode() for layer, _ in weights]
        for layer, values in weights:
            p = g.create_group(layer)
            p.attrs["weight_names"] = [n.encode() for n, _ in values]
            for n, v in values:
                p.create_dataset(n, data=v)
    note(name, x, y)


def chain(*entries):
    return {"class_name": "Sequential", "config": list(entries)}


def layer(class_name, **config):
    return {"class_name": class_name, "config": config}


# ---- layers that Keras 3 dropped
for n in (1, 2, 3):
    padding = "valid" if n == 1 else "same"
    save(f"locally_connected1d_{n}", keras.Sequential([layers.Input((7, 3)), layers.LocallyConnected1D(4, 3, strides=2, padding=padding, activation="tanh", implementation=n)]), (7, 3))
    save(f"locally_connected2d_{n}", keras.Sequential([layers.Input((5, 6, 2)), layers.LocallyConnected2D(3, (2, 3), strides=(1, 2), padding=padding, implementation=n)]), (5, 6, 2))
    save(f"locally_connected2d_first_{n}", keras.Sequential([layers.Input((2, 5, 6)), layers.LocallyConnected2D(3, 2, padding=padding, implementation=n, data_format="channels_first")]), (2, 5, 6))
save("locally_connected1d_first", keras.Sequential([layers.Input((3, 7)), layers.LocallyConnected1D(4, 3, data_format="channels_first", use_bias=False)]), (3, 7))
save("thresholded_relu", keras.Sequential([layers.Input((6,)), layers.Dense(5), layers.ThresholdedReLU(theta=0.3)]), (6,))
save("cropping_to_nothing", keras.Sequential([layers.Input((3, 4, 4, 2)), layers.Conv3D(2, 2), layers.Cropping3D(1)]), (3, 4, 4, 2))
save("random_sizes", keras.Sequential([layers.Input((6, 5, 3)), layers.RandomHeight(0.3), layers.RandomWidth(0.2), layers.Conv2D(2, 3), layers.GlobalAveragePooling2D()]), (6, 5, 3))
save("fourier_features", keras.Sequential([layers.Input((4,)), RandomFourierFeatures(6, kernel_initializer="gaussian", scale=2.0), layers.Dense(2)]), (4,))

# ---- meanings that have changed
save("hard_sigmoid", keras.Sequential([layers.Input((5, 4)), layers.Dense(6, activation="hard_sigmoid"), layers.Activation("hard_sigmoid"), layers.LSTM(3, recurrent_activation="hard_sigmoid", return_sequences=True), layers.GRU(3, recurrent_activation="hard_sigmoid", reset_after=False)]), (5, 4))

# ---- cuDNN


def cudnn(name, cls, old, units):
    x = normal(3, 6, 5)
    own = cls(units)
    model = keras.Sequential([layers.Input((6, 5)), own])
    randomize(model)
    target = type(old, (), {"units": units})()
    weights = hdf5_format._convert_rnn_weights(target, own.get_weights())
    config = {"name": "rnn", "trainable": True, "units": units, "return_sequences": False, "return_state": False, "go_backwards": False, "stateful": False, "batch_input_shape": [None, 6, 5]}
    names = ["rnn/kernel:0", "rnn/recurrent_kernel:0", "rnn/bias:0"]
    write(name, chain(layer(old, **config)), [("rnn", list(zip(names, weights)))], x, model.predict(x, verbose=0), "2.2.4", "tensorflow")


cudnn("cudnn_lstm", layers.LSTM, "CuDNNLSTM", 4)
cudnn("cudnn_gru", layers.GRU, "CuDNNGRU", 4)

# ---- Keras 1
def gates(own, order, names):
    kernel, recurrent, bias = own.get_weights()
    split = lambda w: np.split(w, len(names), axis=-1)  # noqa: E731
    k, r, b = split(kernel), split(recurrent), split(bias)
    return [(f"rnn_{kind}_{names[g]}", v) for g in order for kind, v in (("W", k[g]), ("U", r[g]), ("b", b[g]))]


x = normal(3, 6, 5)
own = layers.LSTM(4, recurrent_activation="hard_sigmoid")
model = keras.Sequential([layers.Input((6, 5)), own])
randomize(model)
old = dict(name="rnn", output_dim=4, init="glorot_uniform", inner_init="orthogonal", activation="tanh", inner_activation="hard_sigmoid", return_sequences=False, go_backwards=False, stateful=False, unroll=False, consume_less="cpu", W_regularizer=None, U_regularizer=None, b_regularizer=None, dropout_W=0.0, dropout_U=0.0, input_dim=5, input_length=None, trainable=True, batch_input_shape=[None, 6, 5], input_dtype="float32")
# Keras' order is i, f, c, o; Keras 1 wrote i, c, f, o.
write("keras1_lstm", chain(layer("LSTM", forget_bias_init="one", **old)), [("rnn", gates(own, [0, 2, 1, 3], "ifco"))], x, model.predict(x, verbose=0))
own = layers.GRU(4, recurrent_activation="hard_sigmoid", reset_after=False)
model = keras.Sequential([layers.Input((6, 5)), own])
randomize(model)
write("keras1_gru", chain(layer("GRU", **old)), [("rnn", gates(own, [0, 1, 2], "zrh"))], x, model.predict(x, verbose=0))

x = normal(3, 6)
W, b = normal(4, 6, 5), normal(4, 5)
write("keras1_maxout", chain(layer("MaxoutDense", name="maxout", output_dim=5, nb_feature=4, init="glorot_uniform", bias=True, W_regularizer={"name": "WeightRegularizer", "l1": 0.0, "l2": 0.01}, b_regularizer=None, activity_regularizer=None, W_constraint=None, b_constraint=None, input_dim=6, trainable=True, batch_input_shape=[None, 6], input_dtype="float32")), [("maxout", [("maxout_W", W), ("maxout_b", b)])], x, np.max(np.einsum("ni,kio->nko", x, W) + b, axis=1))

W, C, b, c = normal(6, 6), normal(6, 6), normal(6), normal(6)
sigmoid = lambda v: 1 / (1 + np.exp(-v))  # noqa: E731
carry = sigmoid(x @ C + c)
write("keras1_highway", chain(layer("Highway", name="highway", init="glorot_uniform", transform_bias=-2, activation="tanh", bias=True, W_regularizer=None, b_regularizer=None, activity_regularizer=None, W_constraint=None, b_constraint=None, input_dim=6, trainable=True, batch_input_shape=[None, 6], input_dtype="float32")), [("highway", [("highway_W", W), ("highway_W_carry", C), ("highway_b", b), ("highway_b_carry", c)])], x, np.tanh(x @ W + b) * carry + (1 - carry) * x)

t_left, a_left, t_right, a_right = normal(6), normal(6), np.abs(normal(6)), normal(6)
right = t_left + np.abs(t_right)
srelu = np.where(x < t_left, t_left + a_left * (x - t_left), np.where(x < right, x, right + a_right * (x - right)))
write("keras1_srelu", chain(layer("SReLU", name="srelu", t_left_init="zero", a_left_init="glorot_uniform", t_right_init="glorot_uniform", a_right_init="one", shared_axes=None, trainable=True, batch_input_shape=[None, 6], input_dtype="float32")), [("srelu", [(f"srelu_{n}", v) for n, v in (("t_left", t_left), ("a_left", a_left), ("t_right", t_right), ("a_right", a_right))])], x, srelu)

alphas, betas = normal(6), normal(6)
write("keras1_parametric_softplus", chain(layer("ParametricSoftplus", name="ps", alpha_init=0.2, beta_init=5.0, shared_axes=None, trainable=True, batch_input_shape=[None, 6], input_dtype="float32")), [("ps", [("ps_alphas", alphas), ("ps_betas", betas)])], x, np.log1p(np.exp(betas * x)) * alphas)

# Batch normalization of each example (mode 1) and by the batch at hand (mode 2).
gamma, beta, mean, var = normal(6), normal(6), normal(6), np.abs(normal(6)) + 0.5
bn = dict(name="bn", epsilon=1e-3, axis=-1, momentum=0.99, gamma_regularizer=None, beta_regularizer=None, trainable=True, batch_input_shape=[None, 6], input_dtype="float32")
weights = [("bn", [("bn_gamma", gamma), ("bn_beta", beta), ("bn_running_mean", mean), ("bn_running_std", var)])]
std = np.sqrt(x.var(-1, keepdims=True) + 1e-3)
write("keras1_bn_mode0", chain(layer("BatchNormalization", mode=0, **bn)), weights, x, (x - mean) / np.sqrt(var + 1e-3) * gamma + beta)
write("keras1_bn_mode1", chain(layer("BatchNormalization", mode=1, **bn)), [("bn", weights[0][1][:2])], x, gamma * (x - x.mean(-1, keepdims=True)) / (std + 1e-3) + beta)
write("keras1_bn_mode2", chain(layer("BatchNormalization", mode=2, **bn)), weights, x, gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-3) + beta)

# Kernels in Theano's order, channels first.
x = normal(2, 3, 6, 5)
conv = layers.Conv2D(4, (2, 3))
model = keras.Sequential([layers.Input((6, 5, 3)), conv, layers.Flatten()])
randomize(model)
kernel, bias = conv.get_weights()
y = np.transpose(conv(np.transpose(x, (0, 2, 3, 1))).numpy(), (0, 3, 1, 2))
old = dict(name="conv", nb_filter=4, nb_row=2, nb_col=3, init="glorot_uniform", activation="linear", border_mode="valid", subsample=[1, 1], dim_ordering="th", W_regularizer=None, b_regularizer=None, activity_regularizer=None, W_constraint=None, b_constraint=None, bias=True, trainable=True, batch_input_shape=[None, 3, 6, 5], input_dtype="float32")
write("keras1_convolution_th", chain(layer("Convolution2D", **old)), [("conv", [("conv_W", np.transpose(kernel, (3, 2, 0, 1))), ("conv_b", bias)])], x, y)
x = normal(2, 7, 3)
conv = layers.Conv1D(4, 3)
model = keras.Sequential([layers.Input((7, 3)), conv])
randomize(model)
kernel, bias = conv.get_weights()
old = dict(name="conv", nb_filter=4, filter_length=3, init="uniform", activation="linear", border_mode="valid", subsample_length=1, W_regularizer=None, b_regularizer=None, activity_regularizer=None, W_constraint=None, b_constraint=None, bias=True, input_dim=3, input_length=7, trainable=True, batch_input_shape=[None, 7, 3], input_dtype="float32")
write("keras1_convolution1d", chain(layer("Convolution1D", **old)), [("conv", [("conv_W", kernel[:, None]), ("conv_b", bias)])], x, model.predict(x, verbose=0))

# Merging: as a layer of a graph, and as the first of a chain.
def dense(name, **more):
    return layer("Dense", name=name, output_dim=4, init="glorot_uniform", activation="tanh", W_regularizer=None, b_regularizer=None, activity_regularizer=None, W_constraint=None, b_constraint=None, bias=True, trainable=True, **more)


a, b2 = normal(3, 5), normal(3, 5)
Wa, ba, Wb, bb = normal(5, 4), normal(4), normal(5, 4), normal(4)
ha, hb = np.tanh(a @ Wa + ba), np.tanh(b2 @ Wb + bb)
dot = np.sum(ha * hb, -1, keepdims=True)
outputs = {"sum": ha + hb, "mul": ha * hb, "ave": (ha + hb) / 2, "max": np.maximum(ha, hb), "concat": np.concatenate([ha, hb], -1), "dot": dot, "cos": (dot / np.sqrt((ha * ha).sum(-1, keepdims=True) * (hb * hb).sum(-1, keepdims=True)))[:, None]}
weights = [("a", [("a_W", Wa), ("a_b", ba)]), ("b", [("b_W", Wb), ("b_b", bb)])]
for mode, y in outputs.items():
    merge = dict(name="merge", mode=mode, mode_type="raw", concat_axis=-1, dot_axes=[[1], [1]] if mode == "dot" else [1, 1] if mode == "cos" else -1, output_shape=None, output_shape_type="raw", output_mask=None, output_mask_type="raw", arguments={})
    node = lambda n: [n, 0, 0]  # noqa: E731
    graph = {
        "class_name": "Model",
        "config": {
            "name": "model_1",
            "layers": [
                *({"class_name": "InputLayer", "name": n, "config": {"name": n, "batch_input_shape": [None, 5], "input_dtype": "float32", "sparse": False}, "inbound_nodes": []} for n in ("in_a", "in_b")),
                {**dense("a"), "name": "a", "inbound_nodes": [[node("in_a")]]},
                {**dense("b"), "name": "b", "inbound_nodes": [[node("in_b")]]},
                {"class_name": "Merge", "name": "merge", "config": merge, "inbound_nodes": [[node("a"), node("b")]]},
            ],
            "input_layers": [node("in_a"), node("in_b")],
            "output_layers": [node("merge")],
        },
    }
    write(f"keras1_merge_{mode}", graph, weights, [a, b2], y)
Wc, bc = normal(8, 4), normal(4)
branch = lambda n: chain(dense(n, batch_input_shape=[None, 5], input_dtype="float32"))  # noqa: E731
merge = dict(name="merge", mode="concat", mode_type="raw", concat_axis=1, dot_axes=-1, output_shape=None, output_shape_type="raw", arguments={}, layers=[branch("a"), branch("b")])
write("keras1_merge_first", chain(layer("Merge", **merge), dense("c"), layer("Dropout", name="d", p=0.5, trainable=True)), [*weights, ("merge", []), ("c", [("c_W", Wc), ("c_b", bc)]), ("d", [])], [a, b2], np.tanh(np.concatenate([ha, hb], 1) @ Wc + bc))

# ---- functions of TensorFlow in graphs
def functions():
    x = layers.Input((4, 6), name="x")
    y = layers.Input((4, 6), name="y")
    z = layers.Input((4,), name="z")
    positive = tf.abs(x) + 0.5
    image = tf.reshape(x, [-1, 4, 3, 2])
    return [x, y, z], [
        x + y, x - 2.0, 3.0 - x, x * y, x / positive, 1.0 / positive, -x, x**2, tf.pow(positive, y), tf.matmul(x, y, transpose_b=True), x @ tf.transpose(y, [0, 2, 1]),
        tf.math.floordiv(x, 0.7), tf.math.floormod(x, 0.7), x // 0.6, x % 0.6, tf.math.squared_difference(x, y), tf.math.maximum(x, y), tf.minimum(x, 0.2),
        tf.math.add(x, y), tf.math.subtract(x, y), tf.multiply(x, y), tf.divide(x, positive), tf.math.add_n([x, y, x]), tf.math.divide_no_nan(x, y), tf.math.atan2(x, y),
        tf.exp(x), tf.math.log(positive), tf.math.log1p(positive), tf.math.expm1(x), tf.sqrt(positive), tf.math.rsqrt(positive), tf.square(x), tf.abs(x), tf.sign(x), tf.negative(x), tf.math.reciprocal(positive),
        tf.sin(x), tf.cos(x), tf.tan(x), tf.tanh(x), tf.sigmoid(x), tf.math.softplus(x), tf.math.erf(x), tf.floor(x), tf.math.ceil(x), tf.round(x), tf.math.sinh(x), tf.math.cosh(x), tf.math.atan(x),
        tf.nn.relu(x), tf.nn.relu6(x * 5.0), tf.nn.leaky_relu(x, alpha=0.1), tf.nn.leaky_relu(x), tf.nn.elu(x), tf.nn.selu(x), tf.nn.gelu(x), tf.nn.gelu(x, approximate=True), tf.nn.silu(x), tf.nn.swish(x), tf.nn.softmax(x), tf.nn.softmax(x, axis=1), tf.nn.log_softmax(x), tf.nn.softsign(x), tf.nn.l2_normalize(x, axis=-1), tf.math.l2_normalize(x, 1),
        tf.reduce_sum(x, axis=1), tf.reduce_mean(x, axis=[1, 2], keepdims=True), tf.reduce_max(x, -1), tf.reduce_min(x, axis=2), tf.reduce_prod(x, axis=1), tf.math.reduce_variance(x, axis=1), tf.math.reduce_std(x, axis=1), tf.math.reduce_logsumexp(x, axis=1), tf.norm(x, axis=-1), tf.cumsum(x, axis=1),
        tf.reshape(x, [-1, 24]), tf.transpose(x, perm=[0, 2, 1]), tf.expand_dims(x, 1), tf.expand_dims(x, axis=-1), tf.squeeze(tf.expand_dims(x, 1), axis=1), tf.concat([x, y], axis=-1), tf.concat([x, y], 1), tf.stack([x, y], axis=1), tf.unstack(x, axis=1)[2], tf.split(x, 3, axis=-1)[1], tf.split(x, [1, 2, 3], axis=2)[2],
        tf.tile(x, [1, 2, 1]), tf.pad(x, [[0, 0], [1, 2], [0, 1]]), tf.pad(x, [[0, 0], [1, 1], [1, 0]], constant_values=0.5), tf.pad(x, [[0, 0], [1, 1], [1, 0]], mode="REFLECT"), tf.reverse(x, [1]), tf.repeat(x, 2, axis=1), tf.roll(x, 1, axis=1), tf.gather(x, [2, 0], axis=1), tf.slice(x, [0, 1, 2], [-1, 2, 3]), tf.where(x > 0.0, x, y), tf.where(tf.greater(x, y), 1.0, 0.0), tf.zeros_like(x), tf.ones_like(x) * x, tf.broadcast_to(tf.expand_dims(z, 2), tf.shape(x)), tf.identity(x),
        tf.cast(x > 0.1, tf.float32), tf.cast(tf.cast(x, "int32"), "float32"), tf.cast(tf.math.logical_and(x > 0.0, y > 0.0), "float32"), tf.cast(tf.argmax(x, axis=-1), "float32"), tf.cast(tf.equal(tf.round(x), 0.0), "float32"), tf.clip_by_value(x, -0.5, 0.5), tf.one_hot(tf.cast(tf.abs(z), "int32"), 3), tf.tensordot(x, y[0], axes=[[2], [1]]), tf.linalg.matmul(x, y, transpose_a=True), tf.math.top_k(x, 2)[0],
        tf.nn.conv2d(image, np.ones((2, 2, 2, 3), "float32") * 0.1, strides=1, padding="SAME"), tf.nn.avg_pool2d(image, 2, 1, "VALID"), tf.nn.max_pool2d(image, 2, 2, "SAME"), tf.image.resize(image, [8, 6]), tf.image.resize(image, [8, 6], method="nearest"), tf.nn.bias_add(x, np.arange(6, dtype="float32")), tf.compat.v1.transpose(x, [0, 2, 1]), keras.backend.mean(x, axis=1), keras.backend.clip(x, -1.0, 0.5), keras.backend.sum(x, axis=-1, keepdims=True), keras.activations.relu(x), keras.backend.sqrt(positive), tf.nn.space_to_depth(tf.reshape(x, [-1, 4, 6, 1]), 2), tf.nn.depth_to_space(tf.reshape(x, [-1, 2, 3, 4]), 2),
        x[:, 1], x[:, 1:3], x[:, ::2, -1], x[..., 0], x[:, tf.newaxis, 1:, :2], x[:, -1:, ...], x[:, 3:0:-1],
    ]


inputs, outputs = functions()
x = [normal(3, 4, 6), normal(3, 4, 6), normal(3, 4)]
save("tf_functions", keras.Model(inputs, outputs), x=x)


# ---- operations of TensorFlow 1.14 to 2.2
def operation(op, inputs, attr, constants=None, name="op"):
    count = (len(inputs) if isinstance(inputs, list) else 1) + len(constants or {})
    node = {"name": name, "op": op, "input": [f"in_{i}" for i in range(count)], "attr": attr}
    return TensorFlowOpLayer(node_def=node, name=name, constants=constants)(inputs)


def operations():
    x, y = layers.Input((4, 6)), layers.Input((4, 6))
    f, i32 = {"T": {"type": "DT_FLOAT"}}, {"type": "DT_INT32"}
    reduce = {**f, "Tidx": i32, "keep_dims": {"b": True}}
    image = operation("Reshape", x, {**f, "Tshape": i32}, {1: [-1, 4, 3, 2]}, "to_image")
    rows = [
        ("Add", [x, y], f, None), ("AddV2", x, f, {1: 2.0}), ("Sub", y, f, {0: 1.0}), ("Mul", [x, y], f, None), ("RealDiv", x, f, {1: 4.0}), ("Maximum", [x, y], f, None), ("Minimum", [x, y], f, None), ("SquaredDifference", [x, y], f, None), ("FloorMod", x, f, {1: 0.7}), ("FloorDiv", x, f, {1: 0.7}),
        ("Neg", x, f, None), ("Exp", x, f, None), ("Abs", x, f, None), ("Square", x, f, None), ("Tanh", x, f, None), ("Sigmoid", x, f, None), ("Relu", x, f, None), ("Relu6", x, f, None), ("Elu", x, f, None), ("Selu", x, f, None), ("Softplus", x, f, None), ("LeakyRelu", x, {**f, "alpha": {"f": 0.1}}, None), ("Softmax", x, f, None), ("Sign", x, f, None), ("Floor", x, f, None), ("Identity", x, f, None),
        ("Sum", x, reduce, {1: 1}), ("Mean", x, {**reduce, "keep_dims": {"b": False}}, {1: [1, 2]}), ("Max", x, reduce, {1: -1}), ("Min", x, {**f, "Tidx": i32}, {1: [1]}), ("Prod", x, reduce, {1: 2}),
        ("Transpose", x, {**f, "Tperm": i32}, {1: [0, 2, 1]}), ("Reshape", x, {**f, "Tshape": i32}, {1: [-1, 24]}), ("ExpandDims", x, {**f, "Tdim": i32}, {1: 1}), ("ConcatV2", [x, y], {**f, "Tidx": i32, "N": {"i": "2"}}, {2: -1}), ("Pack", [x, y], {**f, "N": {"i": "2"}, "axis": {"i": "1"}}, None), ("BatchMatMulV2", [x, y], {**f, "adj_x": {"b": False}, "adj_y": {"b": True}}, None), ("Tile", x, {**f, "Tmultiples": i32}, {1: [1, 2, 1]}), ("Pad", x, {**f, "Tpaddings": i32}, {1: [[0, 0], [1, 2], [0, 1]]}), ("MirrorPad", x, {**f, "Tpaddings": i32, "mode": {"s": "UkVGTEVDVA=="}}, {1: [[0, 0], [1, 1], [0, 1]]}), ("PadV2", x, {**f, "Tpaddings": i32}, {1: [[0, 0], [1, 2], [0, 1]], 2: 0.5}),
        ("StridedSlice", x, {**f, "Index": i32, "begin_mask": {"i": "1"}, "end_mask": {"i": "5"}, "ellipsis_mask": {"i": "0"}, "new_axis_mask": {"i": "0"}, "shrink_axis_mask": {"i": "2"}}, {1: [0, 1, 1], 2: [0, 2, 0], 3: [1, 1, 2]}), ("Slice", x, {**f, "Index": i32}, {1: [0, 1, 2], 2: [-1, 2, 3]}), ("GatherV2", x, {"Tparams": {"type": "DT_FLOAT"}, "Tindices": i32, "Taxis": i32, "batch_dims": {"i": "0"}}, {1: [2, 0], 2: 1}), ("Cast", x, {"SrcT": {"type": "DT_FLOAT"}, "DstT": {"type": "DT_FLOAT"}, "Truncate": {"b": False}}, None), ("ReverseV2", x, {**f, "Tidx": i32}, {1: [1]}),
        ("ResizeBilinear", image, {**f, "half_pixel_centers": {"b": True}, "align_corners": {"b": False}}, {1: [8, 6]}), ("ResizeNearestNeighbor", image, {**f, "half_pixel_centers": {"b": True}, "align_corners": {"b": False}}, {1: [8, 6]}), ("MaxPool", image, {**f, "ksize": {"list": {"i": ["1", "2", "2", "1"]}}, "strides": {"list": {"i": ["1", "1", "1", "1"]}}, "padding": {"s": "U0FNRQ=="}, "data_format": {"s": "TkhXQw=="}}, None), ("AvgPool", image, {**f, "ksize": {"list": {"i": ["1", "2", "2", "1"]}}, "strides": {"list": {"i": ["1", "2", "2", "1"]}}, "padding": {"s": "VkFMSUQ="}, "data_format": {"s": "TkhXQw=="}}, None), ("DepthToSpace", operation("Reshape", x, {**f, "Tshape": i32}, {1: [-1, 2, 3, 4]}, "to_depth"), {**f, "block_size": {"i": "2"}, "data_format": {"s": "TkhXQw=="}}, None), ("SpaceToDepth", operation("Reshape", x, {**f, "Tshape": i32}, {1: [-1, 4, 6, 1]}, "to_space"), {**f, "block_size": {"i": "2"}, "data_format": {"s": "TkhXQw=="}}, None),
    ]
    squeezed = operation("Squeeze", operation("ExpandDims", x, {**f, "Tdim": i32}, {1: 1}, "wide"), {**f, "squeeze_dims": {"list": {"i": ["1"]}}}, None, "squeeze")
    unpacked = operation("Unpack", x, {**f, "num": {"i": "4"}, "axis": {"i": "1"}}, None, "unpack")
    halves = operation("Split", x, {**f, "num_split": {"i": "2"}}, {0: 2}, "split")
    return [x, y], [squeezed, unpacked[1], halves[1], *(operation(op, given, attr, constants, f"{op}_{i}") for i, (op, given, attr, constants) in enumerate(rows))]


inputs, outputs = operations()
save("tf_operations", keras.Model(inputs, outputs), x=[normal(3, 4, 6), normal(3, 4, 6)])

with open(os.path.join(HERE, "legacy.json"), "w") as f:
    json.dump(cases, f, separators=(",", ":"))
    f.write("\n")
print(len(cases), "cases")
