#!/usr/bin/env bash
# Keras 3.15.1 on TensorFlow 2.21.0: weights saved in several files.
# Expected: what save_weights(path) wrote is what load_weights(path) reads.
# Happened: asked for w.weights.h5, it writes w.weights.json and shards without a word, and the same path cannot be loaded.
. "$(dirname "$0")/python.sh"
packages keras==3.15.1 tensorflow-cpu==2.21.0
seen "files: ['w.weights.json', 'w_00000.weights.h5', 'w_00001.weights.h5']
loading the same path: FileNotFoundError" <<'PYTHON'
import glob, keras
from keras import layers
model = keras.Sequential([keras.Input((64,)), layers.Dense(128), layers.Dense(128), layers.Dense(3)])
model.save_weights('w.weights.h5', max_shard_size=0.00007)
print('files:', sorted(glob.glob('w*')))
try:
    model.load_weights('w.weights.h5')
    print('loading the same path: loaded')
except Exception as error:
    print('loading the same path:', type(error).__name__)
PYTHON
