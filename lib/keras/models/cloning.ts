/** Models made anew of the same layers, with new weights (keras.models.clone_model). */
import { expectKind } from '../../support/guard';
import { TypeError, ValueError } from '../../support/errors';
import { flattenStructure, mapStructure } from '../../support/nest';
import { Input, InputLayer } from '../layers/index';
import { isKerasTensor, type KerasTensor } from '../keras_tensor';
import type { Layer } from '../layers/layer';
import { hasMasksOfKeras2, keepMasksOfKeras2 } from '../masks';
import { camelKeys, type SerializableClass } from '../serialization/registry';
import {
  deserializeKerasObject,
  fromConfig,
  serializeKerasObject,
  type SerializedObject,
} from '../serialization/serialize';
import { checkOptions, kinds } from '../options';
import type { SymbolicStructure } from '../keras_tensor';
import { Model } from './model';
import { Sequential } from './sequential';

export interface CloneOptions {
  /** Symbolic tensors to build upon, of the structure of the model's input. Default: new inputs. */
  inputTensors?: SymbolicStructure | null;
  /** Makes the layer of the clone from that of the model. Default: from its config. */
  cloneFunction?: ((layer: Layer) => Layer) | null;
  /** Calls a layer of the clone: `(layer, inputs, options) => outputs`. For functional models. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  callFunction?: ((layer: Layer, inputs: any, options?: any) => unknown) | null;
  /** Clone models inside of it by the same functions. */
  recursive?: boolean;
}
const byConfig = (layer: Layer): Layer =>
  fromConfig<Layer>(
    layer.constructor as SerializableClass,
    camelKeys((serializeKerasObject(layer) as SerializedObject).config as Record<string, unknown>),
  );

/**
 * A model with the layers of `model` made anew, so with weights of its own; a layer that occurs several times is cloned once.
 * A compiled Sequential gives a compiled one.
 * @throws ValueError for a subclassed model with options: what it is made of is known to its class alone.
 */
export function cloneModel<M extends Model>(model: M, options: CloneOptions = {}): M {
  checkOptions('cloneModel', options, {
    inputTensors: kinds.any,
    cloneFunction: kinds.any,
    callFunction: kinds.any,
    recursive: kinds.boolean,
  });
  return clone(model, options, new Map()) as M;
}
function clone(model: Model, options: CloneOptions, cache: Map<Layer, Layer>): Model {
  const { inputTensors = null, callFunction = null, recursive = false } = options;
  const make = options.cloneFunction ?? byConfig;
  const cloneLayer = (layer: Layer): Layer => {
    let made = cache.get(layer);
    if (!made) {
      const isModel = layer instanceof Sequential || (layer instanceof Model && layer.graph);
      made =
        recursive && isModel
          ? clone(
              layer,
              { ...options, inputTensors: null, callFunction: layer instanceof Sequential ? null : callFunction },
              cache,
            )
          : make(layer);
      if (hasMasksOfKeras2(layer)) keepMasksOfKeras2(made);
      cache.set(layer, made);
    }
    return made;
  };
  expectKind('cloneModel', 'its argument', model, model instanceof Model, 'a model');
  if (model instanceof Sequential) {
    if (callFunction)
      throw new ValueError(
        `cloneModel: callFunction is for functional models; '${model.name}' is a Sequential, whose layers are not called one by one.`,
      );
    return cloneSequential(model, inputTensors, cloneLayer);
  }
  if (model.graph) return cloneFunctional(model, inputTensors, cloneLayer, callFunction);
  if (options.cloneFunction || inputTensors || callFunction)
    throw new ValueError(
      `cloneModel: cloneFunction, inputTensors and callFunction are for Sequential and functional models.\n  Received: '${model.name}', of class ${model.constructor.name}`,
    );
  const cls = model.constructor as SerializableClass;
  return deserializeKerasObject(serializeKerasObject(model), { customObjects: { [cls.name]: cls } }) as Model;
}
function cloneSequential(
  model: Sequential,
  inputTensors: SymbolicStructure | null,
  cloneLayer: (l: Layer) => Layer,
): Sequential {
  const chain = model.chainOf().map((l) => (l instanceof InputLayer ? l : cloneLayer(l)));
  const first = chain[0];
  if (first instanceof InputLayer) chain.shift();
  let input: KerasTensor[] = [];
  if (inputTensors) {
    const given = flattenStructure(inputTensors, isKerasTensor);
    if (given.length !== 1)
      throw new TypeError(
        `cloneModel: inputTensors of Sequential '${model.name}' must be one symbolic tensor.\n  Received: ${given.length}`,
      );
    input = [
      given[0].node?.operation instanceof InputLayer
        ? given[0]
        : Input({ batchShape: given[0].shape, dtype: given[0].dtype }),
    ];
  } else if (first instanceof InputLayer)
    input = [Input({ batchShape: first.output.shape, dtype: first.output.dtype, name: first.name })];
  const copy = new Sequential([...input, ...chain], { name: model.name, trainable: model.trainable });
  const compiled = model.getCompileConfig();
  if (compiled) copy.compileFromConfig(compiled);
  return copy;
}
function cloneFunctional(
  model: Model,
  inputTensors: SymbolicStructure | null,
  cloneLayer: (l: Layer) => Layer,
  callFunction: CloneOptions['callFunction'],
): Model {
  const graph = model.graph!;
  const inputs =
    inputTensors ??
    (mapStructure(graph.inputStructure, isKerasTensor, (t) =>
      Input({ batchShape: t.shape, dtype: t.dtype, name: t.name }),
    ) as SymbolicStructure);
  const given = flattenStructure(inputs, isKerasTensor);
  if (given.length !== graph.inputs.length)
    throw new ValueError(
      `cloneModel: model '${model.name}' has ${graph.inputs.length} input(s) but inputTensors are ${given.length}.`,
    );
  const values = new Map<KerasTensor, unknown>(graph.inputs.map((t, i) => [t, given[i]]));
  for (const node of graph.nodes) {
    if (node.outputs.every((t) => values.has(t))) continue;
    const args = mapStructure(node.args, isKerasTensor, (t) => values.get(t)) as unknown[];
    let result: unknown;
    if (node.operation instanceof Model || 'apply' in node.operation) {
      const layer = cloneLayer(node.operation as Layer);
      const [x, options] = args as [unknown, Record<string, unknown>];
      result = callFunction ? callFunction(layer, x, options) : layer.runNode(args, {});
    } else result = node.operation.runNode(args, {});
    flattenStructure(result, isKerasTensor).forEach((t, i) => values.set(node.outputs[i], t));
  }
  const outputs = mapStructure(graph.outputStructure, isKerasTensor, (t) => values.get(t)) as SymbolicStructure;
  return new Model({ inputs, outputs, name: model.name, trainable: model.trainable });
}
