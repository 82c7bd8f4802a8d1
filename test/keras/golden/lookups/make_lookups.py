"""
Models of Keras 3 with vocabularies, as .keras files, and what they give, for lookups.test.ts: python make_lookups.py
"""
import json
import os

import keras
import numpy as np
import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
texts = ["the cat sat", "the dog sat on the cat", "a bird"]
out = {}


def write(name, model, x, y):
    model.save(os.path.join(HERE, f"{name}.keras"))
    out[name] = {"x": x, "y": np.asarray(y).astype("float64").round(7).tolist()}


for mode in ("int", "tf_idf", "multi_hot"):
    layer = keras.layers.TextVectorization(output_mode=mode, name="texts")
    layer.adapt(np.array(texts))
    model = keras.Sequential([layer], name="m")
    write(f"text_{mode}", model, texts, model(tf.constant(texts)))
    layer = keras.layers.StringLookup(output_mode=mode, name="words")
    layer.adapt(np.array(["a", "b", "a", "c"]))
    model = keras.Sequential([layer], name="m")
    write(f"string_{mode}", model, ["a", "c", "x"], model(tf.constant(["a", "c", "x"])))
    layer = keras.layers.IntegerLookup(output_mode=mode, name="numbers")
    layer.adapt(np.array([3, 3, 5, 9]))
    given = keras.Input((1,), dtype="int64")
    model = keras.Model(given, layer(given), name="m")
    write(f"integer_{mode}", model, [[3], [9], [1]], model(np.array([[3], [9], [1]])))
keras.utils.set_random_seed(4)
layer = keras.layers.TextVectorization(output_sequence_length=5)
layer.adapt(np.array(texts))
model = keras.Sequential([layer, keras.layers.Embedding(12, 3), keras.layers.GlobalAveragePooling1D(), keras.layers.Dense(2, activation="softmax")], name="m")
write("text_classifier", model, texts, model(tf.constant(texts)))
with open(os.path.join(HERE, "lookups.json"), "w") as f:
    json.dump(out, f, separators=(",", ":"))
    f.write("\n")
