"""Elementwise ops on NaN, infinities, zeros of both signs and a few numbers, in every float type.

Each element is computed alone: TensorFlow's vector loops and the loops over what is left of a tensor differ in the sign of a zero.
"""
import json
import os

import numpy as np
from common import HERE
from keras import activations, ops

MODULES = {"activations": activations, "ops": ops}

VALUES = [float("nan"), float("inf"), -float("inf"), 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, -2.5, 20.0, -20.0]
PAIRS = [float("nan"), float("inf"), -float("inf"), 0.0, -0.0, 1.0, -2.5, 3.0]
DTYPES = ["float32", "float64", "float16", "bfloat16"]
UNARY = """abs arcsin arcsinh arctan arctanh cbrt ceil celu cos cosh deg2rad elu erf erfinv exp exp2 expm1 floor gelu hard_shrink
hard_sigmoid hard_silu hard_tanh isfinite isinf isnan leaky_relu log log10 log1p log2 log_sigmoid logical_not negative
rad2deg reciprocal relu relu6 round rsqrt selu sigmoid sign signbit silu sin sinh soft_shrink softplus softsign
sparse_sigmoid sqrt square tan tanh tanh_shrink trunc nan_to_num""".split()
BINARY = """add subtract multiply divide maximum minimum equal not_equal greater greater_equal less less_equal logical_and
logical_or logical_xor arctan2 power floor_divide mod divide_no_nan hypot logaddexp""".split()

# Calls with options: module, name, arguments in order, options.
CALLS = [
    *[
        ("activations", "relu", [], options)
        for options in (
            {"max_value": 5.0}, {"max_value": 6.0}, {"threshold": 1.0}, {"negative_slope": 0.25}, {"negative_slope": 0.25, "max_value": 6.0},
            {"negative_slope": 0.25, "threshold": 0.5}, {"max_value": 2.0, "threshold": 1.0},
            {"negative_slope": 0.25, "max_value": 2.0, "threshold": -1.0},
        )
    ],
    *[
        ("activations", name, [], {})
        for name in """elu selu softplus softsign silu swish gelu tanh sigmoid exponential hard_sigmoid hard_silu linear mish celu
        leaky_relu relu6 log_sigmoid hard_shrink hard_tanh tanh_shrink soft_shrink squareplus sparse_plus sparse_sigmoid""".split()
    ],
    ("activations", "leaky_relu", [], {"negative_slope": 0.5}), ("activations", "elu", [], {"alpha": 0.5}), ("activations", "celu", [], {"alpha": 0.5}),
    ("activations", "gelu", [], {"approximate": True}), ("activations", "hard_shrink", [], {"threshold": 1.0}),
    ("activations", "soft_shrink", [], {"threshold": 1.0}), ("activations", "squareplus", [], {"b": 2.0}),
    ("activations", "threshold", [1.0, -3.0], {}), ("ops", "threshold", [1.0, -3.0], {}), ("ops", "clip", [-1.0, 1.0], {}),
    ("ops", "gelu", [], {"approximate": False}), ("ops", "squareplus", [], {}), ("ops", "sparse_plus", [], {}), ("ops", "leaky_relu", [], {"negative_slope": 0.5}),
    ("ops", "nan_to_num", [], {"nan": 3.0, "posinf": 4.0, "neginf": -5.0}), ("ops", "elu", [], {"alpha": 0.5}),
]


def text(value):
    if not isinstance(value, float):
        value = float(ops.convert_to_numpy(ops.cast(value, "float64")).reshape(()))
    if value != value:
        return "NaN"
    if value in (float("inf"), -float("inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0" if np.signbit(value) else "0"
    return f"{value:.7g}"


def make():
    unary, binary = {}, {}
    for name in UNARY:
        f = getattr(ops, name)
        unary[name] = {d: " ".join(text(f(ops.convert_to_tensor([v], dtype=d))) for v in VALUES) for d in DTYPES}
    for name in BINARY:
        f = getattr(ops, name)
        binary[name] = {
            d: " ".join(text(f(ops.convert_to_tensor([a], dtype=d), ops.convert_to_tensor([b], dtype=d))) for a in PAIRS for b in PAIRS)
            for d in DTYPES
        }
    calls = [
        {
            "module": module, "name": name, "arguments": arguments, "options": options,
            "values": {d: " ".join(text(getattr(MODULES[module], name)(ops.convert_to_tensor([v], dtype=d), *arguments, **options)) for v in VALUES) for d in DTYPES},
        }
        for module, name, arguments, options in CALLS
    ]
    with open(os.path.join(HERE, "special_values.json"), "w") as file:
        json.dump({"values": [text(v) for v in VALUES], "pairs": [text(v) for v in PAIRS], "unary": unary, "binary": binary, "calls": calls}, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    make()
