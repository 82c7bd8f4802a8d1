"""Functions of keras.ops that have a meaning of their own (CTC, folding, spaces, views): ops.json."""
import numpy as np
import tensorflow as tf

import keras
from common import array, normal, objective, random, restart, write

ops = keras.ops


def ints(*values):
    return np.array(values, "int32")


def cases():
    logits, labels = 2 * normal(3, 9, 6), random.integers(1, 5, (3, 3)).astype("int32")
    lengths = [ints(3, 2, 1), ints(9, 7, 5)]
    for mask_index in (0, 5):
        yield "ctc_loss", [labels, logits, *lengths], {"mask_index": mask_index}, 1
    yield "ctc_loss", [ints([2, 2, 2, 2]), normal(1, 7, 3), ints(4), ints(7)], {}, 1
    yield "ctc_loss", [labels, 20 * normal(3, 9, 6), ints(0, 3, 2), ints(4, 9, 9)], {}, 1
    for merge in (True, False):
        yield "ctc_decode", [logits, lengths[1]], {"merge_repeated": merge, "mask_index": 2}, None
    for width, paths in ((1, 1), (4, 3), (20, 5)):
        yield "ctc_decode", [logits, lengths[1]], {"strategy": "beam_search", "beam_width": width, "top_paths": paths, "mask_index": 1}, None
    image = normal(2, 3, 6, 7)
    for options in ({}, {"stride": 2, "padding": 1}, {"dilation": (2, 1), "padding": (1, 0), "stride": (1, 2)}):
        yield "unfold", [image, (2, 3)], options, 0
        columns = np.asarray(ops.unfold(image, (2, 3), **options))
        yield "fold", [columns, (6, 7), (2, 3)], options, 0
    yield "geomspace", [1.0, 1000.0], {"num": 5}, None
    yield "geomspace", [np.array([1.0, -2.0], "float32"), np.array([8.0, -32.0], "float32")], {"num": 4}, None
    yield "geomspace", [2.0, 0.5], {"num": 3, "endpoint": False}, None
    ends = [normal(2, 1), normal(3)]
    yield "linspace", ends, {"num": 4}, None
    yield "linspace", ends, {"num": 3, "axis": -1, "endpoint": False}, None
    yield "logspace", ends, {"num": 3, "axis": 1, "base": 2}, None
    yield "view", [normal(2, 4)], {"dtype": "int32"}, None
    yield "view", [ints([1, 2, 3], [-1, 70000, 0])], {"dtype": "uint8"}, None
    yield "allclose", [image, image + 1e-6], {}, None
    yield "allclose", [image, image + 1e-3], {"atol": 1e-4}, None


def make():
    restart(31)
    out = []
    for name, arguments, options, differentiated in cases():
        given = [tf.constant(a) if isinstance(a, np.ndarray) else a for a in arguments]
        with tf.GradientTape() as tape:
            if differentiated is not None:
                tape.watch(given[differentiated])
            y = getattr(ops, name)(*given, **options)
            total = objective(y) if differentiated is not None else None
        row = {"op": name, "arguments": [array(a) if isinstance(a, np.ndarray) else a for a in arguments], "options": options,
               "y": [array(np.asarray(t)) for t in (y if isinstance(y, tuple) else [y])]}
        if differentiated is not None:
            row.update(differentiated=differentiated, dx=array(tape.gradient(total, given[differentiated])))
        out.append(row)
    write("ops.json", out)
