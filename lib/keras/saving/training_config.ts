/** What Keras 1 and 2 called `training_config`: what a model was compiled with, in `.h5` files and those of TensorFlow.js. */
import { describe } from '../../support/describe';
import { isRecord } from '../../support/nest';
import type { Model } from '../models/model';
import { isOldVersion, withOrigin } from '../serialization/origin';
import { camelKeys } from '../serialization/registry';
import { isRawError } from '../serialization/schema';
import { deserializeKerasObject } from '../serialization/serialize';
import { modernizeCompileConfig } from './legacy_compile';
import type { ConfigContext } from './model_config';

/** @internal Compiles a model by it. What cannot be made is warned of: the model itself is there. */
export function compileByTrainingConfig(
  model: Model,
  args: Record<string, unknown>,
  { where, origin, customObjects }: ConfigContext,
): void {
  const {
    optimizer_config: optimizer,
    loss,
    metrics,
    weighted_metrics: weighted,
    loss_weights: lossWeights,
  } = withOrigin(args, origin);
  const read = (x: unknown, module: string): unknown => {
    // Names are looked up when the first batch comes: those of the caller are known only now.
    if (typeof x === 'string' && customObjects && Object.hasOwn(customObjects, x)) return customObjects[x];
    if (isRecord(x) && typeof x.class_name === 'string') return deserializeKerasObject(x, { customObjects, module });
    if (Array.isArray(x)) return x.map((e) => read(e, module));
    return isRecord(x) ? Object.fromEntries(Object.entries(x).map(([k, v]) => [k, read(v, module)])) : x;
  };
  try {
    const options = {
      optimizer: read(optimizer, 'keras.optimizers'),
      loss: unlist(read(loss, 'keras.losses')),
      metrics: read(metrics, 'keras.metrics'),
      weighted_metrics: read(weighted, 'keras.metrics'),
      loss_weights: lossWeights ?? null,
    };
    const modern = isOldVersion(origin.version) ? modernizeCompileConfig(options, model) : options;
    model.compileFromConfig(camelKeys(modern));
  } catch (error) {
    // What it was trained with may be a function that only its author has.
    console.warn(
      `${where}: the model was loaded but not compiled: ${isRawError(error) ? `its training_config, ${describe(args)}, is damaged` : (error as Error).message.split('\n')[0]}`,
    );
  }
}
const unlist = (x: unknown): unknown => (Array.isArray(x) && x.length === 1 ? x[0] : x);
