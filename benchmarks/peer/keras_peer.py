"""`application` rows by Keras on TensorFlow: `npm run bench -- --peer keras=PYTHON`.

Reads one JSON request a line, answers with milliseconds; null for what it has no counterpart of.
"""
import json
import os
import sys
import time

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
output, sys.stdout = sys.stdout, sys.stderr  # what libraries print is no answer
import keras
import numpy as np
import tensorflow as tf

threads = int(os.environ.get("TRAE_PEER_THREADS", os.cpu_count()))
tf.config.threading.set_intra_op_parallelism_threads(threads)
BUILDERS = {
    "resnet50": keras.applications.ResNet50, "mobilenet_v2": keras.applications.MobileNetV2,
    "efficientnet_b0": keras.applications.EfficientNetB0,
}
models = {}


def made(task, name, rows):
    key = (task, name, rows)
    if key not in models:
        models.clear()  # one at a time
        if task == "predict":
            model = BUILDERS[name](weights=None)
        else:
            base = BUILDERS[name](weights=None, include_top=False, pooling="avg", input_shape=(224, 224, 3))
            if task == "tune":
                last = [layer for layer in base.layers if layer.weights][-1].name.rsplit("_", 2)[0]
                for layer in base.layers:
                    layer.trainable = layer.name.startswith(last)
            model = keras.Sequential([base, keras.layers.Dense(10, activation="softmax")])
            model.compile(keras.optimizers.Adam(1e-5), "sparse_categorical_crossentropy")
        generator = np.random.default_rng(7)
        x = generator.random((rows, 224, 224, 3), np.float32)
        models[key] = model, tf.constant(x), tf.constant(generator.integers(0, 10, rows))
    return models[key]


def answer(request):
    if request["kind"] == "ready":
        return {"version": f"{keras.__version__} on TensorFlow {tf.__version__}", "threads": threads}
    if request["kind"] != "application":
        return {"ms": None}
    model, x, y = made(request["task"], request["name"], request["rows"])
    if request["task"] == "predict":
        run = lambda: model.predict_on_batch(x)
    else:
        run = lambda: model.train_on_batch(x, y)
    run()
    run()
    start = time.perf_counter()
    for _ in range(request["repeats"]):
        run()
    return {"ms": (time.perf_counter() - start) * 1e3 / request["repeats"]}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), file=output, flush=True)
