#!/usr/bin/env bash
# Keras 3.15.1 on TensorFlow 2.21.0: a model quantized to int8 with a Dense layer inside of TimeDistributed.
# Expected: about the same predictions as before, as with the Dense layer alone.
# Happened: the wrapped layer is quantized, but its call as it was built multiplies by the raw integers of the kernel,
#   without the scale: here by 127 instead of 1.
. "$(dirname "$0")/python.sh"
packages keras==3.15.1 tensorflow-cpu==2.21.0
seen 'Dense: 4, in int8 4
TimeDistributed: 4, in int8 508' <<'PYTHON'
import keras, numpy as np
from keras import layers
x = np.ones((1, 2, 4), 'float32')
for name, wrapped in (('Dense', lambda layer: layer), ('TimeDistributed', layers.TimeDistributed)):
    model = keras.Sequential([keras.Input((2, 4)), wrapped(layers.Dense(1, kernel_initializer='ones'))])
    before = model.predict(x, verbose=0)[0, 0, 0]
    model.quantize('int8')
    print(f'{name}: {before:.0f}, in int8 {model.predict(x, verbose=0)[0, 0, 0]:.0f}')
PYTHON
