"""
Writes models with adapted (LoRA), quantized and sharded weights into adapted/, with inputs and what Keras predicts
before saving, in adapted/predictions.json. CUDA_VISIBLE_DEVICES= KERAS_BACKEND=tensorflow python golden_adapted.py
"""
import json
import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "adapted")
os.makedirs(HERE, exist_ok=True)
predictions = {}


def texts():
    return keras.Sequential(
        [
            keras.Input((6,), dtype="int32"),
            layers.Embedding(9, 7, name="embedding"),
            layers.EinsumDense("abc,cd->abd", (None, 8), bias_axes="d", activation="relu", name="einsum"),
            layers.Conv1D(5, 3, name="conv"),
            layers.GlobalAveragePooling1D(name="pooled"),
            layers.Dense(3, name="dense"),
        ],
        name="texts",
    )


def attention():
    x = keras.Input((4,), dtype="int32", name="ids")
    table = layers.ReversibleEmbedding(9, 8, name="table")
    h = layers.EinsumDense("abc,cde->abde", (None, 2, 3), bias_axes="de", name="heads")(table(x))
    h = layers.EinsumDense("abde,dec->abc", (None, 8), bias_axes="c", name="joined")(h)
    return keras.Model(x, table(h, reverse=True), name="attention")


def save(name, model, x, formats=("keras",)):
    predictions[name] = {"x": x.tolist(), "y": np.asarray(model.predict(x, verbose=0), "float64").round(8).tolist()}
    for f in formats:
        path = os.path.join(HERE, f"{name}.{f}")
        model.save_weights(path) if f == "weights.h5" else model.save(path)


ids6 = np.array([[0, 1, 2, 3, 4, 5], [8, 7, 6, 5, 0, 3]], "int32")
ids4 = np.array([[0, 1, 2, 3], [8, 7, 6, 5]], "int32")
keras.utils.set_random_seed(1)
model = texts()
for layer in model.layers:
    if hasattr(layer, "enable_lora"):
        layer.enable_lora(2, b_initializer="he_uniform")
save("lora", model, ids6, ("keras", "h5", "weights.h5"))
for mode in ("int8", "int4"):
    for kind, make, ids in (("texts", texts, ids6), ("attention", attention, ids4)):
        model = make()
        for v in model.weights:
            if "bias" in v.path:
                v.assign(np.linspace(-0.5, 0.5, int(np.prod(v.shape))).reshape(v.shape))
        model.quantize(mode)
        save(f"{mode}_{kind}", model, ids)
        if mode == "int4":
            for block in (-1, 4):
                model = make()
                model.quantize("int4", config=keras.quantizers.Int4QuantizationConfig(block_size=block))
                save(f"int4_{'channel' if block < 0 else 'block'}_{kind}", model, ids)
# Adapted after it was quantized: .h5 holds numbers and factors, .keras their sum, quantized again.
for name, block in (("int8", None), ("int4_channel", -1), ("int4_block", 4)):
    keras.utils.set_random_seed(3)
    model = texts()
    if name == "int8":
        model.quantize("int8")
    else:
        model.quantize("int4", config=keras.quantizers.Int4QuantizationConfig(block_size=block))
    for layer in model.layers:
        if hasattr(layer, "enable_lora") and layer.dtype_policy.quantization_mode:
            layer.enable_lora(2, lora_alpha=3, b_initializer="he_uniform")
    save(f"{name}_lora", model, ids6, ("keras", "h5"))
    again = keras.models.load_model(os.path.join(HERE, f"{name}_lora.keras"))
    predictions[f"{name}_lora"]["merged"] = np.asarray(again(ids6), "float64").round(8).tolist()
model = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="eight")], name="floats")
model.quantize("float8")
save("float8", model, np.ones((1, 4), "float32"))
keras.utils.set_random_seed(2)
model = texts()
model.save_weights(os.path.join(HERE, "sharded.weights.json"), max_shard_size=500 / 1024**3)
save("sharded", model, ids6, ())
with open(os.path.join(HERE, "predictions.json"), "w") as f:
    json.dump(predictions, f)
