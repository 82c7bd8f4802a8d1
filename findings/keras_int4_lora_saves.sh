#!/usr/bin/env bash
# Keras 3.15.1 on TensorFlow 2.21.0: a block-wise int4 layer with LoRA, saved and loaded three times; both factors are zero.
# Expected: the same weights each time, since nothing was added to them; as without blocks.
# Happened: saving quantizes the merged weights again, and a block whose weights have one sign loses its largest values each
#   time: its zero point lies outside of what 4 bits hold. Saving a trained adapter wears the model off.
. "$(dirname "$0")/python.sh"
packages keras==3.15.1 tensorflow-cpu==2.21.0
seen 'one scale a column: the largest weight, 1 at first, is 1.00, 1.00, 1.00, 1.00
blocks of 8: the largest weight, 1 at first, is 0.90, 0.78, 0.68, 0.59' <<'PYTHON'
import keras, numpy as np
from keras import layers, quantizers
weights = np.tile(np.linspace(0.1, 1, 8, dtype='float32')[:, None], (2, 2))
for name, block_size in (('one scale a column', -1), ('blocks of 8', 8)):
    model = keras.Sequential([keras.Input((16,)), layers.Dense(2)])
    model.set_weights([weights, np.zeros(2)])
    model.quantize(config=quantizers.Int4QuantizationConfig(block_size=block_size))
    model.layers[0].enable_lora(2)  # the second factor starts as zero
    model.layers[0].lora_kernel_a.assign(np.zeros((16, 2)))
    largest = lambda: f'{model.predict(np.eye(16), verbose=0).max():.2f}'
    line = [largest()]
    for _ in range(3):
        model.save('m.keras')
        model = keras.models.load_model('m.keras')
        line.append(largest())
    print(f'{name}: the largest weight, 1 at first, is', ', '.join(line))
PYTHON
