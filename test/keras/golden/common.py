"""Helpers of make_golden.py: arrays as JSON, deterministic data."""
import json
import os

import numpy as np
import tensorflow as tf

import keras

HERE = os.path.dirname(os.path.abspath(__file__))
random = np.random.default_rng(20)


def restart(seed):
    """Starts `random` anew, so that a file of golden values does not depend on those made before it."""
    random.bit_generator.state = np.random.default_rng(seed).bit_generator.state


def array(x):
    """An array as {shape, dtype, data}: seven significant digits."""
    x = np.asarray(x)
    if x.dtype.name == "bfloat16":
        return {**array(x.astype("float32")), "dtype": "bfloat16"}
    flat = x.reshape(-1)
    if x.dtype == bool:
        data = [int(v) for v in flat]
    elif np.issubdtype(x.dtype, np.integer):
        data = [int(v) for v in flat]
    else:
        data = [float(f"{v:.7g}") if np.isfinite(v) else str(v) for v in flat.astype("float64")]
    return {"shape": list(x.shape), "dtype": str(x.dtype), "data": data}


def arrays(list_):
    return [array(x) for x in list_]


def normal(*shape):
    return random.normal(size=shape).astype("float32")


def uniform(*shape, low=0.0, high=1.0):
    return random.uniform(low, high, size=shape).astype("float32")


def serialized(obj):
    """Keras' config; with the options of loss functions that Keras leaves out of some (delta of Huber)."""
    out = json.loads(json.dumps(keras.saving.serialize_keras_object(obj)))
    out["config"] = {**out["config"], **getattr(obj, "_fn_kwargs", {})} if isinstance(out["config"], dict) else out["config"]
    return out


def objective(y):
    """sum(y^2 / 2 + y (1 + sin i)) over the elements i: a gradient that normalization does not make vanish."""
    weights = (1 + np.sin(np.arange(np.prod(y.shape)))).astype("float32").reshape(y.shape)
    return tf.reduce_sum(0.5 * tf.square(y) + y * weights)


def write(name, value):
    path = os.path.join(HERE, name)
    with open(path, "w") as f:
        json.dump(value, f, separators=(",", ":"))
        f.write("\n")
    print(name, os.path.getsize(path))
