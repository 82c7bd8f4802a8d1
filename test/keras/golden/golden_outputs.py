"""Models of several outputs: how losses, weights and metrics find them, and what the results are called."""
import numpy as np

import keras
from common import array, normal, random, restart, uniform, write
from keras import layers as L

ROWS = 10


class Subclass(keras.Model):
    """Two outputs whose names the model does not know."""

    def __init__(self, pack, **options):
        super().__init__(**options)
        self.value, self.kind, self.pack = L.Dense(1, name="value"), L.Dense(3, activation="softmax", name="kind"), pack

    def call(self, x):
        a, b = self.value(x), self.kind(x)
        return {"value": a, "kind": b} if self.pack == "record" else [a, b]


def build(kind):
    x = keras.Input((4,), name="x")
    value, sort = L.Dense(1, name="value")(x), L.Dense(3, activation="softmax", name="kind")(x)
    if kind == "one":
        return keras.Model(x, sort, name="m")
    if kind == "scalar":
        return keras.Model(x, value, name="m")
    if kind == "list":
        return keras.Model(x, [value, sort], name="m")
    if kind == "record":
        return keras.Model(x, {"second": value, "first": sort}, name="m")
    if kind == "named record":
        return keras.Model(x, {"value": value, "kind": sort}, name="m")
    if kind == "nested":
        return keras.Model(x, {"pair": [value, L.Dense(2, name="other")(x)], "kind": sort}, name="m")
    model = Subclass(kind.split()[1], name="m")
    model(np.zeros((1, 4), "float32"))
    return model


def structure(value):
    """Arrays of a structure in the golden form."""
    if isinstance(value, dict):
        return {"record": {k: structure(v) for k, v in value.items()}}
    if isinstance(value, list):
        return {"list": [structure(v) for v in value]}
    return None if value is None else array(value)


def make():
    restart(33)
    x, a, o, labels = normal(ROWS, 4), normal(ROWS, 1), normal(ROWS, 2), random.integers(0, 3, ROWS).astype("int32")
    hot = np.eye(3, dtype="float32")[labels]
    w1, w2, w3 = uniform(ROWS), uniform(ROWS), uniform(ROWS)
    mse, ce, sce = "mse", "categorical_crossentropy", "sparse_categorical_crossentropy"
    nested = {"pair": [a, o], "kind": hot}
    cases = [
        # kind of model, compile, targets, sample weights, class weights
        ("one", dict(loss=ce, metrics=["mse", "accuracy"], weighted_metrics=["mse", "accuracy"]), hot, w1, None),
        ("one", dict(loss=sce, metrics=["accuracy", "mae"]), labels, w1, {0: 0.5, 1: 2.0, 2: 1.0}),
        ("one", dict(loss=ce, metrics=[["mae", "mse"]]), hot, None, {0: 0.5, 1: 2.0, 2: 1.0}),
        ("one", dict(loss=[ce], metrics=["mae", "mae", "mae"], weighted_metrics=["mae", "mae"]), hot, w1, None),
        ("one", dict(loss={"kind": ce}, metrics={"kind": "mae"}), hot, None, None),
        ("one", dict(loss=ce, loss_weights=[0.25], metrics=["acc"]), hot, None, None),
        ("one", dict(loss=ce, loss_weights=0.5), hot, w1, None),
        ("one", dict(loss="crossentropy"), labels, None, None),
        ("scalar", dict(loss="mse", metrics=["acc", "mean_absolute_error"]), a, w2, None),
        ("list", dict(loss=[mse, ce], metrics=[["mae"], ["accuracy", "mse"]], weighted_metrics=[["mae"], "mse"]), [a, hot], [w1, w2], None),
        ("list", dict(loss=[mse, ce], loss_weights=[0.25, 2.0], metrics=["mae", "accuracy"]), [a, hot], None, None),
        ("list", dict(loss={"kind": sce, "value": mse}, loss_weights={"value": 0.25, "kind": 2.0}, metrics={"kind": "accuracy"}), {"value": a, "kind": labels}, None, None),
        ("list", dict(loss={"kind": sce, "value": mse}, loss_weights={"value": 0.25, "kind": 2.0}, metrics={"kind": ["accuracy"], "value": ["mse", "mae"]}), [a, labels], w1, None),
        ("list", dict(loss=mse), [a, hot], None, None),
        ("list", dict(loss=mse, loss_weights=None, metrics=[None, ["mae", "mae"]]), [a, hot], w1, None),
        ("list", dict(loss=[None, ce], metrics=[None, "accuracy"]), [a, hot], None, None),
        ("list", dict(loss=[mse, None]), [a, hot], None, None),
        ("list", dict(loss=[mse, None]), [a], None, None),
        ("list", dict(loss={"value": mse, "kind": None}), [a, hot], None, None),
        ("list", dict(loss={"value": mse}), [a, hot], None, None),
        ("list", dict(loss=["crossentropy", "crossentropy"], metrics=["accuracy", "accuracy"]), [(a > 0).astype("float32"), labels], None, None),
        ("list", dict(loss=[mse, ce], metrics=[["mae"], ["mae"]], weighted_metrics={"kind": ["mae", "accuracy"]}), [a, hot], w3, None),
        ("record", dict(loss={"first": ce, "second": mse}, loss_weights={"first": 0.5, "second": 3.0}, metrics={"first": "accuracy", "second": ["mae", "mse"]}), {"first": hot, "second": a},
         {"first": w1, "second": w2}, None),
        ("record", dict(loss=mse, metrics={"second": "mae"}), {"second": a, "first": hot}, None, None),
        ("record", dict(loss={"second": mse}, metrics={"first": "accuracy"}), {"second": a, "first": hot}, None, None),
        ("record", dict(loss={"first": ce, "second": mse}), {"first": hot, "second": a}, w1, None),
        ("record", dict(loss=[ce, mse]), {"first": hot, "second": a}, None, None),
        ("record", dict(loss={"first": ce, "second": mse}, metrics=["accuracy", "mae"]), {"first": hot, "second": a}, None, None),
        ("named record", dict(loss={"value": mse, "kind": ce}, metrics={"kind": "accuracy", "value": "mae"}, weighted_metrics={"kind": "accuracy"}), {"value": a, "kind": hot}, {"value": w1, "kind": w2}, None),
        ("named record", dict(loss={"value": mse, "kind": ce}, metrics=["mae", "accuracy"]), {"value": a, "kind": hot}, None, None),
        ("nested", dict(loss={"pair": [mse, "mae"], "kind": ce}, loss_weights={"pair": [0.5, 2.0], "kind": 0.25}, metrics={"pair": ["mae", ["mse", "mae"]], "kind": "accuracy"}), nested, None, None),
        ("nested", dict(loss={"pair": [mse, None], "kind": ce}), nested, {"pair": [w1, w2], "kind": w3}, None),
        ("nested", dict(loss=mse), nested, w1, None),
        ("nested", dict(loss={"pair": [mse, mse], "kind": ce}, loss_weights=[0.25, 0.5, 2.0]), nested, None, None),
        ("subclass list", dict(loss=[mse, ce], loss_weights=[0.5, 2.0], metrics=[["mae"], ["accuracy", "mae"]]), [a, hot], [w1, w2], None),
        ("subclass list", dict(loss=mse, metrics=["mae", "mae"], weighted_metrics=["mae", "mse"]), [a, hot], w1, None),
        ("subclass record", dict(loss={"value": mse, "kind": ce}, loss_weights={"value": 0.5, "kind": 2.0}, metrics={"kind": ["accuracy"], "value": "mae"}), {"value": a, "kind": hot}, None, None),
        ("subclass record", dict(loss={"value": mse, "kind": ce}), {"value": a, "kind": hot}, {"value": w1, "kind": w2}, None),
        ("subclass record", dict(loss=mse), {"value": a, "kind": hot}, None, None),
        # what Keras refuses
        ("list", dict(loss=[mse, ce, mse]), [a, hot], None, None),
        ("list", dict(loss=[mse, ce], loss_weights=[1.0]), [a, hot], None, None),
        ("list", dict(loss=[mse, ce], metrics=["mae"]), [a, hot], None, None),
        ("list", dict(loss=[mse, ce], metrics={"none": "mae"}), [a, hot], None, None),
        ("record", dict(loss={"none": ce, "second": mse}), {"first": hot, "second": a}, None, None),
        ("nested", dict(loss={"pair": [mse, "mae"], "sort": ce}), nested, None, None),
        ("list", dict(loss=[mse, ce]), [a, labels, a], None, None),
    ]
    out = []
    for kind, options, y, weight, class_weight in cases:
        keras.utils.clear_session()
        model = build(kind)
        for w in model.weights:
            w.assign(0.5 * normal(*w.shape))
        case = {"model": kind, "compile": options, "y": structure(y), "sampleWeight": structure(weight), "classWeight": class_weight,
                "weights": [{"path": w.path.split("/")[-2:], "value": array(w)} for w in model.weights]}
        try:
            model.compile(optimizer=keras.optimizers.SGD(0.1), run_eagerly=True, **options)
            fit = model.fit(x, y, sample_weight=weight, class_weight=class_weight, epochs=2, batch_size=4, shuffle=False, verbose=0, validation_data=(x, y) if weight is None else (x, y, weight))
            case["history"] = {k: [float(v) for v in vs] for k, vs in fit.history.items()}
            for name, value in (
                ("evaluate", model.evaluate(x, y, sample_weight=weight, batch_size=4, verbose=0)),
                ("evaluateByName", model.evaluate(x, y, sample_weight=weight, batch_size=4, verbose=0, return_dict=True)),
                ("trainOnBatch", model.train_on_batch(x, y, sample_weight=weight, class_weight=class_weight)),
                ("testOnBatch", model.test_on_batch(x, y, sample_weight=weight, return_dict=True)),
            ):
                case[name] = {k: float(v) for k, v in value.items()} if isinstance(value, dict) else [float(v) for v in np.ravel(value)]
        except Exception as error:  # noqa: BLE001
            case["error"] = f"{type(error).__name__}: {str(error).splitlines()[0][:160]}"
            print(kind, options, case["error"])
        out.append(case)
    write("outputs.json", {"x": array(x), "cases": out})


if __name__ == "__main__":
    make()
