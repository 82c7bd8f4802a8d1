#!/usr/bin/env bash
# Keras 3.15.1 on TensorFlow 2.21.0: preprocess_input of keras.applications on tensors of integers, as images are read.
# Expected: the same numbers as for a NumPy array of the same pixels, which is converted to floats first.
# Happened: VGG16's wraps around at 256 for uint8 and cuts the channels' means down for int32, without a word; DenseNet's
#   ends in an error.
. "$(dirname "$0")/python.sh"
packages keras==3.15.1 tensorflow-cpu==2.21.0 numpy==2.4.6
seen 'VGG16, array: [-73.94, -96.78, -113.68]
VGG16, uint8 tensor: [183, 160, 143]
VGG16, int32 tensor: [-73, -96, -113]
DenseNet, array: [-1.95, -1.69, -1.28]
DenseNet, uint8 tensor: TypeError' <<'PYTHON'
import numpy as np
from keras import ops
from keras.applications import densenet, vgg16
pixel = np.array([[[[10, 20, 30]]]])
def values(preprocess, x):
    try:
        result = np.asarray(preprocess(x)).ravel()
    except TypeError:
        return 'TypeError'
    return [int(v) if result.dtype.kind in 'iu' else round(float(v), 2) for v in result]
print('VGG16, array:', values(vgg16.preprocess_input, pixel.copy()))
for dtype in ('uint8', 'int32'):
    print(f'VGG16, {dtype} tensor:', values(vgg16.preprocess_input, ops.convert_to_tensor(pixel, dtype)))
print('DenseNet, array:', values(densenet.preprocess_input, pixel.copy()))
print('DenseNet, uint8 tensor:', values(densenet.preprocess_input, ops.convert_to_tensor(pixel, 'uint8')))
PYTHON
