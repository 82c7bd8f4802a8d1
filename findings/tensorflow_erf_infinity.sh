#!/usr/bin/env bash
# TensorFlow 2.21.0: the error function of infinity.
# Expected: erf(inf) is 1 and erf(-inf) is -1 in every type.
# Happened: so in float32; NaN in float64.
. "$(dirname "$0")/python.sh"
packages tensorflow-cpu==2.21.0 numpy==2.4.6
seen 'float32: erf(-inf, inf) [-1.0, 1.0]
float64: erf(-inf, inf) [nan, nan]' <<'PYTHON'
import numpy as np
import tensorflow as tf
for dtype in ('float32', 'float64'):
    x = tf.constant([-np.inf, np.inf], dtype)
    print(f'{dtype}: erf(-inf, inf) {tf.math.erf(x).numpy().tolist()}')
PYTHON
