/** Random tensors (keras.random). */
export * from '../../ops/namespaces/random';
