/** Random tensors (keras.random). */
export * from '../random_namespace';
