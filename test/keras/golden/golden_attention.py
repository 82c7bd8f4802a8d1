"""Attention, EinsumDense, Dot, further normalizations, activations and regularization: every option that computes."""
import numpy as np

import keras
from common import array, arrays, normal, random, restart, write
from golden_layers import make as write_cases
from keras import layers as L

bools = lambda *rows: np.array(rows, bool)
QUERY_MASK, VALUE_MASK = bools([1, 1, 0], [1, 0, 0]), bools([1, 1, 0, 0, 1], [1, 0, 0, 1, 1])
PAIRS = bools(*([[1, 0, 0, 1, 0], [1, 1, 0, 1, 1], [0, 0, 1, 0, 0]] * 2)).reshape(2, 3, 5)


def attention():
    q, v, k = normal(2, 3, 4), normal(2, 5, 4), normal(2, 5, 4)
    wide = normal(2, 5, 6)
    yield "attention", L.Attention(), [q, v]
    yield "attention with a key", L.Attention(use_scale=True), [q, wide, k]
    yield "attention concat", L.Attention(score_mode="concat"), [q, v, k]
    yield "attention concat, scaled", L.Attention(score_mode="concat", use_scale=True), [q, v]
    yield "attention masked", L.Attention(), [q, v], [QUERY_MASK, VALUE_MASK]
    yield "attention value mask only", L.Attention(use_scale=True), [q, v], [None, VALUE_MASK]
    yield "attention all masked", L.Attention(), [q, v], [QUERY_MASK, np.zeros((2, 5), bool)]
    yield "attention causal", L.Attention(), [q, v], None, False, {"use_causal_mask": True}
    yield "attention causal, masked, scores", L.Attention(), [q, v], [QUERY_MASK, bools([1, 1, 0, 0, 1], [1, 1, 0, 1, 1])], False, {"use_causal_mask": True, "return_attention_scores": True}
    yield "attention rank 4", L.Attention(), [normal(2, 2, 3, 4), normal(2, 2, 5, 4)]
    yield "attention mixed bfloat16", L.Attention(use_scale=True, dtype="mixed_bfloat16"), [q, v], None, False, None, 0.05
    yield "additive attention", L.AdditiveAttention(), [q, v]
    yield "additive attention plain, key, masked", L.AdditiveAttention(use_scale=False), [q, wide, k], [QUERY_MASK, VALUE_MASK, None]
    yield "additive attention causal, scores", L.AdditiveAttention(), [q, v], None, False, {"use_causal_mask": True, "return_attention_scores": True}


def multi_head():
    q, v, k = normal(2, 3, 4), normal(2, 5, 6), normal(2, 5, 3)
    M = L.MultiHeadAttention
    yield "multi-head", M(2, 3), [q, v]
    yield "multi-head key", M(2, 3, value_dim=5), [q, v, k]
    yield "multi-head without bias, output shape", M(1, 4, use_bias=False, output_shape=7), [q, v]
    yield "multi-head output of two axes", M(2, 2, output_shape=(2, 3)), [q, v]
    yield "multi-head self, causal", M(2, 3), [q, q], {"use_causal_mask": True}
    yield "multi-head causal of other length", M(2, 3), [q, v], {"use_causal_mask": True}
    yield "multi-head pairs", M(2, 3), [q, v], {"attention_mask": PAIRS}
    yield "multi-head pairs as numbers, for each head", M(2, 3), [q, v], {"attention_mask": random.integers(0, 2, (2, 2, 3, 5)).astype("int32")}
    yield "multi-head pairs, one for all", M(2, 3), [q, v], {"attention_mask": PAIRS[:1]}
    yield "multi-head pairs, causal, value and key masks", M(2, 3), [q, v, k], {"attention_mask": PAIRS, "use_causal_mask": True, "value_mask": VALUE_MASK, "key_mask": VALUE_MASK[::-1].copy()}
    yield "multi-head row without any", M(2, 3), [q, v], {"attention_mask": np.zeros((2, 3, 5), bool)}
    yield "multi-head row without any, scores", M(2, 3), [q, v], {"attention_mask": np.zeros((2, 3, 5), bool), "return_attention_scores": True}
    yield "multi-head scores", M(2, 3), [q, v], {"return_attention_scores": True}
    yield "multi-head scores, causal, masked", M(2, 3), [q, v], {"return_attention_scores": True, "use_causal_mask": True, "value_mask": VALUE_MASK}
    yield "multi-head sliding window", M(2, 3, sliding_window=2), [normal(2, 6, 4), normal(2, 6, 4)]
    yield "multi-head sliding window, causal", M(2, 3, sliding_window=3), [normal(2, 6, 4), normal(2, 6, 4)], {"use_causal_mask": True}
    yield "multi-head gate", M(2, 3, use_gate=True, value_dim=2), [q, v]
    yield "multi-head regularized", M(2, 2, kernel_regularizer="l2", bias_regularizer="l1", activity_regularizer="l2", kernel_constraint="non_neg", bias_constraint="max_norm"), [q, v]
    yield "multi-head of images, both axes", M(2, 3), [normal(2, 2, 3, 4), normal(2, 3, 2, 4)]
    yield "multi-head of images, first axis", M(2, 3, attention_axes=1), [normal(2, 2, 3, 4), normal(2, 4, 3, 4)]
    yield "multi-head of images, second axis, scores", M(2, 3, attention_axes=[2]), [normal(2, 2, 3, 4), normal(2, 2, 4, 5)], {"return_attention_scores": True}
    yield "multi-head of images, axis -2", M(2, 3, attention_axes=-2), [normal(2, 2, 3, 4), normal(2, 2, 4, 5)]
    yield "multi-head of images, masked", M(2, 3, attention_axes=(1, 2)), [normal(1, 2, 2, 4), normal(1, 2, 3, 4)], {"attention_mask": random.integers(0, 2, (1, 2, 2, 2, 3)).astype(bool)}
    yield "multi-head mixed bfloat16", M(2, 3, dtype="mixed_bfloat16"), [q, v], {"attention_mask": PAIRS}, 0.08
    yield "multi-head mixed float16", M(2, 3, dtype="mixed_float16"), [q, v], {"use_causal_mask": True}, 0.01
    yield "multi-head mixed float16, scores", M(2, 3, dtype="mixed_float16"), [q, v], {"return_attention_scores": True, "value_mask": VALUE_MASK}, 0.01
    G = L.GroupQueryAttention
    same = normal(2, 5, 4)
    yield "grouped query", G(3, 4, 2), [q, same]
    yield "grouped query, one key head", G(3, 4, 1, use_bias=False), [q, same, normal(2, 5, 4)]
    yield "grouped query, as many key heads", G(3, 2, 2), [q, same], {"use_causal_mask": True}
    yield "grouped query scores, masks", G(3, 4, 2), [q, same], {"return_attention_scores": True, "query_mask": QUERY_MASK, "value_mask": VALUE_MASK}
    yield "grouped query masks", G(3, 4, 2), [q, same], {"query_mask": QUERY_MASK, "value_mask": VALUE_MASK, "attention_mask": PAIRS}
    yield "grouped query window, gate", G(2, 6, 3, sliding_window=2, use_gate=True), [normal(2, 6, 4), normal(2, 6, 4)], {"use_causal_mask": True}
    yield "grouped query mixed bfloat16", G(3, 4, 2, dtype="mixed_bfloat16"), [q, same], {"use_causal_mask": True}, 0.08


def others():
    rows, steps, image = normal(4, 6), normal(2, 3, 4), normal(2, 3, 4, 6)
    E = L.EinsumDense
    yield "einsum dense", E("ab,bc->ac", 3, bias_axes="c"), [rows]
    yield "einsum dense sequence", E("abc,cd->abd", (None, 5), activation="relu", bias_axes="d"), [steps]
    yield "einsum dense left", E("...x,xy->...y", 3, bias_axes="y"), [steps]
    yield "einsum dense left, rank 4", E("...x,xyz->...yz", (3, 2), bias_axes="yz"), [normal(2, 3, 3, 4)]  # equal sizes: Keras 3.15 swaps them in its computed shape
    yield "einsum dense right", E("ab...,bcd->acd...", (3, 2), bias_axes="cd"), [steps]
    yield "einsum dense bias of one axis", E("abc,cde->abde", (None, 2, 3), bias_axes="d", kernel_initializer="he_normal"), [steps]
    yield "einsum dense of a middle axis", E("abc,bd->adc", (5, 4), bias_axes="dc", kernel_regularizer="l2"), [steps]
    yield "einsum dense two axes", E("abc,bcd->ad", 2), [steps]
    yield "einsum dense elementwise", E("abc,bc->abc", (3, 4), bias_axes="bc", activity_regularizer="l2"), [steps]
    yield "einsum dense lora", E("abc,cde->abde", (None, 2, 3), bias_axes="e", lora_rank=2, lora_alpha=3), [steps]
    yield "einsum dense mixed bfloat16", E("abc,cd->abd", (None, 5), bias_axes="d", dtype="mixed_bfloat16"), [steps], None, False, None, 0.05
    yield "dense lora", L.Dense(3, lora_rank=2, activation="tanh", kernel_regularizer="l2"), [rows]
    yield "dense lora alpha", L.Dense(3, lora_rank=1, lora_alpha=0.5, use_bias=False), [rows]
    yield "embedding lora", L.Embedding(5, 3, lora_rank=2), [random.integers(0, 5, (2, 3)).astype("int32")]
    yield "reversible embedding", L.ReversibleEmbedding(5, 3), [random.integers(0, 5, (2, 3)).astype("int32")]
    yield "reversible embedding, back", L.ReversibleEmbedding(5, 3, logit_soft_cap=2.0), [normal(2, 4, 3)], None, False, {"reverse": True}
    yield "reversible embedding untied, back", L.ReversibleEmbedding(5, 3, tie_weights=False), [normal(2, 4, 3)], None, False, {"reverse": True}
    yield "dot of vectors", L.Dot(axes=1), [rows, normal(4, 6)]
    yield "dot normalized", L.Dot(axes=-1, normalize=True), [rows, normal(4, 6)]
    yield "dot of matrices", L.Dot(axes=(2, 1)), [steps, normal(2, 4, 5)]
    yield "dot of matrices, both last", L.Dot(axes=2), [steps, normal(2, 5, 4)]
    yield "dot of matrices, both first, normalized", L.Dot(axes=1, normalize=True), [steps, normal(2, 3, 5)]
    yield "dot of matrix and vector", L.Dot(axes=(2, 1)), [steps, normal(2, 4)]
    yield "dot of vector and matrix", L.Dot(axes=(1, 2)), [normal(2, 4), normal(2, 3, 4)]
    yield "dot rank 4", L.Dot(axes=(2, 1)), [image, normal(2, 4, 2, 3)]
    yield "dot rank 4, negative", L.Dot(axes=[-1, -2]), [image, normal(2, 6, 3)]
    N = L.GroupNormalization
    yield "group normalization", N(groups=3), [image]
    yield "group normalization one group", N(groups=1, epsilon=1e-5), [rows]
    yield "group normalization instance", N(groups=-1), [image]
    yield "group normalization axis 1", N(groups=2, axis=1, gamma_regularizer="l2"), [normal(2, 4, 3, 2)]
    yield "group normalization middle axis", N(groups=2, axis=2), [image]
    yield "group normalization plain", N(groups=2, center=False, scale=False), [image]
    yield "group normalization without gamma", N(groups=2, scale=False, beta_initializer="ones"), [steps]
    yield "group normalization mixed bfloat16", N(groups=2, dtype="mixed_bfloat16"), [image], None, False, None, 0.05
    yield "rms normalization", L.RMSNormalization(), [rows]
    yield "rms normalization axes", L.RMSNormalization(axis=[1, 2], epsilon=1e-2), [steps]
    yield "rms normalization mixed float16", L.RMSNormalization(dtype="mixed_float16"), [rows], None, False, None, 0.01
    S = L.SpectralNormalization
    yield "spectral normalization", S(L.Dense(4)), [rows]
    yield "spectral normalization of a convolution, three iterations", S(L.Conv2D(3, 2, use_bias=False), power_iterations=3), [image]
    yield "spectral normalization of embeddings", S(L.Embedding(5, 3)), [random.integers(0, 5, (2, 3)).astype("int32")]
    B = L.BatchNormalization
    yield "batch renormalization", B(renorm=True, momentum=0.8, renorm_momentum=0.7), [rows]
    yield "batch renormalization clipped", B(renorm=True, renorm_clipping={"rmin": 0.8, "rmax": 1.2, "dmax": 0.3}, scale=False), [image]
    yield "batch renormalization masked", B(renorm=True, center=False, renorm_clipping={"rmax": 3.0}), [steps], bools([1, 1, 0], [1, 0, 0])
    yield "batch normalization mixed float16", B(dtype="mixed_float16"), [rows], None, False, None, 0.05
    yield "unit normalization", L.UnitNormalization(), [rows]
    yield "unit normalization axes", L.UnitNormalization(axis=(1, 2)), [steps]
    yield "layer normalization of images", L.LayerNormalization(axis=-1), [image]
    yield "layer normalization first axes", L.LayerNormalization(axis=(1, 2)), [image]
    yield "layer normalization axis 1", L.LayerNormalization(axis=1, scale=False), [steps]
    yield "layer normalization wide", L.LayerNormalization(epsilon=1e-6), [normal(3, 70)]
    yield "layer normalization rms scaling", L.LayerNormalization(rms_scaling=True), [rows]
    yield "layer normalization mixed bfloat16", L.LayerNormalization(dtype="mixed_bfloat16"), [rows], None, False, None, 0.05
    yield "layer normalization mixed float16", L.LayerNormalization(dtype="mixed_float16"), [rows], None, False, None, 0.01
    yield "elu", L.ELU(), [rows]
    yield "elu alpha", L.ELU(alpha=0.5), [rows]
    yield "prelu", L.PReLU(), [image]
    yield "prelu shared axes", L.PReLU(shared_axes=[1, 2], alpha_initializer="ones", alpha_regularizer="l2", alpha_constraint="non_neg"), [image]
    yield "prelu one shared axis", L.PReLU(shared_axes=1), [steps]
    yield "softmax of two axes", L.Softmax(axis=(1, 2)), [steps]
    yield "softmax all masked", L.Softmax(), [steps], np.array([[[1, 0, 0, 1]] * 3, [[0] * 4] * 3], bool)
    yield "softmax mask of floats", L.Softmax(axis=-1), [rows], np.array([[1, 0.6, 0.5, 0, 1, 1]], "float32")
    yield "gaussian noise 0", L.GaussianNoise(0.0), [rows]
    yield "gaussian dropout 0", L.GaussianDropout(0.0), [rows]
    yield "alpha dropout 0", L.AlphaDropout(0.0), [rows]
    yield "activity regularization", L.ActivityRegularization(l1=0.01, l2=0.02), [rows]
    yield "activity regularization l2", L.ActivityRegularization(l2=0.5), [steps]


def cases():
    restart(21)
    yield from attention()
    for name, layer, inputs, *rest in multi_head():
        yield name, layer, inputs, None, True, *rest
    yield from others()


def transformer():
    """A transformer block over an embedding that masks zeros: predictions, scores, and what three epochs of fit give."""
    restart(22)
    ids = keras.Input((6,), dtype="int32")
    e = L.Embedding(10, 8, mask_zero=True)(ids)
    attended = L.MultiHeadAttention(2, 4)(e, e)
    x = L.LayerNormalization()(L.Add()([e, attended]))
    decoded = L.MultiHeadAttention(2, 4)(x, e, use_causal_mask=True)
    h = L.Dense(8)(L.Dense(16, activation="relu")(decoded))
    x = L.LayerNormalization(epsilon=1e-5)(L.Add()([x, h]))
    model = keras.Model(ids, L.Dense(3, activation="softmax")(L.GlobalAveragePooling1D()(x)))
    for w in model.weights:
        w.assign(0.4 * normal(*w.shape))
    before = [np.array(w) for w in model.weights]
    data = random.integers(1, 10, (24, 6)).astype("int32")
    for row, length in enumerate(random.integers(2, 7, 24)):
        data[row, length:] = 0
    targets = (data[:, 0] % 3).astype("int32")
    predicted = model.predict(data, verbose=0)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.optimizer.learning_rate = 0.1
    history = model.fit(data, targets, epochs=3, batch_size=8, shuffle=False, verbose=0).history
    write("transformer.json", {
        "x": array(data), "y": array(targets), "weights": arrays(before), "paths": [w.path for w in model.weights],
        "predicted": array(predicted), "history": history, "after": array(model.predict(data, verbose=0)),
    })


def make():
    write_cases("layers_attention.json", cases)
    transformer()
