"""Writes duplicate_layer_names.h5, weights whose list of layers names one of them twice, and what Keras makes of it (.json).

Run: TF_CPP_MIN_LOG_LEVEL=3 python duplicate_layer_names.py   (Keras 3.15.1, TensorFlow 2.21.0)
"""
import json
import os
import h5py
import keras
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
FILE = os.path.join(HERE, "duplicate_layer_names.h5")


def model(*names):
    x = y = keras.Input((2,))
    for name in names:
        y = keras.layers.Dense(2, name=name)(y)
    return keras.Model(x, y)


def weights(of):
    return [w.numpy().tolist() for w in of.weights]


with h5py.File(FILE, "w") as f:
    f.attrs["layer_names"] = np.array([b"a", b"a"])
    f.attrs["backend"] = b"tensorflow"
    f.attrs["keras_version"] = b"2.4.0"
    g = f.create_group("a")
    g.attrs["weight_names"] = np.array([b"a/kernel:0", b"a/bias:0"])
    g.create_dataset("a/kernel:0", data=np.arange(4, dtype="f").reshape(2, 2))
    g.create_dataset("a/bias:0", data=np.array([7, 8], "f"))
result = {}
for key, names, options in [("in order", ("x", "y"), {}), ("by name", ("b", "a"), {"by_name": True})]:
    made = model(*names)
    for w in made.weights:
        w.assign(keras.ops.full(w.shape, -1.0))
    try:
        made.load_weights(FILE, **options)
        result[key] = weights(made)
    except Exception as e:
        result[key] = f"{type(e).__name__}: {e}".split("\n")[0]
with open(os.path.join(HERE, "duplicate_layer_names.json"), "w") as f:
    json.dump(result, f, indent=2)
    f.write("\n")
