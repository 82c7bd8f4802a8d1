"""
Writes config_texts.json beside this script: what json.dumps makes of objects of every class with a config, one made of
what is required alone, and one with every option that is a float set to a whole one (1.0, 2.0, ...), so that the
spelling of floats shows. CUDA_VISIBLE_DEVICES= KERAS_BACKEND=tensorflow python golden_config_texts.py
"""
import inspect
import json
import os
import re
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = ["layers", "losses", "metrics", "optimizers", "optimizers.schedules", "initializers", "regularizers", "constraints", "dtype_policies"]
# What required parameters are given; floats that are integers, where Keras takes them.
SAMPLES = {
    "units": 3, "filters": 4, "kernel_size": 3, "pool_size": 2, "output_size": 2, "input_dim": 5, "output_dim": 3, "rate": 0.0, "stddev": 1.0, "dims": [2, 1],
    "target_shape": [2, 3], "n": 3, "axes": 1, "num_heads": 2, "key_dim": 3, "head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2, "equation": "ab,bc->ac",
    "output_shape": 3, "height": 4, "width": 5, "num_bins": 4, "bin_boundaries": [0.0, 1.0], "num_tokens": 4, "factor": 0.0, "scale": 2.0, "activation": "relu",
    "height_factor": 0.0, "width_factor": 0.0, "recall": 1.0, "precision": 1.0, "sensitivity": 1.0, "specificity": 1.0, "num_classes": 3, "target_class_ids": [0],
    "initial_learning_rate": 1.0, "decay_steps": 10, "decay_rate": 1.0, "boundaries": [1, 2], "values": [3.0, 2.0, 1.0], "first_decay_steps": 10, "max_number": 3,
    "name": "float32", "mode": "int8", "source_name": "float32",
    "layer": lambda: keras.layers.Dense(3), "cell": lambda: keras.layers.SimpleRNNCell(3), "cells": lambda: [keras.layers.SimpleRNNCell(3), keras.layers.GRUCell(2)],
    "inner_optimizer": lambda: keras.optimizers.SGD(),
}
BY_CLASS = {
    "CategoryEncoding": {"num_tokens": 4}, "Discretization": {"num_bins": 4}, "RandomPosterization": {"factor": 4}, "InputLayer": {"shape": [3]}, "RandomCrop": {"height": 4, "width": 5, "seed": 1},
    "Bidirectional": {"layer": lambda: keras.layers.LSTM(3)}, "MeanMetricWrapper": None, "Lambda": None, "FlaxLayer": None, "JaxLayer": None, "TFSMLayer": None,
    "TorchModuleWrapper": None, "GPTQDTypePolicy": None, "AWQDTypePolicy": None, "Int4DTypePolicy": None, "DTypePolicyMap": None, "Pipeline": {"layers": lambda: [keras.layers.Rescaling(1.0)]},
}
# Floats by their meaning where neither the default nor the documentation says so.
FLOATS = {"clipnorm", "clipvalue", "global_clipnorm", "loss_scale_factor", "weight_decay", "max_value", "logit_soft_cap"}
BASES = {"Constraint", "Initializer", "InputSpec", "Layer", "Loss", "Metric", "QuantizedDTypePolicy", "QuantizedFloat8DTypePolicy"}
NOT_FLOATS = {"axis", "seed", "dtype", "name", "mask_value", "max_freq"}
CHOICES = [1.0, 2.0, 3.0, 0.0, 0.5]


def is_float(cls, p):
    if p.name in NOT_FLOATS or isinstance(p.default, (bool, str)):
        return False
    if isinstance(p.default, float) or (isinstance(p.default, (list, tuple)) and any(isinstance(v, float) for v in p.default)):
        return True
    if isinstance(p.default, int):
        return False
    said = re.search(rf"^\s+`?{p.name}`?:(.*)$", inspect.getdoc(cls) or "", re.M)
    return p.name in FLOATS or bool(said and re.search(r"\bfloat\b", said[1], re.I) and not re.search(r"\b(int|integer|dict|float16|float32)\b", said[1], re.I))


def text(value):
    return json.dumps(keras.saving.serialize_keras_object(value))


def entries(cls):
    name = cls.__name__
    given = BY_CLASS.get(name, {})
    if given is None:
        return []
    parameters = [p for p in inspect.signature(cls.__init__).parameters.values() if p.name != "self" and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    required = {p.name: SAMPLES[p.name] for p in parameters if p.default is p.empty and p.name in SAMPLES}
    named = [p for p in parameters if p.name == "name" and p.default is not p.empty]
    takes_any = any(p.kind == p.VAR_KEYWORD for p in inspect.signature(cls.__init__).parameters.values())
    extra = {"name": "x"} if named or (takes_any and issubclass(cls, (keras.Layer, keras.Loss, keras.Metric, keras.Optimizer))) else {}

    def make(kwargs):
        keras.utils.clear_session()
        kwargs = {k: v() if callable(v) else v for k, v in kwargs.items()}
        return json.dumps({k: keras.saving.serialize_keras_object(v) for k, v in kwargs.items()}), text(cls(**kwargs))

    base = {**required, **given, **extra}
    try:
        out = [make(base)]
    except Exception as error:
        print("  left out:", name, type(error).__name__, str(error)[:100].replace("\n", " "))
        return []
    floats = dict(base)
    optional = [p for p in parameters if p.default is not p.empty]
    if issubclass(cls, keras.Optimizer) and name != "LossScaleOptimizer":
        optional = [p for p in optional if p.name not in ("clipvalue", "global_clipnorm")]
    for p in optional:
        if not is_float(cls, p) or p.name in given:
            continue
        for value in CHOICES:
            choice = type(p.default)(value for _ in p.default) if isinstance(p.default, (list, tuple)) else value
            if choice == p.default and value != CHOICES[-1]:
                continue
            try:
                make({**floats, p.name: choice})
                floats[p.name] = choice
                break
            except Exception:
                pass
    if floats != base:
        out.append(make(floats))
    return [{"arguments": json.loads(a), "text": t} for a, t in out]


table = {}
for kind in KINDS:
    module = keras
    for part in kind.split("."):
        module = getattr(module, part)
    table[kind] = {}
    for name, cls in sorted(vars(module).items()):
        if not inspect.isclass(cls) or name.startswith("_") or cls.__name__ != name or name in BASES:
            continue
        found = entries(cls)
        if found:
            table[kind][name] = found
    print(kind, len(table[kind]), file=sys.stderr)
# Numbers as Python spells them.
numbers = [0.0, -0.0, 1.0, 1e-7, 1e-5, 0.0001, 123456789012345680.0, 1e16, 1e15, 1e22, 1.5e300, 2.5e-300, 5e-324, float("nan"), float("inf"), float("-inf"), 0.1, 3.4028234663852886e38]
table["numbers"] = [{"hex": "nan" if n != n else n.hex(), "text": json.dumps(n)} for n in numbers]
with open(os.path.join(HERE, "config_texts.json"), "w") as f:
    json.dump(table, f, indent=0)
    f.write("\n")
