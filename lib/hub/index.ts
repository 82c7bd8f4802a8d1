/** Pretrained models of TensorFlow as layers (tensorflow_hub). */
export { KerasLayer, type KerasLayerLoadOptions, type KerasLayerOptions } from './keras_layer';
