"""
Compiled models of Keras 2 after two epochs, what evaluate gives then, and two more epochs, for legacy_compiled.test.ts.
Needs tf_keras (Keras 2) beside TensorFlow: python make_compiled.py. Files: compiled_<case>.h5 and .keras, and compiled.json.
"""
import json
import os

import numpy as np
import tf_keras as keras

try:
    from tf_keras.src.optimizers.adam import Adam
    from tf_keras.src.optimizers.legacy.adam import Adam as LegacyAdam
except ImportError:  # a tree of sources
    from tf_keras.optimizers.adam import Adam
    from tf_keras.optimizers.legacy.adam import Adam as LegacyAdam

HERE = os.path.dirname(os.path.abspath(__file__))
layers, losses, metrics = keras.layers, keras.losses, keras.metrics
rng = np.random.default_rng(4)
x = rng.normal(size=(8, 4)).astype("float32").round(4)
numbers = rng.normal(size=(8, 2)).astype("float32").round(4)
binary = (rng.uniform(size=(8, 1)) > 0.5).astype("float32")
sparse = rng.integers(0, 3, size=(8, 1)).astype("float32")
one_hot = np.eye(3, dtype="float32")[sparse[:, 0].astype(int)]
weights = rng.uniform(size=8).astype("float32").round(4)


def single(units, activation=None):
    return keras.Sequential([layers.Input((4,)), layers.Dense(2, activation="tanh", name="a"), layers.Dense(units, activation=activation, name="b")])


def two():
    x = layers.Input((4,), name="x")
    hidden = layers.Dense(2, activation="tanh", name="hidden")(x)
    return keras.Model(x, [layers.Dense(2, name="zz")(hidden), layers.Dense(1, activation="sigmoid", name="aa")(hidden)])


def named():
    x = layers.Input((4,), name="x")
    hidden = layers.Dense(2, activation="tanh", name="hidden")(x)
    return keras.Model(x, {"price": layers.Dense(2, name="zz")(hidden), "area": layers.Dense(1, activation="sigmoid", name="aa")(hidden)})


cases = {
    "names": (lambda: single(2), numbers, dict(loss="mse", metrics=["mae", "mse", metrics.MeanSquaredError(), "cosine_similarity", "mape"])),
    "functions": (lambda: single(2), numbers, dict(loss=losses.mean_squared_error, metrics=[losses.mean_absolute_error, metrics.mean_squared_error, metrics.MeanAbsoluteError(name="m")])),
    "objects": (lambda: single(2), numbers, dict(loss=losses.Huber(delta=0.7), metrics=[metrics.RootMeanSquaredError(), metrics.MeanMetricWrapper(losses.mean_squared_error, name="wrapped")])),
    "binary": (lambda: single(1), binary, dict(loss=losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1), metrics=["acc", metrics.BinaryAccuracy(threshold=0.4), "AUC", metrics.BinaryCrossentropy(from_logits=True)])),
    "sparse": (lambda: single(3, "softmax"), sparse, dict(loss="sparse_categorical_crossentropy", metrics=["accuracy", metrics.SparseTopKCategoricalAccuracy(k=2)])),
    "categorical": (lambda: single(3), one_hot, dict(loss=losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1, reduction="sum"), metrics=["accuracy", "categorical_hinge"])),
    "weighted": (lambda: single(2), numbers, dict(loss="mse", metrics=["mae"], weighted_metrics=["mae", metrics.MeanSquaredError()])),
    "lists": (two, [numbers, binary], dict(loss=["mse", "binary_crossentropy"], loss_weights=[1.0, 0.3], metrics=[["mae"], ["accuracy", "mse"]])),
    "records": (two, [numbers, binary], dict(loss={"zz": "mse", "aa": losses.BinaryCrossentropy()}, loss_weights={"aa": 0.4}, metrics={"aa": "accuracy", "zz": ["mae", metrics.MeanSquaredError()]})),
    "partial": (two, [numbers, binary], dict(loss={"zz": "mse"}, metrics={"zz": "mae"}, weighted_metrics={"zz": ["mse"]})),
    "named": (named, {"price": numbers, "area": binary}, lambda: dict(loss={"price": "mse", "area": losses.BinaryCrossentropy(label_smoothing=0.1)}, loss_weights={"price": 1.0, "area": 0.4}, metrics={"area": metrics.BinaryAccuracy(name="right")}, weighted_metrics={"price": ["mse"]}, steps_per_execution=2, jit_compile=False)),
    "one_for_all": (two, [numbers, binary], dict(loss="mse", metrics=["mae"])),
}
out = {"x": x.tolist(), "cases": {}}


def listed(v):
    if isinstance(v, dict):
        return {k: listed(e) for k, e in v.items()}
    return [listed(e) for e in v] if isinstance(v, (list, tuple)) else np.asarray(v).tolist()


def rounded(record):
    return {k: [float(f"{n:.7g}") for n in np.atleast_1d(v)] for k, v in record.items()}


for name, (build, y, options) in cases.items():
    for extension, optimizer in (("h5", LegacyAdam), ("keras", Adam)):
        keras.backend.clear_session()
        keras.utils.set_random_seed(3)
        model = build()
        model.compile(optimizer(0.02), **(options() if callable(options) else options))
        given = dict(sample_weight=weights) if name == "weighted" else {}
        fit = dict(batch_size=4, shuffle=False, verbose=0, **given)
        model.fit(x, y, epochs=2, **fit)
        path = os.path.join(HERE, f"compiled_{name}.{extension}")
        model.save(path, **({"save_format": "h5"} if extension == "h5" else {}))
        evaluated = model.evaluate(x, y, batch_size=8, verbose=0, return_dict=True, **given)
        history = model.fit(x, y, epochs=2, **fit).history
        if name == "partial":  # Keras 3 shows losses of outputs where several outputs have one
            del evaluated["zz_loss"], history["zz_loss"]
        if name == "named":  # Keras 3 names them by the keys of the record
            evaluated, history = ({k.replace("aa_", "area_").replace("zz_", "price_"): v for k, v in d.items()} for d in (evaluated, history))
        out["cases"][f"{name}.{extension}"] = {
            "y": listed(y),
            "weights": listed(weights) if given else None,
            "evaluate": rounded(evaluated),
            "history": rounded(history),
            "after": [[float(f"{v:.7g}") for v in w.reshape(-1)] for w in model.get_weights()],
        }
with open(os.path.join(HERE, "compiled.json"), "w") as f:
    json.dump(out, f, separators=(",", ":"))
    f.write("\n")
