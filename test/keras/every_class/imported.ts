/** Models of other libraries as layers, some of whose weights are frozen. */
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { trained } from './layers';
import type { ModelCase } from './model_case';

const archive = path.join(__dirname, '..', '..', 'tensorflow', 'golden', 'export_convolutions.tar.gz');

export const importedCases = (): ModelCase[] =>
  [false, true].map((trainable) => ({
    name: `KerasLayer, ${trainable ? 'trained but for one group of weights' : 'frozen'}`,
    make: async () => {
      const layer = await trae.hub.KerasLayer.load(archive, { trainable, inputShape: [10, 10, 3], outputShape: [2] });
      if (trainable) layer.layers[0].trainable = false;
      const model = new trae.keras.Sequential([layer, new trae.keras.layers.Dense(1)]);
      return trained(model, trae.random.normal([2, 10, 10, 3], { seed: 3 }));
    },
  }));
