/** Core layers. */
export { Dense } from './dense';
export { EinsumDense, type EinsumDenseOptions } from './einsum_dense';
export { Embedding, type EmbeddingOptions } from './embedding';
export { Identity } from './identity';
export { Input, InputLayer, type InputLayerOptions, type InputOptions } from './input_layer';
export { KernelOptions, positiveInteger, type DenseOptions } from './kernel_options';
export { Lambda } from './lambda_layer';
export { Masking, type MaskingOptions } from './masking';
export { ReversibleEmbedding, type ReversibleEmbeddingOptions } from './reversible_embedding';
export { Wrapper } from './wrapper';
