/** Muon. */
import * as ops from '../../ops/index';
import type { Tensor } from '../../core/tensor';
import type { Variable } from '../../core/variable';
import { registerClass } from '../serialization/registry';
import { kinds, type OptionKinds } from '../options';
import { Optimizer, splitRate, type LearningRate, type OptimizerOptions } from './optimizer';

interface MuonSettings {
  /** Decay of the mean of the gradients, of weights that Adam updates, in [0, 1). Default 0.9. */
  adamBeta1: number;
  /** Decay of the mean of their squares, in [0, 1). Default 0.999. */
  adamBeta2: number;
  /** Added to the root of the mean of squares, so that nothing is divided by 0. Default 1e-7. */
  epsilon: number;
  /** Regular expressions; variables whose path matches one are updated by Adam. */
  excludeLayers: readonly string[];
  /** Coefficient of x in the Newton-Schulz iteration. Default 3.4445. */
  muonA: number;
  /** Coefficient of x^3 in the Newton-Schulz iteration. Default -4.775. */
  muonB: number;
  /** Coefficient of x^5 in the Newton-Schulz iteration. Default 2.0315. */
  muonC: number;
  /** Adam's rate is the rate times this. */
  adamLrRatio: number;
  /** Share of the past gradients in the momentum, in [0, 1]. Default 0.95. */
  momentum: number;
  /** Number of Newton-Schulz iterations, >= 0. Default 5. */
  nsSteps: number;
  /** Whether gradients are taken to be those of the point that momentum leads to. Default true. */
  nesterov: boolean;
  /** Whether weights with 'embedding' in their path are updated by Adam. Default true. */
  excludeEmbeddings: boolean;
  /** Share by which weights that Adam updates shrink, times the learning rate. Default 0.004. */
  adamWeightDecay: number | null;
  /** Scale that brings steps to the size of Adam's; null for none. */
  rmsRate: number | null;
}
export type MuonOptions = OptimizerOptions & Partial<MuonSettings>;
const defaults: MuonSettings = {
  adamBeta1: 0.9,
  adamBeta2: 0.999,
  epsilon: 1e-7,
  excludeLayers: [],
  muonA: 3.4445,
  muonB: -4.775,
  muonC: 2.0315,
  adamLrRatio: 1,
  momentum: 0.95,
  nsSteps: 5,
  nesterov: true,
  excludeEmbeddings: true,
  adamWeightDecay: 0.004,
  rmsRate: 0.2,
};
/**
 * Momentum whose step is replaced by the nearest orthogonal matrix, found by `nsSteps` Newton-Schulz iterations
 * x = a x + (b x x' + c (x x')^2) x (Jordan et al. 2024; Liu et al. 2025). Only matrices; all other variables, embeddings and
 * `excludeLayers` are updated by AdamW. Defaults: rate 0.001, momentum 0.95, weightDecay 0.004.
 */
export class Muon extends Optimizer {
  static override positional = ['learningRate'];
  static override options: OptionKinds = {
    adamBeta1: kinds.float,
    adamBeta2: kinds.float,
    epsilon: kinds.float,
    excludeLayers: kinds.any,
    muonA: kinds.float,
    muonB: kinds.float,
    muonC: kinds.float,
    adamLrRatio: kinds.number,
    momentum: kinds.float,
    nsSteps: kinds.count,
    nesterov: kinds.boolean,
    excludeEmbeddings: kinds.boolean,
    adamWeightDecay: kinds.float,
    rmsRate: kinds.float,
  };
  readonly muon: Readonly<MuonSettings>;
  private readonly momentums: Variable[] = [];
  private readonly velocities: (Variable | null)[] = [];
  constructor(learningRate?: LearningRate | MuonOptions, more: MuonOptions = {}) {
    const options = splitRate(learningRate, more);
    super({ ...options, weightDecay: options.weightDecay === undefined ? 0.004 : options.weightDecay }, 0.001);
    const given = options as Record<string, unknown>;
    const own = Object.entries(defaults).map(([name, value]) => [
      name,
      given[name] === undefined || (given[name] === null && name === 'excludeLayers')
        ? (value as unknown)
        : given[name],
    ]);
    this.muon = Object.fromEntries(own) as MuonSettings;
  }
  private isForAdam(v: Variable): boolean {
    if (v.ndim !== 2 || (this.muon.excludeEmbeddings && v.path.toLowerCase().includes('embedding'))) return true;
    return this.muon.excludeLayers.some((pattern) => new RegExp(pattern).test(v.path));
  }
  protected override buildSlots(): void {
    for (const v of this.variablesTrained) {
      this.momentums.push(this.addSlot(v, 'momentum'));
      this.velocities.push(this.isForAdam(v) ? this.addSlot(v, 'velocity') : null);
    }
  }
  protected override decayOf(v: Variable): number | null {
    return this.isForAdam(v) ? this.muon.adamWeightDecay : this.settings.weightDecay;
  }
  protected override updateStep(g: Tensor, variable: Variable, rate: Tensor): void {
    const i = this.indexOf(variable);
    const m = this.momentums[i];
    const v = this.velocities[i];
    const { momentum, nesterov, rmsRate, adamLrRatio } = this.muon;
    if (v) {
      this.adamStep(g, variable, rate.mul(adamLrRatio), m, v);
      return;
    }
    m.assign(m.mul(momentum).add(g));
    const direction = nesterov ? g.add(m.mul(momentum)) : m.value;
    const step = rate.mul(this.orthogonal(direction));
    variable.assignSub(rmsRate === null ? step : step.mul(Math.sqrt(Math.max(...variable.shape)) * rmsRate));
  }
  private adamStep(g: Tensor, variable: Variable, rate: Tensor, m: Variable, v: Variable): void {
    const { adamBeta1, adamBeta2, epsilon } = this.muon;
    const t = this.localStep(g);
    const rest = (beta: number): Tensor => ops.subtract(1, ops.power(beta, t));
    const alpha = rate.mul(rest(adamBeta2).sqrt()).div(rest(adamBeta1));
    m.assignAdd(g.sub(m).mul(1 - adamBeta1));
    const square = g.square();
    v.assignAdd(square.sub(v).mul(1 - adamBeta2));
    variable.assignSub(m.mul(alpha).div(v.sqrt().add(epsilon)));
  }
  private orthogonal(given: Tensor): Tensor {
    const { muonA, muonB, muonC, nsSteps } = this.muon;
    const isTall = given.shape[0] > given.shape[1];
    let x = isTall ? given.transpose() : given;
    x = x.div(x.square().sum().sqrt().add(1e-7)); // the largest singular value is at most 1
    for (let k = 0; k < nsSteps; k++) {
      const square = x.matmul(x.transpose());
      const mixed = square.mul(muonB).add(square.mul(muonC).matmul(square));
      x = x.mul(muonA).add(mixed.matmul(x));
    }
    return isTall ? x.transpose() : x;
  }
  override getConfig() {
    return { ...super.getConfig(), ...this.muon };
  }
}
registerClass('keras.optimizers', Muon);
