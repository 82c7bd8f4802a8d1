/** Where Keras 3 itself keeps what it has dropped. */
/** @internal */
export const LEGACY_MODULE = 'keras._legacy.layers';
