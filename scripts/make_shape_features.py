"""Makes examples/shape_features.tar.gz: a small network of Keras, trained on the known shapes of examples/shapes.ts, exported
as a SavedModel without its classifier.

    KERAS_BACKEND=tensorflow python scripts/make_shape_features.py
"""
import os
import tarfile
import tempfile

import keras
import numpy as np
import tensorflow as tf
from keras import layers

SIDE = 64
SHAPES = {
    "cross": lambda x, y, d: (np.maximum(abs(x), abs(y)) < 0.95) & (np.minimum(abs(x), abs(y)) < 0.3),
    "disc": lambda x, y, d: d < 0.9,
    "ring": lambda x, y, d: (d < 1) & (d > 0.6),
    "square": lambda x, y, d: np.maximum(abs(x), abs(y)) < 0.8,
    "stripes": lambda x, y, d: (np.maximum(abs(x), abs(y)) < 0.9) & (np.sin(9 * x) > 0),
    "triangle": lambda x, y, d: (y > -0.6) & (y < 1 - 1.7 * abs(x)),
}
random = np.random.default_rng(1)


def draw(shape):
    """Red, green and blue from 0 to 1."""
    radius, left, top = SIDE * random.uniform(0.25, 0.4), SIDE * random.uniform(0.42, 0.58), SIDE * random.uniform(0.42, 0.58)
    turn = random.uniform(-0.4, 0.4)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    dx, dy = (columns - left) / radius, (rows - top) / radius
    x, y = dx * np.cos(turn) + dy * np.sin(turn), dx * np.sin(turn) - dy * np.cos(turn)
    inside = shape(x, y, np.hypot(x, y))
    colors = np.where(inside[..., None], random.uniform(145, 255, 3), random.uniform(0, 110, 3))
    return np.clip(colors + random.uniform(-25, 25, colors.shape), 0, 255) / 255


def main():
    keras.utils.set_random_seed(1)
    y = np.arange(1800) % len(SHAPES)
    x = np.stack([draw(list(SHAPES.values())[k]) for k in y]).astype("float32")
    stack = [layers.Input((SIDE, SIDE, 3))]
    for filters in (8, 16, 24, 32):
        stack += [layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False), layers.BatchNormalization(momentum=0.9), layers.ReLU()]
    features = keras.Sequential([*stack, layers.GlobalAveragePooling2D()])
    model = keras.Sequential([features, layers.Dense(len(SHAPES), activation="softmax")])
    model.compile(optimizer=keras.optimizers.Adam(0.003), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=12, batch_size=32, verbose=2)
    target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "examples", "shape_features.tar.gz")
    with tempfile.TemporaryDirectory() as folder:
        # Variables once, and gradients through it: Keras' own export holds each weight twice.
        module = tf.Module()
        module.model = features
        module.__call__ = tf.function(lambda images: features(images, training=False), input_signature=[tf.TensorSpec([None, SIDE, SIDE, 3])])
        tf.saved_model.save(module, folder)
        with tarfile.open(target, "w:gz") as archive:
            for name in ("saved_model.pb", "variables"):
                archive.add(os.path.join(folder, name), name)
    print(os.path.getsize(target))


main()
