#!/usr/bin/env bash
# Keras 3.15.1 on TensorFlow 2.21.0: a model with LoRA saved as .h5 and loaded again.
# Expected: the same predictions, since the file holds the base weight, both factors, the rank and alpha.
# Happened: the layer is rebuilt with the rank alone, so alpha is the rank again: with alpha 4 and rank 2 the adaptation
#   counts half. With alpha equal to the rank nothing is lost.
. "$(dirname "$0")/python.sh"
packages keras==3.15.1 tensorflow-cpu==2.21.0
seen 'alpha 2, rank 2: the same
alpha 4, rank 2: half of the adaptation' <<'PYTHON'
import keras, numpy as np
from keras import layers
x = np.ones((1, 3), 'float32')
for alpha in (2, 4):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1, kernel_initializer='ones')])
    model.layers[0].enable_lora(2, lora_alpha=alpha)
    model.layers[0].lora_kernel_a.assign(np.ones((3, 2)))
    model.layers[0].lora_kernel_b.assign(np.ones((2, 1)))
    model.save('m.h5')
    base = 3
    before, after = (float(m.predict(x, verbose=0)[0, 0]) - base for m in (model, keras.models.load_model('m.h5')))
    print(f'alpha {alpha}, rank 2:', {1: 'the same', 0.5: 'half of the adaptation'}.get(after / before, after / before))
PYTHON
