#!/usr/bin/env bash
# Keras 3.15.1 on TensorFlow 2.21.0: rounding of large integers to tens.
# Expected: ops.round of int64 with decimals=-1 gives the nearest multiple of ten, as NumPy does.
# Happened: the numbers pass through floating point: 9007199254740993 becomes one that is no multiple of ten.
. "$(dirname "$0")/python.sh"
packages keras==3.15.1 tensorflow-cpu==2.21.0 numpy==2.4.6
seen 'NumPy: 9007199254740990
Keras: 9007199254740992' <<'PYTHON'
import numpy as np
from keras import ops
n = np.array(9007199254740993)
print('NumPy:', int(np.round(n, -1)))
print('Keras:', int(ops.round(n, decimals=-1)))
PYTHON
