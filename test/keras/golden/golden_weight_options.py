"""Regularizers and constraints: which option of which layer reaches which weight."""
import glob
import json
import os

import numpy as np

import keras
from common import HERE, serialized, write


def numbers(a):
    return np.array([float(v) for v in a["data"]]).reshape(a["shape"]).astype(a["dtype"])


def described(layer):
    """Name, factor of the regularizer and bound of the constraint of each weight."""
    return [[w.path.split("/")[-1], float(w.regularizer.l2) if w.regularizer else None, w.constraint.max_value if w.constraint else None] for w in layer.weights]


def make():
    out, seen = [], set()
    files = sorted(glob.glob(os.path.join(HERE, "layers*.json")))
    for case in (c for f in files for c in json.load(open(f))):
        config = json.loads(json.dumps(case["config"], default=str))
        name, options = config["class_name"], config["config"]
        names = [k for k in options if k.endswith(("_regularizer", "_constraint")) and k != "activity_regularizer"]
        if not names or name in seen or options.get("dtype", {}).get("config", {}).get("name", "float32") != "float32":
            continue
        for i, key in enumerate(names):  # each option has a number of its own
            made = keras.regularizers.L2((i + 1) / 8) if key.endswith("_regularizer") else keras.constraints.MaxNorm(i + 1)
            options[key] = serialized(made)
        config.pop("build_config", None)
        for flag in ("center", "scale", "use_bias"):
            if flag in options:
                options[flag] = True
        layer = keras.saving.deserialize_keras_object(config)
        inputs = [numbers(a) for a in case["inputs"]]
        layer(*inputs) if name.endswith("Attention") else layer(inputs if len(inputs) > 1 else inputs[0])
        seen.add(name)
        out.append({"config": config, "inputs": [list(a.shape) for a in inputs], "weights": described(layer)})
    for name in ("GRUCell", "LSTMCell", "SimpleRNNCell"):
        names = ["kernel_regularizer", "recurrent_regularizer", "bias_regularizer", "kernel_constraint", "recurrent_constraint", "bias_constraint"]
        cell = getattr(keras.layers, name)(2, **{k: keras.regularizers.L2((i + 1) / 8) if k.endswith("_regularizer") else keras.constraints.MaxNorm(i + 1) for i, k in enumerate(names)})
        cell.build((2, 3))
        seen.add(name)
        out.append({"config": serialized(cell), "inputs": [[2, 3]], "weights": described(cell)})
        out[-1]["config"].pop("build_config", None)
    # Every layer of Keras that has such options, so that none is forgotten.
    table = json.load(open(os.path.join(HERE, "defaults.json")))["layers"]
    classes = sorted(n for n, e in table.items() if any(k.endswith(("_regularizer", "_constraint")) and k != "activity_regularizer" for k in e["defaults"]))
    assert set(classes) == seen, set(classes) ^ seen
    write("weight_options.json", {"classes": classes, "cases": out})


if __name__ == "__main__":
    make()
