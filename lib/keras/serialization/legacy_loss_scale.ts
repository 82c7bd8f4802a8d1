/** LossScaleOptimizer of Keras 2: its three classes, and factors that do not change, which Keras 3 keeps in the inner optimizer. */
import { isRecord } from '../../support/nest';

type Config = Record<string, unknown>;
const CLASSES = ['LossScaleOptimizer', 'LossScaleOptimizerV1', 'LossScaleOptimizerV3'];
/** Of tf.keras 2.1 to 2.3, whose factors were objects. */
const FIXED = 'FixedLossScale';

/** @internal The same optimizer as Keras 3 has it; null for other classes. */
export function modernizeLossScale(
  name: string,
  given: unknown,
): { className: string; module: string; config: Config } | null {
  if (!CLASSES.includes(name) || !isRecord(given)) return null;
  const inner = given.inner_optimizer ?? given.optimizer;
  const old = isRecord(given.loss_scale) && isRecord(given.loss_scale.config) ? given.loss_scale.config : {};
  const scale = numberOf(given.initial_scale, old.initial_loss_scale, old.loss_scale_value, given.loss_scale);
  const steps = numberOf(given.dynamic_growth_steps, old.increment_period);
  const isFixed =
    given.dynamic === false ||
    typeof given.loss_scale === 'number' ||
    (isRecord(given.loss_scale) && given.loss_scale.class_name === FIXED);
  if (isFixed && isRecord(inner) && typeof inner.class_name === 'string' && isRecord(inner.config))
    return {
      className: inner.class_name,
      module: 'keras.optimizers',
      config: { ...inner.config, loss_scale_factor: scale },
    };
  return {
    className: 'LossScaleOptimizer',
    module: 'keras.optimizers',
    config: {
      ...(typeof given.name === 'string' ? { name: given.name } : {}),
      inner_optimizer: inner,
      ...(scale === undefined ? {} : { initial_scale: scale }),
      ...(steps === undefined ? {} : { dynamic_growth_steps: steps }),
    },
  };
}
const numberOf = (...values: unknown[]): number | undefined => values.find((v) => typeof v === 'number');
