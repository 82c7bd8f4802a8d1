#!/usr/bin/env bash
# Keras 3.15.1 on TensorFlow 2.21.0: a recurrent layer called on masked steps with an initial state.
# Expected: an initial state of zeros, which is the default, changes nothing: masked steps repeat the output before.
# Happened: with initial_state given the mask is ignored in the recurrence, and still handed on with the output.
. "$(dirname "$0")/python.sh"
packages keras==3.15.1 tensorflow-cpu==2.21.0
seen 'default state: [1.0, 2.0, 2.0], mask [True, True, False]
the same state given: [1.0, 2.0, 3.0], mask [True, True, False]' <<'PYTHON'
import numpy as np
from keras import layers
steps = layers.Embedding(3, 1, mask_zero=True, embeddings_initializer='ones')(np.array([[1, 1, 0]]))
sums = layers.SimpleRNN(1, activation=None, kernel_initializer='ones', recurrent_initializer='ones', return_sequences=True)
for name, state in (('default state', None), ('the same state given', np.zeros((1, 1), 'float32'))):
    out = sums(steps, initial_state=state)
    print(f'{name}: {np.ravel(out).tolist()}, mask {np.ravel(out._keras_mask).tolist()}')
PYTHON
