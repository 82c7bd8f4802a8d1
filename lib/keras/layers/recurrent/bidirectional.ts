/** Bidirectional: a recurrent layer and its mirror image, over the same sequence. */
import { describe } from '../../../support/describe';
import { AttributeError, ValueError } from '../../../support/errors';
import { flip } from '../../../ops/shape';
import * as ops from '../../../ops/index';
import { Tensor } from '../../../core/tensor';
import type { Variable } from '../../../core/variable';
import { customObjectScope, moduleOf, registerClass, type SerializableClass } from '../../serialization/registry';
import { kinds, type OptionKinds } from '../../options';
import {
  deserializeKerasObject,
  isSerialized,
  serializeKerasObject,
  type SerializedObject,
} from '../../serialization/serialize';
import { Layer, type BuildShape, type CallOptions, type LayerOptions } from '../layer';
import { hasMasksOfKeras2 } from '../../masks';
import type { RNNCallOptions } from './rnn';

/** What a layer must have to be made bidirectional: RNN and its subclasses do. */
export interface SequenceLayer extends Layer {
  /** Whether it gives the outputs of all steps. */
  readonly returnSequences: boolean;
  /** Whether it gives the last states too. */
  readonly returnState: boolean;
  /** Whether it goes from the last step to the first. */
  readonly goBackwards: boolean;
  /** Whether a batch begins with the states of the one before. */
  readonly stateful: boolean;
  /** The states that a stateful layer keeps; null before the first batch. */
  readonly states?: Variable[] | null;
  /** Whether the outputs of masked steps are zeros. */
  zeroOutputForMask?: boolean;
  /** Whether the primitive for whole sequences is used. */
  useCudnn?: 'auto' | boolean;
  resetState?(): void;
}
export type MergeMode = 'concat' | 'sum' | 'ave' | 'mul';
export interface BidirectionalOptions extends LayerOptions {
  /** How the two outputs are joined; null returns both. Default 'concat'. */
  mergeMode?: MergeMode | null;
  /** The layer that goes backwards. Default: a copy of the first with goBackwards. */
  backwardLayer?: Layer | null;
}
const MODES = ['concat', 'sum', 'ave', 'mul', null];

// An unbuilt copy under another name.
function copyOf(layer: Layer, changes: Record<string, unknown>): SequenceLayer {
  const custom = [...layer.flattenLayers()].map((l) => l.constructor).filter((c) => !moduleOf(c));
  const serialized = serializeKerasObject(layer) as SerializedObject;
  const config = { ...serialized, config: { ...(serialized.config as object), ...changes } };
  return customObjectScope(
    Object.fromEntries(custom.map((c) => [c.name, c])),
    () => deserializeKerasObject(config) as SequenceLayer,
  );
}

/**
 * A recurrent layer over the sequence in both directions; its outputs are joined step by step.
 * @param layer - an RNN, LSTM, GRU, ... It is copied: the copies are `forwardLayer` and `backwardLayer`.
 * The first half of `initialState` goes to the forward layer, the second half to the backward one.
 * @example new Bidirectional(new LSTM(4, { returnSequences: true })).apply(ones([2, 10, 8]))   // shape (2, 10, 8)
 */
export class Bidirectional extends Layer {
  static override positional: readonly string[] = ['layer'];
  static override options: OptionKinds = { mergeMode: kinds.choice, backwardLayer: kinds.any };
  override supportsMasking = true;
  readonly forwardLayer: SequenceLayer;
  readonly backwardLayer: SequenceLayer;
  readonly mergeMode: MergeMode | null;
  readonly stateful: boolean;
  readonly returnSequences: boolean;
  readonly returnState: boolean;

  constructor(layer: Layer, options: BidirectionalOptions = {}) {
    super(options);
    const { mergeMode = 'concat', backwardLayer } = options;
    if (!(layer instanceof Layer))
      throw new ValueError(`Bidirectional: the first argument must be a layer.\n  Received: ${describe(layer)}`);
    if (backwardLayer != null && !(backwardLayer instanceof Layer))
      throw new ValueError(`Bidirectional: backwardLayer must be a layer.\n  Received: ${describe(backwardLayer)}`);
    if (!MODES.includes(mergeMode))
      throw new ValueError(
        `Bidirectional: mergeMode must be 'concat', 'sum', 'ave', 'mul' or null.\n  Received: ${describe(mergeMode)}`,
      );
    if (!('goBackwards' in layer && 'returnSequences' in layer && 'returnState' in layer))
      throw new ValueError(
        `Bidirectional: the layer must have goBackwards, returnSequences and returnState, as RNN, LSTM and GRU have.\n  Received: '${layer.name}'`,
      );
    const given = layer as SequenceLayer;
    this.forwardLayer = copyOf(layer, { name: `forward_${layer.name.replace(/^forward_/, '')}` });
    this.backwardLayer =
      (backwardLayer as SequenceLayer | null | undefined) ??
      copyOf(layer, { go_backwards: true, name: `backward_${layer.name.replace(/^backward_/, '')}` });
    for (const one of [this.forwardLayer, this.backwardLayer]) {
      if (given.useCudnn !== undefined) one.useCudnn = given.useCudnn; // no part of the config
      if (one.zeroOutputForMask !== undefined) one.zeroOutputForMask = one.returnSequences;
    }
    this.checkPair();
    this.mergeMode = mergeMode;
    this.stateful = given.stateful;
    this.returnSequences = given.returnSequences;
    this.returnState = given.returnState;
    this.inputSpec = layer.inputSpec;
  }
  private checkPair(): void {
    const { forwardLayer: forward, backwardLayer: backward } = this;
    if (forward.goBackwards === backward.goBackwards)
      throw new ValueError(
        `Bidirectional: forward and backward layer must differ in goBackwards.\n  Received: ${forward.goBackwards} and ${backward.goBackwards}\n  Fix: give the backwardLayer { goBackwards: ${!forward.goBackwards} }.`,
      );
    for (const name of ['stateful', 'returnSequences', 'returnState'] as const)
      if (forward[name] !== backward[name])
        throw new ValueError(
          `Bidirectional: forward and backward layer must have the same ${name}.\n  Received: ${forward[name]} and ${backward[name]}`,
        );
  }
  override build(inputShape: BuildShape): void {
    for (const layer of [this.forwardLayer, this.backwardLayer]) if (!layer.built) layer.build(inputShape);
  }
  override call(sequences: Tensor, { initialState, mask, training }: RNNCallOptions = {}): unknown {
    const shared: CallOptions = { training, ...(mask ? { mask } : {}) };
    const halves = this.halves(initialState);
    const run2 = [this.forwardLayer, this.backwardLayer].map(
      (layer, i) =>
        layer.apply(sequences, { ...shared, ...(halves ? { initialState: halves[i] } : {}) }) as Tensor | Tensor[],
    );
    const states = this.returnState ? run2.flatMap((y) => (y as Tensor[]).slice(1)) : [];
    const [y, reversed] = run2
      .map((r) => (this.returnState ? (r as Tensor[])[0] : (r as Tensor)))
      .map((t) => (t.dtype === this.computeDtype ? t : t.cast(this.computeDtype)));
    const merged = this.merge(y, this.returnSequences ? flip(reversed, { axis: 1 }) : reversed);
    if (!this.returnState) return merged;
    return Array.isArray(merged) ? [...merged, ...states] : [merged, ...states];
  }
  private merge(y: Tensor, back: Tensor): Tensor | [Tensor, Tensor] {
    switch (this.mergeMode) {
      case 'concat':
        return ops.concatenate([y, back], { axis: y.ndim - 1 });
      case 'sum':
        return y.add(back);
      case 'ave':
        return y.add(back).div(2);
      case 'mul':
        return y.mul(back);
      default:
        return [y, back];
    }
  }
  private halves(given: unknown): [unknown[], unknown[]] | null {
    if (given == null) return null;
    if (!Array.isArray(given) || given.length % 2)
      throw new ValueError(
        `initialState must be an array: first the states of the forward layer, then as many of the backward one.\n  Received: ${Array.isArray(given) ? `${given.length} states` : String(given)}`,
      );
    return [given.slice(0, given.length / 2), given.slice(given.length / 2)];
  }
  /** Sets the states of both layers to zero. */
  resetState(): void {
    if (!this.stateful) throw new AttributeError(`resetState: layer '${this.name}' is not stateful.`);
    this.forwardLayer.resetState?.();
    this.backwardLayer.resetState?.();
  }
  /** Alias of `resetState`. */
  resetStates(): void {
    this.resetState();
  }
  /** The states of both layers, when they are stateful and built. */
  get states(): Variable[] | null {
    const { forwardLayer: forward, backwardLayer: backward } = this;
    return forward.states && backward.states ? [...forward.states, ...backward.states] : null;
  }
  static hasMasksOfKeras2 = true;
  // Keras 3 finds masks for calls on one tensor only: beside initial states a mask must be given as `mask`.
  protected override takesMaskOfInputs({ initialState }: RNNCallOptions): boolean {
    return initialState == null || hasMasksOfKeras2(this);
  }
  override computeMask(_: unknown, previous: unknown): unknown {
    const mask = ((Array.isArray(previous) ? previous.find((m) => m instanceof Tensor) : previous) ??
      null) as Tensor | null;
    const own = this.returnSequences ? mask : null;
    if (this.mergeMode === null) return [own, own];
    return this.returnState ? [own] : own;
  }
  override getConfig(): Record<string, unknown> {
    return {
      ...super.getConfig(),
      mergeMode: this.mergeMode,
      layer: serializeKerasObject(this.forwardLayer),
      backwardLayer: serializeKerasObject(this.backwardLayer),
    };
  }
  static override fromConfig(this: SerializableClass, config: Record<string, unknown>): Layer {
    const read = (x: unknown): unknown => (isSerialized(x) ? deserializeKerasObject(x) : x);
    const used = {
      ...config,
      layer: read(config.layer),
      ...(config.backwardLayer == null ? {} : { backwardLayer: read(config.backwardLayer) }),
    };
    return Layer.fromConfig.call(this, used);
  }
}
registerClass('keras.layers', Bidirectional);
