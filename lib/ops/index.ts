/** All operations (keras.ops). */
export * from './activation';
export * from './binary';
export * from './creation';
export * from './crossentropy';
export * from './einsum';
export * from './indexing';
export * from './linalg';
export * from './nn';
export * from './reduction';
export * from './shape';
export * from './unary';
