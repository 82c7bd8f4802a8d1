"""A functional model on texts and numbers, as real Keras writes it: several.keras (members compressed) and texts.json.

    python make_texts.py
"""

import json
import os
import pathlib
import tempfile
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["KERAS_BACKEND"] = "tensorflow"
import keras
import numpy as np
import tensorflow as tf
from keras import Input, Model, layers

HERE = pathlib.Path(__file__).parent
TEXTS = ["the cat sat", "the dog ran", "a cat ran far away", "no dog", "cat", "unknown words only"]
KINDS = ["x", "y", "x", "y", "z", "x"]

keras.utils.set_random_seed(1)
words = layers.TextVectorization(name="words")
words.adapt(TEXTS[:5])
text, kind, numbers = Input((1,), dtype="string", name="text"), Input((1,), dtype="string", name="kind"), Input((2,), name="numbers")
embedded = layers.GlobalAveragePooling1D()(layers.Embedding(12, 3, name="embedded")(words(text)))
inner = Model({"text": text, "kind": kind}, layers.Concatenate()([embedded, layers.StringLookup(vocabulary=["x", "y"], output_mode="one_hot")(kind)]), name="inner")
a, b = Input((1,), dtype="string", name="a"), Input((1,), dtype="string", name="b")
hashed = layers.Flatten()(layers.Embedding(7, 2, name="hashed")(layers.Hashing(7)(b)))
model = Model([numbers, a, b], layers.Dense(2, name="head")(layers.Concatenate()([inner({"text": a, "kind": b}), numbers, hashed])))
x = np.random.default_rng(1).normal(size=(6, 2)).astype("float32")
y = model.predict([tf.constant(x), tf.constant([[t] for t in TEXTS]), tf.constant([[k] for k in KINDS])], verbose=0)
with tempfile.TemporaryDirectory() as folder:
    file = pathlib.Path(folder, "m.keras")
    model.save(file)
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(HERE / "several.keras", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for info in source.infolist():
            target.writestr(zipfile.ZipInfo(info.filename, (1980, 1, 1, 0, 0, 0)), source.read(info), zipfile.ZIP_DEFLATED)
record = {"texts": TEXTS, "kinds": KINDS, "x": x.tolist(), "y": y.tolist()}
(HERE / "texts.json").write_text(json.dumps(record, separators=(",", ":")) + "\n")
