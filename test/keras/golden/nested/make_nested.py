"""Models inside of models and models with records of inputs and outputs, as real Keras writes them.

    python make_nested.py

Writes nested.json (inputs, outputs, and the order of layers of each model) and, for each model, NAME.keras of Keras 3,
its members compressed; nested_tf.json has configs and weights as tf.keras 2 writes them to HDF5. There is no
tf.keras to run beside Keras 3.15, so its config is put together here by the rules of tf_keras/engine/functional.py
(get_network_config) and tf_keras/engine/node.py (serialize): every model that starts with an Input counts its calls
from 1, in inbound nodes too.
"""

import json
import os
import pathlib
import tempfile
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["KERAS_BACKEND"] = "tensorflow"
import keras
import numpy as np
from keras import Input, Model, Sequential, layers, ops

HERE = pathlib.Path(__file__).parent
CASES = {}


def case(f):
    CASES[f.__name__] = f
    return f


def dense(units, name, **options):
    return layers.Dense(units, name=name, bias_initializer="random_normal", **options)


def mlp(name, n_in, n_out):
    x = Input((n_in,), name=f"{name}_in")
    return Model(x, dense(n_out, f"{name}_out")(dense(3, f"{name}_hidden", activation="tanh")(x)), name=name)


@case
def autoencoder():
    x = Input((4,), name="x")
    return Model(x, mlp("dec", 2, 4)(mlp("enc", 4, 2)(x)))


@case
def inner_then_head():
    x = Input((4,), name="x")
    return Model(x, dense(2, "head")(mlp("base", 4, 3)(x)))


@case
def called_twice():
    a, b = Input((4,), name="a"), Input((4,), name="b")
    base = mlp("base", 4, 3)
    return Model([a, b], layers.Subtract(name="difference")([base(a), base(b)]))


@case
def called_twice_both_out():
    a, b = Input((4,), name="a"), Input((4,), name="b")
    base = mlp("base", 4, 3)
    return Model([a, b], [base(b), base(a)])


@case
def second_call_is_output():
    a, b = Input((4,), name="a"), Input((4,), name="b")
    base = mlp("base", 4, 3)
    first, second = base(a), base(b)
    return Model([a, b], [dense(2, "head")(first), second])


@case
def first_call_is_output():
    a, b = Input((4,), name="a"), Input((4,), name="b")
    base = mlp("base", 4, 3)
    first, second = base(a), base(b)
    return Model([a, b], [dense(2, "head")(second), first])


@case
def calls_outside_of_the_model():
    a, b = Input((4,), name="a"), Input((4,), name="b")
    base = mlp("base", 4, 3)
    base(Input((4,)))
    first = base(a)
    base(Input((4,)))
    return Model([a, b], [base(b), dense(2, "head")(first)])


@case
def called_on_itself():
    x = Input((4,), name="x")
    step = mlp("step", 4, 4)
    return Model(x, step(step(step(x))))


@case
def three_levels():
    inner = mlp("inner", 4, 3)
    x = Input((4,), name="middle_in")
    middle = Model(x, dense(4, "middle_out")(inner(x)), name="middle")
    x = Input((4,), name="outer_in")
    outer = Model(x, middle(middle(x)), name="outer")
    x = Input((4,), name="x")
    return Model(x, [outer(x), dense(2, "head")(outer(x))])


@case
def model_of_models_only():
    x = Input((4,), name="x1")
    one = Model(x, mlp("inner", 4, 3)(x), name="one")
    x = Input((4,), name="x2")
    two = Model(x, one(x), name="two")
    x = Input((4,), name="x3")
    return Model(x, two(x))


@case
def inner_with_two_outputs():
    x = Input((4,), name="inner_in")
    h = dense(3, "inner_hidden")(x)
    inner = Model(x, [dense(2, "inner_a")(h), dense(3, "inner_b")(h)], name="inner")
    x = Input((4,), name="x")
    a, b = inner(x)
    c, d = inner(layers.Activation("tanh", name="bent")(x))
    return Model(x, [b, d, layers.Concatenate(name="joined")([a, c]), c])


@case
def inner_with_two_inputs():
    a, b = Input((4,), name="inner_first"), Input((2,), name="inner_second")
    inner = Model([b, a], layers.Concatenate(name="inner_joined")([dense(2, "inner_out")(a), b]), name="inner")
    x = Input((4,), name="x")
    return Model(x, inner([dense(2, "before")(x), x]))


@case
def inner_node_as_output():
    base = mlp("base", 4, 3)
    hidden = Model(base.input, [base.get_layer("base_hidden").output, base.output], name="hidden")
    x = Input((4,), name="x")
    h, y = hidden(x)
    return Model(x, [y, h])


@case
def upon_the_inputs_of_another():
    base = mlp("base", 4, 3)
    return Model(base.input, [dense(2, "head")(base.output), base(base.input)])


@case
def shared_by_inner_and_outer():
    shared = dense(4, "shared")
    x = Input((4,), name="inner_in")
    inner = Model(x, dense(4, "inner_out")(shared(x)), name="inner")
    x = Input((4,), name="x")
    return Model(x, inner(shared(inner(x))))


@case
def shared_within_the_inner():
    shared = dense(4, "shared")
    x = Input((4,), name="inner_in")
    inner = Model(x, shared(layers.Activation("tanh", name="bent")(shared(x))), name="inner")
    x = Input((4,), name="x")
    return Model(x, inner(inner(x)))


@case
def between_inner_tensors():
    x = Input((4,), name="x")
    h = dense(3, "first", activation="tanh")(x)
    end = dense(2, "last")(dense(3, "middle")(h))
    tail = Model(h, end, name="tail")
    x = Input((4,), name="again")
    return Model(x, [tail(dense(3, "before")(x)), tail(dense(3, "beside")(x))])


@case
def sequential_with_input():
    x = Input((4,), name="x")
    chain = Sequential([Input((4,), name="chain_in"), dense(3, "chain_hidden"), dense(4, "chain_out")], name="chain")
    return Model(x, [chain(chain(x)), dense(2, "head")(chain(x))])


@case
def sequential_without_input():
    x = Input((4,), name="x")
    chain = Sequential([dense(3, "chain_hidden"), dense(4, "chain_out")], name="chain")
    return Model(x, chain(chain(x)))


@case
def functional_in_sequential():
    return Sequential([Input((4,), name="x"), mlp("base", 4, 3), dense(2, "head")])


@case
def functional_first_in_sequential():
    return Sequential([mlp("base", 4, 3), dense(2, "head")])


@case
def sequential_in_sequential():
    chain = Sequential([dense(3, "chain_hidden"), dense(4, "chain_out")], name="chain")
    return Sequential([Input((4,), name="x"), dense(5, "first"), chain, Sequential([dense(2, "last")], name="ending")])


@case
def sequential_is_output():
    x = Input((4,), name="x")
    chain = Sequential([Input((4,), name="chain_in"), dense(3, "chain_out")], name="chain")
    return Model(x, [chain(x), chain(dense(4, "before")(x))])


@case
def sequential_of_functional_in_functional():
    chain = Sequential([Input((4,), name="chain_in"), mlp("base", 4, 4), dense(4, "chain_out")], name="chain")
    x = Input((4,), name="x")
    return Model(x, chain(chain(x)))


@case
def lists_of_one():
    x = Input((4,), name="inner_in")
    inner = Model([x], [dense(3, "inner_out")(x)], name="inner")
    x = Input((4,), name="x")
    y = inner([x])
    return Model([x], [dense(2, "head")(y[0] if isinstance(y, list) else y)])


@case
def cloned():
    x = Input((4,), name="x")
    base = mlp("base", 4, 3)
    copy = keras.models.clone_model(base)
    copy.name = "copy"
    return Model(x, layers.Add(name="sum")([base(x), copy(x)]))


@case
def time_distributed_model():
    x = Input((3, 4), name="x")
    return Model(x, layers.TimeDistributed(mlp("base", 4, 2), name="steps")(x))


@case
def names_of_outputs():
    x = Input((4,), name="x")
    return Model(x, {"price": dense(1, "zz")(x), "area": dense(1, "yy")(x)})


@case
def names_of_outputs_of_an_inner_model():
    x = Input((4,), name="inner_in")
    inner = Model(x, {"price": dense(2, "zz")(x), "area": dense(3, "yy")(x)}, name="inner")
    x = Input((4,), name="x")
    y = inner(x)
    return Model(x, [y["price"], dense(2, "head")(y["area"])])


@case
def names_of_inputs():
    a, b = Input((4,), name="b"), Input((2,), name="a")
    inputs = {"b": a, "a": b}
    return Model(inputs, layers.Concatenate(name="joined")([dense(2, "of_b")(a), dense(3, "of_a")(b)]))


@case
def names_in_names():
    a, b, c = Input((4,), name="b"), Input((4,), name="d"), Input((4,), name="c")
    outputs = {"z": {"y": dense(1, "q4")(a), "x": dense(2, "q3")(b)}, "k": [dense(3, "q2")(c), dense(1, "q1")(a)]}
    return Model({"b": a, "a": {"d": b, "c": c}}, outputs)


@case
def lists_in_names():
    a, b = Input((4,), name="first"), Input((4,), name="second")
    return Model([a, b], {"z": [dense(1, "q3")(a), dense(2, "q2")(b)], "m": dense(3, "q1")(layers.Add(name="sum")([b, a]))})


@case
def names_in_lists():
    a, b = Input((4,), name="first"), Input((4,), name="second")
    return Model({"second": b, "first": a}, [{"z": dense(1, "q3")(a), "m": dense(2, "q2")(b)}, dense(3, "q1")(b)])


@case
def many_names():
    x = Input((4,), name="x")
    return Model(x, {key: dense(i + 1, f"of_{i}")(x) for i, key in enumerate(["out_2", "out_10", "Z", "a", "10", "9"])})


@case
def inner_with_named_inputs():
    a, b = Input((4,), name="b"), Input((2,), name="a")
    inner = Model({"b": a, "a": b}, layers.Concatenate(name="inner_joined")([dense(2, "of_b")(a), dense(3, "of_a")(b)]), name="inner")
    x = Input((4,), name="x")
    return Model(x, inner({"b": x, "a": dense(2, "before")(x)}))


@case
def ops_between_models():
    x = Input((4,), name="x")
    base = mlp("base", 4, 4)
    return Model(x, base(ops.tanh(base(x)) + x))


# ---- what tf.keras 2 writes
def is_counted_from_one(layer):
    # Functional models, and Sequential ones that know their input.
    return isinstance(layer, Model) and getattr(layer, "_functional", layer) is not None


def legacy_layer(layer, order):
    if isinstance(layer, Sequential):
        own = ([layer._functional.layers[0]] if layer._functional else []) + layer.layers
        return {"class_name": "Sequential", "config": {"name": layer.name, "layers": [legacy_layer(inner, order) for inner in own]}}
    if isinstance(layer, Model):
        return {"class_name": "Functional", "config": legacy_graph(layer, order)}
    config = layer.get_config()
    if isinstance(layer, layers.InputLayer):
        config = {"batch_input_shape": config["batch_shape"], "dtype": config["dtype"], "sparse": False, "ragged": False, "name": config["name"]}
    elif isinstance(layer, layers.TimeDistributed):
        config = {"name": layer.name, "trainable": True, "dtype": "float32", "layer": legacy_layer(layer.layer, order)}
    else:
        config["dtype"] = "float32"
        config = {k: legacy_value(v) for k, v in config.items()}
    return {"class_name": type(layer).__name__, "config": config}


def legacy_value(v):
    return {"class_name": v["class_name"], "config": {k: c for k, c in v["config"].items()}} if isinstance(v, dict) and "class_name" in v else v


def legacy_graph(model, order):
    place = {}
    for layer in model.operations:
        if not isinstance(layer, layers.Layer):
            return None
        kept = 1 if is_counted_from_one(layer) else 0
        for i, node in enumerate(layer._inbound_nodes):
            if keras.src.ops.function.make_node_key(layer, i) in model._nodes:
                place[(id(layer), i)] = kept
                kept += 1

    def coordinates(t):
        operation, node, index = t._keras_history
        return [operation.name, place[(id(operation), node)], index]

    entries = []
    for layer in model.operations:
        inbound = []
        for i, node in enumerate(layer._inbound_nodes):
            if (id(layer), i) in place and not node.is_input:
                data = keras.tree.map_structure(lambda t: coordinates(t) + [{}], node.arguments.args[0])
                inbound.append([data] if isinstance(node.arguments.args[0], keras.KerasTensor) else data)
        entries.append({**legacy_layer(layer, order), "name": layer.name, "inbound_nodes": inbound})
    listed = lambda s: [coordinates(s)] if isinstance(s, keras.KerasTensor) else keras.tree.map_structure(coordinates, s)
    return {"name": model.name, "layers": entries, "input_layers": listed(model._inputs_struct), "output_layers": listed(model._outputs_struct)}


def has_operations(model):
    return any(
        not isinstance(o, layers.Layer) or (isinstance(o, Model) and has_operations(o))
        for o in (model.operations if hasattr(model, "operations") else model.layers)
    )


def array(a):
    a = np.asarray(a)
    return {"shape": list(a.shape), "dtype": str(a.dtype), "data": [float(f"{v:.9g}") for v in a.ravel().tolist()]}


def flattened(y):
    return [array(a) for a in keras.tree.flatten(y)]


def write(name, model, x, expected):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "m.keras")
        model.save(file)
        again = keras.models.load_model(file)
        for a, b in zip(flattened(again.predict(x, verbose=0)), expected, strict=True):
            np.testing.assert_allclose(a["data"], b["data"], rtol=1e-5, atol=1e-6)
        with zipfile.ZipFile(file) as source, zipfile.ZipFile(HERE / f"{name}.keras", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
            for info in source.infolist():
                target.writestr(zipfile.ZipInfo(info.filename, (1980, 1, 1, 0, 0, 0)), source.read(info), zipfile.ZIP_DEFLATED)


def main():
    expected, legacy = {}, {}
    for number, (name, build) in enumerate(CASES.items()):
        keras.utils.clear_session()
        keras.utils.set_random_seed(number)
        model = build()
        rng = np.random.default_rng(number)
        x = keras.tree.map_structure(lambda t: rng.normal(size=(2, *t.shape[1:])).astype("float32"), getattr(model, "_inputs_struct", model.inputs[0]))
        y = model.predict(x, verbose=0)
        paths = [".".join(map(str, p)) for p, _ in keras.tree.flatten_with_path(y)]
        expected[name] = {
            "x": keras.tree.map_structure(array, x),
            "y": flattened(y),
            "paths": paths,
            "layers": [layer.name for layer in model.layers],
            "weights": [w.path for w in model.weights],
        }
        # Keras refuses its own file of a layer that models share: it takes the first call of all for the first in each.
        if name != "shared_by_inner_and_outer":
            write(name, model, x, expected[name]["y"])
        if not has_operations(model):
            weights = [{"name": layer.name, "weights": [array(w) for w in layer.get_weights()]} for layer in model.layers]
            record = {"config": legacy_layer(model, None), "weights": weights}
            legacy[name] = record
    (HERE / "nested_tf.json").write_text(json.dumps(legacy, separators=(",", ":")) + "\n")
    (HERE / "nested.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")


main()
