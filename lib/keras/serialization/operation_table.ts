/**
 * Functions of keras.ops and the classes that stand for them in files. Made by scripts/write_operation_table.py.
 * A row: module, class, function: its parameters | those kept in the config | those that are tensors of a node.
 * `?` has a default, `*` takes all the rest.
 */
/** @internal */
export const OPERATION_ROWS = `
numpy Absolute absolute: x |  | x
nn AdaptiveAveragePool adaptive_average_pool: inputs output_size data_format? | output_size data_format? | inputs
nn AdaptiveMaxPool adaptive_max_pool: inputs output_size data_format? | output_size data_format? | inputs
numpy Add add: x1 x2 |  | x1 x2
numpy All all: x axis? keepdims? | axis? keepdims? | x
numpy AllClose allclose: x1 x2 rtol? atol? equal_nan? | rtol? atol? equal_nan? | x1 x2
numpy Amax amax: x axis? keepdims? | axis? keepdims? | x
numpy Amin amin: x axis? keepdims? | axis? keepdims? | x
numpy Angle angle: x |  | x
numpy Any any: x axis? keepdims? | axis? keepdims? | x
numpy Append append: x1 x2 axis? | axis? | x1 x2
numpy Arange arange: start stop? step? dtype? | dtype? | start stop? step?
numpy Arccos arccos: x |  | x
numpy Arccosh arccosh: x |  | x
numpy Arcsin arcsin: x |  | x
numpy Arcsinh arcsinh: x |  | x
numpy Arctan arctan: x |  | x
numpy Arctan2 arctan2: x1 x2 |  | x1 x2
numpy Arctanh arctanh: x |  | x
numpy Argmax argmax: x axis? keepdims? | axis? keepdims? | x
numpy Argmin argmin: x axis? keepdims? | axis? keepdims? | x
numpy Argpartition argpartition: x kth axis? | kth axis? | x
numpy Argsort argsort: x axis? | axis? | x
numpy Array array: x dtype? | dtype? | x
numpy ArraySplit array_split: x indices_or_sections axis? | indices_or_sections axis? | x
core AssociativeScan associative_scan: f elems reverse? axis? | reverse? axis? | f elems
numpy Average average: x axis? weights? | axis? | x weights?
nn AveragePool average_pool: inputs pool_size strides? padding? data_format? | pool_size strides? padding? data_format? | inputs
nn BatchNorm batch_normalization: x mean variance axis offset? scale? epsilon? | axis epsilon? | x mean variance offset? scale?
nn BinaryCrossentropy binary_crossentropy: target output from_logits? | from_logits? | target output
numpy Bincount bincount: x weights? minlength? sparse? | weights? minlength? sparse? | x
numpy BitwiseAnd bitwise_and: x y |  | x y
numpy BitwiseInvert bitwise_invert: x |  | x
numpy BitwiseLeftShift bitwise_left_shift: x y |  | x y
numpy BitwiseNot bitwise_not: x |  | x
numpy BitwiseOr bitwise_or: x y |  | x y
numpy BitwiseRightShift bitwise_right_shift: x y |  | x y
numpy BitwiseXor bitwise_xor: x y |  | x y
numpy BroadcastTo broadcast_to: x shape | shape | x
core Cast cast: x dtype | dtype | x
nn CategoricalCrossentropy categorical_crossentropy: target output from_logits? axis? | from_logits? axis? | target output
numpy Cbrt cbrt: x |  | x
math CDist cdist: x y |  | x y
numpy Ceil ceil: x |  | x
nn Celu celu: x alpha? | alpha? | x
linalg Cholesky cholesky: x upper? | upper? | x
linalg CholeskyInverse cholesky_inverse: x upper? | upper? | x
numpy Clip clip: x x_min x_max | x_min x_max | x
numpy Concatenate concatenate: xs axis? | axis? | xs
core Cond cond: pred true_fn false_fn |  | pred true_fn false_fn
numpy Conjugate conjugate: x |  | x
nn Conv conv: inputs kernel strides? padding? data_format? dilation_rate? | strides? padding? data_format? dilation_rate? | inputs kernel
nn ConvTranspose conv_transpose: inputs kernel strides? padding? output_padding? data_format? dilation_rate? | strides? padding? output_padding? data_format? dilation_rate? | inputs kernel
core ConvertToTensor convert_to_tensor: x dtype? sparse? ragged? | dtype? sparse? ragged? | x
numpy Copy copy: x |  | x
numpy Corrcoef corrcoef: x |  | x
numpy Correlate correlate: x1 x2 mode? | mode? | x1 x2
numpy Cos cos: x |  | x
numpy Cosh cosh: x |  | x
numpy CountNonzero count_nonzero: x axis? | axis? | x
numpy Cross cross: x1 x2 axisa? axisb? axisc? axis? | axisa? axisb? axisc? axis? | x1 x2
nn CTCDecode ctc_decode: inputs sequence_lengths strategy? beam_width? top_paths? merge_repeated? mask_index? | strategy? beam_width? top_paths? merge_repeated? mask_index? | inputs sequence_lengths
nn CTCLoss ctc_loss: target output target_length output_length mask_index? | mask_index? | target output target_length output_length
numpy Cumprod cumprod: x axis? dtype? | axis? dtype? | x
numpy Cumsum cumsum: x axis? dtype? | axis? dtype? | x
numpy Deg2rad deg2rad: x |  | x
nn DepthToSpace depth_to_space: x block_size data_format? | block_size data_format? | x
nn DepthwiseConv depthwise_conv: inputs kernel strides? padding? data_format? dilation_rate? | strides? padding? data_format? dilation_rate? | inputs kernel
linalg Det det: x |  | x
numpy Diag diag: x k? | k? | x
numpy Diagflat diagflat: x k? | k? | x
numpy Diagonal diagonal: x offset? axis1? axis2? | offset? axis1? axis2? | x
numpy Diff diff: a n? axis? | n? axis? | a
numpy Digitize digitize: x bins |  | x bins
numpy Divide divide: x1 x2 |  | x1 x2
numpy DivideNoNan divide_no_nan: x1 x2 |  | x1 x2
numpy Dot dot: x1 x2 |  | x1 x2
nn DotProductAttention dot_product_attention: query key value bias? mask? scale? is_causal? flash_attention? attn_logits_soft_cap? | is_causal? flash_attention? attn_logits_soft_cap? | query key value bias? mask? scale?
numpy Dsplit dsplit: x indices_or_sections | indices_or_sections | x
numpy Dstack dstack: xs |  | xs
linalg Eig eig: x |  | x
linalg Eigh eigh: x |  | x
numpy Einsum einsum: subscripts *operands | subscripts | *operands
nn Elu elu: x alpha? | alpha? | x
numpy EmptyLike empty_like: x dtype? | dtype? | x
numpy Equal equal: x1 x2 |  | x1 x2
math Erf erf: x |  | x
math Erfc erfc: x |  | x
math Erfinv erfinv: x |  | x
numpy Exp exp: x |  | x
numpy Exp2 exp2: x |  | x
numpy ExpandDims expand_dims: x axis | axis | x
numpy Expm1 expm1: x |  | x
math ExtractSequences extract_sequences: x sequence_length sequence_stride | sequence_length sequence_stride | x
numpy Fabs fabs: x |  | x
math FFT fft: x |  | x
math FFT2 fft2: x |  | x
numpy Flip flip: x axis? | axis? | x
numpy Fliplr fliplr: x |  | x
numpy Flipud flipud: x |  | x
numpy Floor floor: x |  | x
numpy FloorDivide floor_divide: x1 x2 |  | x1 x2
numpy Fmax fmax: x1 x2 |  | x1 x2
numpy Fmin fmin: x1 x2 |  | x1 x2
numpy Fmod fmod: x1 x2 |  | x1 x2
nn Fold fold: x output_size kernel_size dilation? padding? stride? | output_size kernel_size dilation? padding? stride? | x
core ForiLoop fori_loop: lower upper body_fun init_val | lower upper body_fun | init_val
numpy Full full: shape fill_value dtype? | shape dtype? | fill_value
numpy FullLike full_like: x fill_value dtype? | dtype? | x fill_value
numpy Gcd gcd: x1 x2 |  | x1 x2
nn Gelu gelu: x approximate? | approximate? | x
numpy Geomspace geomspace: start stop num? endpoint? dtype? axis? | num? endpoint? dtype? axis? | start stop
numpy GetItem get_item: x key |  | x key
nn Glu glu: x axis? | axis? | x
numpy Greater greater: x1 x2 |  | x1 x2
numpy GreaterEqual greater_equal: x1 x2 |  | x1 x2
nn HardShrink hard_shrink: x threshold? | threshold? | x
nn HardSigmoid hard_sigmoid: x |  | x
nn HardSilu hard_silu: x |  | x
nn HardSilu hard_swish: x |  | x
nn HardTanh hard_tanh: x |  | x
numpy Heaviside heaviside: x1 x2 |  | x1 x2
numpy Histogram histogram: x bins? range? | bins? range? | x
numpy Hsplit hsplit: x indices_or_sections | indices_or_sections | x
numpy Hstack hstack: xs |  | xs
numpy Hypot hypot: x1 x2 |  | x1 x2
numpy I0 i0: x |  | x
math IFFT2 ifft2: x |  | x
numpy Imag imag: x |  | x
math InTopK in_top_k: targets predictions k | k | targets predictions
numpy Inner inner: x1 x2 |  | x1 x2
linalg Inv inv: x |  | x
math IRFFT irfft: x fft_length? | fft_length? | x
numpy Isclose isclose: x1 x2 rtol? atol? equal_nan? | equal_nan? | x1 x2 rtol? atol?
numpy Isfinite isfinite: x |  | x
numpy IsIn isin: x1 x2 assume_unique? invert? | assume_unique? invert? | x1 x2
numpy Isinf isinf: x |  | x
numpy Isnan isnan: x |  | x
numpy Isneginf isneginf: x |  | x
numpy Isposinf isposinf: x |  | x
numpy Isreal isreal: x |  | x
math ISTFT istft: x sequence_length sequence_stride fft_length length? window? center? | sequence_length sequence_stride fft_length length? window? center? | x
linalg JVP jvp: fun primals tangents has_aux? | has_aux? | fun primals tangents
numpy I0 kaiser: x beta |  | x
numpy Kron kron: x1 x2 |  | x1 x2
nn LayerNorm layer_normalization: x gamma? beta? axis? epsilon? | axis? epsilon? rms_scaling? | x gamma? beta?
numpy Lcm lcm: x1 x2 |  | x1 x2
numpy Ldexp ldexp: x1 x2 |  | x1 x2
nn LeakyRelu leaky_relu: x negative_slope? | negative_slope? | x
numpy LeftShift left_shift: x y |  | x y
numpy Less less: x1 x2 |  | x1 x2
numpy LessEqual less_equal: x1 x2 |  | x1 x2
numpy Linspace linspace: start stop num? endpoint? retstep? dtype? axis? | num? endpoint? retstep? dtype? axis? | start stop
numpy Log log: x |  | x
numpy Log10 log10: x |  | x
numpy Log1p log1p: x |  | x
numpy Log2 log2: x |  | x
nn LogSigmoid log_sigmoid: x |  | x
nn LogSoftmax log_softmax: x axis? | axis? | x
numpy Logaddexp logaddexp: x1 x2 |  | x1 x2
numpy Logaddexp2 logaddexp2: x1 x2 |  | x1 x2
math Logdet logdet: x |  | x
numpy LogicalAnd logical_and: x1 x2 |  | x1 x2
numpy LogicalNot logical_not: x |  | x
numpy LogicalOr logical_or: x1 x2 |  | x1 x2
numpy LogicalXor logical_xor: x1 x2 |  | x1 x2
numpy Logspace logspace: start stop num? endpoint? base? dtype? axis? | num? endpoint? base? dtype? axis? | start stop
math Logsumexp logsumexp: x axis? keepdims? | axis? keepdims? | x
linalg Lstsq lstsq: a b rcond? | rcond? | a b
linalg LuFactor lu_factor: x |  | x
core Map map: f xs |  | f xs
numpy Matmul matmul: x1 x2 |  | x1 x2
linalg MatrixRank matrix_rank: x tol? | tol? | x
numpy Max max: x axis? keepdims? initial? | axis? keepdims? initial? | x
nn MaxPool max_pool: inputs pool_size strides? padding? data_format? | pool_size strides? padding? data_format? | inputs
numpy Maximum maximum: x1 x2 |  | x1 x2
numpy Mean mean: x axis? keepdims? | axis? keepdims? | x
numpy Median median: x axis? keepdims? | axis? keepdims? | x
numpy Meshgrid meshgrid: *x indexing? | indexing? | *x
numpy Min min: x axis? keepdims? initial? | axis? keepdims? initial? | x
numpy Minimum minimum: x1 x2 |  | x1 x2
numpy Mod mod: x1 x2 |  | x1 x2
nn Moments moments: x axes keepdims? synchronized? | axes keepdims? synchronized? | x
numpy Moveaxis moveaxis: x source destination | source destination | x
nn MultiHot multi_hot: inputs num_classes? axis? dtype? sparse? | num_classes? axis? dtype? sparse? | inputs
numpy Multiply multiply: x1 x2 |  | x1 x2
numpy NanToNum nan_to_num: x nan? posinf? neginf? | nan? posinf? neginf? | x
numpy Nanargmax nanargmax: x axis? keepdims? | axis? keepdims? | x
numpy Nanargmin nanargmin: x axis? keepdims? | axis? keepdims? | x
numpy Nancumprod nancumprod: x axis? dtype? | axis? dtype? | x
numpy Nancumsum nancumsum: x axis? dtype? | axis? dtype? | x
numpy Nanmax nanmax: x axis? keepdims? | axis? keepdims? | x
numpy Nanmean nanmean: x axis? keepdims? | axis? keepdims? | x
numpy Nanmedian nanmedian: x axis? keepdims? | axis? keepdims? | x
numpy Nanmin nanmin: x axis? keepdims? | axis? keepdims? | x
numpy Nanpercentile nanpercentile: x q axis? method? keepdims? | axis? method? keepdims? | x q
numpy Nanprod nanprod: x axis? keepdims? | axis? keepdims? | x
numpy Nanquantile nanquantile: x q axis? method? keepdims? | axis? method? keepdims? | x q
numpy Nanstd nanstd: x axis? keepdims? | axis? keepdims? | x
numpy Nansum nansum: x axis? keepdims? | axis? keepdims? | x
numpy Nanvar nanvar: x axis? keepdims? | axis? keepdims? | x
numpy Ndim ndim: x |  | x
numpy Negative negative: x |  | x
numpy Nextafter nextafter: x1 x2 |  | x1 x2
numpy Nonzero nonzero: x |  | x
linalg Norm norm: x ord? axis? keepdims? | ord? axis? keepdims? | x
nn Normalize normalize: x axis? order? epsilon? | axis? order? epsilon? | x
numpy NotEqual not_equal: x1 x2 |  | x1 x2
nn OneHot one_hot: x num_classes axis? dtype? sparse? | num_classes axis? dtype? sparse? | x
numpy OnesLike ones_like: x dtype? | dtype? | x
numpy Outer outer: x1 x2 |  | x1 x2
numpy Pad pad: x pad_width mode? constant_values? | pad_width mode? | x constant_values?
numpy Percentile percentile: x q axis? method? keepdims? | axis? method? keepdims? | x q
linalg Pinv pinv: x rcond? | rcond? | x
nn Polar polar: abs_ angle |  | abs_ angle
numpy Power power: x1 x2 |  | x1 x2
numpy Prod prod: x axis? keepdims? dtype? | axis? keepdims? dtype? | x
nn PSNR psnr: x1 x2 max_val | max_val | x1 x2
numpy Ptp ptp: x axis? keepdims? | axis? keepdims? | x
linalg Qr qr: x mode? | mode? | x
numpy Quantile quantile: x q axis? method? keepdims? | axis? method? keepdims? | x q
numpy Rad2deg rad2deg: x |  | x
numpy Ravel ravel: x |  | x
numpy Real real: x |  | x
einops Rearrange rearrange: tensor pattern |  | tensor pattern
numpy Reciprocal reciprocal: x |  | x
nn Relu relu: x |  | x
nn Relu6 relu6: x |  | x
numpy Repeat repeat: x repeats axis? | repeats axis? | x
numpy Reshape reshape: x newshape | newshape | x
math RFFT rfft: x fft_length? | fft_length? | x
numpy RightShift right_shift: x y |  | x y
nn RMSNorm rms_normalization: x scale? axis? epsilon? | axis? epsilon? | x scale?
numpy Roll roll: x shift axis? | shift axis? | x
numpy Rot90 rot90: array k? axes? | k? axes? | array
numpy Round round: x decimals? | decimals? | x
math Rsqrt rsqrt: x |  | x
core SaturateCast saturate_cast: x dtype | dtype | x
core Scan scan: f init xs? length? reverse? unroll? | length? reverse? unroll? | f init xs?
core Scatter scatter: indices values shape | shape | indices values
core ScatterUpdate scatter_update: inputs indices updates reduction? | reduction? | inputs indices updates
numpy SearchSorted searchsorted: sorted_sequence values side? | side? | sorted_sequence values
math SegmentMax segment_max: data segment_ids num_segments? sorted? | num_segments? sorted? | data segment_ids
math SegmentMin segment_min: data segment_ids num_segments? sorted? | num_segments? sorted? | data segment_ids
math SegmentProd segment_prod: data segment_ids num_segments? sorted? | num_segments? sorted? | data segment_ids
math SegmentSum segment_sum: data segment_ids num_segments? sorted? | num_segments? sorted? | data segment_ids
numpy Select select: condlist choicelist default? |  | condlist choicelist default?
nn Selu selu: x |  | x
nn SeparableConv separable_conv: inputs depthwise_kernel pointwise_kernel strides? padding? data_format? dilation_rate? | strides? padding? data_format? dilation_rate? | inputs depthwise_kernel pointwise_kernel
nn Sigmoid sigmoid: x |  | x
numpy Sign sign: x |  | x
numpy Signbit signbit: x |  | x
nn Silu silu: x |  | x
numpy Sin sin: x |  | x
numpy Sinc sinc: x |  | x
numpy Sinh sinh: x |  | x
numpy Size size: x |  | x
core Slice slice: inputs start_indices shape | shape | inputs start_indices
core SliceUpdate slice_update: inputs start_indices updates |  | inputs start_indices updates
numpy Slogdet slogdet: x |  | x
nn SoftShrink soft_shrink: x threshold? | threshold? | x
nn Softmax softmax: x axis? | axis? | x
nn Softplus softplus: x |  | x
nn Softsign softsign: x |  | x
linalg Solve solve: a b |  | a b
linalg SolveTriangular solve_triangular: a b lower? | lower? | a b
numpy Sort sort: x axis? | axis? | x
nn SpaceToDepth space_to_depth: x block_size data_format? | block_size data_format? | x
nn SparseCategoricalCrossentropy sparse_categorical_crossentropy: target output from_logits? axis? | from_logits? axis? | target output
nn SparsePlus sparse_plus: x |  | x
nn SparseSigmoid sparse_sigmoid: x |  | x
nn Sparsemax sparsemax: x axis? | axis? | x
numpy Split split: x indices_or_sections axis? | indices_or_sections axis? | x
numpy Sqrt sqrt: x |  | x
numpy Square square: x |  | x
nn Squareplus squareplus: x b? | b? | x
numpy Squeeze squeeze: x axis? | axis? | x
numpy Stack stack: x axis? | axis? | x
numpy Std std: x axis? keepdims? | axis? keepdims? | x
math STFT stft: x sequence_length sequence_stride fft_length window? center? | sequence_length sequence_stride fft_length window? center? | x
core StopGradient stop_gradient: variable |  | variable
numpy Subtract subtract: x1 x2 |  | x1 x2
numpy Sum sum: x axis? keepdims? | axis? keepdims? | x
linalg SVD svd: x full_matrices? compute_uv? | full_matrices? compute_uv? | x
numpy Swapaxes swapaxes: x axis1 axis2 | axis1 axis2 | x
nn Silu swish: x |  | x
core Switch switch: index branches *operands |  | index branches *operands
numpy Take take: x indices axis? | axis? | x indices
numpy TakeAlongAxis take_along_axis: x indices axis? | axis? | x indices
numpy Tan tan: x |  | x
numpy Tanh tanh: x |  | x
nn TanhShrink tanh_shrink: x |  | x
numpy Tensordot tensordot: x1 x2 axes? | axes? | x1 x2
nn Threshold threshold: x threshold default_value | threshold default_value | x
numpy Tile tile: x repeats | repeats | x
math TopK top_k: x k sorted? | k sorted? | x
numpy Trace trace: x offset? axis1? axis2? | offset? axis1? axis2? | x
numpy Transpose transpose: x axes? | axes? | x
numpy Trapezoid trapezoid: y x? dx? axis? | x? dx? axis? | y
numpy Tril tril: x k? | k? | x
numpy Triu triu: x k? | k? | x
numpy TrueDivide true_divide: x1 x2 |  | x1 x2
numpy Trunc trunc: x |  | x
nn Unfold unfold: x kernel_size dilation? padding? stride? | kernel_size dilation? padding? stride? | x
numpy Unique unique: x sorted? return_index? return_inverse? return_counts? axis? size? fill_value? | sorted? return_index? return_inverse? return_counts? axis? size? fill_value? | x
numpy UnravelIndex unravel_index: indices shape | shape | indices
core Unstack unstack: x num? axis? | num? axis? | x
numpy Vander vander: x N? increasing? | N? increasing? | x
numpy Var var: x axis? keepdims? | axis? keepdims? | x
numpy Vdot vdot: x1 x2 |  | x1 x2
core VectorizedMap vectorized_map: function elements | function | elements
numpy View view: x dtype? | dtype? | x
math ViewAsComplex view_as_complex: x |  | x
math ViewAsReal view_as_real: x |  | x
numpy Vsplit vsplit: x indices_or_sections | indices_or_sections | x
numpy Vstack vstack: xs |  | xs
numpy Where where: condition x1? x2? |  | condition x1? x2?
core WhileLoop while_loop: cond body loop_vars maximum_iterations? | cond body maximum_iterations? | loop_vars
numpy ZerosLike zeros_like: x dtype? | dtype? | x
image AffineTransform image.affine_transform: images transform interpolation? fill_mode? fill_value? data_format? | interpolation? fill_mode? fill_value? data_format? | images transform
image CropImages image.crop_images: images top_cropping? left_cropping? bottom_cropping? right_cropping? target_height? target_width? data_format? | top_cropping? left_cropping? bottom_cropping? right_cropping? target_height? target_width? data_format? | images
image ElasticTransform image.elastic_transform: images alpha? sigma? interpolation? fill_mode? fill_value? seed? data_format? | alpha? sigma? interpolation? fill_mode? fill_value? seed? data_format? | images
image ExtractPatches image.extract_patches: images size strides? dilation_rate? padding? data_format? | size strides? dilation_rate? padding? data_format? | images
image ExtractPatches image.extract_patches_3d: volumes size strides? dilation_rate? padding? data_format? | size strides? dilation_rate? padding? data_format? | images
image GaussianBlur image.gaussian_blur: images kernel_size? sigma? data_format? | kernel_size? sigma? data_format? | images
image HSVToRGB image.hsv_to_rgb: images data_format? | data_format? | images
image MapCoordinates image.map_coordinates: inputs coordinates order fill_mode? fill_value? | order fill_mode? fill_value? | inputs coordinates
image PadImages image.pad_images: images top_padding? left_padding? bottom_padding? right_padding? target_height? target_width? data_format? | top_padding? left_padding? bottom_padding? right_padding? target_height? target_width? data_format? | images
image PerspectiveTransform image.perspective_transform: images start_points end_points interpolation? fill_value? data_format? | interpolation? fill_value? data_format? | images start_points end_points
image Resize image.resize: images size interpolation? antialias? crop_to_aspect_ratio? pad_to_aspect_ratio? fill_mode? fill_value? data_format? | size interpolation? antialias? crop_to_aspect_ratio? pad_to_aspect_ratio? fill_mode? fill_value? data_format? | images
image RGBToGrayscale image.rgb_to_grayscale: images data_format? | data_format? | images
image RGBToHSV image.rgb_to_hsv: images data_format? | data_format? | images
image ScaleAndTranslate image.scale_and_translate: images output_shape scale translation spatial_dims method antialias? | spatial_dims method antialias? | images output_shape scale translation
image SobelEdges image.sobel_edges: images data_format? | data_format? | images
image SSIM image.ssim: image1 image2 max_val? filter_size? filter_sigma? k1? k2? data_format? | max_val? filter_size? filter_sigma? k1? k2? data_format? | image1 image2
`;
