"""Losses, metrics, activations, initializers, regularizers, constraints, schedules."""
import numpy as np
import tensorflow as tf

import keras
from common import array, normal, random, serialized, uniform, write


def probabilities(*shape):
    e = np.exp(normal(*shape))
    return (e / e.sum(-1, keepdims=True)).astype("float32")


def losses():
    K = keras.losses
    real = (normal(4, 3), normal(4, 3))
    wide = (normal(2, 3, 4), normal(2, 3, 4))
    yes = ((uniform(4, 3) > 0.5).astype("float32"), uniform(4, 3, low=0.05, high=0.95))
    one_hot = (np.eye(5, dtype="float32")[[0, 3, 2, 4]], probabilities(4, 5))
    sparse = (np.array([1, 0, 4, 2], "int32"), probabilities(4, 5))
    logits = normal(4, 5) * 3
    weights = np.array([1.0, 0.5, 0.0, 2.0], "float32")
    rows = []
    for cls in (K.MeanSquaredError, K.MeanAbsoluteError, K.Huber):
        for reduction in ("sum_over_batch_size", "sum", "mean_with_sample_weight", "none"):
            rows += [(cls(reduction=reduction), *real, None), (cls(reduction=reduction), *real, weights)]
        rows.append((cls(), *wide, np.array([[1.0, 0.0, 2.0], [0.5, 1.0, 1.0]], "float32")))
        rows.append((cls(), real[0][:, 0], real[1][:, :1], weights))
    rows.append((K.Huber(delta=0.3), *real, None))
    for options in ({}, {"label_smoothing": 0.1}, {"reduction": "sum"}, {"axis": -1, "reduction": "none"}):
        rows += [(K.BinaryCrossentropy(**options), *yes, None), (K.BinaryCrossentropy(**options), *yes, weights)]
        rows += [(K.CategoricalCrossentropy(**options), *one_hot, None), (K.CategoricalCrossentropy(**options), *one_hot, weights)]
    rows.append((K.BinaryCrossentropy(from_logits=True), yes[0], normal(4, 3) * 4, weights))
    rows.append((K.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2), one_hot[0], logits, weights))
    rows.append((K.CategoricalCrossentropy(), one_hot[0], uniform(4, 5, low=0.1), None))
    for options in ({}, {"reduction": "sum"}, {"reduction": "none"}, {"ignore_class": 4}):
        rows += [(K.SparseCategoricalCrossentropy(**options), *sparse, None), (K.SparseCategoricalCrossentropy(**options), *sparse, weights)]
    rows.append((K.SparseCategoricalCrossentropy(from_logits=True), sparse[0][:, None], logits, None))
    out = []
    for loss, t, p, w in rows:
        x = tf.constant(p)
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = loss(t, x, sample_weight=w)
            total = tf.reduce_sum(value)
        out.append({"config": serialized(loss), "yTrue": array(t), "yPred": array(p), "sampleWeight": None if w is None else array(w),
                    "value": array(value), "dx": array(tape.gradient(total, x))})
    write("losses.json", out)


def metrics():
    M = keras.metrics
    yes = lambda: ((uniform(4, 3) > 0.5).astype("float32"), uniform(4, 3))
    one_hot = lambda: (np.eye(5, dtype="float32")[random.integers(0, 5, 4)], probabilities(4, 5))
    sparse = lambda: (random.integers(0, 5, 4).astype("int32"), probabilities(4, 5))
    real = lambda: (normal(4, 3), normal(4, 3))
    whole = lambda: (random.integers(0, 3, (4, 1)).astype("float32"), random.integers(0, 3, (4, 1)).astype("float32"))
    rows = [(M.Accuracy, {}, whole), (M.BinaryAccuracy, {}, yes), (M.BinaryAccuracy, {"threshold": 0.3}, yes), (M.CategoricalAccuracy, {}, one_hot),
            (M.SparseCategoricalAccuracy, {}, sparse), (M.TopKCategoricalAccuracy, {"k": 2}, one_hot), (M.SparseTopKCategoricalAccuracy, {"k": 3}, sparse),
            (M.MeanSquaredError, {}, real), (M.MeanAbsoluteError, {"name": "mae"}, real), (M.RootMeanSquaredError, {}, real),
            (M.BinaryCrossentropy, {"label_smoothing": 0.1}, yes), (M.CategoricalCrossentropy, {}, one_hot), (M.SparseCategoricalCrossentropy, {}, sparse), (M.SparseCategoricalCrossentropy, {"ignore_class": 2}, sparse)]
    weights = np.array([1.0, 0.5, 0.0, 2.0], "float32")
    out = []
    for cls, options, data in rows:
        for weighted in (False, True):
            metric, batches = cls(**options), []
            for _ in range(2):
                t, p = data()
                metric.update_state(t, p, sample_weight=weights if weighted else None)
                batches.append({"yTrue": array(t), "yPred": array(p), "sampleWeight": array(weights) if weighted else None, "result": float(metric.result())})
            out.append({"config": serialized(metric), "batches": batches})
    for cls in (M.Mean, M.Sum):
        for weighted in (False, True):
            metric, batches = cls(name="m"), []
            for _ in range(2):
                v = normal(4)
                metric.update_state(v, sample_weight=weights if weighted else None)
                batches.append({"values": array(v), "sampleWeight": array(weights) if weighted else None, "result": float(metric.result())})
            out.append({"config": serialized(metric), "batches": batches})
    write("metrics.json", out)


ACTIVATIONS = ["relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "sigmoid", "tanh", "softplus", "softsign", "softmax", "log_softmax",
               "log_sigmoid", "exponential", "hard_sigmoid", "hard_silu", "hard_tanh", "hard_shrink", "soft_shrink", "tanh_shrink", "mish", "linear", "glu",
               "sparse_plus", "sparse_sigmoid", "squareplus", "sparsemax"]


def activations():
    x = np.array([[-7.3, -3.1, -1.4, -0.6, -0.2, 0.1, 0.3, 0.7, 1.2, 2.5, 4.1, 8.2]], "float32")
    out = []
    for name in ACTIVATIONS:
        t = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(t)
            y = keras.activations.get(name)(t)
            total = tf.reduce_sum(0.5 * tf.square(y) + y)
        out.append({"name": name, "y": array(y), "dx": array(tape.gradient(total, t))})
    write("activations.json", {"x": array(x), "cases": out})


def weights_helpers():
    I, R, C = keras.initializers, keras.regularizers, keras.constraints
    exact = [(I.Zeros(), (3, 2)), (I.Ones(), (2,)), (I.Constant(0.25), (2, 2)), (I.Identity(), (3, 4)), (I.STFT("real", window=None), (6, 1, 4)), (I.STFT("imag", window=None), (6, 1, 4))]
    drawn = [I.RandomNormal(mean=0.5, stddev=0.2, seed=1), I.RandomUniform(minval=-1, maxval=3, seed=1), I.TruncatedNormal(stddev=0.5, seed=1), I.GlorotUniform(seed=1),
             I.GlorotNormal(seed=1), I.HeNormal(seed=1), I.HeUniform(seed=1), I.LecunNormal(seed=1), I.LecunUniform(seed=1), I.Orthogonal(gain=1.5, seed=1),
             I.VarianceScaling(scale=3.0, mode="fan_out", distribution="untruncated_normal", seed=1), I.VarianceScaling(scale=0.5, mode="fan_avg", distribution="uniform", seed=1)]
    statistics = []
    for init in drawn:
        for shape in ((60, 90), (3, 3, 20, 30)):
            v = np.asarray(init(shape))
            statistics.append({"config": serialized(init), "shape": list(shape), "mean": float(v.mean()), "std": float(v.std()), "min": float(v.min()), "max": float(v.max())})
    x = normal(4, 3)
    regularizers = []
    for r in (R.L1(0.1), R.L2(0.2), R.L1L2(l1=0.1, l2=0.3), R.OrthogonalRegularizer(factor=0.5), R.OrthogonalRegularizer(mode="columns")):
        t = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(t)
            value = r(t)
        regularizers.append({"config": serialized(r), "value": float(value), "dx": array(tape.gradient(value, t))})
    constraints = [{"config": serialized(c), "w": array(np.asarray(c(tf.constant(2 * x))))} for c in
                   (C.MaxNorm(1.5), C.MaxNorm(0.5, axis=1), C.NonNeg(), C.UnitNorm(), C.UnitNorm(axis=[0, 1]), C.MinMaxNorm(0.5, 1.0, rate=0.7), C.MinMaxNorm(5.0, 9.0, axis=1))]
    write("weights.json", {"exact": [{"config": serialized(i), "shape": list(s), "value": array(np.asarray(i(s)))} for i, s in exact], "statistics": statistics,
                           "x": array(x), "regularizers": regularizers, "constraints": constraints})


def schedules():
    S = keras.optimizers.schedules
    steps = [0, 1, 3, 5, 9, 10, 11, 19, 25, 40]
    rows = [S.ExponentialDecay(0.1, 10, 0.5), S.ExponentialDecay(0.1, 10, 0.5, staircase=True), S.PiecewiseConstantDecay([5, 10], [1.0, 0.5, 0.1]),
            S.PolynomialDecay(0.1, 20, end_learning_rate=0.01, power=2.0), S.PolynomialDecay(0.1, 8, cycle=True), S.InverseTimeDecay(0.1, 10, 0.5),
            S.InverseTimeDecay(0.1, 10, 0.5, staircase=True), S.CosineDecay(0.1, 20, alpha=0.1), S.CosineDecay(0.01, 20, warmup_target=0.1, warmup_steps=5),
            S.CosineDecayRestarts(0.1, 7, t_mul=2.0, m_mul=0.9, alpha=0.05)]
    write("schedules.json", [{"config": serialized(s), "steps": steps, "values": [float(s(k)) for k in steps]} for s in rows])


def make():
    losses()
    metrics()
    activations()
    weights_helpers()
    schedules()
