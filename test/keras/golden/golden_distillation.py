"""Distillation: values and gradients of the losses, whole fits."""
import json

import numpy as np
import tensorflow as tf

import keras
from common import array, arrays, normal, random, restart, serialized, write
from keras import layers as L
from keras.distillation import Distiller, FeatureDistillation, LogitsDistillation


def plain(config):
    """Without the numbers of shared objects, which differ from run to run."""
    if isinstance(config, dict):
        return {k: plain(v) for k, v in config.items() if k != "shared_object_id"}
    return [plain(v) for v in config] if isinstance(config, list) else config


def losses():
    kld = keras.losses.KLDivergence
    rows = [
        (LogitsDistillation(), [(5, 3)], False),
        (LogitsDistillation(temperature=2.0, loss=kld()), [(5, 3)], False),
        (LogitsDistillation(temperature=4.0, loss=keras.losses.CategoricalCrossentropy(from_logits=True)), [(4, 6)], False),
        (LogitsDistillation(temperature=1.5, loss="mse"), [(2, 3, 4)], False),
        (LogitsDistillation(temperature=0.5, loss=[kld(reduction="sum"), None, "mae"]), [(5, 3), (5, 2), (5, 4)], False),
        (LogitsDistillation(temperature=2.5, loss={"a": "cosine_similarity", "bTwo": kld(reduction="none")}), [(5, 3), (5, 4, 2)], True),
        (FeatureDistillation(), [(5, 8)], False),
        (FeatureDistillation(loss="cosine_similarity", teacher_layer_name="t", student_layer_name="s"), [(2, 4, 4, 3)], False),
        (FeatureDistillation(loss=keras.losses.LogCosh()), [(6, 2)], False),
        (FeatureDistillation(loss=["mse", None, keras.losses.MeanAbsoluteError(reduction="none")]), [(5, 3), (5, 2), (5, 4, 2)], False),
    ]
    out = []
    for loss, shapes, named in rows:
        teacher, student = [normal(*s) for s in shapes], [normal(*s) for s in shapes]
        pack = (lambda v: dict(zip(loss.loss, v))) if named else (lambda v: list(v) if isinstance(loss.loss, list) else v[0])
        variables = [tf.Variable(s) for s in student]
        with tf.GradientTape() as tape:
            value = loss.compute_loss(pack([tf.constant(t) for t in teacher]), pack([tf.convert_to_tensor(v) for v in variables]))
        # TensorFlow takes the targets of a crossentropy for probabilities when it differentiates, which logits are not.
        if isinstance(loss.loss, keras.losses.CategoricalCrossentropy):
            variables = []
        gradients = [g if g is not None else tf.zeros_like(v) for g, v in zip(tape.gradient(value, variables), variables)] if variables else []
        out.append({"config": plain(serialized(loss)), "names": list(loss.loss) if named else None, "teacher": arrays(teacher), "student": arrays(student), "value": array(value),
                    "gradients": arrays(gradients)})
    return out


def chain(name, hidden, first, last, activation="relu"):
    return keras.Sequential([L.Input((4,)), L.Dense(hidden, activation=activation, name=first), L.BatchNormalization(name=f"{name}_norm"), L.Dense(3, name=last)], name=name)


def fits():
    x, y = normal(20, 4), random.integers(0, 3, 20).astype("int32")
    value = normal(20, 1)
    logits = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    rows = [
        ("logits", chain("teacher", 6, "td", "to"), chain("student", 5, "sd", "so"), LogitsDistillation(3.0, loss=keras.losses.KLDivergence()), {}, dict(loss=logits, metrics=["accuracy"]), y),
        ("logits and features", chain("teacher", 6, "td", "to"), chain("student", 6, "sd", "so"),
         [LogitsDistillation(2.0, loss="mse"), FeatureDistillation(teacher_layer_name="td", student_layer_name="sd")],
         dict(distillation_loss_weights=[1.0, 0.5], student_loss_weight=0.3), dict(loss=logits, metrics=["accuracy"]), y),
        ("the teacher alone", chain("teacher", 6, "td", "to"), chain("student", 4, "sd", "so"), [FeatureDistillation(loss="mae")], dict(student_loss_weight=0.0), dict(loss="mse", metrics=[]), value),
        ("the targets alone", chain("teacher", 6, "td", "to"), chain("student", 4, "sd", "so"), LogitsDistillation(), dict(student_loss_weight=1), dict(loss="mae"), value),
    ]
    out = []
    for name, teacher, student, losses, options, compiled, target in rows:
        model = Distiller(teacher, student, losses, **options)
        for w in model.weights:
            w.assign(0.5 * normal(*w.shape) if "variance" not in w.path else random.uniform(0.5, 1.5, w.shape))
        before = [np.array(w) for w in model.weights]
        config = plain(serialized(model))
        model.compile(optimizer=keras.optimizers.SGD(0.1, momentum=0.5), **compiled)
        history = model.fit(x, target, shuffle=False, verbose=0, epochs=2, batch_size=8)
        compile_ = {k: [serialized(v) if isinstance(v, keras.losses.Loss) else v for v in o] if isinstance(o, list) else serialized(o) if isinstance(o, keras.losses.Loss) else o
                    for k, o in compiled.items()}
        out.append({"name": name, "config": config, "compile": compile_, "x": array(x), "y": arrays(target if isinstance(target, list) else [target]), "before": arrays(before),
                    "history": history.history, "after": arrays([np.array(w) for w in model.weights]),
                    "evaluate": {k: float(v) for k, v in model.evaluate(x, target, batch_size=20, verbose=0, return_dict=True).items()}})
    return out


def make():
    restart(77)
    keras.utils.clear_session()
    write("distillation.json", json.loads(json.dumps({"losses": losses(), "fits": fits()})))
