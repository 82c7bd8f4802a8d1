#!/usr/bin/env bash
# TensorFlow 2.21.0 on x86-64: very small numbers (denormals) and zeros in elementwise functions.
# Expected: an element's result does not depend on how many elements stand beside it.
# Happened: alone they are numbers; among 64 they count as zero, so that the logarithm is -inf, and the larger of 0 and -0 is
# another one.
. "$(dirname "$0")/python.sh"
packages tensorflow-cpu==2.21.0 numpy==2.4.6
seen '1: log(1e-40) -103.97, relu(1e-40) above 0 True, maximum(0, -0) 0.0
64: log(1e-40) -inf, relu(1e-40) above 0 False, maximum(0, -0) -0.0' <<'PYTHON'
import numpy as np
import tensorflow as tf
denormal = np.array([71362], 'uint32').view('float32')[0]  # 1e-40
for count in (1, 64):
    x = tf.constant(np.full(count, denormal))
    bits = tf.nn.relu(x).numpy().view('uint32')[0]
    larger = tf.maximum(tf.zeros(count), -tf.zeros(count)).numpy()[0]
    print(f'{count}: log(1e-40) {float(tf.math.log(x)[0]):.2f}, relu(1e-40) above 0 {bool(bits)}, maximum(0, -0) {larger}')
PYTHON
