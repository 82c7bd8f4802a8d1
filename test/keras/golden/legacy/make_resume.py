"""
Compiled models of Keras 2 in the middle of their training, and their weights three steps later, for legacy_optimizers.test.ts.
Needs tf_keras (Keras 2) beside TensorFlow: python make_resume.py. Files: resume_<case>.h5, and resume.json.
"""
import importlib
import importlib.util
import json
import os

import h5py
import numpy as np
import tf_keras as keras

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(6)
x, y = rng.normal(size=(8, 4)).astype("float32"), rng.normal(size=(8, 2)).astype("float32")
new = keras.optimizers


class old:  # noqa: N801 (the optimizers before 2.11, which a tree of sources has in modules)
    Adam, SGD, RMSprop, Adagrad, Adadelta, Adamax, Ftrl, Nadam = (
        getattr(new.legacy, n, None) or getattr(importlib.import_module(f"tf_keras.optimizers.legacy.{m}"), n)
        for n, m in (("Adam", "adam"), ("SGD", "gradient_descent"), ("RMSprop", "rmsprop"), ("Adagrad", "adagrad"), ("Adadelta", "adadelta"), ("Adamax", "adamax"), ("Ftrl", "ftrl"), ("Nadam", "nadam"))
    )


def current(name):
    """The optimizers since 2.11."""
    source = "tf_keras.src.optimizers" if importlib.util.find_spec("tf_keras.src") else "tf_keras.optimizers"
    return getattr(importlib.import_module(f"{source}.{name.lower()}"), name)


def scaled(generation):
    """The class of LossScaleOptimizer for the optimizers since 2.11 ("V3") or before."""
    source = "tf_keras.src" if importlib.util.find_spec("tf_keras.src") else "tf_keras"
    return getattr(importlib.import_module(f"{source}.mixed_precision.loss_scale_optimizer"), f"LossScaleOptimizer{generation}")


optimizers = {
    "legacy_adam": old.Adam(0.02),
    "legacy_adam_amsgrad": old.Adam(0.02, amsgrad=True),
    "legacy_sgd_momentum": old.SGD(0.05, momentum=0.9),
    "legacy_sgd": old.SGD(0.05),
    "legacy_rmsprop": old.RMSprop(0.01, momentum=0.5, centered=True),
    "legacy_sgd_decay": old.SGD(0.1, momentum=0.5, decay=0.3),
    "legacy_adagrad": old.Adagrad(0.1),
    "legacy_adadelta": old.Adadelta(1.0),
    "legacy_adamax": old.Adamax(0.02),
    "legacy_ftrl": old.Ftrl(0.05),
    "legacy_nadam": old.Nadam(0.02),
    "legacy_nadam_schedule": old.Nadam(0.02, schedule_decay=0.2),
    "legacy_decayed": old.Adam(keras.optimizers.schedules.ExponentialDecay(0.05, 2, 0.7)),
    "adam": current("Adam")(0.02),
    "adam_amsgrad": current("Adam")(0.02, amsgrad=True),
    "adamw": current("AdamW")(0.02, weight_decay=0.1),
    "sgd_momentum": current("SGD")(0.05, momentum=0.9, nesterov=True),
    "rmsprop": current("RMSprop")(0.01, momentum=0.5, centered=True),
    "adadelta": current("Adadelta")(1.0),
    "adamax": current("Adamax")(0.02),
    "nadam": current("Nadam")(0.02),
    "ftrl": current("Ftrl")(0.05),
    "adagrad": current("Adagrad")(0.1),
    "lion": current("Lion")(0.01),
    "adafactor": current("Adafactor")(0.02),
    "sgd": current("SGD")(0.05),
    "adam_averaged": current("Adam")(0.02, use_ema=True, ema_momentum=0.8),
    "scaled": scaled("V3")(current("Adam")(0.02), initial_scale=8.0, dynamic_growth_steps=2),
    "scaled_fixed": scaled("V3")(current("SGD")(0.05, momentum=0.9), dynamic=False, initial_scale=128),
    "legacy_scaled": scaled("")(old.SGD(0.05, momentum=0.9), initial_scale=16.0),
    "legacy_clipped": old.Adam(0.02, clipnorm=0.1),
    "clipped": current("Adam")(0.02, global_clipnorm=0.1),
    "piecewise": current("SGD")(keras.optimizers.schedules.PiecewiseConstantDecay([3, 5], [0.1, 0.05, 0.01])),
    "decayed": current("Adam")(keras.optimizers.schedules.ExponentialDecay(0.05, 2, 0.7)),
}
out = {"x": x.reshape(-1).tolist(), "y": y.reshape(-1).tolist(), "cases": {}}


def finish(name, model):
    for _ in range(3):
        model.train_on_batch(x, y)
    out["cases"][name] = [[float(f"{v:.7g}") for v in w.reshape(-1)] for w in model.get_weights()]


for name, optimizer in optimizers.items():
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3, activation="tanh", name="a"), keras.layers.Dense(2, name="b")])
    model.compile(optimizer, "mse")
    for _ in range(3):
        model.train_on_batch(x, y)
    path = os.path.join(HERE, f"resume_{name}.h5")
    model.save(path, save_format="h5")
    if not name.startswith("legacy_"):
        model.save(path.replace(".h5", ".keras"))
    with h5py.File(path) as f:
        print(name, [n for n in f["optimizer_weights"].attrs["weight_names"]][:9])
    if name == "legacy_adam":
        # As Keras 2.2 and before named its variables: by place alone.
        with h5py.File(path) as f, h5py.File(os.path.join(HERE, "resume_numbered_adam.h5"), "w") as g:
            for key, value in f.attrs.items():
                g.attrs[key] = value
            f.copy("model_weights", g)
            group = g.create_group("optimizer_weights")
            values = [f["optimizer_weights"][n][()] for n in f["optimizer_weights"].attrs["weight_names"]]
            names = ["Adam/iterations:0", *(f"training/Adam/Variable_{i}:0" for i in range(1, len(values)))]
            group.attrs["weight_names"] = [n.encode() for n in names]
            for n, v in zip(names, values):
                group.create_dataset(n, data=v)
    finish(name, model)
out["cases"]["numbered_adam"] = out["cases"]["legacy_adam"]
with open(os.path.join(HERE, "resume.json"), "w") as f:
    json.dump(out, f, separators=(",", ":"))
    f.write("\n")
