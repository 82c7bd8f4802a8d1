"""A file of weights in the layout of Keras 1 and 2, of the seed document's model, and what the model predicts with it."""
import os

import h5py
import numpy as np

import keras
from common import HERE, array, normal, restart, uniform, write
from keras import layers as L
from keras.src.legacy.saving import legacy_h5_format


def make():
    restart(41)
    model = keras.Sequential([
        L.Input((20,)),
        L.Dense(64, activation="relu", name="dense"),
        L.Dropout(0.5, name="dropout"),
        L.BatchNormalization(name="batch_normalization"),
        L.Dense(32, activation="relu", name="dense_1"),
        L.Dense(10, activation="softmax", name="dense_2"),
    ])
    for w in model.weights:
        w.assign(uniform(*w.shape, low=0.5) if "variance" in w.path else 0.3 * normal(*w.shape))
    with h5py.File(os.path.join(HERE, "pretrained_weights.h5"), "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, model)
    x = normal(3, 20)
    write("pretrained_weights.json", {"x": array(x), "predictions": array(np.asarray(model(x)))})


if __name__ == "__main__":
    make()
