"""
Recurrent layers. layers_recurrent.json: cases as those of golden_layers.py. recurrent.json: what these cannot express,
states that go in and come out: all outputs, flat, and the gradients of the sum of their objectives.
"""
import numpy as np
import tensorflow as tf

import common
import keras
from common import array, arrays, normal, objective, serialized, write
from golden_layers import one
from keras import layers as L

LEFT = np.array([[0, 0, 1, 1, 1], [0, 1, 0, 1, 1], [1, 1, 1, 1, 1]], bool)
RIGHT = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [1, 0, 1, 0, 0]], bool)
NEVER = np.array([[0, 0, 0, 0, 0], [1, 1, 0, 1, 1], [0, 0, 0, 0, 1]], bool)


def cases():
    x = normal(3, 5, 4)
    for name, make in [("lstm", L.LSTM), ("gru", L.GRU), ("simple rnn", L.SimpleRNN)]:
        yield f"{name}", make(3), [x]
        yield f"{name} sequences", make(3, return_sequences=True), [x]
        yield f"{name} backwards", make(3, go_backwards=True, return_sequences=True), [x]
        yield f"{name} backwards, last", make(3, go_backwards=True, use_bias=False), [x]
        yield f"{name} unrolled", make(2, unroll=True, return_sequences=True), [x]
        yield f"{name} masked left", make(3), [x], LEFT
        yield f"{name} masked right", make(3, return_sequences=True), [x], RIGHT
        yield f"{name} wholly masked", make(3, return_sequences=True), [x], NEVER
        yield f"{name} masked, zeros", make(3, return_sequences=True, zero_output_for_mask=True), [x], RIGHT
        yield f"{name} masked, zeros, last", make(3, zero_output_for_mask=True), [x], NEVER
        yield f"{name} masked backwards", make(3, return_sequences=True, go_backwards=True), [x], LEFT
        yield f"{name} masked, unrolled", make(3, return_sequences=True, unroll=True, zero_output_for_mask=True), [x], RIGHT
        yield f"{name} relu", make(3, activation="relu", return_sequences=True), [x]
        yield f"{name} no activation", make(2, activation=None), [x]
        yield f"{name} regularized", make(
            2, kernel_regularizer="l2", recurrent_regularizer=keras.regularizers.L1(0.1), bias_regularizer=keras.regularizers.L1L2(0.1, 0.2)
        ), [x]
        yield f"{name} constrained", make(2, kernel_constraint="max_norm", recurrent_constraint="non_neg", bias_constraint="unit_norm", kernel_initializer="he_normal"), [x]
        yield f"{name} of one unit and step", make(1, return_sequences=True), [normal(2, 1, 1)]
        if make is not L.SimpleRNN:
            yield f"{name} activity", make(2, activity_regularizer=keras.regularizers.L2(0.3), return_sequences=True), [x]
            yield f"{name} hard sigmoid", make(3, recurrent_activation="hard_sigmoid", activation="softsign"), [x]
            yield f"{name} no recurrent activation", make(2, recurrent_activation=None), [normal(2, 3, 2)]
            yield f"{name} implementation 1", make(3, implementation=1, return_sequences=True), [x]
    yield "lstm without unit forget bias", L.LSTM(2, unit_forget_bias=False, bias_initializer="ones"), [x]
    yield "gru reset before", L.GRU(3, reset_after=False, return_sequences=True), [x]
    yield "gru reset before, no bias", L.GRU(3, reset_after=False, use_bias=False), [x]
    yield "gru reset before, masked", L.GRU(3, reset_after=False, implementation=1), [x], LEFT
    yield "gru reset before, relu, backwards", L.GRU(3, reset_after=False, activation="relu", go_backwards=True), [x]

    yield "rnn of lstm cell", L.RNN(L.LSTMCell(3)), [x]
    yield "rnn of gru cell", L.RNN(L.GRUCell(3, reset_after=False), return_sequences=True), [x]
    yield "rnn of simple cell", L.RNN(L.SimpleRNNCell(3, activation="elu"), go_backwards=True), [x], RIGHT
    yield "rnn of a stack", L.RNN([L.LSTMCell(3), L.GRUCell(2), L.SimpleRNNCell(4)], return_sequences=True), [x]
    yield "rnn of a stack, masked", L.RNN(L.StackedRNNCells([L.GRUCell(3), L.LSTMCell(2)]), return_sequences=True, zero_output_for_mask=True), [x], LEFT
    yield "rnn of a stack of one, unrolled", L.RNN([L.GRUCell(2)], unroll=True), [x]

    for mode in ["concat", "sum", "ave", "mul"]:
        yield f"bidirectional {mode}", L.Bidirectional(L.LSTM(3, return_sequences=mode in ("concat", "ave")), merge_mode=mode), [x]
    yield "bidirectional gru sequences", L.Bidirectional(L.GRU(2, return_sequences=True)), [x]
    yield "bidirectional masked", L.Bidirectional(L.LSTM(3, return_sequences=True)), [x], RIGHT
    yield "bidirectional masked, last", L.Bidirectional(L.GRU(3), merge_mode="sum"), [x], LEFT
    yield "bidirectional of an rnn", L.Bidirectional(L.RNN(L.SimpleRNNCell(2), return_sequences=True)), [x]
    yield "bidirectional, two layers", L.Bidirectional(
        L.LSTM(3, return_sequences=True), backward_layer=L.GRU(3, return_sequences=True, go_backwards=True, activation="relu")
    ), [x]

    yield "time distributed dense", L.TimeDistributed(L.Dense(2, activation="tanh", kernel_regularizer="l2")), [x]
    yield "time distributed dense, masked", L.TimeDistributed(L.Dense(2)), [x], RIGHT
    yield "time distributed conv2d", L.TimeDistributed(L.Conv2D(2, 2)), [normal(2, 3, 4, 4, 2)]
    yield "time distributed batch normalization", L.TimeDistributed(L.BatchNormalization(momentum=0.8)), [normal(4, 3, 2)]
    yield "time distributed lstm", L.TimeDistributed(L.LSTM(2)), [normal(2, 3, 4, 2)]
    yield "time distributed time distributed", L.TimeDistributed(L.TimeDistributed(L.Dense(2))), [normal(2, 2, 3, 4)]

    yield "conv lstm 1d", L.ConvLSTM1D(2, 3), [normal(2, 3, 6, 2)]
    yield "conv lstm 1d same, sequences", L.ConvLSTM1D(2, 2, padding="same", return_sequences=True, use_bias=False, activation="relu"), [normal(2, 3, 5, 2)]
    yield "conv lstm 1d strides, masked", L.ConvLSTM1D(2, 2, strides=2, return_sequences=True), [normal(2, 3, 6, 1)], np.array([[1, 1, 0], [0, 1, 1]], bool)
    yield "conv lstm 1d dilated, backwards", L.ConvLSTM1D(2, 2, dilation_rate=2, go_backwards=True, unit_forget_bias=False), [normal(1, 3, 6, 2)]
    yield "conv lstm 2d dilated", L.ConvLSTM2D(2, 2, dilation_rate=(2, 1), return_sequences=True), [normal(1, 3, 5, 4, 2)]
    yield "conv lstm 2d", L.ConvLSTM2D(2, (2, 3), recurrent_activation="hard_sigmoid"), [normal(2, 3, 4, 5, 2)]
    yield "conv lstm 2d same, strides, sequences", L.ConvLSTM2D(
        2, 3, strides=(2, 1), padding="same", return_sequences=True, kernel_regularizer="l2"
    ), [normal(1, 3, 5, 4, 2)]

    masked = normal(3, 4, 2)
    masked[0, 2:] = 0
    masked[1, 1] = 0
    masked[2, 0, 1] = 0
    yield "masking", L.Masking(), [masked]
    yield "masking of a value", L.Masking(mask_value=0.5), [np.where(masked == 0, 0.5, masked).astype("float32")]


def conv_lstm_3d():
    yield "conv lstm 3d", L.ConvLSTM3D(2, 2), [normal(1, 2, 3, 3, 4, 1)]
    yield "conv lstm 3d same, sequences", L.ConvLSTM3D(2, 2, padding="same", return_sequences=True), [normal(1, 2, 2, 3, 2, 2)]


def states():
    x = normal(3, 5, 4)
    h = lambda units=3: normal(3, units)  # noqa: E731
    yield "lstm", L.LSTM(3, return_state=True), x, [h(), h()]
    yield "lstm sequences, from zeros", L.LSTM(3, return_sequences=True, return_state=True), x, []
    yield "lstm sequences, backwards", L.LSTM(3, return_sequences=True, return_state=True, go_backwards=True), x, [h(), h()]
    yield "lstm masked", L.LSTM(3, return_sequences=True, return_state=True), x, [h(), h()], NEVER
    yield "lstm masked, zeros, backwards", L.LSTM(3, return_sequences=True, return_state=True, go_backwards=True, zero_output_for_mask=True), x, [h(), h()], LEFT
    yield "lstm activity of outputs and states", L.LSTM(2, return_state=True, activity_regularizer="l2"), x, []
    yield "gru", L.GRU(3, return_state=True), x, [h()]
    yield "gru reset before, masked", L.GRU(3, reset_after=False, return_sequences=True, return_state=True), x, [h()], RIGHT
    yield "gru relu, backwards", L.GRU(3, return_state=True, activation="relu", go_backwards=True), x, [h()]
    yield "simple rnn", L.SimpleRNN(3, return_sequences=True, return_state=True), x, [h()]
    yield "simple rnn masked", L.SimpleRNN(3, return_state=True), x, [h()], RIGHT
    yield "stack", L.RNN([L.LSTMCell(3), L.GRUCell(2)], return_state=True, return_sequences=True), x, [[h(), h()], [h(2)]]
    yield "stack, from zeros, masked", L.RNN([L.GRUCell(3), L.SimpleRNNCell(2)], return_state=True), x, [], LEFT
    yield "bidirectional lstm", L.Bidirectional(L.LSTM(3, return_state=True, return_sequences=True)), x, [h(), h(), h(), h()]
    yield "bidirectional gru, apart", L.Bidirectional(L.GRU(2, return_state=True), merge_mode=None), x, [h(2), h(2)]
    yield "bidirectional apart, masked", L.Bidirectional(L.LSTM(2, return_sequences=True), merge_mode=None), x, [], RIGHT
    yield "conv lstm 2d", L.ConvLSTM2D(2, 2, padding="same", return_state=True, return_sequences=True), normal(2, 3, 3, 3, 1), [normal(2, 3, 3, 2), normal(2, 3, 3, 2)]
    yield "conv lstm 1d masked", L.ConvLSTM1D(2, 2, return_state=True), normal(2, 3, 4, 1), [], np.array([[1, 0, 1], [1, 1, 0]], bool)


def one_of_states(name, layer, x, initial, mask=None):
    layer.build(x.shape)
    for w in layer.weights:
        w.assign(0.5 * normal(*w.shape))
    nested = tf.nest.map_structure(tf.constant, initial)
    given = [tf.constant(x), *tf.nest.flatten(nested)]
    options = {"initial_state": nested} if initial else {}
    if mask is not None:
        options["mask"] = mask
    with tf.GradientTape() as tape:
        for t in given:
            tape.watch(t)
        outputs = tf.nest.flatten(layer(given[0], training=True, **options))
        loss = sum(objective(y) for y in outputs) + sum(layer.losses)
    grads = tape.gradient(loss, given + [w.value for w in layer.trainable_weights])
    return {
        "name": name, "config": serialized(layer), "x": array(x), "initialState": tf.nest.map_structure(array, initial), "mask": None if mask is None else array(mask),
        "weights": [{"path": w.path, **array(w)} for w in layer.weights], "outputs": arrays(outputs), "losses": [float(v) for v in layer.losses],
        "gradients": arrays(tf.convert_to_tensor(g) for g in grads),
    }


def cells():
    x = normal(3, 4)
    for name, cell, initial in [
        ("lstm cell", L.LSTMCell(2), [normal(3, 2), normal(3, 2)]),
        ("lstm cell, implementation 1", L.LSTMCell(2, implementation=1, activation="relu"), [normal(3, 2), normal(3, 2)]),
        ("gru cell", L.GRUCell(2), [normal(3, 2)]),
        ("gru cell, reset before", L.GRUCell(2, reset_after=False, use_bias=False), [normal(3, 2)]),
        ("simple rnn cell", L.SimpleRNNCell(2), [normal(3, 2)]),
        ("stack of cells", L.StackedRNNCells([L.SimpleRNNCell(3), L.LSTMCell(2)]), [[normal(3, 3)], [normal(3, 2), normal(3, 2)]]),
    ]:
        cell.build(x.shape)
        for w in cell.weights:
            w.assign(0.5 * normal(*w.shape))
        outputs = tf.nest.flatten(cell(x, tf.nest.map_structure(tf.constant, initial)))
        yield {
            "name": name, "config": serialized(cell), "x": array(x), "initialState": tf.nest.map_structure(array, initial),
            "weights": [{"path": w.path, **array(w)} for w in cell.weights], "outputs": arrays(outputs),
        }


def make():
    common.random = np.random.default_rng(22)  # the same data whatever was made before
    write("layers_recurrent.json", [one(*case) for case in [*cases(), *conv_lstm_3d()]])
    write("recurrent.json", {"layers": [one_of_states(*case) for case in states()], "cells": list(cells())})
