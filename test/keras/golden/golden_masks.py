"""Masks of merging layers, masked and unmasked inputs, every axis: what real Keras computes. Writes masks.json.

    python golden_masks.py

`keras2`: the masks of tf.keras 2 by the formulas of tf_keras/layers/merging: all of the masks (base_merge.py), all of
the masks joined as wide as their inputs (concatenate.py).
"""

import itertools
import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["KERAS_BACKEND"] = "tensorflow"
import numpy as np
from keras import layers, ops
from keras.src import backend

MASKS = [None, [[1, 1, 0], [1, 0, 0]], [[1, 0, 1], [0, 0, 0]]]
LAYERS = [(name, {}) for name in ("Add", "Subtract", "Average", "Maximum", "Minimum", "Multiply")]
LAYERS += [("Concatenate", {"axis": axis}) for axis in (1, 2, -1, -2)] + [("Dot", {"axes": axes}) for axes in (1, 2)]


def keras2(name, axis, masks):
    given = [np.array(m, bool) for m in masks if m is not None]
    if not given or name == "Dot":
        return None
    if name != "Concatenate":
        return np.all(given, axis=0)
    wide = [np.ones((2, 3, 2), bool) if m is None else np.repeat(np.array(m, bool)[:, :, None], 2, 2) for m in masks]
    return np.all(np.concatenate(wide, axis), -1)


rows = []
for (name, options), count in itertools.product(LAYERS, (2, 3)):
    if count == 3 and name in ("Subtract", "Dot"):
        continue
    for masks in itertools.product(MASKS, repeat=count):
        inputs = []
        for i, mask in enumerate(masks):
            x = ops.convert_to_tensor(np.arange(12, dtype="float32").reshape(2, 3, 2) * (1 - 2 * i) + i)
            if mask is not None:
                backend.set_keras_mask(x, ops.convert_to_tensor(np.array(mask, bool)))
            inputs.append(x)
        output = getattr(layers, name)(**options)(inputs)
        computed = backend.get_keras_mask(output)
        old = keras2(name, options.get("axis"), masks)
        as_list = lambda m: None if m is None else np.array(m).astype(int).tolist()
        row = {"layer": name, "options": options, "masks": masks, "mask": as_list(computed), "keras2": as_list(old)}
        if name in ("Multiply", "Maximum", "Minimum"):  # whose values depend on masks
            row["values"] = np.array(output).tolist()
        rows.append(row)
pathlib.Path(__file__).with_name("masks.json").write_text(json.dumps(rows, separators=(",", ":")) + "\n")
