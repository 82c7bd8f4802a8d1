/** What a model holds that Keras 3 does not open, or only with help: said when it is saved. */
import { Layer } from '../layers/layer';
import { LEGACY_MODULE } from '../serialization/legacy_module';
import { classNameOf, moduleOf, type SerializableClass } from '../serialization/registry';
import { serializeKerasObject } from '../serialization/serialize';
import { stateTree } from './state_tree';

const holdsSigmoid = (layer: Layer): boolean =>
  JSON.stringify(serializeKerasObject(layer)).includes('"keras2_hard_sigmoid"');

/** @internal Warns of names with '/', of classes that Keras 3 has no more, of lists of axes in `.h5`, and of the hard sigmoid of Keras 2. */
export function warnOfRefusals(model: Layer, file: string): void {
  const layers = stateTree(model)
    .map((node) => node.object)
    .filter((object): object is Layer => object instanceof Layer);
  const named = (some: readonly Layer[], show: (l: Layer) => string): string =>
    [...new Set(some.map(show))].slice(0, 5).join(', ') + (some.length > 5 ? ', ...' : '');
  const parted = layers.filter((l) => l.name.includes('/'));
  const gone = layers.filter((l) => moduleOf(l.constructor) === LEGACY_MODULE);
  const severalAxes = file.endsWith('.h5')
    ? layers.filter((l) => 'axis' in l && Array.isArray(l.axis) && l.axis.length > 1)
    : [];
  const sigmoids = holdsSigmoid(model) ? layers.filter((l) => !l.modelKind && holdsSigmoid(l)) : [];
  const notes = [
    ...(parted.length ? [`names with '/' (${named(parted, (l) => `'${l.name}'`)}), which it refuses`] : []),
    ...(gone.length
      ? [`layers that it has no more (${named(gone, (l) => classNameOf(l.constructor as SerializableClass))})`]
      : []),
    ...(severalAxes.length
      ? [
          `layers over several axes (${named(severalAxes, (l) => `'${l.name}'`)}), of which its .h5 reader keeps the last (take .keras)`,
        ]
      : []),
    ...(sigmoids.length
      ? [
          `the hard sigmoid of Keras 2 (${named(sigmoids, (l) => `'${l.name}'`)}), to be given to it as custom_objects={'keras2_hard_sigmoid': lambda x: keras.ops.clip(0.2 * x + 0.5, 0, 1)}`,
        ]
      : []),
  ];
  if (notes.length)
    console.warn(`save: ${file} opens here, but not in Keras 3 as it is; it holds ${notes.join('; ')}.`);
}
