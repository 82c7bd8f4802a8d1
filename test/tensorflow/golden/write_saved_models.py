"""Writes the SavedModels of this folder and what TensorFlow computes with them.

Run: CUDA_VISIBLE_DEVICES='' TF_CPP_MIN_LOG_LEVEL=3 python write_saved_models.py [name ...]   (TensorFlow 2.21.0, Keras 3.15.1)
Each model is <name>.tar.gz; <name>.npz holds its inputs (x0, x1, ...) and results (y/<key>, or y), <name>.json those that are texts.
"""
import gzip, io, json, os, shutil, sys, tarfile, tempfile
import numpy as np
import tensorflow as tf
import keras

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(7)
def normal(*shape): return rng.standard_normal(shape).astype(np.float32)

def constants():
    """The same numbers at each trace of a function: TensorFlow traces more than once."""
    own = np.random.default_rng(11)
    return lambda *shape: own.standard_normal(shape).astype(np.float32)

ONLY = sys.argv[1:]
def wanted(name): return not ONLY or name in ONLY

def write(name, save, arrays):
    if not wanted(name): return
    folder = os.path.join(tempfile.mkdtemp(), name)
    save(folder)
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode='w') as tar:
        for root, _, files in sorted(os.walk(folder)):
            for f in sorted(files):
                if f == 'fingerprint.pb': continue
                full = os.path.join(root, f)
                info = tarfile.TarInfo(os.path.relpath(full, folder)); info.size = os.path.getsize(full)
                with open(full, 'rb') as stream: tar.addfile(info, stream)
    with open(os.path.join(HERE, name + '.tar.gz'), 'wb') as out: out.write(gzip.compress(data.getvalue(), 9, mtime=0))
    numbers, strings = {}, {}
    for key, v in arrays.items():
        a = np.asarray(v)
        if a.dtype.kind in 'OSU': strings[key] = np.vectorize(lambda s: s.decode('utf-8') if isinstance(s, bytes) else str(s), otypes=[object])(a).tolist() if a.size else a.tolist()
        else: numbers[key] = a
    np.savez_compressed(os.path.join(HERE, name + '.npz'), **numbers)
    if strings:
        with open(os.path.join(HERE, name + '.json'), 'w') as out: json.dump(strings, out, indent=2, ensure_ascii=False); out.write('\n')
    shutil.rmtree(os.path.dirname(folder))
    print(name, os.path.getsize(os.path.join(HERE, name + '.tar.gz')), os.path.getsize(os.path.join(HERE, name + '.npz')))

def results(y, prefix='y'):
    return {f'{prefix}/{k}': v.numpy() for k, v in y.items()} if isinstance(y, dict) else {prefix: y.numpy()}

def from_function(name, f, *xs):
    """A module whose __call__ is f; results are a dictionary, one entry for each operation."""
    if not wanted(name): return
    module = tf.Module()
    module.__call__ = tf.function(f, input_signature=[tf.TensorSpec((None,) + x.shape[1:], x.dtype) for x in xs])
    y = module.__call__(*map(tf.constant, xs))
    write(name, lambda folder: tf.saved_model.save(module, folder), {**{f'x{i}': x for i, x in enumerate(xs)}, **results(y)})

# ---- one entry for each operation of a family
def elementwise(x, y):
    positive = tf.abs(x) + 0.1
    r = tf.raw_ops
    unary = ['Abs','Atan','Ceil','Cos','Cosh','Elu','Erf','Erfc','Exp','Expm1','Floor','LogSoftmax','Neg','Relu','Relu6','Rint','Round','Selu','Sigmoid','Sign','Sin','Sinh','Softmax','Softplus','Softsign','Square','Tan','Tanh','Asinh']
    names = {'Relu': 'features','Relu6':'features','Elu':'features','Selu':'features','Softplus':'features','Softsign':'features','Softmax':'logits','LogSoftmax':'logits'}
    out = {n: getattr(r, n)(**{names.get(n, 'x'): x}) for n in unary}
    for n in ['Log','Log1p','Rsqrt','Sqrt','Reciprocal']: out[n] = getattr(r, n)(x=positive)
    small = tf.tanh(x)
    for n in ['Acos','Asin','Atanh']: out[n] = getattr(r, n)(x=small * 0.9)
    for n in ['AddV2','Sub','Mul','RealDiv','Maximum','Minimum','SquaredDifference','FloorDiv','FloorMod','Less','LessEqual','Greater','GreaterEqual','Equal','NotEqual','DivNoNan']: out[n] = getattr(r, n)(x=x, y=y)
    out['Atan2'] = tf.atan2(x, y); out['Pow'] = tf.pow(positive, y); out['AddN'] = tf.add_n([x, x, x + y])
    out['Cast'] = tf.cast(x * 3, tf.int32); out['ClipByValue'] = tf.clip_by_value(x, -0.5, 0.7); out['LeakyRelu'] = tf.nn.leaky_relu(x, 0.3)
    out['SelectV2'] = tf.where(x > 0, x, y); out['LogicalAnd'] = tf.logical_and(x > 0, y > 0); out['LogicalNot'] = tf.logical_not(x > 0)
    out['Gelu'] = tf.nn.gelu(x); out['GeluTanh'] = tf.nn.gelu(x, approximate=True); out['Swish'] = tf.nn.silu(x)
    out['IntegerDivision'] = tf.cast(x * 9, tf.int32) // 2; out['Truncated'] = tf.raw_ops.TruncateDiv(x=tf.cast(x * 9, tf.int32), y=2)
    out['Xlogy'] = tf.math.xlogy(tf.nn.relu(x), positive)
    return out

def shapes(x):  # (n, 4, 6, 2)
    n = tf.shape(x)[0]
    i = tf.constant([[0, 2], [1, 3]])
    return {
        'Reshape': tf.reshape(x, [n, -1]), 'Packed': tf.reshape(x, tf.stack([n * 4, 12])), 'Transpose': tf.transpose(x, [0, 2, 3, 1]),
        'Slice': tf.slice(x, [0, 1, 0, 0], [-1, 2, 3, -1]), 'StridedSlice': x[:, 1:, ::-2, 0], 'Ellipsis': x[..., tf.newaxis, 1], 'Shrink': x[:, -1], 'End': x[:, :-1, 2:5:2],
        'Concat': tf.concat([x, x * 2], 3), 'Split': tf.split(x, 3, 2)[1], 'SplitV': tf.split(x, [1, -1, 2], 2)[1], 'Stack': tf.stack([x, -x], 1), 'Unstack': tf.unstack(x, axis=3)[1],
        'Pad': tf.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]]), 'PadV2': tf.pad(x, [[0, 0], [1, 0], [0, 0], [0, 0]], constant_values=3.), 'MirrorPad': tf.pad(x, [[0, 0], [2, 1], [1, 2], [0, 0]], 'REFLECT'), 'Symmetric': tf.pad(x, [[0, 0], [2, 1], [1, 2], [0, 0]], 'SYMMETRIC'),
        'Gather': tf.gather(x, i, axis=2), 'GatherBatch': tf.gather(tf.reshape(x, [n, 4, 12]), tf.tile([[1, 0, 3]], [n, 1]), axis=1, batch_dims=1), 'GatherBatchLater': tf.gather(x, tf.tile([[1, 0, 3]], [n, 1]), axis=2, batch_dims=1), 'GatherNd': tf.gather_nd(x, tf.constant([[0, 1], [1, 3], [1, 0]])),
        'Tile': tf.tile(x, [1, 2, 1, 3]), 'BroadcastTo': tf.broadcast_to(x[:, :, :1], tf.shape(x)), 'Fill': tf.fill([n, 2], 1.5), 'Range': tf.range(n, 7), 'RangeFloat': tf.range(0., 2., 0.25), 'Reverse': tf.reverse(x, [1, 3]), 'Roll': tf.roll(x, [1, -2], [1, 2]),
        'OneHot': tf.one_hot(tf.argmax(x, 2), 6, on_value=2., off_value=-1.), 'SpaceToDepth': tf.nn.space_to_depth(x, 2), 'DepthToSpace': tf.nn.depth_to_space(tf.concat([x, x], 3), 2), 'SpaceToBatch': tf.space_to_batch(x, [2, 3], [[0, 2], [1, 2]]), 'BatchToSpace': tf.batch_to_space(tf.concat([x] * 4, 0), [2, 2], [[1, 0], [0, 2]]),
        'Band': tf.linalg.band_part(x[..., 0], 1, 2), 'Squeeze': tf.squeeze(x[:, :1], 1), 'ExpandDims': tf.expand_dims(x, -2), 'Size': tf.size(x), 'Rank': tf.rank(x), 'ScatterNd': tf.scatter_nd([[1], [4], [1]], tf.constant([1., 2., 3.]), [6]),
        'Linspace': tf.linspace(0., 1., 5),
    }

def reductions(x):  # (n, 3, 5)
    normal = constants()
    k = tf.constant(normal(5, 4))
    return {
        'Sum': tf.reduce_sum(x, 1), 'Mean': tf.reduce_mean(x, [1, 2], keepdims=True), 'Max': tf.reduce_max(x, -1), 'Min': tf.reduce_min(x), 'Prod': tf.reduce_prod(x, 2), 'All': tf.reduce_all(x > 0, 1), 'Any': tf.reduce_any(x > 0, 1), 'Norm': tf.raw_ops.EuclideanNorm(input=x, axis=[1], keep_dims=False), 'NoAxis': tf.reduce_sum(x, []),
        'ArgMax': tf.argmax(x, 2), 'ArgMin': tf.argmin(x, 1, output_type=tf.int32), 'Cumsum': tf.cumsum(x, 2), 'CumsumExclusive': tf.cumsum(x, 1, exclusive=True), 'CumsumReverse': tf.cumsum(x, 2, exclusive=True, reverse=True), 'Cumprod': tf.math.cumprod(x, 2, exclusive=True),
        'TopK': tf.math.top_k(x, 2)[0], 'TopKIndices': tf.math.top_k(x, 2)[1], 'MatMul': tf.matmul(x[:, 0], k), 'MatMulTransposed': tf.matmul(x[:, 0], tf.constant(normal(4, 5)), transpose_b=True), 'BatchMatMul': tf.matmul(x, x, transpose_b=True), 'Adjoint': tf.matmul(x, x, adjoint_a=True), 'Einsum': tf.einsum('bij,jk->bki', x, k), 'LogSumExp': tf.reduce_logsumexp(x, 2), 'Variance': tf.math.reduce_variance(x, 1), 'L2Loss': tf.nn.l2_loss(x),
    }

def images(x):  # (n, 8, 9, 4)
    normal = constants()
    k, d = tf.constant(normal(3, 3, 4, 5)), tf.constant(normal(3, 2, 4, 2))
    scale, offset, mean, variance = (tf.constant(normal(4)) for _ in range(4))
    variance = tf.abs(variance) + 0.5
    f = tf.raw_ops.FusedBatchNormV3
    inference, training = f(x=x, scale=scale, offset=offset, mean=mean, variance=variance, is_training=False, epsilon=1e-3), f(x=x, scale=scale, offset=offset, mean=[], variance=[], is_training=True, epsilon=1e-3)
    out = {
        'Same': tf.nn.conv2d(x, k, 2, 'SAME'), 'Valid': tf.nn.conv2d(x, k, [1, 2], 'VALID'), 'Explicit': tf.nn.conv2d(x, k, 1, [[0, 0], [2, 1], [0, 2], [0, 0]]), 'Dilated': tf.nn.conv2d(x, k, 1, 'SAME', dilations=2), 'Grouped': tf.nn.conv2d(x, tf.constant(normal(3, 3, 2, 6)), 1, 'SAME'),
        'Depthwise': tf.nn.depthwise_conv2d(x, d, [1, 1, 1, 1], 'SAME'), 'DepthwiseStrided': tf.nn.depthwise_conv2d(x, d, [1, 2, 2, 1], 'VALID'), 'DepthwiseExplicit': tf.raw_ops.DepthwiseConv2dNative(input=x, filter=d, strides=[1, 1, 1, 1], padding='EXPLICIT', explicit_paddings=[0, 0, 1, 2, 0, 1, 0, 0]),
        'Transposed': tf.nn.conv2d_transpose(x, tf.constant(normal(3, 3, 5, 4)), tf.stack([tf.shape(x)[0], 16, 18, 5]), 2, 'SAME'), 'TransposedValid': tf.nn.conv2d_transpose(x, tf.constant(normal(3, 2, 5, 4)), tf.stack([tf.shape(x)[0], 18, 18, 5]), 2, 'VALID'),
        'Conv1D': tf.nn.conv1d(x[:, 0], tf.constant(normal(3, 4, 6)), 1, 'SAME'), 'Conv3D': tf.nn.conv3d(x[:, :, :, tf.newaxis], tf.constant(normal(2, 3, 1, 4, 3)), [1, 1, 2, 1, 1], 'SAME'),
        'MaxPool': tf.nn.max_pool2d(x, 3, 2, 'SAME'), 'MaxPoolExplicit': tf.nn.max_pool2d(x, 3, 2, [[0, 0], [1, 1], [1, 1], [0, 0]]), 'AvgPool': tf.nn.avg_pool2d(x, [2, 3], 2, 'SAME'), 'AvgPoolValid': tf.nn.avg_pool2d(x, 2, 2, 'VALID'),
        'BatchNorm': inference.y, 'BatchNormTraining': training.y, 'BatchMean': training.batch_mean, 'BatchVariance': training.batch_variance, 'BiasAdd': tf.nn.bias_add(x, offset),
        'Bilinear': tf.image.resize(x, [5, 13]), 'Nearest': tf.image.resize(x, [16, 4], 'nearest'), 'Bicubic': tf.image.resize(x, [11, 12], 'bicubic'),
    }
    for name, op in [('Bilinear1', tf.compat.v1.image.resize_bilinear), ('Nearest1', tf.compat.v1.image.resize_nearest_neighbor)]:
        out[name] = op(x, [5, 13]); out[name + 'Aligned'] = op(x, [5, 13], align_corners=True)
    return out

def control(x):  # (n, 6, 3)
    n = tf.shape(x)[0]
    i, total = tf.while_loop(lambda i, t: i < 4, lambda i, t: (i + 1, t * 0.5 + x[:, i]), [tf.constant(1), tf.zeros([n, 3])])
    out = {'While': total, 'Rounds': i}
    out['If'] = tf.cond(n > 1, lambda: x * 2, lambda: x - 1)
    out['Case'] = tf.switch_case(n, [lambda: x, lambda: x + 1, lambda: x + 2])
    array = tf.TensorArray(tf.float32, 3)
    for k in range(3): array = array.write(k, x[:, k] + k)
    out['Stack'] = array.stack(); out['Concat'] = array.concat(); out['Gather'] = array.gather([2, 0])
    grown = tf.TensorArray(tf.float32, 0, dynamic_size=True)
    for k in tf.range(3): grown = grown.write(k, x[:, k])
    out['Grown'] = grown.stack()
    @tf.function
    def inner(a, b): return a * 2 + b, b - a
    out['Call'], out['CallSecond'] = inner(x, x * x)
    return out

from_function('elementwise', elementwise, normal(3, 5), normal(3, 5))
from_function('shapes', shapes, normal(2, 4, 6, 2))
from_function('reductions', reductions, normal(2, 3, 5))
from_function('images', images, normal(2, 8, 9, 4))
from_function('control', control, normal(2, 6, 3))

# ---- a reusable SavedModel: training, moving statistics, a penalty, other dtypes
class Reusable(tf.Module):
    def __init__(self):
        super().__init__()
        with tf.name_scope('block1'): self.kernel = tf.Variable(normal(4, 6), name='kernel')
        with tf.name_scope('block1'): self.mean = tf.Variable(tf.zeros(6), trainable=False, name='moving_mean')
        with tf.name_scope('block2'): self.half = tf.Variable(tf.cast(normal(6, 3), tf.float16), name='half')
        with tf.name_scope('block2'): self.brain = tf.Variable(tf.cast(normal(3), tf.bfloat16), name='brain')
        with tf.name_scope('block3'): self.double = tf.Variable(normal(3).astype(np.float64), name='double')
        with tf.name_scope('block3'): self.steps = tf.Variable(tf.constant(5, tf.int64), trainable=False, name='steps')
        self.variables_list = [self.kernel, self.mean, self.half, self.brain, self.double, self.steps]
        self.regularization_losses = [self.penalty]
    @tf.function(input_signature=[])
    def penalty(self): return 0.01 * tf.reduce_sum(self.kernel ** 2)
    @tf.function
    def __call__(self, x, training=False, scale=1.0):
        h = tf.matmul(x, self.kernel)
        if training:
            self.mean.assign(self.mean * 0.9 + 0.1 * tf.reduce_mean(h, 0)); self.steps.assign_add(1)
            h = h - tf.reduce_mean(h, 0)
        else:
            h = h - self.mean
        y = tf.cast(tf.matmul(tf.cast(tf.nn.relu(h), tf.float16), self.half), tf.float32) + tf.cast(self.brain, tf.float32)
        return {'features': y * scale, 'last': tf.cast(y, tf.float64) * self.double}
model = Reusable(); x = normal(5, 4)
for training in (False, True):
    for scale in (1.0, 2.0): model.__call__.get_concrete_function(tf.TensorSpec((None, 4), tf.float32), training=training, scale=scale)
@tf.function(input_signature=[tf.TensorSpec((None, 4), tf.float32, name='inputs')])
def serve(inputs): return model(inputs, False, 2.0)
def save_reusable(folder):
    model.mean.assign(tf.zeros(6)); model.steps.assign(5)  # as before training
    tf.saved_model.save(model, folder, signatures={'serving_default': serve})
arrays = {'x0': x, **results(model(x)), **results(model(x, False, 2.0), 'scaled')}
write('reusable', save_reusable, {**arrays, **results(model(x, True), 'training'), 'mean': model.mean.numpy(), 'steps': model.steps.numpy()})

# ---- Keras 3 exports
def export(name, model, *xs):
    y = model(*xs) if len(xs) == 1 else model(list(xs))
    write(name, lambda folder: model.export(folder, verbose=False), {**{f'x{i}': v for i, v in enumerate(xs)}, **results({str(i): v for i, v in enumerate(y)} if isinstance(y, list) else y)})
keras.utils.set_random_seed(3)
L = keras.layers
export('export_convolutions', keras.Sequential([keras.Input((10, 10, 3)), L.Conv2D(4, 3, strides=2, padding='same'), L.BatchNormalization(), L.ReLU(max_value=6.), L.SeparableConv2D(5, 3), L.Conv2DTranspose(3, 3, strides=2), L.UpSampling2D(2), L.LayerNormalization(), L.GlobalAveragePooling2D(), L.Dropout(0.3), L.Dense(2, activation='gelu')]), normal(2, 10, 10, 3))
steps = keras.Input((7, 3)); mask = keras.layers.Masking()(steps)
h = L.Bidirectional(L.LSTM(3, return_sequences=True))(mask); h = L.GRU(4, reset_after=False, return_sequences=True)(h); h = L.SimpleRNN(3, return_sequences=True)(h)
h = L.MultiHeadAttention(2, 3)(h, h); ids = keras.Input((5,), dtype='int32'); e = L.Embedding(9, 3)(ids)
masked = normal(2, 7, 3); masked[0, 4:] = 0
export('export_sequences', keras.Model([steps, ids], [L.GlobalMaxPooling1D()(h), L.GlobalAveragePooling1D()(e)]), masked, np.array([[1, 2, 3, 0, 8], [4, 4, 0, 1, 7]], np.int32))

# ---- audio and sequences
def signals(x):  # (n, 6, 16)
    normal, n = constants(), tf.shape(x)[0]
    spectrum = tf.signal.rfft(x, [20]); rows = x[:, :, :5]
    return {
        'Magnitude': tf.abs(spectrum), 'Real': tf.math.real(spectrum), 'Imag': tf.math.imag(spectrum), 'Angle': tf.math.angle(tf.complex(x, x * x - 1)), 'Inverse': tf.signal.irfft(spectrum, [20]), 'Conj': tf.math.imag(tf.math.conj(spectrum)),
        'Fft': tf.math.real(tf.signal.fft(tf.complex(x, x * 2))), 'Stft': tf.abs(tf.signal.stft(x[:, 0], 8, 4)),
        'SegmentSum': tf.math.unsorted_segment_sum(x[0], [0, 2, 0, 1, 2, 2], 4), 'SegmentMax': tf.math.unsorted_segment_max(x[0], [0, 1, 0, 1, 1, 2], 3), 'SegmentMin': tf.math.unsorted_segment_min(x[0], [0, 1, 0, 1, 1, 2], 3), 'SegmentProd': tf.math.unsorted_segment_prod(x[0], [0, 1, 0, 1, 1, 2], 3),
        'ScatterUpdate': tf.tensor_scatter_nd_update(x[0], [[1], [4]], x[1, :2]), 'ScatterAdd': tf.tensor_scatter_nd_add(x[0], [[1, 2], [1, 2], [0, 3]], [1., 2., 3.]), 'ScatterMax': tf.tensor_scatter_nd_max(x[0], [[1], [1]], x[1, :2]), 'ScatterMin': tf.tensor_scatter_nd_min(x[0], [[1], [4]], x[1, :2]),
        'ReverseSequence': tf.reverse_sequence(x, [4, 1], seq_axis=1, batch_axis=0), 'ReverseLater': tf.reverse_sequence(x, [3, 0, 16, 7, 2, 1], seq_axis=2, batch_axis=1), 'InvertPermutation': tf.math.invert_permutation([2, 0, 3, 1]),
        'Diag': tf.linalg.diag(rows), 'DiagPart': tf.linalg.diag_part(rows @ tf.constant(normal(5, 5))), 'Lrn': tf.nn.local_response_normalization(tf.reshape(x, [n, 2, 3, 16]), 2, 1.5, 0.3, 0.75),
        'Hsv': tf.image.rgb_to_hsv(tf.sigmoid(x[:, :, :3])), 'Rgb': tf.image.hsv_to_rgb(tf.sigmoid(x[:, :, :3])),
    }
from_function('signals', signals, constants()(2, 6, 16))

# ---- a layer that drops: the graph for training draws random numbers
class Dropping(tf.Module):
    @tf.function
    def __call__(self, x, training=False): return tf.nn.dropout(x, 0.25) + 0.0 * tf.random.normal(tf.shape(x)) if training else x
dropping = Dropping()
for training in (False, True): dropping.__call__.get_concrete_function(tf.TensorSpec((None, 1000), tf.float32), training=training)
write('dropping', lambda folder: tf.saved_model.save(dropping, folder), {})

# ---- TensorFlow 1: a variable in parts
def save_partitioned(folder):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        x = tf.compat.v1.placeholder(tf.float32, (None, 5), name='x')
        with tf.compat.v1.variable_scope('table', partitioner=tf.compat.v1.fixed_size_partitioner(3, axis=0)):
            rows = tf.compat.v1.get_variable('rows', (5, 4), use_resource=False)
        with tf.compat.v1.variable_scope('head', partitioner=tf.compat.v1.fixed_size_partitioner(2, axis=1)):
            columns = tf.compat.v1.get_variable('columns', (4, 70), use_resource=True)
        bias = tf.compat.v1.get_variable('bias', (70,), initializer=tf.compat.v1.ones_initializer(), use_resource=True)
        y = tf.nn.relu(tf.matmul(tf.matmul(x, tf.convert_to_tensor(rows)), tf.convert_to_tensor(columns)) + bias)
        session.run(tf.compat.v1.global_variables_initializer())
        partitioned['x0'] = constants()(3, 5); partitioned['y'] = session.run(y, {x: partitioned['x0']})
        tf.compat.v1.saved_model.simple_save(session, folder, {'x': x}, {'y': y})
if wanted('partitioned'):
    partitioned, once = {}, os.path.join(tempfile.mkdtemp(), 'once')
    save_partitioned(once)
    write('partitioned', lambda folder: shutil.copytree(once, folder), partitioned)

# ---- texts: each operation, tables, and whole models that begin with texts
def texts(x):  # (n,)
    n = tf.shape(x)[0]
    lower = tf.strings.lower(x)
    words = tf.strings.split(lower)
    pieces = tf.strings.split(x, ',')
    letters = tf.strings.unicode_split(x, 'UTF-8')
    numbers = tf.strings.length(x)
    out = {
        'Lower': lower, 'LowerUtf8': tf.strings.lower(x, 'utf-8'), 'Upper': tf.strings.upper(x), 'UpperUtf8': tf.strings.upper(x, 'utf-8'), 'Strip': tf.strings.strip(x),
        'Replace': tf.strings.regex_replace(lower, r'[!"#$%&()\*\+,-\./:;<=>?@\[\\\]^_`{|}~\']', ''), 'ReplaceGroups': tf.strings.regex_replace(x, r'(?i)(\pL+) (?P<second>\w+)', r'\2-\1\\'), 'ReplaceFirst': tf.strings.regex_replace(x, '[[:alpha:]]', '', replace_global=False), 'Match': tf.strings.regex_full_match(x, r'.*\bthe\b.*'),
        'Words': words.to_tensor(''), 'WordsShape': words.to_tensor('-', shape=[None, 3]), 'WordsLong': words.to_tensor(shape=[None, 9]), 'Pieces': pieces.to_tensor('?'), 'PiecesMost': tf.strings.split(x, maxsplit=1).to_tensor(''), 'PiecesMostComma': tf.strings.split(x, ',', maxsplit=1).to_tensor(''), 'Lengths': words.row_lengths(), 'Letters': letters.to_tensor(''), 'Codes': tf.strings.unicode_decode(x, 'UTF-8').to_tensor(-1), 'Ngrams': tf.strings.ngrams(words, [1, 2]).to_tensor(''), 'NgramsPadded': tf.strings.ngrams(words, 3, pad_values=('<', '>')).to_tensor(''),
        'Bytes': numbers, 'Characters': tf.strings.length(x, 'UTF8_CHAR'), 'Substr': tf.strings.substr(tf.strings.join([x, '      ']), 2, 3), 'SubstrEnd': tf.strings.substr(tf.strings.join(['      ', x]), -4, 2, 'UTF8_CHAR'),
        'Join': tf.strings.join([x, 'and', lower], ' '), 'ReduceJoin': tf.strings.reduce_join(words.to_tensor('.'), axis=1, separator='+'), 'ReduceAll': tf.strings.reduce_join(words.to_tensor('.')),
        'Hash': tf.strings.to_hash_bucket_fast(x, 1000), 'HashStrong': tf.strings.to_hash_bucket_strong(x, 1000, [3, 5]), 'AsString': tf.strings.as_string(numbers), 'AsFloat': tf.strings.as_string(tf.cast(numbers, tf.float32) / 3), 'AsShort': tf.strings.as_string(tf.cast(numbers, tf.float32) * 1e5 / 7, shortest=True), 'AsScientific': tf.strings.as_string(tf.cast(numbers, tf.float32) / 7, precision=3, scientific=True), 'AsFilled': tf.strings.as_string(numbers, width=5, fill='0'), 'AsBool': tf.strings.as_string(numbers > 8),
        'ToNumber': tf.strings.to_number(tf.strings.join(['-', tf.strings.as_string(numbers), '.25e1'])), 'ToInt': tf.strings.to_number(tf.strings.as_string(numbers), tf.int64),
        'Equal': x[:, tf.newaxis] == x[tf.newaxis], 'Reshape': tf.reshape(tf.tile(x, [2]), [2, n]), 'Gather': tf.gather(x, [1, 0]), 'Where': tf.where(numbers > 8, x, 'short'), 'Slice': x[::-1], 'Stack': tf.stack([x, lower], 1), 'Concat': tf.concat([x, ['end']], 0), 'Fill': tf.fill([2, n], 'a'), 'Size': tf.size(x), 'Pad': tf.pad(x, [[1, 0]], constant_values='pad'),
        'Unique': tf.unique(words.flat_values)[0], 'UniqueIds': tf.unique(words.flat_values)[1], 'Counts': tf.unique_with_counts(words.flat_values)[2],
    }
    return out

def ragged(x, w):  # texts (n,), weights (20, 3)
    n = tf.shape(x)[0]
    words = tf.strings.split(x)
    ids = tf.strings.to_hash_bucket_fast(words, 20)
    sparse = ids.to_sparse()
    filled, is_empty = tf.sparse.fill_empty_rows(sparse, tf.constant(0, tf.int64))
    deep = tf.ragged.map_flat_values(lambda v: v, tf.strings.split(tf.strings.split(x, ',')))
    short = ids % 5
    return {
        'Dense': ids.to_tensor(-1), 'Vectors': tf.ragged.map_flat_values(lambda v: tf.gather(w, v), ids).to_tensor(0.5), 'Deep': deep.to_tensor('*'), 'DeepShape': deep.to_tensor('*', shape=[None, 2, 1]), 'Sparse': tf.sparse.to_dense(sparse, -2), 'SparseTexts': tf.sparse.to_dense(words.to_sparse(), '*'), 'Filled': tf.sparse.to_dense(filled), 'IsEmpty': is_empty, 'Reshaped': tf.sparse.to_dense(tf.sparse.reshape(sparse, [-1])),
        'Sum': tf.nn.safe_embedding_lookup_sparse(w, sparse, combiner='sum'), 'Mean': tf.nn.safe_embedding_lookup_sparse(w, sparse, combiner='mean'), 'SqrtN': tf.nn.safe_embedding_lookup_sparse(w, sparse, combiner='sqrtn'),
        'SegmentSum': tf.math.segment_sum(tf.gather(w, ids.flat_values), ids.value_rowids()), 'SegmentMean': tf.math.segment_mean(tf.gather(w, ids.flat_values), ids.value_rowids()),
        'Bincount': tf.math.bincount(tf.cast(ids.flat_values, tf.int32), minlength=25), 'BincountRagged': tf.math.bincount(short, minlength=5, axis=-1), 'BincountBinary': tf.math.bincount(short.to_tensor(4), minlength=6, axis=-1, binary_output=True),
        'Where': tf.where(ids.to_tensor(0) > 9), 'Bucketize': tf.raw_ops.Bucketize(input=w, boundaries=[-1., 0., 0.5]), 'Ranges': tf.ragged.range([0, 3], [4, 5]).to_tensor(9), 'Softmax': tf.nn.softmax(tf.cast(ids.to_tensor(0), tf.float32)), 'Rows': tf.cast(n, tf.float32) * w,
    }

WORDS = np.array(['The cat, the DOG', 'Ünïcode — über Straße', '', 'a,b,,c the end.', '  two  spaces ', 'don\'t "stop"!'])

class Tables(tf.Module):
    """Tables from lists, from a file of the model, and one that training filled."""
    def __init__(self):
        super().__init__()
        init = tf.lookup.KeyValueTensorInitializer
        path = os.path.join(tempfile.mkdtemp(), 'words.txt')
        with open(path, 'w', encoding='utf-8') as f: f.write('the\ncat\nüber\ndog\n')
        pairs = os.path.join(tempfile.mkdtemp(), 'pairs.tsv')
        with open(pairs, 'w', encoding='utf-8') as f: f.write('the\t1.5\ncat\t-2\n')
        self.words = tf.lookup.StaticVocabularyTable(tf.lookup.TextFileInitializer(path, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER), 3)
        self.names = tf.lookup.StaticHashTable(tf.lookup.TextFileInitializer(path, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE), '?')
        self.scores = tf.lookup.StaticHashTable(tf.lookup.TextFileInitializer(pairs, tf.string, 0, tf.float32, 1, delimiter='\t'), 0.25)
        self.numbers = tf.lookup.StaticHashTable(init(tf.constant([5, -3, 8], tf.int64), tf.constant([0.5, 1.5, 2.5])), -1.)
        self.counts = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, -7)
        self.counts.insert(['the', 'a'], tf.constant([11, 12], tf.int64))
        self.w = tf.Variable(rng.standard_normal((9, 2)).astype(np.float32), name='table/w')
    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name='text'), tf.TensorSpec([None, 2], tf.int64, name='number')])
    def __call__(self, text, number):
        words = tf.strings.split(tf.strings.lower(text)).to_tensor('')
        ids = self.words.lookup(words)
        return {'ids': ids, 'names': self.names.lookup(ids), 'scores': self.scores.lookup(words), 'numbers': self.numbers.lookup(number), 'counts': self.counts.lookup(words), 'size': self.words.size(), 'vectors': tf.gather(self.w, ids), 'sum': tf.reduce_sum(tf.gather(self.w, ids), 1) + tf.cast(number, tf.float32)}

if wanted('texts') or wanted('ragged') or wanted('tables'):
    from_function('texts', texts, WORDS)
    from_function('ragged', ragged, WORDS, normal(20, 3))
    if wanted('tables'):
        module, number = Tables(), np.array([[5, 6], [-3, 8], [8, 8], [0, 5], [1, 2], [5, 5]])
        write('tables', lambda folder: tf.saved_model.save(module, folder), {'x0': WORDS, 'x1': number, **results(module(tf.constant(WORDS), tf.constant(number)))})

# ---- models of Keras 3 that begin with texts and categories
def export_texts():
    layers = keras.layers
    keras.utils.set_random_seed(3)
    vectorize = layers.TextVectorization(max_tokens=20, output_sequence_length=6, ngrams=2)
    vectorize.adapt(WORDS)
    text, city, age = keras.Input((1,), dtype='string', name='text'), keras.Input((1,), dtype='string', name='city'), keras.Input((1,), dtype='int64', name='age')
    a = layers.GlobalAveragePooling1D()(layers.Embedding(vectorize.vocabulary_size(), 4)(vectorize(text)))
    b = layers.StringLookup(vocabulary=['Rome', 'Paris'], num_oov_indices=2, output_mode='multi_hot')(city)
    c = layers.IntegerLookup(vocabulary=[30, 40], output_mode='one_hot')(age)
    d = layers.Hashing(5, output_mode='one_hot')(city)
    e = layers.Discretization([25., 35.], output_mode='one_hot')(age)
    out = layers.Dense(3, activation='softmax')(layers.Concatenate()([a, b, c, d, e]))
    model = keras.Model({'text': text, 'city': city, 'age': age}, out)
    data = {'age': np.array([[30], [41], [22], [40], [35], [0]]), 'city': np.array([['Rome'], ['Oslo'], ['Paris'], [''], ['Rome'], ['Kyiv']]), 'text': WORDS[:, None]}
    y = model({k: tf.constant(v) for k, v in data.items()})
    write('export_texts', lambda folder: model.export(folder, verbose=False), {**data, 'y': y.numpy()})
    frequencies = layers.TextVectorization(output_mode='tf_idf', split='character', standardize='lower')
    frequencies.adapt(WORDS)
    small = keras.Sequential([keras.Input((), dtype='string'), frequencies, layers.Dense(2)])
    y = small(tf.constant(WORDS))
    write('export_frequencies', lambda folder: small.export(folder, verbose=False), {'x0': WORDS, 'y': y.numpy()})
if wanted('export_texts') or wanted('export_frequencies'): export_texts()

# ---- TensorFlow 1: tables that a session fills, one of them from a file of the model
def save_session_tables(folder):
    path = os.path.join(tempfile.mkdtemp(), 'words.txt')
    with open(path, 'w') as f: f.write('the\ncat\n')
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        v1 = tf.compat.v1
        x = v1.placeholder(tf.string, (None,), name='x')
        words = tf.strings.split(tf.strings.lower(x)).to_sparse()
        table = tf.lookup.StaticVocabularyTable(tf.lookup.TextFileInitializer(path, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER), 2)
        length = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(tf.constant(['', 'a,b,,c the end.']), tf.constant([1., 2.])), 0.5)
        w = v1.get_variable('w', (4, 3), use_resource=True)
        y = tf.nn.safe_embedding_lookup_sparse(w, table.lookup(words), combiner='sqrtn') + length.lookup(x)[:, tf.newaxis]
        session.run([v1.global_variables_initializer(), v1.tables_initializer()])
        session_tables['x0'] = WORDS; session_tables['y'] = session.run(y, {x: WORDS})
        v1.saved_model.simple_save(session, folder, {'x': x}, {'y': y}, legacy_init_op=v1.tables_initializer())
if wanted('session_tables'):
    session_tables, once = {}, os.path.join(tempfile.mkdtemp(), 'once')
    save_session_tables(once)
    write('session_tables', lambda folder: shutil.copytree(once, folder), session_tables)

# ---- convolutions behind paddings, as Keras' ZeroPadding2D and Conv2D are exported
def padded(x):  # (n, 8, 9, 4)
    normal = constants()
    k, d, first = tf.constant(normal(3, 3, 4, 5)), tf.constant(normal(3, 3, 4, 1)), tf.constant(normal(3, 3, 4, 4))
    pad = lambda *widths: tf.pad(x, [[0, 0], *widths])
    shared = pad([1, 0], [2, 1], [0, 0])
    return {
        'Conv': tf.nn.conv2d(pad([0, 1], [1, 2], [0, 0]), k, 2, 'VALID'), 'Depthwise': tf.nn.depthwise_conv2d(pad([0, 1], [0, 1], [0, 0]), d, [1, 2, 2, 1], 'VALID'), 'Same': tf.nn.conv2d(pad([1, 1], [1, 1], [0, 0]), k, 1, 'SAME'),
        'Channels': tf.nn.conv2d(pad([1, 1], [1, 1], [1, 3]), tf.constant(normal(3, 3, 8, 2)), 1, 'VALID'), 'Batch': tf.nn.conv2d(tf.pad(x, [[1, 0], [1, 1], [1, 1], [0, 0]]), k, 1, 'VALID'), 'Shared': tf.nn.conv2d(shared, first, 1, 'VALID'), 'SharedPad': shared,
        'Reflected': tf.nn.conv2d(tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], 'REFLECT'), k, 1, 'VALID'), 'Dilated': tf.nn.conv2d(pad([2, 2], [2, 2], [0, 0]), k, 1, 'VALID', dilations=2),
    }
from_function('padded', padded, normal(2, 8, 9, 4))
