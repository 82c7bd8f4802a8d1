"""Losses: values and gradients under every reduction, weights, masks."""
import numpy as np
import tensorflow as tf

import keras
from common import array, serialized, write

random = np.random.default_rng(31)


def normal(*shape):
    return random.normal(size=shape).astype("float32")


def uniform(*shape, low=0.0, high=1.0):
    return random.uniform(low, high, size=shape).astype("float32")


def probabilities(*shape):
    e = np.exp(normal(*shape))
    return (e / e.sum(-1, keepdims=True)).astype("float32")


def unit(*shape):
    v = normal(*shape)
    return (v / np.linalg.norm(v, axis=-1, keepdims=True)).astype("float32")


def yes(*shape):
    return (uniform(*shape) > 0.5).astype("float32")


REDUCTIONS = ("sum_over_batch_size", "sum", "mean_with_sample_weight", "none")


def rows():
    K = keras.losses
    weights = np.array([1.0, 0.5, 0.0, 2.0], "float32")
    real, positive = (normal(4, 3), normal(4, 3)), (uniform(4, 3, low=0.1, high=3), uniform(4, 3, low=0.1, high=3))
    wide, wide_weights = (normal(2, 3, 4), normal(2, 3, 4)), np.array([[1.0, 0.0, 2.0], [0.5, 1.0, 1.0]], "float32")
    likely = (yes(4, 3), uniform(4, 3, low=0.05, high=0.95))
    one_hot = (np.eye(5, dtype="float32")[[0, 3, 2, 4]], probabilities(4, 5))
    sparse = (np.array([1, 0, 4, 2], "int32"), probabilities(4, 5))
    logits = normal(4, 5) * 3
    regression = [(K.MeanSquaredError, real), (K.MeanAbsoluteError, real), (K.MeanAbsolutePercentageError, real), (K.MeanSquaredLogarithmicError, positive),
                  (K.Huber, real), (K.LogCosh, real), (K.CosineSimilarity, real), (K.Hinge, (yes(4, 3), real[1])), (K.SquaredHinge, (2 * yes(4, 3) - 1, real[1])),
                  (K.CategoricalHinge, (one_hot[0], logits)), (K.KLDivergence, (probabilities(4, 5), probabilities(4, 5))), (K.Poisson, positive),
                  (K.BinaryCrossentropy, likely), (K.BinaryFocalCrossentropy, likely), (K.CategoricalCrossentropy, one_hot), (K.CategoricalFocalCrossentropy, one_hot),
                  (K.SparseCategoricalCrossentropy, sparse), (K.CategoricalGeneralizedCrossEntropy, sparse)]
    for cls, data in regression:
        for reduction in REDUCTIONS:
            yield cls(reduction=reduction), *data, None
            yield cls(reduction=reduction), *data, weights
        if data[0].ndim == data[1].ndim:
            t, p = (np.stack([d[:2], d[2:]]) for d in data)
            yield cls(), t, p, wide_weights[:, :2]
            yield cls(reduction="none"), t, p, None
    for cls in (K.MeanSquaredError, K.Hinge, K.Poisson, K.BinaryCrossentropy):  # vectors beside columns
        t = positive[0] if cls is K.Poisson else yes(4, 3)
        yield cls(), t[:, 0], likely[1][:, :1], weights
        yield cls(reduction="none"), t[:, :1], likely[1][:, 0], weights
    yield K.Huber(delta=0.3), *real, None
    yield K.CosineSimilarity(axis=1, reduction="sum"), *wide, None
    yield K.Hinge(), normal(4, 3), real[1], None
    yield K.MeanAbsolutePercentageError(), np.array([[0.0, 1.0, -2.0]], "float32"), np.array([[0.5, 0.5, 0.5]], "float32"), None
    yield K.LogCosh(), *(30 * normal(4, 3), 30 * normal(4, 3)), None
    for options in ({"label_smoothing": 0.1}, {"axis": 1, "reduction": "none"}):
        yield K.BinaryCrossentropy(**options), *likely, weights
        yield K.BinaryFocalCrossentropy(gamma=3.0, **options), *likely, None
    yield K.BinaryCrossentropy(from_logits=True), likely[0], normal(4, 3) * 4, weights
    yield K.BinaryFocalCrossentropy(from_logits=True, apply_class_balancing=True, alpha=0.4), likely[0], normal(4, 3) * 3, weights
    yield K.BinaryFocalCrossentropy(apply_class_balancing=True, label_smoothing=0.2), *likely, None
    yield K.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2), one_hot[0], logits, weights
    yield K.CategoricalCrossentropy(), one_hot[0], uniform(4, 5, low=0.1), None
    yield K.CategoricalFocalCrossentropy(from_logits=True, alpha=0.6, gamma=1.5), one_hot[0], logits, weights
    yield K.CategoricalFocalCrossentropy(label_smoothing=0.1), one_hot[0], uniform(4, 5, low=0.1), None
    flipped = np.moveaxis(np.eye(3, dtype="float32")[random.integers(0, 3, (2, 4))], -1, 1)
    yield K.CategoricalCrossentropy(axis=1), flipped, uniform(2, 3, 4, low=0.1), None
    yield K.CategoricalFocalCrossentropy(axis=1), flipped, uniform(2, 3, 4, low=0.1), None
    yield K.SparseCategoricalCrossentropy(from_logits=True), sparse[0][:, None], logits, None
    for reduction in REDUCTIONS:
        yield K.SparseCategoricalCrossentropy(ignore_class=4, reduction=reduction), *sparse, weights
        yield K.SparseCategoricalCrossentropy(ignore_class=-1), np.array([1, -1, 4, -1], "int32"), sparse[1], None
    yield K.CategoricalGeneralizedCrossEntropy(q=0.8), *sparse, weights
    image = (yes(2, 4, 4, 1), uniform(2, 4, 4, 1))
    for axis in (None, [1, 2, 3], -1):
        yield K.Dice(axis=axis), *image, None
        yield K.Tversky(axis=axis, alpha=0.3, beta=0.8), *image, None
    yield K.Dice(), *image, np.array([0.5, 2.0], "float32")
    yield K.Tversky(axis=[1, 2, 3], reduction="sum"), *image, np.array([0.5, 2.0], "float32")
    labels = np.array([0, 1, 0, 2, 1, 1], "int32")
    for options in ({}, {"gamma": 10.0, "margin": 0.25}, {"remove_diagonal": False}, {"reduction": "none"}, {"reduction": "sum", "gamma": 5.0}):
        yield K.Circle(**options), labels, unit(6, 4), None
        yield K.Circle(**options), labels[:, None], unit(6, 4), uniform(6)
    spelled = np.array([[1, 2, 2, 0], [3, 0, 0, 0], [1, 1, 1, 0], [4, 3, 2, 1]], "int32")
    for reduction in REDUCTIONS:
        yield K.CTC(reduction=reduction), spelled, normal(4, 9, 5), None
        yield K.CTC(reduction=reduction), spelled, normal(4, 9, 5), weights


def masked():
    K = keras.losses
    mask = np.array([[True, True, False], [True, False, False]])
    weights = np.array([[1.0, 0.5, 3.0], [2.0, 1.0, 1.0]], "float32")
    for reduction in REDUCTIONS:
        for cls, t, p in ((K.MeanSquaredError, normal(2, 3, 4), normal(2, 3, 4)), (K.SparseCategoricalCrossentropy, random.integers(0, 4, (2, 3)).astype("int32"), probabilities(2, 3, 4))):
            for w in (None, weights):
                yield cls(reduction=reduction), t, p, w, mask
    yield K.SparseCategoricalCrossentropy(ignore_class=2), np.array([[2, 1, 0], [3, 2, 2]], "int32"), probabilities(2, 3, 4), weights, mask
    yield K.MeanSquaredError(), normal(2, 3, 4), normal(2, 3, 4), None, np.zeros((2, 3), bool)


def make():
    out = []
    for loss, t, p, w, *mask in (*rows(), *masked()):
        x = tf.constant(p)
        with tf.GradientTape() as tape:
            tape.watch(x)
            seen = tf.identity(x)
            if mask:
                keras.src.backend.set_keras_mask(seen, tf.constant(mask[0]))
            value = loss(t, seen, sample_weight=w)
            total = tf.reduce_sum(value)
        out.append({"config": serialized(loss), "yTrue": array(t), "yPred": array(p), "sampleWeight": None if w is None else array(w),
                    "mask": array(mask[0]) if mask else None, "value": array(value), "dx": array(tape.gradient(total, x))})
    write("losses.json", out)


if __name__ == "__main__":
    make()
