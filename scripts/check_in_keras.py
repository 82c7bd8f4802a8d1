"""Opens models written by scripts/write_models_for_keras.ts in Keras and compares what they predict.

    npx tsx scripts/write_models_for_keras.ts build/models && python scripts/check_in_keras.py build/models

Each model comes as `.keras`, `.h5` and `.weights.h5`. The `.keras` file must also be compiled as it was, with the
state of its optimizer, and train on.
"""

import json
import pathlib
import sys

import keras
import numpy as np

folder = pathlib.Path(sys.argv[1])
# What Keras 3 cannot read in the legacy format even when it wrote it: ops outside of layers, and Attention's score_mode.
UNREADABLE_H5 = ("ops", "dot_attention", "integer_lookup")
# A vocabulary is an asset of .keras files alone: neither clones nor .h5 files have one.
WITH_ASSETS = ("integer_lookup",)
names = json.loads((folder / "models.json").read_text())
failures = []
checks = 0


def series(arrays, letter):
    return [arrays[f"{letter}{i}"] for i in range(len(arrays.files)) if f"{letter}{i}" in arrays.files]


for name in names:
    arrays = np.load(folder / f"{name}.npz")
    xs, ys = series(arrays, "x"), series(arrays, "y")
    x = xs if len(xs) > 1 else xs[0]
    tolerance = 2e-2 if name == "mixed" else 1e-4

    def compare(what, model):
        global checks
        checks += 1
        got = model.predict(x, verbose=0)
        got = got if isinstance(got, (list, tuple)) else [got]
        for i, (a, b) in enumerate(zip(got, ys, strict=True)):
            error = float(np.max(np.abs(a.astype("f8") - b))) / max(1e-3, float(np.max(np.abs(b))))
            if a.shape != b.shape or not error <= tolerance:
                failures.append(f"{name} {what}: output {i} differs by {error:.2e}")

    try:
        model = keras.models.load_model(folder / f"{name}.keras")
        compare(".keras", model)
        iterations = int(model.optimizer.iterations)
        if iterations != 4 and model.trainable_weights:
            failures.append(f"{name} .keras: the optimizer has done {iterations} steps instead of 4")
        fresh = model if name in WITH_ASSETS else keras.models.clone_model(model)
        fresh.load_weights(folder / f"{name}.weights.h5")
        compare(".weights.h5", fresh)
        model.fit(x, [np.zeros_like(y) for y in ys] if len(ys) > 1 else np.zeros_like(ys[0]), verbose=0)
    except Exception as error:
        failures.append(f"{name} .keras: {type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}")
    try:
        # Keras 3 cannot compile from its own .h5 files with the loss 'mse', nor read ops in them.
        if name not in UNREADABLE_H5:
            compare(".h5", keras.models.load_model(folder / f"{name}.h5", compile=False))
    except Exception as error:
        failures.append(f"{name} .h5: {type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}")

print(f"Keras {keras.__version__}: {len(names)} models, {checks} files predict as they did; {len(failures)} failures")
for failure in failures:
    print("  " + failure)
sys.exit(1 if failures or len(names) < 30 else 0)
