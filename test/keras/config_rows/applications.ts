/** Configs of the layers that only architectures of keras.applications have. */
import { LayerScale, StochasticDepth } from '../../../lib/keras/applications/convnext_layers';
import { CustomScaleLayer } from '../../../lib/keras/applications/custom_scale_layer';

export const convnextRows: Record<string, () => { getConfig(): object }> = {
  LayerScale: () => new LayerScale(1e-6, 4),
  StochasticDepth: () => new StochasticDepth(0.25),
};
export const inceptionRows: Record<string, () => { getConfig(): object }> = {
  CustomScaleLayer: () => new CustomScaleLayer(0.17),
};
