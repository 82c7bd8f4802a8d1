/** The config of a layer that holds a graph of TensorFlow. */
import * as path from 'node:path';
import { hub } from '../../../lib/index';

const archive = path.join(__dirname, '..', '..', 'tensorflow', 'golden', 'export_convolutions.tar.gz');

export const hubRows: Record<string, () => Promise<{ getConfig(): object }>> = {
  KerasLayer: () => hub.KerasLayer.load(archive, { trainable: true, inputShape: [10, 10, 3], outputShape: [2] }),
};
