"""
The architectures of keras.applications: of each its counts, names and shapes, and what some predict, with weights by a
rule that both sides compute. Run by itself, as it takes minutes; with names, only these are made anew:
KERAS_BACKEND=tensorflow python golden_applications.py [ConvNeXtTiny ...]
"""
import hashlib
import inspect
import json
import os
import sys

import numpy as np

import keras
from common import HERE, array, write
from keras.src.initializers import random_initializers

# Small inputs, and of those with a width the narrowest: the graph is the same.
PREDICTIONS = {
    "ConvNeXtTiny": {"input_shape": (32, 32, 3)},
    "DenseNet121": {"input_shape": (32, 32, 3)},
    "EfficientNetB0": {"input_shape": (32, 40, 3)},
    "EfficientNetV2B0": {"input_shape": (32, 40, 3)},
    "InceptionResNetV2": {"input_shape": (75, 75, 3)},
    "InceptionV3": {"input_shape": (75, 75, 3)},
    "MobileNet": {"input_shape": (32, 32, 3), "alpha": 0.25, "depth_multiplier": 2},
    "MobileNetV2": {"input_shape": (32, 40, 3), "alpha": 0.35},
    "MobileNetV3Large": {"input_shape": (32, 32, 3), "minimalistic": True},
    "MobileNetV3Small": {"input_shape": (32, 40, 3), "alpha": 1.25},
    "NASNetMobile": {"input_shape": (32, 32, 3)},
    "ResNet50": {"input_shape": (32, 32, 3)},
    "ResNet50V2": {"input_shape": (32, 32, 3)},
    "VGG16": {"input_shape": (32, 32, 3)},
    "Xception": {"input_shape": (71, 71, 3)},
}
SINES = np.sin(np.arange(1009))


def weight(i, shape, path):
    """
    Weight number i: s = sin((7 k + 13 i) mod 1009) at place k; 1 + 0.1 s for scales and variances, of a kernel s times
    sqrt(2 / its inputs), else 0.1 s. A kernel of one or two outputs is a depthwise one: each output has one channel of inputs.
    """
    s = SINES[(7 * np.arange(np.prod(shape, dtype="int64")) + 13 * i) % 1009].reshape(shape)
    if path.endswith("gamma") or path.endswith("variance"):
        return 1 + 0.1 * s
    if len(shape) < 2:
        return 0.1 * s
    inputs = shape[:-2] if shape[-1] <= 2 else shape[:-1]
    return s * np.sqrt(2 / np.prod(inputs))


def digest(lines):
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def shape_text(shape):
    return ",".join("?" if d is None else str(d) for d in shape)


def output_shape(layer):
    shape = layer.output.shape if not isinstance(layer.output, list) else layer.output[0].shape
    return shape_text(shape)


def weight_name(path):
    """The path without the number of weights that have no name."""
    parts = path.split("/")
    return "/".join([*parts[:-1], "variable" if parts[-1].startswith("variable") else parts[-1]])


def described(model):
    return {
        "model": model.name,
        "params": model.count_params(),
        "trainable": int(sum(np.prod(w.shape) for w in model.trainable_weights)),
        "layers": len(model.layers),
        "weights": len(model.weights),
        "first": [l.name for l in model.layers[:4]],
        "last": [l.name for l in model.layers[-4:]],
        "output": shape_text(model.output.shape),
        "layer_digest": digest(f"{type(l).__name__} {l.name} {output_shape(l)}" for l in model.layers),
        "weight_digest": digest(f"{weight_name(w.path)} {shape_text(w.shape)}" for w in model.weights),
    }


def builders():
    found = {n: f for n, f in vars(keras.applications).items() if n[0].isupper() and inspect.isfunction(f)}
    return dict(sorted(found.items()))


def row(name, builder):
    keras.utils.clear_session()
    made = {"name": name, "top": described(builder(weights=None))}
    if name not in PREDICTIONS:
        return made
    keras.utils.clear_session()
    pool = "max" if len(name) % 2 else "avg"
    model = builder(weights=None, include_top=False, pooling=pool, input_shape=(96, 80, 3))
    made["features"] = {"pooling": pool, **described(model)}
    keras.utils.clear_session()
    options = PREDICTIONS[name]
    model = builder(weights=None, classes=5, classifier_activation=None, **options)
    for i, w in enumerate(model.weights):
        if w.dtype == "float32":  # not the count of Normalization
            w.assign(weight(i, tuple(w.shape), w.path).astype("float32"))
    shape = (2, *options["input_shape"])
    k = np.arange(np.prod(shape))
    x = 127.5 + 127.5 * SINES[(k * k + 3 * k) % 1009].reshape(shape)
    y = np.asarray(model(x.astype("float32"), training=False))
    made["prediction"] = {"options": options, "params": model.count_params(), "y": array(y)}
    return made


def make(names):
    for cls in (random_initializers.VarianceScaling, random_initializers.RandomUniform):
        cls.__call__ = lambda self, shape, dtype=None, **_: np.zeros(shape, dtype or "float32")  # first values do not matter here
    path = os.path.join(HERE, "applications.json")
    rows = {}
    if names and os.path.exists(path):
        with open(path) as file:
            rows = {known["name"]: known for known in json.load(file)}
    for name, builder in builders().items():
        if names and name not in names:
            continue
        rows[name] = row(name, builder)
        write("applications.json", sorted(rows.values(), key=lambda r: r["name"]))  # after each: what is done is kept


if __name__ == "__main__":
    make(sys.argv[1:])
