#!/usr/bin/env bash
# Keras 3.15.1 on TensorFlow 2.21.0: layers over several axes in `.h5`.
# Expected: Softmax(axis=[1, 2]) predicts after loading what it predicted before saving.
# Happened: the file says [1, 2], but the loaded layer works along the last axis alone, without a word; layers
# with weights over several axes cannot be loaded. The same models in `.keras` are right.
. "$(dirname "$0")/python.sh"
packages keras==3.15.1 tensorflow-cpu==2.21.0 numpy==2.4.6
seen '.keras: axis [1, 2], sums over both axes [1.0, 1.0]
.h5: axis -1, sums over both axes [3.0, 3.0]
LayerNormalization in .h5: ValueError' <<'PYTHON'
import tempfile
import keras
import numpy as np
x = np.arange(24, dtype='float32').reshape(2, 3, 4) / 10
folder = tempfile.mkdtemp()
for ending in ('.keras', '.h5'):
    model = keras.Sequential([keras.Input((3, 4)), keras.layers.Softmax(axis=[1, 2])])
    model.save(f'{folder}/softmax{ending}')
    loaded = keras.models.load_model(f'{folder}/softmax{ending}')
    sums = [round(float(s), 3) for s in loaded.predict(x, verbose=0).sum((1, 2))]
    axis = loaded.layers[0].axis
    print(f'{ending}: axis {axis if isinstance(axis, int) else list(axis)}, sums over both axes {sums}')
model = keras.Sequential([keras.Input((3, 4)), keras.layers.LayerNormalization(axis=[1, 2])])
model.save(f'{folder}/normalization.h5')
try:
    keras.models.load_model(f'{folder}/normalization.h5')
except Exception as error:
    print('LayerNormalization in .h5:', type(error).__name__)
PYTHON
