/** Stages of the EfficientNetV2 models (keras/src/applications/efficientnet_v2.py). */

/** @internal A row of equal blocks; the first has the stride. */
export interface Stage {
  /** Whether wider and depthwise convolutions are one of 3 x 3. */
  isFused: boolean;
  repeats: number;
  filtersIn: number;
  filtersOut: number;
  expansion: number;
  strides: number;
}
const stage = (
  isFused: boolean,
  repeats: number,
  [filtersIn, filtersOut]: readonly [number, number],
  expansion: number,
  strides: number,
): Stage => ({ isFused, repeats, filtersIn, filtersOut, expansion, strides });

/** @internal */
export const STAGES: Readonly<Record<'b' | 's' | 'm' | 'l', readonly Stage[]>> = {
  b: [
    stage(true, 1, [32, 16], 1, 1),
    stage(true, 2, [16, 32], 4, 2),
    stage(true, 2, [32, 48], 4, 2),
    stage(false, 3, [48, 96], 4, 2),
    stage(false, 5, [96, 112], 6, 1),
    stage(false, 8, [112, 192], 6, 2),
  ],
  s: [
    stage(true, 2, [24, 24], 1, 1),
    stage(true, 4, [24, 48], 4, 2),
    stage(true, 4, [48, 64], 4, 2),
    stage(false, 6, [64, 128], 4, 2),
    stage(false, 9, [128, 160], 6, 1),
    stage(false, 15, [160, 256], 6, 2),
  ],
  m: [
    stage(true, 3, [24, 24], 1, 1),
    stage(true, 5, [24, 48], 4, 2),
    stage(true, 5, [48, 80], 4, 2),
    stage(false, 7, [80, 160], 4, 2),
    stage(false, 14, [160, 176], 6, 1),
    stage(false, 18, [176, 304], 6, 2),
    stage(false, 5, [304, 512], 6, 1),
  ],
  l: [
    stage(true, 4, [32, 32], 1, 1),
    stage(true, 7, [32, 64], 4, 2),
    stage(true, 7, [64, 96], 4, 2),
    stage(false, 10, [96, 192], 4, 2),
    stage(false, 19, [192, 224], 6, 1),
    stage(false, 25, [224, 384], 6, 2),
    stage(false, 7, [384, 640], 6, 1),
  ],
};
