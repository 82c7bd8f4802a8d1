"""Opens models written by scripts/write_models_for_keras.ts in Keras, and compares what they predict and how they train on.

    npx tsx scripts/write_models_for_keras.ts build/models && python scripts/check_in_keras.py build/models
    npx tsx scripts/write_models_for_keras.ts build/models --again

Each model comes as `.keras`, `.h5` and `.weights.h5`. The `.keras` file must be compiled as it was, with the state of its
optimizer; `evaluate` and one further step of training give the same numbers. What Keras saves then goes to FOLDER/again.
"""

import json
import os
import pathlib
import re
import sys
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from absl import logging  # noqa: E402

logging.set_verbosity(logging.ERROR)
tf.get_logger().setLevel("ERROR")
warnings.filterwarnings("ignore")

folder = pathlib.Path(sys.argv[1])
part = sys.argv[2] if len(sys.argv) > 2 else ""
again = folder / "again"
again.mkdir(exist_ok=True)
FORMATS = (".keras", ".h5", ".weights.h5")
# What Keras itself cannot: (names, formats, what it says, why). A row that nothing needs is a failure.
EXCEPTIONS = [
    (r"^(CosineMerge|Highway|LocallyConnected|MaxoutDense|ModeBatch|ParametricSoftplus|RandomFourier|SReLU|ThresholdedReLU)", "", "", "Keras 3 has the layer no more"),
    (r"^Random(Height|Width)$", "", "", "Keras 3 has the layer no more"),
    (r"^lookups/|^texts/|integer_lookup|Lookup|TextVectorization", "weights.h5", "Table not initialized|must be known|vocabulary", "a vocabulary is no weight in Keras"),
    (r"channels.first", "", "NHWC|NCHW|channels_first|CPU", "TensorFlow has the operation for channels last alone, on the CPU"),
    (r"^ops|nested/ops", r"\.h5$", "Unknown layer", "Keras does not read operations in .h5, its own either"),
    (r"ttention", r"\.h5$", "score_mode", "Keras takes 'dot' for the function of that name in .h5, in its own files too"),
    (r"", "^compiled .h5", "'keras.metrics.mse'", "Keras does not find 'mse' among its losses in .h5, in its own files too"),
    (r"CategoricalGeneralized", "training|compiled .h5", "interpret loss|string indices", "Keras does not know this loss by its name"),
    (r"^nested/(cloned|upon)", "saving .h5", "name already exists", "Keras cannot save a layer of two models as .h5"),
    (r"^Distiller", "", "not yet been built|_student_loss|Unknown layer", "Keras cannot train a Distiller that was loaded, nor read it from .h5"),
    (r"alpha", r"^\.h5$", "differs", "Keras forgets the alpha of LoRA in .h5, in its own files too"),
    (r"^metric (Sum|Mean) ", "training", "multiple values", "in Keras these take values, no targets"),
    (r"AUC.*label_weights\":\{", "", "__tensor__", "Keras does not read the label_weights that it has written"),
    (r"^Equalization", "", "part of a cycle", "Keras' layer gives its input back for a symbolic one, so that no model can hold it"),
    (r"^Wrapper$", "", "automatically infer", "Keras' Wrapper has no call of its own"),
    (r"Lamb", "^compiled .h5", "identifier: lamb", "Keras does not know Lamb by name"),
    (r"LossScaleOptimizer around Nadam", "next step", "differs", "Keras does not save Nadam's product of momenta inside of LossScaleOptimizer"),
    (r"axes|of two axes|normalization of all", r"\.h5$", "Shape mismatch|differs", "Keras reads the last axis of a list alone in .h5, in its own files too"),
    (r"preprocessing_(images|boxes)", "saving .h5", "cannot pickle 'module'", "Keras cannot save its layers of images as .h5"),
    (r"preprocessing_boxes", "", "`input_shape` must be|IndexError", "Keras' layer takes no records of symbolic images and boxes"),
    (r"Adafactor|bidirectional of an rnn", "saving .h5", "name already exists", "Keras gives two variables one name in .h5"),
    (r"transpose dilated", "", "InvalidArgumentError", "TensorFlow has no dilated transposed convolution on the CPU"),
    (r"^(CustomScaleLayer|LayerScale|StochasticDepth)$", r"\.h5$", "Unknown layer", "Keras does not find the layers of its applications in .h5, in its own files too"),
    (r"lora", "evaluate loss", "differs", "a regularizer sees the kernel that the file holds: the sum of kernel and factors, in Keras' own files too"),
]
failures, excepted, saved = [], {}, []
checks = 0


@keras.saving.register_keras_serializable(package="every_class")
def doubled(x):
    return x * 2


@keras.saving.register_keras_serializable(package="every_class")
class Scaled(keras.layers.Layer):
    def __init__(self, times=2, **options):
        super().__init__(**options)
        self.times = times

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), initializer="ones", name="scale")

    def call(self, x):
        return x * self.scale * self.times

    def get_config(self):
        return {**super().get_config(), "times": self.times}


def placed(x, arrays, as_tensors=False):
    if isinstance(x, list):
        return [placed(e, arrays, as_tensors) for e in x]
    if "array" in x:
        return tf.constant(arrays[x["array"]]) if as_tensors else arrays[x["array"]]
    return tf.constant(x["texts"]) if "texts" in x else {k: placed(v, arrays, as_tensors) for k, v in x.items()}


def leaves(x):
    if isinstance(x, (list, tuple)):
        return [v for e in x for v in leaves(e)]
    return [v for k in sorted(x) for v in leaves(x[k])] if isinstance(x, dict) else [np.asarray(x)]


def difference(got, want):
    if got.shape != want.shape:
        return float("inf")
    got, want = got.astype("float64"), want.astype("float64")
    same = (got == want) | (np.isnan(got) & np.isnan(want))
    return float(np.max(np.where(same, 0, np.abs(got - want)), initial=0)) / max(1e-3, float(np.max(np.abs(want[np.isfinite(want)]), initial=0)))


def failed(name, what, error):
    text = f"{type(error).__name__}: {error}" if isinstance(error, Exception) else error
    for row in EXCEPTIONS:
        names, formats, said, _ = row
        if re.search(names, name) and re.search(formats, what) and re.search(said, text, re.S):
            excepted.setdefault(row, []).append(name)
            return
    failures.append(f"{name} {what}: {' '.join(text.split())[:400]}")
    print("  " + failures[-1], flush=True)


def compare(name, what, got, want, tolerance):
    global checks
    checks += 1
    got, want = leaves(got), leaves(want)
    worst = max((difference(a, b) for a, b in zip(got, want, strict=True)), default=0)
    if not worst <= tolerance:
        failed(name, what, f"differs by {worst:.2e}")


def check(entry):
    name, file = entry["name"], entry["file"]
    arrays = np.load(folder / f"{file}.npz")
    # Keras takes no mixture of arrays and texts.
    x, y = placed(entry["x"], arrays, "texts" in str(entry["x"])), placed(entry["y"], arrays)
    target = placed(entry["target"], arrays) if "target" in entry else None
    text = (folder / f"{file}.keras").read_bytes()
    tolerance = 3e-2 if b'bfloat16"' in text or b'float16"' in text else 1e-4
    model = None
    try:
        model = keras.models.load_model(folder / f"{file}.keras")
        compare(name, ".keras", model(x, training=False), y, tolerance)
    except Exception as error:
        failed(name, ".keras", error)
    if model is not None:
        out = {"name": name, "file": file, "formats": []}
        saved.append(out)
        try:
            fresh = type(model).from_config(model.get_config())
            fresh.load_weights(folder / f"{file}.weights.h5")
            compare(name, ".weights.h5", fresh(x, training=False), y, tolerance)
        except Exception as error:
            failed(name, ".weights.h5", error)
        if target is not None:
            try:
                train_on(model, entry, x, target, arrays, tolerance, out)
            except Exception as error:
                failed(name, "training on", error)
        for extension in FORMATS:
            try:
                file_again = again / f"{file}{extension}"
                model.save_weights(file_again) if extension == ".weights.h5" else model.save(file_again)
                out["formats"].append(extension)
            except Exception as error:
                failed(name, f"saving {extension}", error)
        try:
            outputs = leaves(model(x, training=False))
        except Exception:  # said above
            outputs = leaves(y)
        np.savez(again / f"{file}.npz", **{f"y{i}": v.astype("float32") if "float16" in v.dtype.name else v for i, v in enumerate(outputs)})
    try:
        try:
            model = keras.models.load_model(folder / f"{file}.h5")
        except Exception as error:
            if target is None:
                raise
            failed(name, "compiled .h5", error)
            model = keras.models.load_model(folder / f"{file}.h5", compile=False)
        compare(name, ".h5", model(x, training=False), y, tolerance)
    except Exception as error:
        failed(name, ".h5", error)


def train_on(model, entry, x, target, arrays, tolerance, out):
    """Evaluates, takes the step that was taken here too, and notes what the model gives after it."""
    name, rows = entry["name"], len(leaves(x)[0])
    if not model.compiled:
        raise ValueError("it is not compiled")
    model.run_eagerly = True

    def evaluated():
        return {k: np.asarray(v) for k, v in model.evaluate(x, target, batch_size=rows, verbose=0, return_dict=True).items()}

    logs = evaluated()
    if set(logs) != set(entry["logs"]):
        failed(name, "evaluate", f"Keras names its results {sorted(logs)}, here they are {sorted(entry['logs'])}")
    for key in logs.keys() & entry["logs"].keys():
        compare(name, f"evaluate {key}", logs[key], np.asarray(entry["logs"][key], "float64"), max(tolerance, 1e-3))
    if "next" in entry or entry.get("isRandom"):
        model.train_on_batch(x, target)
        if "next" in entry:
            compare(name, "the next step", model(x, training=False), placed(entry["next"], arrays), max(tolerance, 1e-3))
    out["logs"] = {k: v.tolist() for k, v in evaluated().items()}


entries = [e for e in json.loads((folder / "models.json").read_text()) if part in e["name"]]
for entry in entries:
    keras.utils.clear_session()
    check(entry)
(again / "models.json").write_text(json.dumps(saved))
if not part:
    for row in EXCEPTIONS:
        if row not in excepted:
            failed("the exception", str(row[:3]), "is needed by none")
print(f"Keras {keras.__version__}: {len(entries)} models, {checks} comparisons; {len(failures)} failures")
for row, names in excepted.items():
    print(f"  {len(set(names))} excepted ({row[1]}): {row[3]}")
sys.exit(1 if failures or (not part and len(entries) < 500) else 0)
