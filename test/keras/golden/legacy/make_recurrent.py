"""
Recurrent layers in files of Keras 2 (called on states, both directions) and a Sequential without an input shape, with what they
predict, for legacy_layers.test.ts. Needs tf_keras (Keras 2) beside TensorFlow: python make_recurrent.py. Files:
recurrent_<case>.h5 and .keras, and recurrent.json.
"""
import copy
import json
import os

import h5py
import numpy as np
import tf_keras as keras

HERE = os.path.dirname(os.path.abspath(__file__))
layers = keras.layers
rng = np.random.default_rng(2)
cases = {}


def normal(*shape):
    return rng.normal(size=shape).astype("float32").round(4)


def listed(x):
    return [{"shape": list(v.shape), "dtype": "float32", "data": [float(f"{n:.7g}") for n in v.reshape(-1)]} for v in (x if isinstance(x, (list, tuple)) else [x])]


def save(name, model, *xs, extensions=("keras",)):
    for w in model.weights:
        w.assign(rng.normal(scale=0.4, size=w.shape))
    for extension in extensions:
        model.save(os.path.join(HERE, f"recurrent_{name}.{extension}"), **({"save_format": "h5"} if extension == "h5" else {}))
        cases[f"{name}.{extension}"] = {"x": listed(xs), "y": listed(model.predict(list(xs) if len(xs) > 1 else xs[0], verbose=0))}


def rewrite(name, change, version):
    """As an older Keras wrote it."""
    with h5py.File(os.path.join(HERE, f"recurrent_{name}.h5"), "a") as f:
        config = json.loads(f.attrs["model_config"])
        change(config["config"])
        f.attrs["model_config"], f.attrs["keras_version"] = json.dumps(config), version


x, h, c, h2 = layers.Input((4, 2)), layers.Input((3,)), layers.Input((3,)), layers.Input((3,))
a, b, d, e = normal(2, 4, 2), normal(2, 3), normal(2, 3), normal(2, 3)
save("lstm_states", keras.Model([x, h, c], layers.LSTM(3)(x, initial_state=[h, c])), a, b, d)
save("both_states", keras.Model([x, h, h2], layers.Bidirectional(layers.GRU(3))(x, initial_state=[h, h2])), a, b, e)
_, state_h, state_c = layers.LSTM(3, return_state=True)(x)
save("decoder", keras.Model([x, c], layers.LSTM(3)(layers.RepeatVector(2)(c), initial_state=[state_h, state_c])), a, d)
image = layers.Input((2, 3, 3, 1))
save("both_ways", keras.Model(image, layers.Bidirectional(layers.ConvLSTM2D(1, 2))(image)), normal(1, 2, 3, 3, 1), extensions=("h5",))


def alike(config):  # tf.keras 2.2
    for layer in config["layers"]:
        if layer["class_name"] == "Bidirectional":
            layer["config"]["backward_layer"] = copy.deepcopy(layer["config"]["layer"])
            layer["config"]["backward_layer"]["config"]["name"] = "backward"


rewrite("both_ways", alike, "2.3.0-tf")
model = keras.Sequential([layers.Dropout(0.1), layers.Dense(3, activation="relu", name="a"), layers.Dense(2, name="b")])
model(b)
save("no_input_shape", model, b, extensions=("h5",))


def shapeless(config):
    config.pop("build_input_shape", None)
    config["layers"] = [layer for layer in config["layers"] if layer["class_name"] != "InputLayer"]
    for layer in config["layers"]:
        layer["config"].pop("batch_input_shape", None)
        layer.pop("build_config", None)


rewrite("no_input_shape", shapeless, "2.2.4")
with open(os.path.join(HERE, "recurrent.json"), "w") as f:
    json.dump(cases, f, separators=(",", ":"))
    f.write("\n")
