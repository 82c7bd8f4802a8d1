#!/usr/bin/env bash
# Keras 3.15.1 on TensorFlow 2.21.0: one layer used inside of a nested model and beside it.
# Expected: the file that Keras writes of such a model can be read by Keras.
# Happened: saving succeeds; loading ends in an error, since the config tells two layers where the weights tell one.
. "$(dirname "$0")/python.sh"
packages keras==3.15.1 tensorflow-cpu==2.21.0
seen 'saved
ValueError' <<'PYTHON'
import keras
from keras import layers
shared = layers.Dense(3, name='shared')
a = keras.Input((3,))
inner = keras.Model(a, layers.Dense(3)(shared(a)), name='inner')
x = keras.Input((3,))
model = keras.Model(x, inner(shared(inner(x))))
model.save('m.keras')
print('saved')
try:
    keras.models.load_model('m.keras')
    print('loaded')
except Exception as error:
    print(type(error).__name__)
PYTHON
