"""Tables of models, with every option of summary(): models come as configs, so that they are put together the same."""
import json
import os

import keras
from common import serialized, write
from keras import layers as L


def models():
    keras.utils.clear_session()
    yield keras.Sequential([L.Input((28, 28, 1)), L.Conv2D(32, 3, activation="relu"), L.BatchNormalization(), L.MaxPooling2D(), L.Flatten(), L.Dropout(0.5), L.Dense(10)], name="chain")
    x = keras.Input((8,), name="x")
    one = L.Dense(16, activation="relu", name="a_layer_with_a_long_name_for_a_narrow_column")(x)
    two = L.Dense(16, name="right")(x)
    yield keras.Model(x, [L.Add(name="sum")([one, two]), L.Dense(3, name="kind")(two)], name="two_outputs")
    shared = L.Dense(8, name="shared")
    a, b = keras.Input((8,), name="a"), keras.Input((8,), name="b")
    yield keras.Model([a, b], L.Concatenate(name="both")([shared(a), shared(b)]), name="siamese")
    again, start = L.Dense(8, name="again"), keras.Input((8,), name="start")
    yield keras.Model(start, L.Dense(2, name="out")(again(again(start))), name="twice")

    def make_inner():
        inner = keras.Sequential([L.Input((8,)), L.Dense(6, name="deep_1"), L.Dense(8, name="deep_2")], name="inner")
        inner.layers[0].trainable = False
        return inner

    middle_in = keras.Input((8,), name="middle_in")
    middle = keras.Model(middle_in, L.Add(name="skip")([make_inner()(middle_in), middle_in]), name="middle")
    outer = keras.Input((8,), name="outer")
    yield keras.Model(outer, L.Dense(1, name="last")(middle(outer)), name="nested")
    yield keras.Sequential([L.Input((8,)), make_inner(), L.Dense(4, trainable=False, name="cold"), L.Dense(1000, name="big"), L.Dense(1000, name="bigger")], name="chain_of_models")
    linear = keras.Input((4,), name="linear_in")
    yield keras.Model(linear, L.Dense(2, name="l2")(L.Dense(3, name="l1")(linear)), name="linear")
    image = keras.Input((None, None, 3), name="image")
    yield keras.Model(image, L.GlobalAveragePooling2D(name="pool")(L.Conv2D(4, 3, name="conv")(image)), name="any_size")
    half = keras.Input((4,), name="half_in")
    yield keras.Model(half, L.Dense(2, dtype="float32", name="full")(L.Dense(3, dtype="float16", name="half")(half)), name="dtypes")
    yield keras.Sequential([L.Dense(3, name="one"), L.Dense(2, name="two")], name="unbuilt")


OPTIONS = [{}, {"show_trainable": True}, {"expand_nested": True}, {"expand_nested": True, "show_trainable": True}, {"line_length": 60}, {"line_length": 101, "show_trainable": True},
           {"line_length": 120, "expand_nested": True}]
EXTRA = {"chain": [{"positions": [0.6, 0.8, 1.0]}, {"positions": [0.3, 0.7, 1.0], "line_length": 99}, {"layer_range": ["batch_normalization", "flatten"]}, {"layer_range": ["flatten", "conv.*"]}],
         "two_outputs": [{"positions": [0.2, 0.5, 0.6, 1.0], "line_length": 100}, {"layer_range": ["x", "right"]}]}


def make():
    out = []
    for model in models():
        def texts(options_list):
            cases = []
            for options in options_list:
                lines = []
                os.environ["COLUMNS"] = "200" if "line_length" in options else "80"  # a narrow terminal would cut the lines off
                model.summary(print_fn=lambda text, line_break=False: lines.append(text), **options)
                cases.append({"options": options, "text": "\n".join(lines)})
            return cases

        config = json.loads(json.dumps(serialized(model)))
        cases, compiled = texts(OPTIONS + EXTRA.get(model.name, [])), []
        if model.built and model.name in ("chain", "nested"):
            model.compile("adam", "mse")
            model.optimizer.build(model.trainable_variables)
            compiled = texts([{}])
        out.append({"config": config, "cases": cases, "compiled": compiled})
    write("summary_tables.json", out)
