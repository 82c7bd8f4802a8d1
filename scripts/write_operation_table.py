"""Writes lib/keras/serialization/operation_table.ts: which class of Keras stands for which function of keras.ops in files.

Needs Keras 3: python scripts/write_operation_table.py
"""

import inspect
import pathlib
import re

import keras
from keras.src.ops.operation import Operation


def names(function):
    kinds = inspect.Parameter
    out = []
    for p in inspect.signature(function).parameters.values():
        if p.name in ("self", "name") or p.kind == kinds.VAR_KEYWORD:
            continue
        out.append(("*" if p.kind == kinds.VAR_POSITIONAL else "") + p.name + ("" if p.default is kinds.empty else "?"))
    return " ".join(out)


def class_of(function):
    module = inspect.getmodule(function)
    for name in re.findall(r"\b([A-Z]\w+)\(", inspect.getsource(function)):
        found = getattr(module, name, None)
        if inspect.isclass(found) and issubclass(found, Operation):
            return found
    return None


rows = []
functions = {name: getattr(keras.ops, name) for name in sorted(dir(keras.ops))}
functions |= {f"image.{name}": getattr(keras.ops.image, name) for name in sorted(dir(keras.ops.image))}
for name, function in functions.items():
    if not inspect.isfunction(function):
        continue
    cls = class_of(function)
    if cls is None:
        continue
    module = cls.__module__.removeprefix("keras.src.ops.")
    rows.append(f"{module} {cls.__name__} {name}: {names(function)} | {names(cls.__init__)} | {names(cls.call)}".strip())

target = pathlib.Path(__file__).parent.parent / "lib" / "keras" / "serialization" / "operation_table.ts"
lines = "\n".join(rows)
target.write_text(
    "/**\n"
    " * Functions of keras.ops and the classes that stand for them in files. Made by scripts/write_operation_table.py.\n"
    " * A row: module, class, function: its parameters | those kept in the config | those that are tensors of a node.\n"
    " * `?` has a default, `*` takes all the rest.\n"
    " */\n"
    "/** @internal */\n"
    f"export const OPERATION_ROWS = `\n{lines}\n`;\n"
)
