/** Which layers and weights are trained, as of `compile`: what is changed later counts from the next `compile` on. */
import type { Variable } from '../../core/variable';
import type { Layer } from '../layers/layer';

/** @internal */
export class TrainableState {
  private readonly layers: Map<Layer, boolean>;
  private readonly variables: Map<Variable, boolean>;
  private isReported = false;
  constructor(private readonly model: Layer) {
    this.layers = new Map([...model.flattenLayers()].map((l) => [l, l.trainable]));
    this.variables = new Map(model.variables.map((v) => [v, v.trainable]));
  }
  /** Names of layers, and paths of single weights, that are frozen or trained by now and were not. */
  private changes(): string[] {
    const layers = [...this.layers].filter(([l, was]) => l.trainable !== was);
    const moved = new Set(layers.flatMap(([l]) => l.weights));
    const variables = [...this.variables].filter(([v, was]) => v.trainable !== was && !moved.has(v));
    return [...layers.map(([l]) => l.name), ...variables.map(([v]) => v.path)];
  }
  /** Warns, once, of changes that have no effect yet. */
  warn(): void {
    const names = this.isReported ? [] : this.changes();
    if (!names.length) return;
    this.isReported = true;
    process.emitWarning(
      `'trainable' of ${names.map((n) => `'${n}'`).join(', ')} has changed since model '${this.model.name}' was compiled. This has no effect until compile is called again.`,
    );
  }
  /** Runs `f` with the state of then. */
  during<T>(f: () => T): T {
    const swap = (): void => {
      for (const [layer, value] of this.layers) {
        this.layers.set(layer, layer.trainable);
        layer.setOwnTrainable(value);
      }
      for (const [variable, value] of this.variables) {
        this.variables.set(variable, variable.trainable);
        variable.trainable = value;
      }
    };
    swap();
    try {
      return f();
    } finally {
      swap();
    }
  }
}
