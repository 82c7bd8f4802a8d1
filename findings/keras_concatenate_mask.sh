#!/usr/bin/env bash
# Keras 3.15.1 on TensorFlow 2.21.0: the mask of Concatenate along the features.
# Expected: a time step counts when it counts in every branch (one padded branch makes half of its features padding),
#   and a masked branch joined with an unmasked one keeps its mask.
# Happened: a step counts when it counts in ANY branch, and one branch without a mask removes the mask of all.
. "$(dirname "$0")/python.sh"
packages keras==3.15.1 tensorflow-cpu==2.21.0
seen 'both masked: [[True, True, False]]
one masked: [[True, True, True]]' <<'PYTHON'
import numpy as np
from keras import layers
masked = lambda ids: layers.Embedding(5, 2, mask_zero=True)(np.array([ids]))
plain = lambda ids: layers.Embedding(5, 2)(np.array([ids]))
mask = lambda *branches: np.asarray(layers.Concatenate()(list(branches))._keras_mask).tolist()
print('both masked:', mask(masked([1, 0, 0]), masked([1, 2, 0])))
print('one masked:', mask(masked([1, 0, 0]), plain([1, 2, 0])))
PYTHON
