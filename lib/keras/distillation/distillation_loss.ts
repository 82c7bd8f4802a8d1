/** What a student is to learn from a teacher: its outputs, or what goes on inside (keras.src.distillation.distillation_loss). */
import { describe } from '../../support/describe';
import { NotImplementedError, ValueError } from '../../support/errors';
import { convert, type Tensor } from '../../core/tensor';
import { KLDivergence, type Loss } from '../losses/index';
import type { Model } from '../models/model';
import { registerClass } from '../serialization/registry';
import { checkOptionsOf, kinds, type OptionKinds } from '../options';
import {
  checkRecord,
  hasLoss,
  haveSameStructure,
  leavesOf,
  lossesOf,
  mapTogether,
  serializedLosses,
  structureText,
  type LossStructure,
  type OutputLoss,
} from './structures';

/**
 * Base of distillation losses. Subclass it and implement `computeLoss`, which takes outputs of the teacher and of the
 * student (tensors, or arrays and records of them) and returns a scalar.
 */
export class DistillationLoss {
  /** Layers whose outputs are compared; null for the outputs of the models. */
  readonly teacherLayerName: string | null = null;
  readonly studentLayerName: string | null = null;
  /** The loss between outputs: a scalar. */
  computeLoss(teacherOutputs: unknown, studentOutputs: unknown): Tensor {
    void [teacherOutputs, studentOutputs];
    throw new NotImplementedError(
      `${this.constructor.name}: a distillation loss must implement computeLoss(teacherOutputs, studentOutputs), which returns a scalar.`,
    );
  }
  /** @throws ValueError when the outputs are structured differently. */
  validateOutputs(teacherOutputs: unknown, studentOutputs: unknown): void {
    if (!haveSameStructure(teacherOutputs, studentOutputs))
      throw new ValueError(
        `${this.constructor.name}: outputs of teacher and student must have the same structure.\n  Received: ${structureText(teacherOutputs)} of the teacher, ${structureText(studentOutputs)} of the student`,
      );
  }
  /** @throws ValueError when these models cannot be compared so. */
  validateModelCompatibility(teacher: Model, student: Model): void {
    void [teacher, student];
  }
  getConfig(): Record<string, unknown> {
    return {};
  }
}

function checkedLoss(where: string, given: LossStructure): unknown {
  const loss = lossesOf(given);
  if (!hasLoss(loss))
    throw new ValueError(`${where}: loss must name a loss for one output at least.\n  Received: ${describe(given)}`);
  return loss;
}
const lossBetween = (loss: OutputLoss, teacher: Tensor, student: Tensor): Tensor =>
  (typeof loss === 'function' ? loss(teacher, student) : loss.call(teacher, student)).mean();
const sumOf = (values: unknown): Tensor =>
  (leavesOf(values).filter((v) => v !== null) as Tensor[]).reduce((a, b) => a.add(b));

export interface FeatureDistillationOptions {
  /** A loss, or a structure of losses as that of the outputs; null where an output is left out. Default 'mse'. */
  loss?: LossStructure;
  /** The layer of the teacher; null (default) for its output. */
  teacherLayerName?: string | null;
  /** The layer of the student; null (default) for its output. */
  studentLayerName?: string | null;
}
/**
 * The mean of a loss between the output of a layer of the teacher and that of a layer of the student, summed over outputs
 * (Romero et al. 2015). Models whose layers are named must be functional or sequential.
 */
export class FeatureDistillation extends DistillationLoss {
  static positional: readonly string[] = [];
  static options: OptionKinds = {
    loss: kinds.any,
    teacherLayerName: kinds.string,
    studentLayerName: kinds.string,
  };
  override readonly teacherLayerName: string | null;
  override readonly studentLayerName: string | null;
  /** Losses, in the structure of the outputs. */
  readonly loss: unknown;
  constructor(options: FeatureDistillationOptions = {}) {
    super();
    checkRecord('FeatureDistillation', options);
    checkOptionsOf(new.target, 'FeatureDistillation', options);
    this.teacherLayerName = options.teacherLayerName ?? null;
    this.studentLayerName = options.studentLayerName ?? null;
    this.loss = checkedLoss('FeatureDistillation', options.loss === undefined ? 'mse' : options.loss);
  }
  override validateModelCompatibility(teacher: Model, student: Model): void {
    const { teacherLayerName, studentLayerName } = this;
    if (teacherLayerName === null && studentLayerName === null) return;
    const models = { teacher, student };
    const subclassed = (['teacher', 'student'] as const).filter((who) => !models[who].graph);
    if (subclassed.length)
      throw new ValueError(
        `FeatureDistillation: layers can be named in functional and sequential models alone, and the ${subclassed.join(' and the ')} has no symbolic inputs and outputs.\n` +
          `  Received: ${subclassed.map((who) => `${who} '${models[who].name}'`).join(', ')}\n  Fix: leave out teacherLayerName and studentLayerName, or make it by new Model({ inputs, outputs }).`,
      );
    if (teacherLayerName !== null) teacher.getLayer(teacherLayerName);
    if (studentLayerName !== null) student.getLayer(studentLayerName);
  }
  override validateOutputs(teacherOutputs: unknown, studentOutputs: unknown): void {
    super.validateOutputs(teacherOutputs, studentOutputs);
    if (!haveSameStructure(this.loss, teacherOutputs))
      throw new ValueError(
        `FeatureDistillation: loss must have the structure of the outputs.\n  Received: loss ${structureText(this.loss)}, outputs ${structureText(teacherOutputs)}\n  Fix: name a loss, or null, for each output.`,
      );
  }
  override computeLoss(teacherOutputs: unknown, studentOutputs: unknown): Tensor {
    return sumOf(
      mapTogether(
        'FeatureDistillation',
        (loss, teacher, student) =>
          loss === null ? null : lossBetween(loss as Loss, convert(teacher as Tensor), convert(student as Tensor)),
        this.loss,
        teacherOutputs,
        studentOutputs,
      ),
    );
  }
  override getConfig(): Record<string, unknown> {
    return {
      loss: serializedLosses(this.loss),
      teacherLayerName: this.teacherLayerName,
      studentLayerName: this.studentLayerName,
    };
  }
}

export interface LogitsDistillationOptions {
  /** What logits are divided by. Default 3. */
  temperature?: number;
  /** A loss, or a structure of losses as that of the outputs; null where an output is left out. Default 'kl_divergence'. */
  loss?: LossStructure;
}
/**
 * The mean of a loss between the logits of teacher and student, each divided by the temperature, summed over outputs
 * (Hinton et al. 2015). `new KLDivergence()` compares their softmax and counts temperature^2 times; every other loss, the
 * function that the name 'kl_divergence' means included, takes them as they are, as in Keras.
 */
export class LogitsDistillation extends DistillationLoss {
  static positional: readonly string[] = ['temperature'];
  static options: OptionKinds = { temperature: kinds.floats, loss: kinds.any };
  readonly temperature: number;
  /** Losses, in the structure of the outputs. */
  readonly loss: unknown;
  constructor(temperature: number | LogitsDistillationOptions = {}, options: LogitsDistillationOptions = {}) {
    super();
    const given = typeof temperature === 'object' && temperature !== null ? temperature : { ...options, temperature };
    checkRecord('LogitsDistillation', given);
    checkOptionsOf(new.target, 'LogitsDistillation', given);
    this.temperature = given.temperature ?? 3;
    if (!(typeof this.temperature === 'number' && this.temperature > 0))
      throw new ValueError(
        `LogitsDistillation: temperature must be a number above 0.\n  Received: ${describe(this.temperature)}`,
      );
    this.loss = checkedLoss('LogitsDistillation', given.loss === undefined ? 'kl_divergence' : given.loss);
  }
  override computeLoss(teacherOutputs: unknown, studentOutputs: unknown): Tensor {
    const { temperature } = this;
    const between = (loss: unknown, teacherLogits: unknown, studentLogits: unknown): Tensor | null => {
      if (loss === null) return null;
      const teacher = (teacherLogits as Tensor).div(temperature);
      const student = (studentLogits as Tensor).div(temperature);
      if (!(loss instanceof KLDivergence)) return lossBetween(loss as Loss, teacher, student);
      return lossBetween(loss, teacher.softmax(), student.softmax()).mul(temperature ** 2);
    };
    return sumOf(mapTogether('LogitsDistillation', between, this.loss, teacherOutputs, studentOutputs));
  }
  override getConfig(): Record<string, unknown> {
    return { temperature: this.temperature, loss: serializedLosses(this.loss) };
  }
}
registerClass('keras.distillation', DistillationLoss, FeatureDistillation, LogitsDistillation);
