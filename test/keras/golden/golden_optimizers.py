"""Optimizers step by step: values, state, names of variables."""
import numpy as np

import keras
from common import array, arrays, serialized, write

random = np.random.default_rng(53)
SHAPES = [(4, 3), (2, 5), (3,), (2, 2, 3), (6, 2)]
NAMES = ["kernel", "wide", "bias", "conv", "embeddings"]


def normal(*shape):
    return random.normal(size=shape).astype("float32")


def rows():
    O, S = keras.optimizers, keras.optimizers.schedules
    yield from (O.SGD(0.1), O.SGD(0.1, momentum=0.9), O.SGD(0.1, momentum=0.8, nesterov=True), O.Adam(0.05), O.Adam(0.05, amsgrad=True, beta_1=0.8, epsilon=1e-4),
                O.AdamW(0.05, weight_decay=0.02), O.RMSprop(0.02), O.RMSprop(0.02, momentum=0.5, centered=True, rho=0.8), O.Adam(0.05, clipnorm=0.5), O.SGD(0.1, clipvalue=0.2),
                O.Adam(0.05, global_clipnorm=0.7), O.SGD(0.1, weight_decay=0.1), O.SGD(0.1, use_ema=True, ema_momentum=0.6),
                O.Adam(0.05, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=3), O.Adam(0.05, gradient_accumulation_steps=2),
                O.SGD(0.1, momentum=0.9, gradient_accumulation_steps=3, weight_decay=0.05), O.SGD(0.1, loss_scale_factor=4.0),
                O.Adam(S.ExponentialDecay(0.1, 2, 0.5)), O.SGD(S.PiecewiseConstantDecay([2, 4], [0.1, 0.05, 0.01]), momentum=0.5), O.RMSprop(S.CosineDecay(0.1, 6)))
    plain = ((O.Adagrad, {"initial_accumulator_value": 0.3, "epsilon": 1e-3}), (O.Adadelta, {"rho": 0.8, "epsilon": 1e-4}), (O.Adamax, {"beta_1": 0.7, "beta_2": 0.9}),
             (O.Nadam, {"beta_1": 0.8, "epsilon": 1e-3}), (O.Lion, {"beta_1": 0.7, "beta_2": 0.8}), (O.Lamb, {"beta_2": 0.9, "epsilon": 1e-3}),
             (O.Ftrl, {"learning_rate_power": -0.7, "l1_regularization_strength": 0.05, "l2_regularization_strength": 0.1, "l2_shrinkage_regularization_strength": 0.02, "beta": 0.3}),
             (O.Adafactor, {"beta_2_decay": -0.6, "clip_threshold": 0.7, "epsilon_2": 0.05}), (O.ScheduleFreeAdamW, {"beta_1": 0.8, "warmup_steps": 4}),
             (O.Muon, {"momentum": 0.8, "nesterov": False, "adam_lr_ratio": 0.5, "rms_rate": None, "exclude_layers": ["wi.e"], "ns_steps": 3}))
    for cls, options in plain:
        yield cls()
        yield cls(0.1)
        yield cls(0.05, **options)
        yield cls(0.05, weight_decay=0.1, clipnorm=1.0)
        yield cls(0.05, use_ema=True, ema_momentum=0.7)
        yield cls(0.1, gradient_accumulation_steps=2)
        yield cls(S.CosineDecay(0.05, 5, alpha=0.2))
    yield O.Adafactor(0.5, relative_step=False)
    yield O.Muon(0.05, adam_weight_decay=None, exclude_embeddings=False)
    yield O.LossScaleOptimizer(O.Adam(0.05), initial_scale=8.0, dynamic_growth_steps=2)
    yield O.LossScaleOptimizer(O.SGD(0.1, momentum=0.9, use_ema=True, ema_momentum=0.5), dynamic_growth_steps=3)
    yield O.MultiOptimizer(O.OptimizerMap(O.SGD(0.1), {"kernel": O.Adam(0.05), ".*i.*s": O.RMSprop(0.01)}))


def make():
    keras.utils.clear_session()
    start, gradients = [normal(*s) for s in SHAPES], [[2 * normal(*s) for s in SHAPES] for _ in range(6)]
    out = []
    for optimizer in rows():
        is_scaled, is_several = isinstance(optimizer, keras.optimizers.LossScaleOptimizer), isinstance(optimizer, keras.optimizers.MultiOptimizer)
        config = serialized(optimizer)
        variables = [keras.Variable(v, name=n) for v, n in zip(start, NAMES)]
        optimizer.build(variables)
        after, losses = [], []
        for k, g in enumerate(gradients):
            if is_scaled:  # what the scaled loss gives; one step overflows
                losses.append(float(optimizer.scale_loss(1.0)))
                g = [e * losses[-1] for e in g]
                if k == 3:
                    g[2] = g[2] + np.float32(np.inf)
            optimizer.apply([keras.ops.convert_to_tensor(e) for e in g], variables)
            after.append(arrays([np.array(v) for v in variables]))
        optimizer.finalize_variable_values(variables)
        out.append({"config": config, "after": after, "final": arrays([np.array(v) for v in variables]), "scaledLosses": losses, "state": arrays([np.array(v) for v in optimizer.variables]),
                    "variables": [v.name for v in optimizer.variables], "rate": None if is_several else float(optimizer.learning_rate)})
    write("optimizers.json", {"names": NAMES, "start": arrays(start), "gradients": [arrays(g) for g in gradients], "cases": out})


if __name__ == "__main__":
    make()
