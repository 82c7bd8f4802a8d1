"""Activations, initializers, regularizers, constraints, schedules."""
import numpy as np
import tensorflow as tf

import keras
from common import array, normal, random, serialized, uniform, write


def probabilities(*shape):
    e = np.exp(normal(*shape))
    return (e / e.sum(-1, keepdims=True)).astype("float32")


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
    activations()
    weights_helpers()
    schedules()
