/**
 * Architectures with weights trained on ImageNet (keras.applications): `await applications.MobileNetV2({ includeTop: false })`.
 * Each also stands in the module of its family, with the `preprocessInput` and `decodePredictions` that go with it.
 */
export * as convnext from './convnext';
export * as densenet from './densenet';
export * as efficientnet from './efficientnet';
export * as efficientnetV2 from './efficientnet_v2';
export * as imagenetUtils from './imagenet_utils';
export * as inceptionResnetV2 from './inception_resnet_v2';
export * as inceptionV3 from './inception_v3';
export * as mobilenet from './mobilenet';
export * as mobilenetV2 from './mobilenet_v2';
export * as mobilenetV3 from './mobilenet_v3';
export * as nasnet from './nasnet';
export * as resnet from './resnet_v1';
export * as resnet50 from './resnet_v1';
export * as resnetV2 from './resnet_v2';
export * as vgg16 from './vgg';
export * as vgg19 from './vgg';
export * as xception from './xception';

export {
  ConvNeXtBase,
  ConvNeXtLarge,
  ConvNeXtSmall,
  ConvNeXtTiny,
  ConvNeXtXLarge,
  type ConvNeXtOptions,
} from './convnext';
export { DenseNet121, DenseNet169, DenseNet201 } from './densenet';
export {
  EfficientNetB0,
  EfficientNetB1,
  EfficientNetB2,
  EfficientNetB3,
  EfficientNetB4,
  EfficientNetB5,
  EfficientNetB6,
  EfficientNetB7,
} from './efficientnet';
export {
  EfficientNetV2B0,
  EfficientNetV2B1,
  EfficientNetV2B2,
  EfficientNetV2B3,
  EfficientNetV2L,
  EfficientNetV2M,
  EfficientNetV2S,
  type EfficientNetV2Options,
} from './efficientnet_v2';
export { InceptionResNetV2 } from './inception_resnet_v2';
export { InceptionV3 } from './inception_v3';
export { MobileNet, type MobileNetOptions } from './mobilenet';
export { MobileNetV2, type MobileNetV2Options } from './mobilenet_v2';
export { MobileNetV3Large, MobileNetV3Small, type MobileNetV3Options } from './mobilenet_v3';
export { NASNetLarge, NASNetMobile } from './nasnet';
export { ResNet101, ResNet152, ResNet50 } from './resnet_v1';
export { ResNet101V2, ResNet152V2, ResNet50V2 } from './resnet_v2';
export { VGG16, VGG19 } from './vgg';
export { Xception } from './xception';
export type { ApplicationOptions } from './application_options';
export type { DecodedPrediction, DecodeOptions, PreprocessMode, PreprocessOptions } from './imagenet_utils';
