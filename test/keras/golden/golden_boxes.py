"""Bounding boxes: boxes.json (keras.utils.bounding_boxes) and preprocessing_boxes.json (layers that move boxes, nothing left to chance)."""
import numpy as np

import keras
from common import array, normal, restart, serialized, uniform, write

L, B = keras.layers, keras.utils.bounding_boxes
FORMATS = ["xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw", "rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh"]


def some(*lead, height=20, width=30, outside=0):
    x, y = (np.sort(uniform(*lead, 2, low=-outside, high=n + outside), -1) for n in (width, height))
    return np.stack([x[..., 0], y[..., 0], x[..., 1], y[..., 1]], -1).astype("float32")


def functions():
    boxes, pairs = some(2, 3), some(2, 3)
    for f in FORMATS:
        yield "convert_format", [boxes, "xyxy", f], {"height": 20, "width": 30}
        yield "convert_format", [np.asarray(B.convert_format(boxes, "xyxy", f, height=20, width=30)), f, "center_xywh"], {"height": 20, "width": 30}
    yield "convert_format", [some(4), "rel_xywh", "rel_yxyx"], {"height": 1, "width": 1}
    yield "crop", [some(2, 4, outside=9), 3, 5, 12, 11], {}
    yield "pad", [boxes, 3, 5], {}
    numbers = [uniform(2, low=-40, high=40), uniform(2, low=-0.3, high=0.3), uniform(2, low=-0.3, high=0.3), uniform(2, low=0.5, high=2), uniform(2, low=-20, high=20), uniform(2, low=-20, high=20)]
    yield "affine_transform", [boxes, *numbers, 20, 30], {}
    yield "affine_transform", [boxes, *numbers, 20, 30], {"center_x": 0.2, "center_y": 0.9}
    for f in ("xyxy", "center_yxhw", "rel_xywh"):
        a, b = (np.asarray(B.convert_format(t, "xyxy", f, height=20, width=30)) for t in (boxes, pairs))
        yield "compute_iou", [a, b, f], {"image_shape": [20, 30, 3]}
        if not f.startswith("rel"):
            yield "compute_ciou", [a, b, f], {}
    yield "compute_iou", [np.concatenate([boxes[0], -np.ones((1, 4), "float32")]), pairs[1], "xyxy"], {"use_masking": True}
    for f in ("center_yxhw", "center_xywh"):
        yield "encode_box_to_deltas", [boxes[0], pairs, "xyxy", "xyxy"], {"encoding_format": f}
        yield "decode_deltas_to_boxes", [boxes[0], 0.3 * normal(2, 3, 4), "xyxy", "xywh"], {"encoded_format": f, "variance": [0.1, 0.1, 0.2, 0.2]}
    yield "encode_box_to_deltas", [boxes[0], np.asarray(B.convert_format(pairs[0], "xyxy", "rel_xyxy", height=20, width=30)), "xyxy", "rel_xyxy"], {"variance": [0.1, 0.1, 0.2, 0.2], "image_shape": [20, 30, 3]}


def layers():
    images = uniform(2, 20, 30, 1, high=255)
    boxes, labels = some(2, 4, outside=6), np.array([[1, 2, 3, 4], [5, 6, 7, 8]], "int32")
    relative = np.asarray(B.convert_format(boxes, "xyxy", "rel_xywh", height=20, width=30))
    given = {"images": images, "bounding_boxes": {"boxes": boxes, "labels": labels}}
    for fixed in (0.1, -0.3):
        yield "rotation", L.RandomRotation((fixed, fixed), bounding_box_format="xyxy"), given
    yield "translation", L.RandomTranslation((0.2, 0.2), (-0.3, -0.3), bounding_box_format="xyxy"), given
    yield "brightness", L.RandomBrightness((0.2, 0.2), bounding_box_format="xywh"), given
    for f, b in (("xyxy", boxes), ("rel_xywh", relative)):
        data = {"images": images, "bounding_boxes": {"boxes": b, "labels": labels}}
        yield "center crop", L.CenterCrop(11, 14, bounding_box_format=f), data
        yield "center crop of a smaller image", L.CenterCrop(24, 40, bounding_box_format=f), data
        for options in ({}, {"crop_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True}):
            yield f"resizing {list(options)}", L.Resizing(15, 50, bounding_box_format=f, **options), data
        for n in (2, 6):
            yield f"at most {n} boxes", L.MaxNumBoundingBoxes(n, bounding_box_format=f), data
    none = np.concatenate([boxes[:, :2], -np.ones((2, 1, 4), "float32"), np.zeros((2, 1, 4), "float32")], 1)
    yield "resizing boxes that are none", L.Resizing(10, 10, bounding_box_format="xyxy"), {"images": images, "bounding_boxes": {"boxes": none, "labels": labels}}


def encoded(data):
    return {"images": array(np.asarray(data["images"])), "boxes": array(np.asarray(data["bounding_boxes"]["boxes"])), "labels": array(np.asarray(data["bounding_boxes"]["labels"]))}


def make():
    restart(34)
    rows = []
    for name, arguments, options in functions():
        y = getattr(B, name)(*[a.copy() if isinstance(a, np.ndarray) else a for a in arguments], **options)
        rows.append({"function": name, "arguments": [array(a) if isinstance(a, np.ndarray) else a for a in arguments], "options": options, "y": array(np.asarray(y))})
    clipped = B.clip_to_image_size({"boxes": np.array([[-5, 2, 12, 30], [40, 3, 50, 9]], "float32"), "labels": np.array([3, 4], "int32")}, height=20, width=30)
    out = []
    for name, layer, data in layers():
        copied = {"images": data["images"].copy(), "bounding_boxes": {k: v.copy() for k, v in data["bounding_boxes"].items()}}
        inputs = encoded(data)
        y = layer(copied, training=True) if name in ("rotation", "translation", "brightness") else layer(copied)
        out.append({"name": name, "config": serialized(layer), "inputs": inputs, "output": encoded(y)})
    write("boxes.json", {"rows": rows, "clipped": {k: array(np.asarray(v)) for k, v in clipped.items()}})
    write("preprocessing_boxes.json", out)
