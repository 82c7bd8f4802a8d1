/** Bounding boxes (keras.utils.bounding_boxes). */
export { decodeDeltasToBoxes, encodeBoxToDeltas, type DeltaOptions } from './deltas';
export { convertFormat, type BoundingBoxes, type BoxFormat, type ConvertFormatOptions } from './formats';
export { affineTransform, clipToImageSize, crop, pad } from './geometry';
export { computeCiou, computeIou } from './iou';
