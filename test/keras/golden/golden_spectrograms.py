"""Spectrograms by convolution and equalized tiles: layers_spectrograms.json; preprocessing_tiles.json."""
import numpy as np

import keras
from common import array, normal, restart, serialized, write
from golden_layers import make as write_cases

L = keras.layers


def spectrograms():
    x, first = normal(2, 70, 2), normal(2, 3, 50)
    for mode in ("log", "magnitude", "psd", "real", "imag", "angle", "stft"):
        yield mode, L.STFTSpectrogram(mode=mode, frame_length=16, frame_step=5, fft_length=16), x
    yield "channels of their own", L.STFTSpectrogram(mode="stft", frame_length=12, expand_dims=True, padding="same"), x
    yield "channels first", L.STFTSpectrogram(mode="magnitude", frame_length=9, frame_step=4, data_format="channels_first", window="hamming", scaling="spectrum"), first
    yield "channels first of their own", L.STFTSpectrogram(mode="psd", frame_length=8, expand_dims=True, data_format="channels_first", periodic=True, padding="same"), first
    yield "no window", L.STFTSpectrogram(mode="log", frame_length=10, window=None, scaling=None, trainable=False), x


def tiles():
    generator = np.random.default_rng(8)
    x = generator.uniform(0, 255, size=(2, 17, 14, 3)).astype("float32")
    C = L.ContrastLimitedAdaptiveHistogramEqualization
    yield "tiles", C(tile_grid_size=(3, 2)), x
    yield "tiles that fit, no limit", C(tile_grid_size=(4, 7), clip_limit=0.0), x[:, :16]
    yield "tiles of a unit range", C(value_range=(0, 1), clip_limit=2.0, tile_grid_size=(2, 2)), x / 255
    yield "tiles, channels first", C(tile_grid_size=(2, 3), data_format="channels_first"), np.moveaxis(x, 3, 1)
    yield "tiles of one image", C(), x[0]
    yield "tiles of a flat image", C(tile_grid_size=(2, 2)), np.full((1, 6, 6, 1), 90, "float32")


def make():
    restart(33)
    write_cases("layers_spectrograms.json", lambda: [(name, layer, [x], None, False, None, 2e-3 if layer.mode == "log" else None) for name, layer, x in spectrograms()])  # log 0 is steep
    write("preprocessing_tiles.json", [{"name": n, "config": serialized(l), "inputs": array(x), "training": False, "output": array(np.asarray(l(x)))} for n, l, x in tiles()])
