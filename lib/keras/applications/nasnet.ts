/** NASNetMobile and NASNetLarge (keras.applications.nasnet). */
import { formatShape } from '../../core/tensor';
import { ValueError } from '../../support/errors';
import type { KerasTensor } from '../keras_tensor';
import type { Model } from '../models/model';
import { apply, classified, imageInput, KERAS_FILES, modelOf, withWeights } from './application';
import { imageShape, settingsOf, type ApplicationOptions } from './application_options';
import { normalCell, reductionCell } from './nasnet_cells';
import { layers } from './parts';
import { preprocessFor } from './preprocessing';

interface Architecture {
  /** Channels of the last cell's parts, times 24. */
  penultimateFilters: number;
  /** Cells between two reductions. */
  cells: number;
  stemFilters: number;
  /** Whether the first cell after a reduction takes the reduction's second input instead of its first. */
  skipsReduction: boolean;
  size: number;
  /** Name of the file on Keras' server. */
  file: string;
  /** MD5 of Keras' files: with the classifier, without. */
  hashes: readonly [string, string];
}
const MOBILE: Architecture = {
  penultimateFilters: 1056,
  cells: 4,
  stemFilters: 32,
  skipsReduction: false,
  size: 224,
  file: 'mobile',
  hashes: ['020fb642bf7360b370c678b08e0adf61', '1ed92395b5b598bdda52abe5c0dbfd63'],
};
const LARGE: Architecture = {
  penultimateFilters: 4032,
  cells: 6,
  stemFilters: 96,
  skipsReduction: true,
  size: 331,
  file: 'large',
  hashes: ['11577c9a518f0070763c2b964a382f17', 'd81d89dc07e6e56530c4e77faddd61b5'],
};

/** Two reductions, and three rows of cells with a reduction between each. */
function body(input: KerasTensor, { penultimateFilters, cells, stemFilters, skipsReduction }: Architecture) {
  const filters = penultimateFilters / 24;
  const stem = { strides: 2, padding: 'valid', useBias: false, kernelInitializer: 'he_normal' } as const;
  let x = apply(new layers.Conv2D(stemFilters, 3, { ...stem, name: 'stem_conv1' }), input);
  x = apply(new layers.BatchNormalization({ axis: -1, momentum: 0.9997, epsilon: 1e-3, name: 'stem_bn1' }), x);
  let previous: KerasTensor | null = null;
  [x, previous] = reductionCell(x, previous, Math.floor(filters / 4), 'stem_1');
  [x, previous] = reductionCell(x, previous, Math.floor(filters / 2), 'stem_2');
  for (const [row, width] of [filters, 2 * filters, 4 * filters].entries()) {
    if (row > 0) {
      const [reduced, before] = reductionCell(x, previous, width, `reduce_${row * cells}`);
      x = reduced;
      if (!skipsReduction) previous = before;
    }
    for (let i = 0; i < cells; i++)
      [x, previous] = normalCell(x, previous, width, `${row * cells + i + (row > 0 ? 1 : 0)}`);
  }
  return apply(new layers.Activation('relu'), x);
}

async function nasNet(
  where: string,
  name: string,
  options: ApplicationOptions,
  architecture: Architecture,
): Promise<Model> {
  const settings = settingsOf(where, options);
  const { size } = architecture;
  // In Keras the mobile one has its size without the classifier too.
  if (architecture === MOBILE && !settings.includeTop) settings.inputShape ??= [size, size, 3];
  if (settings.weights === 'imagenet' && settings.inputShape?.includes(null))
    throw new ValueError(
      `${where}: with the weights 'imagenet', all sizes of inputShape must be known.\n  Received: ${formatShape(settings.inputShape)}`,
      { op: where },
    );
  const input = imageInput(settings, imageShape(where, settings, size, 32));
  const x = classified(body(input, architecture), settings, { top: null });
  return withWeights(modelOf(settings, input, x, name), settings, () => ({
    folder: `${KERAS_FILES}nasnet/`,
    file: `NASNet-${architecture.file}${settings.includeTop ? '' : '-no-top'}.h5`,
    cachedAs: `${name}${settings.includeTop ? '' : '_no_top'}.h5`,
    hash: architecture.hashes[settings.includeTop ? 0 : 1],
  }));
}

/**
 * NASNetMobile: cells found by search, 4 between two reductions. Images of 224 x 224 (at least 32), pixels from -1 to 1:
 * `nasnet.preprocessInput`.
 * @throws ValueError for options that do not go together; FileError when the weights cannot be had.
 * Source: Zoph et al. 2017, arXiv:1707.07012; keras/src/applications/nasnet.py.
 */
export async function NASNetMobile(options: ApplicationOptions = {}): Promise<Model> {
  return nasNet('NASNetMobile', 'nasnet_mobile', options, MOBILE);
}
/** NASNetLarge: as `NASNetMobile`, with 6 cells between two reductions, four times the channels, and images of 331 x 331. */
export async function NASNetLarge(options: ApplicationOptions = {}): Promise<Model> {
  return nasNet('NASNetLarge', 'nasnet_large', options, LARGE);
}
/** Pixels from -1 to 1. */
export const preprocessInput = preprocessFor('tf');
export { decodePredictions } from './imagenet_utils';
