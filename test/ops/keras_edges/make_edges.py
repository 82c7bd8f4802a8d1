"""What Keras 3 (TensorFlow backend) gives for inputs at the edge of each op: KERAS_BACKEND=tensorflow python make_edges.py"""

import json
import pathlib

import keras
import numpy as np
from keras import ops

NAN, INF = float("nan"), float("inf")
INTEGERS = ["int8", "uint8", "int32", "int64", "bool"]
CASES = []


def case(op, inputs, **options):
    CASES.append((op, inputs, options))


for d in ["float32", "float16", "bfloat16", "float64"]:
    case("nan_to_num", [([NAN, INF, -INF, 1, -0.0], d, [5])])
    case("nan_to_num", [([NAN, INF, -INF, 1], d, [4])], nan=2, posinf=5)
    case("logsumexp", [([], d, [0, 3])], axis=0)
    case("logsumexp", [([], d, [2, 0])], axis=1, keepdims=True)
    case("logsumexp", [([], d, [0])])
for op in ["max", "min"]:
    for d in ["float32", "int32", "int64", "uint8"]:
        for shape in ([0, 3], [2, 0]):
            for axis in (0, 1, None):
                case(op, [([], d, shape)], axis=axis, initial=1)
        case(op, [([], d, [2, 0])], axis=-1, initial=1, keepdims=True)
        case(op, [([3, 0], d, [2])], initial=1)
for op in ["sum", "prod", "any", "all"]:
    for d in ["float32", "int32", "int64", "bool"]:
        for axis in (0, 1, None):
            case(op, [([], d, [0, 3])], axis=axis)
for d in ["int8", "int32", "int64", "float32", "float16"]:
    for decimals in (0, -1, -2, 1):
        case("round", [([15, 25, 114, -7], d, [4])], decimals=decimals)
case("clip", [([0, 5, -5], "float32", [3])], x_min=2, x_max=1)
case("clip", [([0, 5, -5], "int32", [3])], x_min=2, x_max=1)
case("clip", [([NAN, 1], "float32", [2])], x_min=0, x_max=1)
case("clip", [([0, 1], "bool", [2])], x_min=0, x_max=1)
for op in ["abs", "negative", "sign", "square", "floor", "ceil", "relu", "isnan", "isinf", "isfinite", "logical_not", "exp", "sqrt", "cumsum", "cumprod", "sort", "argsort", "flip", "diff", "relu6", "softplus", "trunc"]:
    for d in INTEGERS + ["float16", "bfloat16", "float64"]:
        case(op, [([0, 1, 2, 100] if d != "bool" else [0, 1, 1, 0], d, [4])])
    case(op, [([], "float32", [0])])
    case(op, [([-128, 127], "int8", [2])])
    if "sort" not in op:  # TensorFlow leaves the place of NaN open; here it is last, as in NumPy
        case(op, [([65504, INF, -INF, NAN, -0.0], "float16", [5])])
for op in ["add", "subtract", "multiply", "divide", "floor_divide", "mod", "maximum", "minimum", "equal", "less", "logical_and", "divide_no_nan", "logaddexp"]:
    for d in INTEGERS + ["float16"]:
        case(op, [([7, 5, 1, 3] if d != "bool" else [1, 0, 1, 0], d, [4]), ([2, 3, 1, 1], d, [4])])
    case(op, [([-7, 7, -7, 7], "int32", [4]), ([2, -2, -2, 2], "int32", [4])])
    case(op, [([7], "int64", [1]), ([2], "float16", [1])])
    case(op, [([], "float32", [0, 3]), ([1], "float32", [1])])


def tensor(values, dtype, shape):
    wide = "float64" if dtype in ("bfloat16", "float16") else dtype
    return ops.cast(ops.convert_to_tensor(np.array(values, dtype=wide).reshape(shape)), dtype)


def plain(v):
    if isinstance(v, list):
        return [plain(e) for e in v]
    if isinstance(v, float) and not np.isfinite(v):
        return "nan" if np.isnan(v) else "inf" if v > 0 else "-inf"
    return v


def main():
    lines = []
    for op, inputs, options in CASES:
        row = {"op": op, "inputs": [[plain(v), d, s] for v, d, s in inputs], "options": options}
        try:
            y = getattr(ops, op)(*[tensor(*i) for i in inputs], **options)
            dtype = keras.backend.standardize_dtype(y.dtype)
            values = np.array(ops.cast(y, "float64") if "float" in dtype else y).reshape(-1).tolist()
            row["output"] = [plain([float(f"{v:.9g}") if isinstance(v, float) else v for v in values]), dtype, list(y.shape)]
        except Exception as e:
            row["error"] = type(e).__name__
        lines.append(json.dumps(row))
    pathlib.Path(__file__).with_name("edges.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")


main()
