"""
Writes small archives in the layout of imdb.npz and reuters.npz, and datasets.json: what Keras' own load_data gives for
them and for tables of houses, with many options. Run by hand: KERAS_BACKEND=tensorflow python make_datasets.py
"""
import io
import json
import os
import pickle
import struct
import tempfile
import zipfile

import numpy as np

from keras.src.datasets import boston_housing, california_housing, imdb, reuters

HERE = os.path.dirname(os.path.abspath(__file__))
random = np.random.default_rng(7)


def texts(count):
    """Lists of different lengths; one word needs four bytes."""
    rows = [[int(w) for w in random.integers(1, 60, size=length)] for length in random.integers(1, 13, size=count)]
    rows[1] = [70000, 300, 5]
    out = np.empty(count, dtype=object)
    for i, row in enumerate(rows):
        out[i] = row
    return out


class Python2(pickle._Pickler):
    """Pickles as Python 2 with an early NumPy did: bytes for all strings, names of that time."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_text(self, text):
        data = text if isinstance(text, bytes) else text.encode("ascii")
        self.write(b"U" + struct.pack("<B", len(data)) + data)
        self.memoize(text)

    dispatch[bytes] = save_text
    dispatch[str] = save_text

    def save_global(self, obj, name=None):
        module = "numpy.core.multiarray" if obj.__name__ == "_reconstruct" else "numpy"
        self.write(f"c{module}\n{obj.__name__}\n".encode("ascii"))
        self.memoize(obj)

    dispatch[type] = save_global
    dispatch[type(np.ndarray)] = save_global
    dispatch[type(np.array([0]).__reduce__()[0])] = save_global


def python2_npz(path, arrays):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array_header_1_0(buffer, np.lib.format.header_data_from_array_1_0(value))
            if value.dtype == object:
                Python2(buffer, 2).dump(value)
            else:
                buffer.write(value.tobytes())
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), buffer.getvalue())


def plain(result):
    return [[[list(map(int, row)) for row in x], [int(v) for v in y]] for x, y in result]


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


OPTIONS = [
    {},
    {"num_words": 20},
    {"num_words": 30, "skip_top": 10},
    {"skip_top": 3},
    {"maxlen": 8},
    {"maxlen": 9, "start_char": None},
    {"seed": 0},
    {"seed": 4294967295, "index_from": 0},
    {"start_char": None},
    {"start_char": None, "index_from": 0, "oov_char": None, "num_words": 25},
    {"start_char": 5, "oov_char": 7, "index_from": 10, "num_words": 40, "skip_top": 12},
    {"oov_char": None},
    {"oov_char": 0, "num_words": 15, "maxlen": 10, "seed": 3},
    {"index_from": None, "start_char": None},
]

imdb_arrays = {"x_train": texts(12), "y_train": random.integers(0, 2, 12), "x_test": texts(10), "y_test": random.integers(0, 2, 10)}
reuters_arrays = {"x": texts(23), "y": random.integers(0, 46, 23)}
np.savez_compressed(os.path.join(HERE, "imdb.npz"), **imdb_arrays)
np.savez(os.path.join(HERE, "reuters.npz"), **reuters_arrays)
python2_npz(os.path.join(HERE, "imdb_python2.npz"), imdb_arrays)

golden = {"imdb": [], "reuters": [], "bostonHousing": [], "californiaHousing": [], "orders": []}
for module, name, more in [(imdb, "imdb", [{}]), (reuters, "reuters", [{}, {"test_split": 0.35}, {"test_split": 0}, {"test_split": 1}])]:
    module.get_file = lambda *args, **kwargs: os.path.join(HERE, f"{name}.npz")
    for options in OPTIONS + [{**extra, "num_words": 33} for extra in more]:
        result = plain(module.load_data(**options))
        golden[name].append({"options": {camel(k): v for k, v in options.items()}, "result": result})

with tempfile.TemporaryDirectory() as folder:
    for module, name, rows, columns, dtype in [(boston_housing, "bostonHousing", 31, 13, "float64"), (california_housing, "californiaHousing", 611, 8, "float32")]:
        file = os.path.join(folder, f"{name}.npz")
        np.savez(file, x=np.arange(rows * columns, dtype=dtype).reshape(rows, columns), y=np.arange(rows, dtype=dtype))
        module.get_file = lambda *args, **kwargs: file
        cases = [{}, {"test_split": 0}, {"test_split": 0.37, "seed": 5}, {"seed": 4294967295}]
        for options in cases + ([{"version": "small"}, {"version": "small", "test_split": 0.5, "seed": 1}] if name[0] == "c" else []):
            (x_train, y_train), (x_test, y_test) = module.load_data(**options)
            assert all(x[i, 0] == y[i] * columns for x, y in [(x_train, y_train), (x_test, y_test)] for i in range(len(y)))
            golden[name].append({"options": {camel(k): v for k, v in options.items()}, "rows": [[int(v) for v in y_train], [int(v) for v in y_test]]})

for seed, count in [(0, 1), (0, 2), (113, 700), (4294967295, 65), (42, 1025)]:
    order = np.arange(count)
    np.random.RandomState(seed).shuffle(order)
    golden["orders"].append({"seed": seed, "order": [int(v) for v in order]})

with open(os.path.join(HERE, "datasets.json"), "w") as file:
    json.dump(golden, file, separators=(",", ":"))
    file.write("\n")
