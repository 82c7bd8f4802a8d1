#!/usr/bin/env bash
# Keras 3.15.1 on TensorFlow 2.21.0: a compiled model with LossScaleOptimizer around Nadam, saved and loaded in the midst of training.
# Expected: the next step is the one that would have been taken, since the file holds the state of the optimizer.
# Happened: with Adam inside it is; with Nadam inside it is another one, without a word: the product of its momenta begins at 1 again.
. "$(dirname "$0")/python.sh"
packages keras==3.15.1 tensorflow-cpu==2.21.0
seen "Adam: the same step
Nadam: another step, product 0.1140 before and 1.0000 after loading" <<'PYTHON'
import keras, numpy as np
from keras import layers, optimizers

x, y = np.random.default_rng(0).normal(size=(6, 4)).astype('float32'), np.zeros((6, 2), 'float32')
for kind in (optimizers.Adam, optimizers.Nadam):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    model.compile(optimizers.LossScaleOptimizer(kind(0.1), initial_scale=4), 'mse')
    for _ in range(3):
        model.train_on_batch(x, y)
    model.save('m.keras')
    loaded = keras.models.load_model('m.keras')
    product = lambda m: float(m.optimizer.inner_optimizer._u_product.numpy()) if kind is optimizers.Nadam else 0
    products = product(model), product(loaded)
    for m in (model, loaded):
        m.train_on_batch(x, y)
    same = np.allclose(model.predict(x, verbose=0), loaded.predict(x, verbose=0), atol=1e-5)
    print(f'{kind.__name__}:', 'the same step' if same else 'another step, product {:.4f} before and {:.4f} after loading'.format(*products))
PYTHON
