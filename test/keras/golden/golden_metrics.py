"""Metrics: values after each of several batches, weighted or not."""
import numpy as np

import keras
from common import array, serialized, write

random = np.random.default_rng(47)


def normal(*shape):
    return random.normal(size=shape).astype("float32")


def uniform(*shape, low=0.0, high=1.0):
    return random.uniform(low, high, size=shape).astype("float32")


def probabilities(*shape):
    e = np.exp(normal(*shape))
    return (e / e.sum(-1, keepdims=True)).astype("float32")


def yes(*shape):
    return (uniform(*shape) > 0.5).astype("float32")


def labels():
    return yes(4, 3), uniform(4, 3)


def columns():
    return yes(6, 1), uniform(6, 1)


def whole_steps():  # on the thresholds themselves
    return yes(8), (random.integers(0, 5, 8) / 4).astype("float32")


def one_hot():
    return np.eye(5, dtype="float32")[random.integers(0, 5, 4)], probabilities(4, 5)


def sparse():
    return random.integers(0, 5, 4).astype("int32"), probabilities(4, 5)


def real():
    return normal(4, 3), normal(4, 3)


def positive():
    return uniform(4, 3, low=0.1, high=3), uniform(4, 3, low=0.1, high=3)


def classes():
    return random.integers(0, 4, (2, 3, 3)).astype("int32"), random.integers(0, 4, (2, 3, 3)).astype("int32")


def class_scores():
    return np.eye(4, dtype="float32")[random.integers(0, 4, (2, 3))], probabilities(2, 3, 4)


def equals():
    return random.integers(0, 3, (4, 1)).astype("float32"), random.integers(0, 3, (4, 1)).astype("float32")


def logits():
    return yes(4, 3), 3 * normal(4, 3)


def ranked():
    return random.integers(0, 6, 4).astype("float32"), np.stack([random.permutation(6) for _ in range(4)]).astype("float32")


def rows():
    M = keras.metrics
    yield from ((cls, {}, data) for cls, data in (
        (M.Accuracy, equals), (M.BinaryAccuracy, labels), (M.CategoricalAccuracy, one_hot), (M.SparseCategoricalAccuracy, sparse), (M.MeanSquaredError, real),
        (M.MeanAbsolutePercentageError, positive), (M.MeanSquaredLogarithmicError, positive), (M.RootMeanSquaredError, real), (M.CosineSimilarity, real), (M.LogCoshError, real),
        (M.R2Score, real), (M.Hinge, logits), (M.SquaredHinge, logits), (M.CategoricalHinge, one_hot), (M.KLDivergence, one_hot), (M.Poisson, positive),
        (M.CategoricalCrossentropy, one_hot), (M.SparseCategoricalCrossentropy, sparse), (M.PearsonCorrelation, real), (M.ConcordanceCorrelation, real), (M.AUC, labels),
        (M.AUC, columns), (M.Precision, labels), (M.Recall, labels), (M.TruePositives, labels), (M.FalsePositives, labels), (M.TrueNegatives, labels), (M.FalseNegatives, labels),
        (M.FBetaScore, labels), (M.F1Score, labels), (M.BinaryIoU, columns)))
    yield M.BinaryAccuracy, {"threshold": 0.3}, labels
    yield M.TopKCategoricalAccuracy, {"k": 2}, one_hot
    yield M.SparseTopKCategoricalAccuracy, {"k": 3}, sparse
    yield M.SparseTopKCategoricalAccuracy, {"k": 3, "from_sorted_ids": True}, ranked
    yield M.MeanAbsoluteError, {"name": "mae"}, real
    yield M.BinaryCrossentropy, {"label_smoothing": 0.1}, labels
    yield M.BinaryCrossentropy, {"from_logits": True}, logits
    yield M.CategoricalCrossentropy, {"label_smoothing": 0.2}, one_hot
    yield M.SparseCategoricalCrossentropy, {"ignore_class": 2}, sparse
    yield M.CosineSimilarity, {"axis": 0}, lambda: (normal(4, 4), normal(4, 4))
    yield M.PearsonCorrelation, {"axis": 0}, lambda: (normal(4, 4), normal(4, 4))
    yield M.ConcordanceCorrelation, {"axis": 0}, lambda: (normal(4, 4), normal(4, 4))
    for aggregation in (None, "variance_weighted_average"):
        yield M.R2Score, {"class_aggregation": aggregation}, real
    yield M.R2Score, {"num_regressors": 2}, real
    yield M.R2Score, {"num_regressors": 40}, real
    for curve in ("ROC", "PR", "PRGAIN"):
        for method in ("interpolation", "minoring", "majoring"):
            yield M.AUC, {"curve": curve, "summation_method": method, "num_thresholds": 30}, labels
        yield M.AUC, {"curve": curve, "multi_label": True, "num_thresholds": 20}, labels
        yield M.AUC, {"curve": curve, "thresholds": [0.9, 0.2, 0.45]}, labels
    yield M.AUC, {"multi_label": True, "num_labels": 3, "label_weights": [0.5, 2.0, 1.0]}, labels
    yield M.AUC, {"multi_label": True, "thresholds": [0.3, 0.8]}, labels
    yield M.AUC, {"label_weights": [0.5, 2.0, 1.0], "thresholds": [0.25, 0.5, 0.75]}, labels
    yield M.AUC, {"from_logits": True}, logits
    yield M.AUC, {"num_thresholds": 5}, whole_steps
    for cls in (M.Precision, M.Recall):
        yield cls, {"thresholds": [0.2, 0.5, 0.9]}, labels
        yield cls, {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]}, whole_steps
        yield cls, {"top_k": 2}, one_hot
        yield cls, {"top_k": 3, "thresholds": 0.15}, one_hot
        yield cls, {"class_id": 1}, labels
        yield cls, {"top_k": 2, "class_id": 3}, one_hot
    for cls in (M.TruePositives, M.FalsePositives, M.TrueNegatives, M.FalseNegatives):
        yield cls, {"thresholds": [0.1, 0.6]}, labels
        yield cls, {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]}, whole_steps
    for cls, value in ((M.SensitivityAtSpecificity, 0.4), (M.SpecificityAtSensitivity, 0.6), (M.PrecisionAtRecall, 0.5), (M.RecallAtPrecision, 0.6)):
        yield cls, {"value": value}, labels
        yield cls, {"value": value, "num_thresholds": 7, "class_id": 2}, labels
        yield cls, {"value": value, "num_thresholds": 1}, columns
        yield cls, {"value": 0.9}, labels
    for average in ("micro", "macro", "weighted"):
        yield M.FBetaScore, {"average": average, "beta": 2.0, "threshold": 0.6}, labels
        yield M.F1Score, {"average": average}, one_hot
    yield M.IoU, {"num_classes": 4, "target_class_ids": [1, 3]}, classes
    yield M.IoU, {"num_classes": 4, "target_class_ids": [0], "sparse_y_true": False, "sparse_y_pred": False}, class_scores
    yield M.MeanIoU, {"num_classes": 3, "ignore_class": 1}, classes
    yield M.MeanIoU, {"num_classes": 5, "dtype": "float32"}, classes
    yield M.OneHotIoU, {"num_classes": 4, "target_class_ids": [2, 3]}, class_scores
    yield M.OneHotMeanIoU, {"num_classes": 4, "ignore_class": 0}, class_scores
    yield M.BinaryIoU, {"target_class_ids": [1], "threshold": 0.3}, labels


def make():
    M = keras.metrics
    keras.utils.clear_session()
    out = []
    for cls, options, data in rows():
        positional = [options["value"]] if "value" in options else []
        options = {k: v for k, v in options.items() if k != "value"}
        for weighted in (False, True):
            metric, batches = cls(*positional, **options), []
            for _ in range(3):
                t, p = data()
                w = None
                if weighted and "IoU" in cls.__name__:
                    w = random.integers(0, 4, t.shape[:-1] if data is class_scores else t.shape).astype("int32")
                elif weighted:
                    w = uniform(len(t), high=2)
                metric.update_state(t, p, sample_weight=w)
                batches.append({"yTrue": array(t), "yPred": array(p), "sampleWeight": None if w is None else array(w), "result": array(metric.result())})
            out.append({"config": serialized(metric), "batches": batches, "variables": [v.name for v in metric.variables]})
    weights = np.array([1.0, 0.5, 0.0, 2.0], "float32")
    for cls in (M.Mean, M.Sum):
        for shape in ((4,), (4, 3), (4, 2, 3)):
            for w in (None, weights, uniform(4, 1), uniform(*shape)):
                metric, batches = cls(name="m"), []
                for _ in range(2):
                    v = normal(*shape)
                    metric.update_state(v, sample_weight=w)
                    batches.append({"values": array(v), "sampleWeight": None if w is None else array(w), "result": array(metric.result())})
                out.append({"config": serialized(metric), "batches": batches, "variables": [v.name for v in metric.variables]})
    write("metrics.json", out)


if __name__ == "__main__":
    make()
