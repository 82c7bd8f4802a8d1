#!/usr/bin/env bash
# Keras 3.15.1 on TensorFlow 2.21.0: the values that merging layers give where a step is masked in one branch.
# Expected: one rule for all of them: values are merged as they are, and the mask is handed on beside them.
# Happened: Multiply, Maximum and Minimum take the other branch's value at masked steps; Add, Average and Subtract merge.
. "$(dirname "$0")/python.sh"
packages keras==3.15.1 tensorflow-cpu==2.21.0
seen 'Add: [-1.0, -1.0]
Average: [-0.5, -0.5]
Subtract: [5.0, 5.0]
Multiply: [-6.0, -3.0]
Maximum: [2.0, -3.0]
Minimum: [-3.0, -3.0]
Minimum, the other way round: [-3.0, 2.0]' <<'PYTHON'
import numpy as np
from keras import initializers, layers
branch = lambda value, ids: layers.Embedding(3, 1, mask_zero=True, embeddings_initializer=initializers.Constant(value))(np.array([ids]))
merge = lambda name, *branches: np.ravel(getattr(layers, name)()(list(branches))).tolist()
for name in ('Add', 'Average', 'Subtract', 'Multiply', 'Maximum', 'Minimum'):
    print(f'{name}:', merge(name, branch(2.0, [1, 0]), branch(-3.0, [1, 1])))
print('Minimum, the other way round:', merge('Minimum', branch(2.0, [1, 1]), branch(-3.0, [1, 0])))
PYTHON
