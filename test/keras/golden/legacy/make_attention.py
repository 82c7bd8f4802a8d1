"""
Attention layers in files of Keras 2, with what they predict, for legacy_layers.test.ts. Needs tf_keras (Keras 2) beside
TensorFlow: python make_attention.py. Files: attention_<case>.h5 and .keras, and attention.json.
"""
import json
import os
import shutil

import h5py
import numpy as np
import tensorflow as tf
import tf_keras as keras

HERE = os.path.dirname(os.path.abspath(__file__))
layers = keras.layers
rng = np.random.default_rng(2)
cases = {}


def normal(*shape):
    return rng.normal(size=shape).astype("float32").round(4)


def listed(x):
    return [{"shape": list(v.shape), "dtype": "float32", "data": [float(f"{n:.7g}") if np.isfinite(n) else str(n) for n in v.reshape(-1)]} for v in (x if isinstance(x, (list, tuple)) else [x])]


def save(name, inputs, outputs, *xs):
    model = keras.Model(inputs, outputs)
    for w in model.weights:
        w.assign(rng.normal(scale=0.4, size=w.shape))
    for extension, options in (("h5", dict(include_optimizer=False, save_format="h5")), ("keras", {})):
        model.save(os.path.join(HERE, f"attention_{name}.{extension}"), **options)
        cases[f"{name}.{extension}"] = {"x": listed(xs), "y": listed(model.predict(list(xs) if len(xs) > 1 else xs[0], verbose=0))}


q, v, k, mask = layers.Input((4, 3)), layers.Input((2, 3)), layers.Input((2, 3)), layers.Input((4, 2))
a, b, c, m = normal(2, 4, 3), normal(2, 2, 3), normal(2, 2, 3), (rng.uniform(size=(2, 4, 2)) > 0.4).astype("float32")
MultiHead = layers.MultiHeadAttention
save("cross", [q, v], MultiHead(2, 3, value_dim=4, output_shape=5, attention_axes=(1,))(q, v), a, b)
save("key", [q, v, k], MultiHead(2, 2)(query=q, value=v, key=k), a, b, c)
save("mask", [q, v, mask], MultiHead(2, 2, use_bias=False)(q, value=v, attention_mask=mask), a, b, m)
save("causal", q, MultiHead(2, 2)(q, q, use_causal_mask=True), a)
save("scores", [q, v], list(MultiHead(2, 2)(q, v, return_attention_scores=True)), a, b)
save("dot", [q, v], layers.Attention(use_scale=True)([q, v], use_causal_mask=True), a, b)
save("concat", [q, v], layers.Attention(score_mode="concat")([q, v]), a, b)
save("additive", [q, v, k], layers.AdditiveAttention()([q, v, k]), a, b, c)
tokens = layers.Input((5,))
h = layers.Embedding(9, 4)(tokens)
h = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([h, MultiHead(2, 2, dropout=0.1)(h, h, training=False)]))
h = layers.LayerNormalization(axis=-1)(layers.Add()([h, layers.EinsumDense("abc,cd->abd", (None, 4), bias_axes="d")(layers.Dense(4, "gelu")(h))]))
save("transformer", tokens, layers.Dense(2)(layers.GlobalAveragePooling1D()(h)), rng.integers(0, 9, size=(2, 5)).astype("float32"))

# Masks: Add keeps them, operators and most functions lose them; a query that may attend to nothing attends to all alike.
tokens = layers.Input((5,))
ids = np.array([[1, 2, 3, 0, 0], [4, 5, 6, 7, 0], [0, 0, 0, 0, 0]], "float32")
pool = layers.GlobalAveragePooling1D()
x = layers.Embedding(9, 4, mask_zero=True)(tokens)
for is_operator in (True, False):
    h = MultiHead(2, 2, dropout=0.1)(x, x)
    x = layers.LayerNormalization()(x + h if is_operator else layers.Add()([x, h]))
    h = layers.Dense(4)(layers.Dense(6, activation="gelu")(x))
    x = layers.LayerNormalization()(layers.Add()([x, h]) if is_operator else x + h)
save("masked_transformer", tokens, [x, pool(x)], ids)

x = layers.Embedding(9, 4, mask_zero=True)(tokens)
a = layers.Dense(4)(x)
functions = [
    x - a, x * 2.0, 2.0 / (a * a + 1.0), x @ tf.transpose(a, [0, 2, 1]), -x, x[:, 1:], x[:], tf.concat([x], 1), tf.concat([x, a], 1),
    tf.reshape(x, [-1, 5, 4]), tf.identity(x), tf.cast(x, tf.float32), tf.convert_to_tensor(x), tf.ensure_shape(x, [None, 5, 4]),
    x - tf.reduce_mean(x, axis=1, keepdims=True), tf.math.exp(x), tf.nn.relu(x), tf.where(x > a, x, a), tf.stop_gradient(x),
]
save("masked_functions", tokens, [pool(y) for y in functions], ids)

allowed = layers.Input((4, 4))
queries = layers.Input((4, 3))
numbers = normal(2, 4, 3) * 30
some = (rng.uniform(size=(2, 4, 4)) > 0.8).astype("float32")
save("masked_large", [queries, allowed], MultiHead(2, 2)(queries, queries, attention_mask=allowed), numbers, some)
save("masked_identity", tokens, pool(layers.Identity()(x)), ids)

# Layers and functions whose names could be the same.
y = layers.Add()([x, x]) + x
y = layers.Multiply()([layers.Add()([y, x]), y + y]) * x
y = tf.concat([layers.Concatenate()([y, x]), y], -1)
y = tf.reshape(layers.Reshape((3, 20))(y), [-1, 5, 12])
y = tf.maximum(layers.Maximum()([y, layers.Subtract()([y, y * 2.0]) - 1.0]), 0.0)
y = tf.nn.softmax(layers.Softmax()(tf.nn.relu(layers.ReLU()(y))))
save("names", tokens, [y, y * 3.0, layers.Multiply()([y, y])], ids)

# Before 2.10 `causal` was an option of the layer, and scoreMode none.
shutil.copy(os.path.join(HERE, "attention_dot.h5"), os.path.join(HERE, "attention_causal_option.h5"))
with h5py.File(os.path.join(HERE, "attention_causal_option.h5"), "a") as f:
    config = json.loads(f.attrs["model_config"])
    for layer in config["config"]["layers"]:
        if layer["class_name"] == "Attention":
            del layer["config"]["score_mode"]
            layer["config"]["causal"] = True
            for node in layer["inbound_nodes"]:
                for entry in node:
                    entry[3] = {}
    f.attrs["model_config"], f.attrs["keras_version"] = json.dumps(config), "2.8.0"
cases["causal_option.h5"] = cases["dot.h5"]
with open(os.path.join(HERE, "attention.json"), "w") as f:
    json.dump(cases, f, separators=(",", ":"))
    f.write("\n")
