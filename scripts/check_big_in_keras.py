"""
Opens in real Keras the big files that benchmarks/big_files.ts --keep has written, and compares rows of their tables:
  KERAS_BACKEND=tensorflow python scripts/check_big_in_keras.py FOLDER
"""
import json
import pathlib
import struct
import sys
import zipfile

import h5py
import keras
import numpy as np

folder = pathlib.Path(sys.argv[1])
expected = json.loads((folder / "rows.json").read_text())
rows, values = expected["rows"], np.array(expected["values"], "float32")


def check(name, table):
    got = np.stack([np.asarray(table[r]) for r in rows])
    assert np.array_equal(got, values), f"{name}: rows differ"
    print(f"{name}: {(folder / name).stat().st_size / 2**30:.2f} GiB, table {tuple(table.shape)}: rows as they were written")


for path in sorted(folder.glob("big.*")):
    name = path.name
    if name.endswith(".keras") or name == "big.h5":
        model = keras.models.load_model(path, compile=False)
        check(name, model.get_layer("table").weights[0].numpy())
    elif name.endswith(".weights.h5"):
        with h5py.File(path) as f:
            check(name, f["layers/embedding/vars/0"])
    elif name.endswith(".safetensors"):
        with open(path, "rb") as f:
            (length,) = struct.unpack("<Q", f.read(8))
            header = json.loads(f.read(length))
        key = next(k for k in header if k.endswith("table/embeddings"))
        entry = header[key]
        check(name, np.memmap(path, "<f4", "r", 8 + length + entry["data_offsets"][0], tuple(entry["shape"])))
    elif name.endswith(".npz"):
        with zipfile.ZipFile(path) as z:
            assert z.testzip() is None
        with np.load(path) as f:
            check(name, f[next(k for k in f.files if k.endswith("table/embeddings"))])
