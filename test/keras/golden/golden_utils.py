"""keras.utils: padded sequences, windows of series, images and texts of a directory, vectors of classes."""
import os
import tempfile

import numpy as np
import tensorflow as tf

import keras
from common import array, write

random = np.random.default_rng(71)
U = keras.utils


def padded():
    ragged, vectors = [[1, 2, 3], [], [4], [5, 6, 7, 8, 9]], [np.arange(6.0).reshape(3, 2), np.zeros((0, 2)), np.arange(10.0).reshape(5, 2)]
    for sequences in (ragged, [np.asarray(v).tolist() for v in vectors]):
        for options in ({}, {"maxlen": 3}, {"maxlen": 3, "padding": "post"}, {"maxlen": 2, "truncating": "post", "value": -1}, {"padding": "post", "dtype": "float32", "value": 0.5}, {"maxlen": 7}):
            yield {"sequences": sequences, "options": options, "value": array(U.pad_sequences(sequences, **options))}


def windows():
    data, targets = random.normal(size=(20, 2)).astype("float32"), np.arange(20).astype("int32")
    for length, options in ((3, {}), (4, {"sequence_stride": 3}), (3, {"sampling_rate": 4}), (5, {"batch_size": 3, "start_index": 2, "end_index": 15}), (2, {"sequence_stride": 5, "sampling_rate": 3, "batch_size": 2}), (3, {"batch_size": None})):
        for t in (None, targets, targets[:9]):
            if t is not None and len(t) == 9 and "start_index" in options:
                continue  # Keras runs over the end here
            batches = [b if isinstance(b, tuple) else (b,) for b in U.timeseries_dataset_from_array(data, t, length, **options)]
            yield {"length": length, "options": options, "data": array(data), "targets": None if t is None else array(t), "batches": [[array(e.numpy()) for e in b] for b in batches]}


def images():
    pixels = {"b": [random.integers(0, 256, (7, 5, 3), dtype="uint8"), random.integers(0, 256, (6, 9, 3), dtype="uint8")], "a": [random.integers(0, 256, (4, 4, 3), dtype="uint8")]}
    with tempfile.TemporaryDirectory() as folder:
        for name, list_ in pixels.items():
            os.makedirs(os.path.join(folder, name))
            for i, p in enumerate(list_):
                tf.io.write_file(os.path.join(folder, name, f"{i}.png"), tf.io.encode_png(p))
        cases = []
        for options in ({"image_size": [6, 4]}, {"image_size": [3, 5], "interpolation": "nearest", "label_mode": "categorical"}, {"image_size": [5, 5], "crop_to_aspect_ratio": True, "label_mode": "binary"},
                        {"image_size": [4, 6], "interpolation": "bicubic", "color_mode": "rgba", "labels": None}, {"image_size": [5, 3], "data_format": "channels_first", "batch_size": 2},
                        {"image_size": [8, 8], "interpolation": "area", "class_names": ["b", "a"]}):
            dataset = U.image_dataset_from_directory(folder, shuffle=False, verbose=False, **options)
            batches = [b if isinstance(b, tuple) else (b,) for b in dataset]
            cases.append({"options": options, "classNames": dataset.class_names, "files": [os.path.relpath(f, folder) for f in dataset.file_paths], "batches": [[array(e.numpy()) for e in b] for b in batches]})
    return {"pixels": {k: [array(p) for p in v] for k, v in pixels.items()}, "cases": cases}


def make():
    x = random.normal(size=(3, 4)).astype("float32")
    norms = [{"options": o, "value": array(U.normalize(tf.constant(x), **o))} for o in ({}, {"axis": 0}, {"order": 1}, {"axis": -1, "order": 3})]
    write("utils.json", {"padded": list(padded()), "windows": list(windows()), "images": images(), "x": array(x), "normalized": norms})


if __name__ == "__main__":
    make()
