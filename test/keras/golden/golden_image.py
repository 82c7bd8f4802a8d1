"""Ops on images (keras.ops.image): image.json."""
import numpy as np

import keras
from common import array, normal, random, restart, uniform, write

I = keras.ops.image


def cases():
    image, small = normal(1, 5, 6, 2), normal(1, 3, 4, 1)
    pixels = random.integers(0, 256, (1, 4, 5, 3)).astype("uint8")
    for interpolation in ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5", "area"):
        for antialias in (False, True):
            yield "resize", [image, [4, 9]], {"interpolation": interpolation, "antialias": antialias}
        yield "resize", [pixels, [3, 7]], {"interpolation": interpolation}
    yield "resize", [random.integers(-50, 50, (3, 4, 1)).astype("int32"), [5, 2]], {"interpolation": "bicubic"}
    yield "resize", [image, [3, 2]], {"crop_to_aspect_ratio": True, "interpolation": "bicubic"}
    yield "resize", [image[0], [2, 5]], {"pad_to_aspect_ratio": True, "fill_value": 2.0}
    transform = np.array([1.1, 0.2, -0.7, -0.3, 0.9, 1.3, 0.02, -0.01], "float32")
    for interpolation in ("bilinear", "nearest"):
        for fill_mode in ("constant", "nearest", "wrap", "reflect"):
            yield "affine_transform", [image, transform * np.array([1, 1, 8, 1, 1, 8, 1, 1], "float32")], {"interpolation": interpolation, "fill_mode": fill_mode, "fill_value": 0.5}
    corners = np.array([[0, 0], [5, 0], [0, 4], [5, 4]], "float32")
    yield "perspective_transform", [image, corners, corners + uniform(4, 2, low=-1, high=1)], {"fill_value": 0.5}
    yield "perspective_transform", [image[0], corners + uniform(4, 2, low=-1, high=1), corners], {"interpolation": "nearest"}
    yield "scale_and_translate", [image, [1, 7, 4, 2], np.array([1.3, 0.6], "float32"), np.array([0.4, -0.2], "float32"), [1, 2], "linear"], {}
    for method in ("cubic", "lanczos3", "lanczos5"):
        yield "scale_and_translate", [image, [1, 4, 8, 2], np.array([0.7, 1.2], "float32"), np.array([0.4, 1.2], "float32"), [1, 2], method], {"antialias": False}
    where = uniform(2, 9, low=-3, high=8)
    for fill_mode in ("constant", "nearest", "wrap"):
        for order in (0, 1):
            yield "map_coordinates", [image[0, :, :, 0], where, order], {"fill_mode": fill_mode, "fill_value": 0.5}
    inside = uniform(2, 9, low=0, high=3.9)
    for fill_mode in ("mirror", "reflect"):
        yield "map_coordinates", [image[0, :, :, 0], inside, 1], {"fill_mode": fill_mode}
    yield "map_coordinates", [pixels[0, :, :, 0].astype("int32"), inside, 1], {}
    color = uniform(2, 3, 4, 3)
    yield "rgb_to_grayscale", [color], {}
    yield "rgb_to_grayscale", [pixels], {}
    yield "rgb_to_hsv", [color], {}
    yield "hsv_to_rgb", [color], {}
    yield "rgb_to_hsv", [uniform(3, 2, 4)], {"data_format": "channels_first"}
    yield "gaussian_blur", [image], {"kernel_size": (3, 3), "sigma": (0.5, 2.0)}
    yield "gaussian_blur", [image], {"kernel_size": (5, 3), "sigma": (0.5, 2.0)}
    yield "sobel_edges", [image], {}
    yield "ssim", [uniform(2, 12, 13, 3), uniform(2, 12, 13, 3)], {}
    yield "ssim", [uniform(8, 9, 1), uniform(8, 9, 1)], {"filter_size": 5, "filter_sigma": 0.8, "max_val": 2.0}
    yield "extract_patches", [image, [3, 2]], {"strides": [1, 2], "padding": "same"}
    yield "extract_patches", [image, 2], {"dilation_rate": 2, "strides": 1}
    yield "extract_patches_3d", [normal(1, 4, 3, 4, 2), [2, 1, 2]], {}
    yield "pad_images", [small], {"top_padding": 1, "left_padding": 2, "target_height": 6, "target_width": 7}
    yield "crop_images", [small], {"top_cropping": 1, "right_cropping": 2, "target_height": 2, "target_width": 1}


def make():
    restart(24)
    out = []
    for name, arguments, options in cases():
        y = np.asarray(getattr(I, name)(*arguments, **options))
        out.append({"op": name, "arguments": [array(a) if isinstance(a, np.ndarray) else a for a in arguments], "options": options, "y": array(y)})
    write("image.json", out)


if __name__ == "__main__":
    make()
