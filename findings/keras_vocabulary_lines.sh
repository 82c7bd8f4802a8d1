#!/usr/bin/env bash
# Keras 3.15.1 on TensorFlow 2.21.0: a lookup that has learned a term with a Unicode line separator, saved as .keras.
# Expected: after loading, every term has the index that it had, since the vocabulary is part of the file.
# Happened: the vocabulary is written one term a line and read by str.splitlines, which also parts at U+2028, U+0085 and
#   form feeds. The term becomes two, and all terms behind it have another index, without a word. An empty text at the
#   end of the vocabulary is lost in the same way.
. "$(dirname "$0")/python.sh"
packages keras==3.15.1 tensorflow-cpu==2.21.0
seen "U+2028: [1, 2, 3] before, [0, 3, 4] after
U+0085: [1, 2, 3] before, [0, 3, 4] after
U+000C: [1, 2, 3] before, [0, 3, 4] after
empty text: [1, 2] before, [1, 0] after" <<'PYTHON'
import keras, numpy as np, tensorflow as tf
from keras import layers


def show(name, texts, terms):
    lookup = layers.StringLookup()
    lookup.adapt(np.array(texts))
    model = keras.Sequential([keras.Input((1,), dtype='string'), lookup])
    x = tf.constant([[t] for t in terms])
    before = np.array(model(x)).ravel().tolist()
    model.save('m.keras')
    after = np.array(keras.models.load_model('m.keras')(x)).ravel().tolist()
    print(f'{name}: {before} before, {after} after')


for code in (0x2028, 0x85, 0xC):
    term = f'left{chr(code)}right'
    show(f'U+{code:04X}', [term] * 3 + ['b', 'b', 'c'], [term, 'b', 'c'])
show('empty text', ['a', 'a', ''], ['a', ''])
PYTHON
