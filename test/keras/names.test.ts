/** The names that options take are those that mean something while the program runs: no more and no fewer. */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { classNames } from '../../lib/keras/serialization/registry';
import {
  ACTIVATIONS,
  CONSTRAINTS,
  INITIALIZER_ALIASES,
  INITIALIZERS,
  LOSS_ALIASES,
  LOSSES,
  METRIC_ALIASES,
  METRICS,
  OPTIMIZERS,
  REGULARIZERS,
} from '../../lib/keras/names';
import { camelCase, snakeCase } from '../../lib/keras/serialization/naming';

const { keras } = trae;

// Metrics and optimizers that ask for arguments have no names of their own.
const NEED_ARGUMENTS: Record<string, readonly string[]> = {
  metrics: [
    'MeanMetricWrapper',
    'SensitivityAtSpecificity',
    'SpecificityAtSensitivity',
    'PrecisionAtRecall',
    'RecallAtPrecision',
    'IoU',
    'MeanIoU',
    'OneHotIoU',
    'OneHotMeanIoU',
  ],
  optimizers: ['LossScaleOptimizer', 'OptimizerMap', 'MultiOptimizer'],
};
const TABLES: Record<
  string,
  [Readonly<Record<string, string>>, Readonly<Record<string, string>>, (name: string) => object | null]
> = {
  initializers: [INITIALIZERS, INITIALIZER_ALIASES, keras.initializers.get],
  regularizers: [REGULARIZERS, {}, keras.regularizers.get],
  constraints: [CONSTRAINTS, {}, keras.constraints.get],
  losses: [LOSSES, LOSS_ALIASES, keras.losses.get],
  metrics: [METRICS, METRIC_ALIASES, keras.metrics.get],
  optimizers: [OPTIMIZERS, {}, keras.optimizers.get],
};

describe('tables of names', () => {
  for (const [kind, [table, aliases, get]] of Object.entries(TABLES)) {
    const classOf = (name: string): string => get(name)!.constructor.name;

    it(`keras.${kind}: every class is in the table or asks for arguments`, () => {
      const needing = NEED_ARGUMENTS[kind] ?? [];
      assert.deepEqual(
        Object.keys(table).sort(),
        classNames(`keras.${kind}`)
          .filter((n) => !needing.includes(n))
          .sort(),
      );
      for (const name of needing) assert.throws(() => get(name), `${name} is made by its name`);
    });

    it(`keras.${kind}: every spelling means its class`, () => {
      for (const [name, snake] of Object.entries(table))
        for (const spelled of [name, snake, camelCase(snake)]) assert.equal(classOf(spelled), name, spelled);
      for (const [alias, name] of Object.entries(aliases))
        for (const spelled of [alias, alias.toUpperCase()])
          if (kind !== 'initializers' || spelled === alias) assert.equal(classOf(spelled), name, spelled);
    });
  }

  it('keras.activations: every function is in the table, in both spellings', () => {
    const modules = keras.activations as unknown as Record<string, unknown>;
    const functions = Object.keys(modules).filter(
      (name) => typeof modules[name] === 'function' && !['get', 'serialize', 'deserialize'].includes(name),
    );
    assert.deepEqual(ACTIVATIONS.map(camelCase).sort(), functions.sort());
    for (const name of ACTIVATIONS)
      assert.equal(keras.activations.get(name), keras.activations.get(camelCase(name)), name);
    for (const name of ACTIVATIONS)
      if (!['swish', 'hard_swish'].includes(name))
        assert.equal(keras.activations.get(name), modules[camelCase(name)], name);
    assert.deepEqual(
      ACTIVATIONS.map((name) => snakeCase(camelCase(name))),
      [...ACTIVATIONS],
    );
  });
});
