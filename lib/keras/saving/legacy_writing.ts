/** Configs as legacy HDF5 files hold them: models, layers, optimizers, losses and metrics by class alone, without modules. */
import { isRecord } from '../../nest';
import type { Model } from '../models/model';
import { isSerialized, serializeKerasObject } from './serialize';

function withoutModules(x: unknown, inside: 'model' | 'object'): unknown {
  if (Array.isArray(x)) return x.map((e) => withoutModules(e, inside));
  if (!isSerialized(x) || x.module === 'builtins') return x;
  const { module: _, registered_name: __, build_config: ___, compile_config: ____, ...rest } = x;
  const { config } = rest;
  if (inside === 'model' && isRecord(config) && Array.isArray(config.layers))
    return { ...rest, config: { ...config, layers: config.layers.map((l) => withoutModules(l, 'model')) } };
  return rest;
}
/** @internal */
export const legacyConfigOf = (model: Model): unknown => withoutModules(serializeKerasObject(model), 'model');
/** @internal What the model was compiled with, or null. */
export function trainingConfigOf(model: Model): Record<string, unknown> | null {
  const config = model.getCompileConfig();
  if (!config) return null;
  const legacy = (x: unknown): unknown => {
    const walk = (y: unknown): unknown =>
      Array.isArray(y) ? y.map(walk) : isSerialized(y) ? withoutModules(y, 'object') : isRecord(y) ? Object.fromEntries(Object.entries(y).map(([k, v]) => [k, walk(v)])) : y;
    return walk(serializeKerasObject(x));
  };
  return {
    loss: legacy(config.loss),
    loss_weights: legacy(config.loss_weights),
    metrics: legacy(config.metrics),
    weighted_metrics: legacy(config.weighted_metrics),
    run_eagerly: config.run_eagerly,
    steps_per_execution: config.steps_per_execution,
    jit_compile: config.jit_compile,
    optimizer_config: legacy(config.optimizer),
  };
}
