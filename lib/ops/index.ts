/** All operations (keras.ops), and the namespaces in which Keras has some of them too. */
export * from './all';
export * as image from './image/index';
export * as linalg from './namespaces/linalg';
export * as nn from './namespaces/nn';
export * as numpy from './namespaces/numpy';
