/** A model that is a chain of layers (keras.Sequential). */
import { describe } from '../../support/describe';
import { TypeError, ValueError } from '../../support/errors';
import { Tensor } from '../../core/tensor';
import { isKerasTensor, type KerasTensor, type SymbolicShape } from '../keras_tensor';
import { InputLayer } from '../layers/core';
import { hasText, isOfTexts } from '../layers/preprocessing/values';
import { Layer, type BuildShape, type CallOptions, type LayerOptions } from '../layers/layer';
import { atPlace } from '../layers/sharing';
import { withNameScope } from '../serialization/naming';
import { isOld } from '../serialization/origin';
import { registerClass } from '../serialization/registry';
import { checkSequential } from '../serialization/schema';
import { deserializeKerasObject, serializeKerasObject } from '../serialization/serialize';
import type { OptionKinds } from '../options';
import { FunctionalGraph } from './graph';
import { Model } from './model';

const chains = new WeakMap<Sequential, Layer[]>();
// Layers by name, so that each new one is not compared with all before it.
const names = new WeakMap<Layer[], { length: number; byName: Map<string, Layer> }>();
function namesOf(chain: Layer[]): Map<string, Layer> {
  const known = names.get(chain);
  return known?.length === chain.length ? known.byName : new Map(chain.map((l) => [l.name, l]));
}
// Models of Keras 1 and 2 take inputs of another rank than they say, where their layers do.
const lenient = new WeakSet<Sequential>();
/** Models without an Input: the first data gave the sizes, and later data may have others where the layers take them. */
const builtFromData = new WeakSet<Sequential>();

/**
 * Layers one after the other. Built at once when the first has an input shape (or is an `Input`), else with the first
 * data. A layer may occur several times; its weights count once.
 */
export class Sequential extends Model {
  static override options: OptionKinds = { inputs: null, outputs: null };
  /** @internal */
  override get modelKind(): 'sequential' {
    return 'sequential';
  }
  static override positional: readonly string[] = ['layers'];
  constructor(layers: readonly (Layer | KerasTensor)[] | LayerOptions = [], options: LayerOptions = {}) {
    const isList = Array.isArray(layers);
    super(isList ? options : (layers as LayerOptions));
    chains.set(this, []);
    if (isList) for (const l of layers as readonly (Layer | KerasTensor)[]) this.append(l);
    this.rebuild();
  }
  private get chain(): Layer[] {
    return chains.get(this)!;
  }
  /** @internal All layers, the input and repetitions included. */
  chainOf(): readonly Layer[] {
    return this.chain;
  }
  private append(given: Layer | KerasTensor): void {
    let layer: unknown = given;
    if (isKerasTensor(given)) {
      layer = given.node?.operation;
      if (!(layer instanceof InputLayer))
        throw new ValueError('Sequential: of symbolic tensors only those of Input() can be added.');
    }
    if (!(layer instanceof Layer))
      throw new TypeError(`Sequential: layers are expected.\n  Received: ${describe(given)}`);
    const { chain } = this;
    if (layer instanceof InputLayer && chain.length)
      throw new ValueError(`Sequential '${this.name}' has layers already: an Input must come first.`);
    const named = namesOf(chain);
    const known = named.get(layer.name);
    if (known && known !== layer)
      throw new ValueError(
        `Sequential '${this.name}': two layers have the name '${layer.name}'.\n  Fix: give one of them another name.`,
      );
    if (!chain.length && !(layer instanceof InputLayer) && layer.batchShape)
      chain.push(new InputLayer({ batchShape: layer.batchShape, dtype: layer.inputDtype ?? undefined }));
    else if (!chain.length && layer instanceof Model && layer.graph)
      chain.push(new InputLayer({ batchShape: layer.graph.inputs[0].shape, dtype: layer.graph.inputs[0].dtype }));
    chain.push(layer);
    const byName = chain.length > 2 ? named : new Map(chain.map((l) => [l.name, l]));
    byName.set(layer.name, layer);
    names.set(chain, { length: chain.length, byName });
  }
  private rebuild(): void {
    const { chain } = this;
    this.dropNodes();
    this.clearGraph();
    if (chain[0] instanceof InputLayer && chain.length > 1) this.makeGraph(chain[0]);
  }
  // What an earlier arrangement of the chain has left on its layers.
  private dropNodes(): void {
    const old = new Set(this.graph?.nodes);
    for (const layer of this.graph?.layers ?? []) {
      if (layer instanceof InputLayer) continue;
      const kept = layer.inboundNodes.filter((n) => !old.has(n));
      layer.inboundNodes.splice(0, Infinity, ...kept);
    }
  }
  private makeGraph(input: InputLayer): void {
    withNameScope(this, () => {
      let x: unknown = input.output;
      this.chain.forEach((layer, i) => {
        if (layer !== input)
          x = atPlace(`at position ${i - 1} of Sequential '${this.name}'`, () => layer.apply(x) as unknown);
      });
      this.setGraph(new FunctionalGraph(input.output, x as KerasTensor, this.name));
    });
  }
  /** Puts a layer at the end. */
  add(layer: Layer | KerasTensor): void {
    this.append(layer);
    this.rebuild();
  }
  /** Takes the last layer away and returns it. */
  pop(): Layer {
    const last = this.layers.length ? this.chain.pop() : undefined;
    if (!last) throw new ValueError(`pop: Sequential '${this.name}' has no layers.`);
    this.rebuild();
    return last;
  }
  /** The layers, without the input. */
  override get layers(): Layer[] {
    return [...new Set(this.chain.filter((l) => !(l instanceof InputLayer)))];
  }
  override subLayers(): Layer[] {
    return [...new Set(this.chain)];
  }
  override build(inputShape: BuildShape): void {
    if (this.graph || inputShape == null) return;
    if (!this.chain.length) throw new ValueError(`Sequential '${this.name}' has no layers.\n  Fix: add one.`);
    const shape = inputShape as SymbolicShape;
    if (!Array.isArray(shape) || Array.isArray(shape[0]))
      throw new ValueError(`Sequential '${this.name}' takes one input.\n  Received: shapes ${describe(inputShape)}`);
    const input = new InputLayer({ batchShape: [null, ...shape.slice(1)] });
    this.chain.unshift(input);
    builtFromData.add(this);
    this.makeGraph(input);
  }
  /** @internal Makes the graph of a model that begins with texts, once they are there. */
  override prepareFor(data: unknown): void {
    if (this.graph || !isOfTexts(data)) return;
    const isList = Array.isArray((data as unknown[])[0]);
    const input = new InputLayer({
      batchShape: isList ? [null, (data as unknown[][])[0].length] : [null],
      dtype: 'string',
    });
    this.chain.unshift(input);
    this.makeGraph(input);
  }
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  override apply(inputs: any, second: any = {}, third?: CallOptions): any {
    if (this.graph || !hasText(inputs)) return super.apply(inputs, second, third) as unknown;
    // There are no tensors of texts: the first layer takes them as they are.
    return this.layers.reduce<unknown>(
      (x, layer) => layer.apply(x, { training: (second as CallOptions).training }) as unknown,
      inputs,
    );
  }
  override call(inputs: unknown, options: CallOptions = {}): unknown {
    if (this.graph && !this.differs(inputs)) return super.call(inputs, options);
    return this.layers.reduce((x, layer) => layer.apply(x, { training: options.training }) as unknown, inputs);
  }
  // Whether inputs differ from those of the graph in a way that the layers, asked one by one, may accept.
  private differs(inputs: unknown): boolean {
    const built = this.graph?.inputs[0].shape;
    if (!built || !(inputs instanceof Tensor)) return false;
    if (inputs.ndim !== built.length) return lenient.has(this);
    return builtFromData.has(this) && inputs.shape.some((size, axis) => axis > 0 && size !== built[axis]);
  }
  override getBuildConfig(): Record<string, unknown> | null {
    return this.graph ? { inputShape: this.graph.inputs[0].shape } : super.getBuildConfig();
  }
  override getConfig(): Record<string, unknown> {
    const build = this.graph ? { buildInputShape: this.graph.inputs[0].shape } : {};
    return {
      name: this.name,
      trainable: this.trainable,
      dtype: serializeKerasObject(this.dtypePolicy),
      layers: this.chain.map((l) => serializeKerasObject(l)),
      ...build,
    };
  }
  static override fromConfig(config: Record<string, unknown>): Sequential {
    checkSequential(config);
    const { layers, name, trainable, buildInputShape } = config as {
      layers: unknown[];
      name?: string;
      trainable?: boolean;
      buildInputShape?: SymbolicShape;
    };
    const model = new this(
      layers.map((l) => deserializeKerasObject(l, { module: 'keras.layers' }) as Layer),
      { name, trainable },
    );
    if (!model.graph && buildInputShape) model.build(buildInputShape);
    if (isOld(config)) lenient.add(model);
    return model;
  }
}
registerClass('keras.models', Sequential);
registerClass('keras', Sequential);
