"""Preprocessing layers: what they learn from data and what they make of texts, numbers and images."""
import numpy as np

from common import array, serialized, write
from keras import layers as L

TEXTS = ["The quick brown fox", "jumps over; the lazy dog!", "the", "", "Don't panic: it's 42 foxes."]
WORDS = [["a", "b", "c"], ["b", "d", "zz"], ["", "a", "[UNK]"]]
LONG = ["", "a", "ab", "abc", "abcd", "hello", "hello w", "hello world", "0123456789abcdef", "0123456789abcdefg", "x" * 31, "y" * 32,
        "z" * 33, "the quick brown fox jumps over the lazy dog and runs away", "w" * 64, "v" * 65, "long text " * 20, "ünïcødé ✓"]


def random():
    return np.random.default_rng(11)


def normal(*shape):
    return random().normal(size=shape).astype("float32")


def cases():
    numbers = normal(4, 5)
    yield "normalization", L.Normalization(), numbers, 3 * normal(20, 5) + 1
    yield "normalization of images", L.Normalization(axis=-1), normal(2, 3, 3, 2), normal(6, 3, 3, 2)
    yield "normalization axes", L.Normalization(axis=(1, 2)), normal(2, 3, 4), normal(7, 3, 4)
    yield "normalization of all", L.Normalization(axis=None), numbers, normal(9, 5)
    yield "normalization given", L.Normalization(mean=[1.0, 2.0, 3.0, 4.0, 5.0], variance=[1.0, 4.0, 9.0, 16.0, 0.0]), numbers
    yield "normalization given numbers", L.Normalization(mean=3.0, variance=2.0), numbers
    yield "normalization inverted", L.Normalization(mean=3.0, variance=2.0, invert=True), numbers
    yield "normalization of integers", L.Normalization(), np.arange(6, dtype="int32").reshape(3, 2), np.arange(20).reshape(10, 2)
    yield "discretization", L.Discretization(bin_boundaries=[-1.0, 0.0, 0.5]), numbers
    yield "discretization one hot", L.Discretization(bin_boundaries=[-1.0, 0.0, 0.5], output_mode="one_hot"), numbers
    yield "discretization multi hot", L.Discretization(bin_boundaries=[-1.0, 0.0], output_mode="multi_hot"), numbers
    yield "discretization count", L.Discretization(bin_boundaries=[-1.0, 0.0], output_mode="count"), numbers
    yield "discretization adapted", L.Discretization(num_bins=4), numbers, normal(100, 3)
    yield "discretization adapted to much", L.Discretization(num_bins=7, epsilon=0.05), numbers, normal(500, 3)
    yield "discretization of integers", L.Discretization(bin_boundaries=[1, 3]), np.array([[0, 1, 2, 3, 4]])
    yield "category encoding", L.CategoryEncoding(num_tokens=5), np.array([[0, 1, 1], [4, 2, 0]])
    yield "category encoding of one row", L.CategoryEncoding(num_tokens=5), np.array([3, 1, 1])
    yield "category encoding one hot", L.CategoryEncoding(num_tokens=4, output_mode="one_hot"), np.array([3, 1, 0])
    yield "category encoding one hot, column", L.CategoryEncoding(num_tokens=4, output_mode="one_hot"), np.array([[3], [1]])
    yield "category encoding count", L.CategoryEncoding(num_tokens=5, output_mode="count"), np.array([[0, 1, 1], [4, 2, 0]])
    yield "hashing", L.Hashing(num_bins=1000003), LONG
    yield "hashing small", L.Hashing(num_bins=3), [["A"], ["B"], ["C"], ["D"], ["E"]]
    yield "hashing masked", L.Hashing(num_bins=3, mask_value=""), [["A"], ["B"], [""], ["C"], ["D"]]
    yield "hashing salted", L.Hashing(num_bins=1000003, salt=[133, 137]), LONG
    yield "hashing with one salt", L.Hashing(num_bins=17, salt=133), [["A"], ["B"], ["C"], ["D"]]
    yield "hashing of integers", L.Hashing(num_bins=101), np.array([[0, 5, -7], [123456789, 1, 2]])
    yield "hashing of masked integers", L.Hashing(num_bins=5, mask_value=5), np.array([0, 5, -7])
    yield "hashing one hot", L.Hashing(num_bins=4, output_mode="one_hot"), [["A"], ["B"], ["C"]]
    yield "hashing multi hot", L.Hashing(num_bins=4, output_mode="multi_hot"), [["A", "B"], ["B", "C"]]
    yield "hashed crossing", L.HashedCrossing(num_bins=1000003), [["a", "b", "c"], ["x", "y", "z"]]
    yield "hashed crossing of numbers", L.HashedCrossing(num_bins=29), [np.array([1, 5, -9]), np.array([3, 4, 5])]
    yield "hashed crossing one hot", L.HashedCrossing(num_bins=5, output_mode="one_hot"), [[["a"], ["b"]], [["x"], ["y"]]]
    yield "string lookup", L.StringLookup(vocabulary=["a", "b", "c"]), WORDS
    yield "string lookup masked", L.StringLookup(vocabulary=["a", "b", "c"], mask_token=""), WORDS
    yield "string lookup, more unknown ones", L.StringLookup(vocabulary=["a"], num_oov_indices=3, mask_token=""), WORDS
    yield "string lookup salted", L.StringLookup(vocabulary=["a"], num_oov_indices=3, salt=7), WORDS
    yield "string lookup adapted", L.StringLookup(), WORDS, [["b", "a", "d"], ["d", "b", "e"], ["d", "x", "x"]]
    yield "string lookup adapted, limited", L.StringLookup(max_tokens=4, mask_token=""), WORDS, ["b", "a", "d", "d", "b", "", "d"]
    yield "string lookup one hot", L.StringLookup(vocabulary=["a", "b"], output_mode="one_hot"), ["a", "c", "b"]
    yield "string lookup multi hot", L.StringLookup(vocabulary=["a", "b"], output_mode="multi_hot", mask_token=""), WORDS
    yield "string lookup count, padded", L.StringLookup(max_tokens=6, pad_to_max_tokens=True, output_mode="count", vocabulary=["a", "b"]), WORDS
    yield "string lookup tf idf", L.StringLookup(vocabulary=["a", "b"], idf_weights=[0.5, 2.0], output_mode="tf_idf"), WORDS
    yield "string lookup tf idf adapted", L.StringLookup(output_mode="tf_idf"), WORDS, [["b", "a", "d"], ["d", "b", "e"], ["d", "x", "x"]]
    yield "integer lookup", L.IntegerLookup(vocabulary=[12, 36, 1138, 42]), np.array([[12, 1138, 42], [42, 1000, 36]])
    yield "integer lookup masked", L.IntegerLookup(vocabulary=[12, 36], mask_token=0, num_oov_indices=2), np.array([[12, 0, 42], [43, -3, 36]])
    yield "integer lookup by hash", L.IntegerLookup(vocabulary=[12], num_oov_indices=5, oov_method="farmhash"), np.array([[12, 0, 42], [43, -3, 36]])
    yield "integer lookup inverted", L.IntegerLookup(vocabulary=[12, 36], invert=True), np.array([[1, 2], [0, 9]])
    yield "integer lookup adapted", L.IntegerLookup(), np.array([[12, 0, 42], [43, -3, 36]]), np.array([[12, 42, 42], [7, 12, 42]])
    yield "integer lookup count", L.IntegerLookup(vocabulary=[12, 36], output_mode="count"), np.array([[12, 12, 42], [36, 12, 1]])
    yield "text", L.TextVectorization(), TEXTS, TEXTS
    yield "text of fixed length", L.TextVectorization(max_tokens=8, output_sequence_length=3), TEXTS, TEXTS
    yield "text in columns", L.TextVectorization(output_sequence_length=6), [[t] for t in TEXTS], TEXTS
    yield "text of characters", L.TextVectorization(split="character", standardize="lower"), TEXTS, TEXTS
    yield "text ngrams", L.TextVectorization(ngrams=2, standardize="strip_punctuation"), TEXTS, TEXTS
    yield "text ngrams of some sizes", L.TextVectorization(ngrams=(1, 3), standardize=None), TEXTS, TEXTS
    yield "text multi hot", L.TextVectorization(output_mode="multi_hot"), TEXTS, TEXTS
    yield "text count", L.TextVectorization(output_mode="count", max_tokens=20, pad_to_max_tokens=True), TEXTS, TEXTS
    yield "text tf idf", L.TextVectorization(output_mode="tf_idf"), TEXTS, TEXTS
    yield "text not split", L.TextVectorization(split=None, output_mode="int"), ["the", "dog"], TEXTS
    yield "text with a vocabulary", L.TextVectorization(vocabulary=["fox", "dog", "the"]), TEXTS


def plain(x):
    """Texts as nested lists, numbers as arrays."""
    if isinstance(x, (list, tuple)) and any(isinstance(e, np.ndarray) for e in x):
        return [array(e) for e in x]
    return array(x) if isinstance(x, np.ndarray) else x


def one(name, layer, inputs, data=None):
    config = serialized(layer)
    if data is not None:
        layer.adapt(np.array(data) if isinstance(data, list) else data)
    call = [np.array(x) for x in inputs] if isinstance(layer, L.HashedCrossing) else inputs if isinstance(inputs, np.ndarray) else np.array(inputs)
    out = {"name": name, "config": config, "adapt": plain(data), "inputs": plain(inputs), "output": array(np.asarray(layer(call)))}
    if hasattr(layer, "get_vocabulary"):
        out["vocabulary"] = [v if isinstance(v, str) else int(v) for v in layer.get_vocabulary()]
    if getattr(layer, "bin_boundaries", None) is not None:
        out["boundaries"] = list(map(float, layer.bin_boundaries))
    out["after"] = serialized(layer)
    return out


def images():
    return np.random.default_rng(5).uniform(0, 255, size=(2, 6, 5, 3)).astype("float32")


def image_cases():
    """Layers that draw at random, with nothing left to chance."""
    x = images()
    for mode in ("reflect", "wrap", "constant", "nearest"):
        yield f"rotation, {mode}", L.RandomRotation((0.1, 0.1), fill_mode=mode, fill_value=9.0), x
    yield "rotation, nearest pixels", L.RandomRotation((-0.3, -0.3), interpolation="nearest"), x
    yield "rotation, channels first", L.RandomRotation((0.1, 0.1), data_format="channels_first"), np.moveaxis(x, 3, 1)
    yield "rotation of one image", L.RandomRotation((0.1, 0.1)), x[0]
    yield "zoom out", L.RandomZoom((0.3, 0.3)), x
    yield "zoom in", L.RandomZoom((-0.4, -0.4), (0.2, 0.2), fill_mode="constant"), x
    yield "translation", L.RandomTranslation((0.2, 0.2), (-0.3, -0.3)), x
    yield "translation, wrapped", L.RandomTranslation((-0.25, -0.25), (0.4, 0.4), fill_mode="wrap"), x
    yield "shear of nothing", L.RandomShear(0.0, 0.0), x
    yield "crop of a smaller image", L.RandomCrop(8, 9), x
    yield "crop of the same size", L.RandomCrop(6, 5), x
    yield "contrast", L.RandomContrast((0.0, 0.0)), x
    yield "brightness", L.RandomBrightness((0.3, 0.3)), x
    yield "brightness of a unit range", L.RandomBrightness((-0.2, -0.2), value_range=(0, 1)), x / 255
    yield "sharpness", L.RandomSharpness((0.9, 0.9)), x
    yield "blurring sharpness", L.RandomSharpness((0.1, 0.1)), x
    yield "invert", L.RandomInvert((1.0, 1.0)), x
    yield "posterization", L.RandomPosterization((3, 3)), x
    yield "posterization of a unit range", L.RandomPosterization((2, 2), value_range=(0, 1)), x / 255
    yield "solarization", L.Solarization((0.0, 0.0), (0.0, 0.0)), x
    yield "auto contrast", L.AutoContrast(), x / 2 + 30
    yield "auto contrast of a flat image", L.AutoContrast(value_range=(0, 1)), np.full((1, 3, 3, 3), 0.5, "float32")
    yield "equalization", L.Equalization(), np.floor(x / 3)
    yield "equalization with few bins", L.Equalization(bins=16, value_range=(0, 1)), x / 300
    yield "perspective of nothing", L.RandomPerspective(0.0), x
    yield "erasing nothing", L.RandomErasing(0.0), x
    yield "elastic transform of nothing", L.RandomElasticTransform(0.0, 0.0), x
    yield "grayscale", L.RandomGrayscale(1.0), x
    yield "color degeneration", L.RandomColorDegeneration((0.4, 0.4)), x
    yield "saturation", L.RandomSaturation((0.7, 0.7), value_range=(0, 1)), x / 255
    yield "saturation taken", L.RandomSaturation((0.2, 0.2), value_range=(0, 1)), x / 255
    yield "hue of nothing", L.RandomHue((0.0, 0.0)), x
    yield "color jitter", L.RandomColorJitter(brightness_factor=(0.1, 0.1), contrast_factor=(0.0, 0.0), saturation_factor=(0.6, 0.6), value_range=(0, 1)), x / 255
    yield "gaussian blur", L.RandomGaussianBlur((1.0, 1.0), kernel_size=3, sigma=(0.8, 0.8)), x
    yield "gaussian blur of two sizes", L.RandomGaussianBlur((1.0, 1.0), kernel_size=(3, 5), sigma=(0.5, 0.5)), x
    yield "mel spectrogram", L.MelSpectrogram(fft_length=64, sequence_stride=16, num_mel_bins=8, sampling_rate=800), normal(2, 200)
    yield "mel spectrogram of powers", L.MelSpectrogram(fft_length=32, sequence_stride=16, sequence_length=20, num_mel_bins=6, sampling_rate=800, power_to_db=False, window="hamming"), normal(150)
    yield "pipeline", L.Pipeline([L.Rescaling(2.0), L.AutoContrast()]), x
    # Whatever is drawn: these pass images unchanged when they do not train.
    for layer in (L.RandomFlip(), L.CutMix(), L.MixUp(), L.AugMix(), L.RandAugment()):
        yield f"{type(layer).__name__}, not training", layer, x, False


def one_image(name, layer, x, training=True):
    y = layer(x) if isinstance(layer, L.MelSpectrogram) else layer(x, training=training)
    return {"name": name, "config": serialized(layer), "inputs": array(x), "training": training, "output": array(np.asarray(y))}


def make():
    write("preprocessing.json", [one(*case) for case in cases()])
    write("preprocessing_images.json", [one_image(*case) for case in image_cases()])
