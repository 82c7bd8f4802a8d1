"""Whole fits, tables of models."""
import numpy as np

import keras
from common import array, arrays, normal, random, serialized, uniform, write
from keras import layers as L


def fits():
    # Graphs of TensorFlow do not know the size of a batch, and weigh the losses of single outputs without it: so two outputs run eagerly.
    x, image = normal(26, 6), normal(22, 6, 6, 2)
    y3 = random.integers(0, 3, 26).astype("int32")
    one_hot = np.eye(3, dtype="float32")[y3]
    inputs = keras.Input((6,), name="in")
    hidden = L.Dense(5, activation="relu", name="hidden")(inputs)
    two = keras.Model(inputs, [L.Dense(1, name="value")(hidden), L.Dense(3, activation="softmax", name="kind")(hidden)], name="two")
    rows = [
        ("dense, sparse labels, validation data", keras.Sequential([L.Input((6,)), L.Dense(5, activation="relu"), L.BatchNormalization(), L.Dense(3, activation="softmax")], name="a"),
         dict(optimizer=keras.optimizers.Adam(0.05), loss="sparse_categorical_crossentropy", metrics=["accuracy"]), x[:20], y3[:20],
         dict(epochs=3, batch_size=8, validation_data=(x[20:], y3[20:]))),
        ("one-hot, class weights, split", keras.Sequential([L.Input((6,)), L.Dense(4, activation="tanh", kernel_regularizer="l2"), L.Dense(3, activation="softmax")], name="b"),
         dict(optimizer=keras.optimizers.SGD(0.1, momentum=0.9), loss="categorical_crossentropy", metrics=["accuracy", "mse"]), x, one_hot,
         dict(epochs=3, batch_size=5, validation_split=0.25, class_weight={0: 1.0, 1: 2.0, 2: 0.5})),
        ("regression, sample weights, weighted metrics", keras.Sequential([L.Input((6,)), L.Dense(4, activation="gelu"), L.Dense(2, kernel_constraint="max_norm")], name="c"),
         dict(optimizer=keras.optimizers.RMSprop(0.02), loss="mse", metrics=["mae"], weighted_metrics=["mse"]), x, normal(26, 2),
         dict(epochs=2, batch_size=8, sample_weight=uniform(26))),
        ("images", keras.Sequential([L.Input((6, 6, 2)), L.Conv2D(3, 3, padding="same", use_bias=False), L.BatchNormalization(), L.ReLU(), L.MaxPooling2D(2), L.Flatten(),
                                     L.Dense(1, activation="sigmoid")], name="d"),
         dict(optimizer=keras.optimizers.AdamW(0.02, weight_decay=0.05), loss="binary_crossentropy", metrics=["accuracy"]), image, random.integers(0, 2, 22).astype("float32"),
         dict(epochs=2, batch_size=8, validation_split=0.3)),
        ("two outputs", two, dict(optimizer=keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.05, 3, 0.7), global_clipnorm=1.0), loss=["mse", "sparse_categorical_crossentropy"],
                                  loss_weights=[0.3, 1.5], metrics=[["mae"], ["accuracy"]],
                                  run_eagerly=True), x, [normal(26, 1), y3],
         dict(epochs=2, batch_size=8, validation_split=0.2)),
    ]
    out = []
    for name, model, options, data, target, fit in rows:
        for w in model.weights:
            w.assign(0.4 * normal(*w.shape) if "variance" not in w.path else uniform(*w.shape, low=0.5))
        before = [np.array(w) for w in model.weights]
        optimizer = serialized(options["optimizer"])
        model.compile(**options)
        history = model.fit(data, target, shuffle=False, verbose=0, **fit)
        kept = {k: v for k, v in fit.items() if k not in ("validation_data", "sample_weight")}
        targets = target if isinstance(target, list) else [target]
        out.append({"name": name, "model": serialized(model), "compile": {**{k: v for k, v in options.items() if k != "optimizer"}, "optimizer": optimizer}, "weights": arrays(before),
                    "x": array(data), "y": arrays(targets), "fit": kept, "validationData": arrays(fit["validation_data"]) if "validation_data" in fit else None,
                    "sampleWeight": array(fit["sample_weight"]) if "sample_weight" in fit else None,
                    "history": history.history, "after": arrays([np.array(w) for w in model.weights]),
                    "evaluate": {k: float(v) for k, v in model.evaluate(data, target, batch_size=8, verbose=0, return_dict=True).items()},
                    "predict": arrays([np.asarray(p) for p in (lambda p: p if isinstance(p, list) else [p])(model.predict(data[:4], verbose=0))])})
    write("fits.json", out)


def summaries():
    keras.utils.clear_session()
    chain = keras.Sequential([L.Input((28, 28, 1)), L.Conv2D(32, 3, activation="relu"), L.BatchNormalization(), L.MaxPooling2D(), L.Flatten(), L.Dropout(0.5), L.Dense(10, activation="softmax")], name="chain")
    a, b = keras.Input((8,), name="left"), keras.Input((4,), name="right")
    joined = L.Concatenate(name="joined")([L.Dense(6, name="wide")(a), L.Dense(6, name="narrow")(b)])
    branches = keras.Model([a, b], L.Add(name="sum")([joined, L.Dense(12, name="shortcut")(a)]), name="branches")
    inner = keras.Sequential([L.Input((6,)), L.Dense(5, name="first"), L.Dense(4, name="second")], name="inner")
    inner.layers[0].trainable = False
    x = keras.Input((6,), name="x")
    nested = keras.Model(x, L.Dense(2, name="head")(inner(x)), name="nested")
    unbuilt = keras.Sequential([L.Dense(3, name="one"), L.Dense(2, name="two")], name="unbuilt")
    fitted = keras.Sequential([L.Input((3,)), L.Dense(2, name="only")], name="fitted")
    fitted.compile("adam", "mse")
    fitted.train_on_batch(normal(2, 3), normal(2, 2))
    out = []
    for model, options in ((chain, {}), (branches, {}), (nested, {}), (nested, {"expand_nested": True, "show_trainable": True}), (chain, {"show_trainable": True}), (branches, {"show_trainable": True}),
                           (unbuilt, {}), (fitted, {})):
        lines = []
        model.summary(print_fn=lambda text, line_break=False: lines.append(text), **options)
        out.append({"model": model.name, "options": options, "text": "\n".join(lines)})
    write("summaries.json", out)


def make():
    fits()
    summaries()
