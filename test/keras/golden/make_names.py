"""
Writes what Keras 3.15 offers and how its constructors default, beside this script:
names.json     every public name by module; aliases of one object stand under the shortest path; the modules of keras.ops
defaults.json  for each class: the parameters of its constructor, and the config of an instance made with nothing but
               what is required. CUDA_VISIBLE_DEVICES= KERAS_BACKEND=tensorflow python make_names.py
"""
import inspect
import json
import os
import types

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = ["layers", "losses", "metrics", "optimizers", "optimizers.schedules", "initializers", "regularizers", "constraints", "callbacks"]
# What required parameters are given.
SAMPLES = {
    "units": 3, "filters": 4, "kernel_size": 3, "pool_size": 2, "output_size": 2, "input_dim": 5, "output_dim": 3, "rate": 0.25, "stddev": 0.25, "dims": [2, 1],
    "target_shape": [2, 3], "n": 3, "axes": 1, "num_heads": 2, "key_dim": 3, "head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2, "equation": "ab,bc->ac",
    "output_shape": 3, "height": 4, "width": 5, "num_bins": 4, "bin_boundaries": [0.0, 1.0], "num_tokens": 4, "factor": 0.2, "scale": 2.0, "activation": "relu",
    "height_factor": 0.2, "width_factor": 0.2, "recall": 0.5, "precision": 0.5, "sensitivity": 0.5, "specificity": 0.5, "num_classes": 3, "target_class_ids": [0],
    "initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5, "boundaries": [1, 2], "values": [0.3, 0.2, 0.1], "first_decay_steps": 10, "filepath": "model.keras",
    "filename": "log.csv", "max_number": 3, "backup_dir": "backup",
    "layer": lambda: keras.layers.Dense(3), "cell": lambda: keras.layers.SimpleRNNCell(3), "cells": lambda: [keras.layers.SimpleRNNCell(3), keras.layers.GRUCell(2)],
    "inner_optimizer": lambda: keras.optimizers.SGD(),
}
BY_CLASS = {
    "CategoryEncoding": {"num_tokens": 4}, "Discretization": {"num_bins": 4}, "RandomPosterization": {"factor": 4}, "InputLayer": {"shape": [3]},
    "Bidirectional": {"layer": lambda: keras.layers.LSTM(3)}, "RandomGrayscale": {}, "Lambda": None,
}


def modules(module, path, seen):
    seen[path] = module
    for name, value in sorted(vars(module).items()):
        if isinstance(value, types.ModuleType) and not name.startswith("_") and value.__name__.startswith("keras.") and f"{path}.{name}" not in seen:
            if name not in ("src", "api", "legacy"):
                modules(value, f"{path}.{name}", seen)
    return seen


def kind_of(value):
    return "class" if inspect.isclass(value) else "function" if callable(value) else "value"


def names():
    found = {}  # id -> (path, name), shortest first
    for path, module in sorted(modules(keras, "keras", {}).items(), key=lambda m: (m[0].count("."), m[0])):
        for name, value in sorted(vars(module).items()):
            if name.startswith("_") or isinstance(value, types.ModuleType) or not callable(value):
                continue
            found.setdefault((id(value), name.replace("_", "").lower() if inspect.isclass(value) else name), (path, name, kind_of(value)))
    out = {}
    for path, name, kind in found.values():
        out.setdefault(path, {})[name] = kind
    return out


def plain(value):
    if value is inspect.Parameter.empty or isinstance(value, (bool, int, float, str)) or value is None:
        return value
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return None


def defaults(kind):
    module, out = keras, {}
    for part in kind.split("."):
        module = getattr(module, part)
    for name, cls in sorted(vars(module).items()):
        is_alias = inspect.isclass(cls) and cls.__name__ != name and name != "GroupQueryAttention"
        if not inspect.isclass(cls) or name.startswith("_") or is_alias:
            continue
        parameters = [p for p in inspect.signature(cls.__init__).parameters.values() if p.name != "self" and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        required = {p.name: SAMPLES[p.name] for p in parameters if p.default is p.empty and p.name in SAMPLES}
        required = {k: v() if callable(v) else v for k, v in {**required, **(BY_CLASS.get(name) or {})}.items()}
        entry = {"required": {k: keras.saving.serialize_keras_object(v) for k, v in required.items()}, "defaults": {p.name: plain(p.default) for p in parameters if p.default is not p.empty}}
        try:
            instance = cls(**required)
            config = keras.saving.serialize_keras_object(instance)["config"] if hasattr(instance, "get_config") else None
            entry["config"] = json.loads(json.dumps(config))
        except Exception as error:
            entry["abstract"] = type(error).__name__
        out[name] = entry
    return out


def write(name, value):
    with open(os.path.join(HERE, name), "w") as f:
        json.dump(value, f, indent=1, sort_keys=True)
        f.write("\n")
    print(name, os.path.getsize(os.path.join(HERE, name)))


def namespaces():
    """The names of the modules in keras.ops, most of which stand in keras.ops too."""
    parts = {n: m for n, m in vars(keras.ops).items() if isinstance(m, types.ModuleType) and n in ("image", "linalg", "nn", "numpy")}
    return {part: sorted(n for n, v in vars(module).items() if not n.startswith("_") and callable(v)) for part, module in parts.items()}


write("names.json", {"version": keras.__version__, "names": names(), "namespaces": namespaces()})
table = {kind: defaults(kind) for kind in KINDS}
for kind, classes in table.items():
    print(kind, len(classes), {n: e["abstract"] for n, e in classes.items() if "abstract" in e})
write("defaults.json", table)
