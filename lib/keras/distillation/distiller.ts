/** A student that learns from targets and from a teacher at once (keras.src.distillation.distiller). */
import { describe } from '../../support/describe';
import { TypeError, ValueError } from '../../support/errors';
import { isRecord } from '../../support/nest';
import { convert, formatShape, Tensor } from '../../core/tensor';
import type { KerasTensor } from '../keras_tensor';
import type { BuildShape, CallOptions, Layer, LayerOptions } from '../layers/layer';
import { Mean } from '../metrics/reduction_metrics';
import { Model } from '../models/model';
import { registerClass } from '../serialization/registry';
import { deserializeKerasObject, serializeKerasObject } from '../serialization/serialize';
import { kinds, type OptionKinds } from '../options';
import { serializeByOutput } from '../training/compile_state';
import type { CompileOptions } from '../training/options';
import { DistillationLoss } from './distillation_loss';
import { leavesOf, lossesOf, mapTogether, type OutputLoss } from './structures';

export interface DistillerOptions extends LayerOptions {
  /** The trained model that is learned from; its weights stay as they are. */
  teacher?: Model;
  /** The model that is trained. */
  student?: Model;
  /** How the outputs of both are compared: a DistillationLoss or several. */
  distillationLosses?: DistillationLoss | readonly DistillationLoss[];
  /** A weight for each distillation loss. Default 1 each. */
  distillationLossWeights?: readonly number[] | null;
  /** The share of the student's own loss, in [0, 1]; the rest is that of the distillation losses. Default 0.5. */
  studentLossWeight?: number;
}
const OUTPUT = 'final_output';
type Features = Record<string, unknown>;

/**
 * Trains `student` on
 * `studentLossWeight * loss(y, yPred) + (1 - studentLossWeight) * sum(weight * distillationLoss(teacher(x), student(x)))`,
 * with the teacher frozen. Calls give what the student gives. `sampleWeight` counts in weighted metrics alone, as in Keras.
 * @throws ValueError when shapes or dtypes of the models differ, or a distillation loss does not fit them.
 */
export class Distiller extends Model {
  static override options: OptionKinds = {
    inputs: null,
    outputs: null,
    teacher: kinds.any,
    student: kinds.any,
    distillationLosses: kinds.any,
    distillationLossWeights: kinds.floats,
    studentLossWeight: kinds.floats,
  };
  static override positional: readonly string[] = ['teacher', 'student', 'distillationLosses'];
  readonly teacher: Model;
  readonly student: Model;
  readonly distillationLosses: readonly DistillationLoss[];
  readonly distillationLossWeights: readonly number[];
  readonly studentLossWeight: number;
  private readonly _teacherFeatureExtractor: Model | null;
  private readonly _studentFeatureExtractor: Model | null;
  readonly studentLossTracker = new Mean({ name: 'student_loss' });
  readonly distillationLossTracker = new Mean({ name: 'distillation_loss' });
  readonly totalLossTracker = new Mean({ name: 'total_loss' });
  private studentLoss: unknown = null;
  private studentLossOption: unknown = null;

  constructor(
    teacher: Model | DistillerOptions,
    student?: Model,
    distillationLosses?: DistillationLoss | readonly DistillationLoss[],
    options: DistillerOptions = {},
  ) {
    const given = isRecord(teacher)
      ? (teacher as DistillerOptions)
      : { ...options, teacher: teacher as Model, student, distillationLosses };
    super({ ...given, name: given.name ?? 'distiller' });
    const models = { teacher: given.teacher!, student: given.student! };
    for (const who of ['teacher', 'student'] as const)
      if (!((models[who] as unknown) instanceof Model))
        throw new TypeError(`Distiller: ${who} must be a Model.\n  Received: ${describe(models[who])}`);
    checkModels(models.teacher, models.student);
    this.teacher = models.teacher;
    this.student = models.student;
    const weight = given.studentLossWeight ?? 0.5;
    if (!(typeof weight === 'number' && weight >= 0 && weight <= 1))
      throw new ValueError(`Distiller: studentLossWeight must lie between 0 and 1.\n  Received: ${describe(weight)}`);
    this.studentLossWeight = weight;
    const list = given.distillationLosses;
    this.distillationLosses = (Array.isArray(list) ? [...(list as DistillationLoss[])] : [list]) as DistillationLoss[];
    for (const loss of this.distillationLosses as unknown[])
      if (!(loss instanceof DistillationLoss))
        throw new TypeError(
          `Distiller: distillationLosses must be a distillation loss or an array of them.\n  Received: ${describe(loss)}\n  Fix: new LogitsDistillation(), new FeatureDistillation(), or an instance of your own subclass of DistillationLoss.`,
        );
    this.distillationLossWeights = checkedWeights(given.distillationLossWeights, this.distillationLosses.length);
    for (const loss of this.distillationLosses) loss.validateModelCompatibility(this.teacher, this.student);
    this._teacherFeatureExtractor = extractor(
      this.teacher,
      this.distillationLosses.map((l) => l.teacherLayerName),
    );
    this._studentFeatureExtractor = extractor(
      this.student,
      this.distillationLosses.map((l) => l.studentLayerName),
    );
    this.teacher.trainable = false;
  }
  override build(inputShape: BuildShape): void {
    this.student.ensureBuilt(inputShape);
    this.teacher.ensureBuilt(inputShape);
  }
  override call(inputs: unknown, options: CallOptions = {}): unknown {
    return this.student.apply(inputs, options) as unknown;
  }
  /** Sets the optimizer (default adam), the loss of the student, which must be given, and metrics. */
  override compile(options: CompileOptions = {}): void {
    const { loss, metrics } = options;
    if (loss === null || loss === undefined)
      throw new ValueError(
        'Distiller.compile: loss, that of the student, must be given.\n  Fix: compile({ loss: ... }).',
      );
    if (metrics !== null && metrics !== undefined && !Array.isArray(metrics))
      throw new TypeError(`Distiller.compile: metrics must be an array.\n  Received: ${describe(metrics)}`);
    this.studentLoss = lossesOf(loss);
    this.studentLossOption = loss;
    super.compile({ ...options, optimizer: options.optimizer ?? 'adam', loss: null });
  }
  /** What `compile` was called with, the student's loss included. */
  override getCompileConfig(): Record<string, unknown> | null {
    const config = super.getCompileConfig();
    return config && { ...config, loss: serializeByOutput(this.studentLossOption) };
  }
  override compileFromConfig(config: Record<string, unknown>): void {
    // Keras' own files lack it.
    if (config.loss === null || config.loss === undefined)
      console.warn(
        `Distiller '${this.name}': the file does not say the loss of the student: call compile({ loss: ... }) before training.`,
      );
    else super.compileFromConfig(config);
  }
  private studentLossOf(y: unknown, yPred: unknown): Tensor {
    if (this.studentLossWeight === 0 || y === null || y === undefined) return convert(0, 'float32');
    const value = (loss: unknown, target: unknown, output: unknown): Tensor => {
      const result =
        typeof loss === 'function'
          ? (loss as losses)(convert(target as Tensor), output as Tensor)
          : (loss as { call: losses }).call(target as Tensor, output as Tensor);
      return result.ndim ? result.mean() : result;
    };
    const values = leavesOf(
      mapTogether(
        'Distiller: loss, targets and outputs',
        (l, t, p) => (l === null ? null : value(l, t, p)),
        this.studentLoss,
        y,
        yPred,
      ),
    );
    return (values.filter((v) => v !== null) as Tensor[]).reduce((a, b) => a.add(b), convert(0, 'float32'));
  }
  private distillationLossOf(x: unknown, yPred: unknown): Tensor {
    if (this.studentLossWeight === 1) return convert(0, 'float32');
    const inTeacher = this._teacherFeatureExtractor;
    const inStudent = this._studentFeatureExtractor;
    const ofTeacher = (
      inTeacher
        ? inTeacher.apply(x, { training: false })
        : { [OUTPUT]: this.teacher.apply(x, { training: false }) as unknown }
    ) as Features;
    const ofStudent = (inStudent ? inStudent.apply(x, { training: true }) : { [OUTPUT]: yPred }) as Features;
    let total = convert(0, 'float32');
    this.distillationLosses.forEach((loss, i) => {
      const { teacherLayerName: teacherName, studentLayerName: studentName } = loss;
      const teacher = ofTeacher[teacherName ?? OUTPUT];
      const student = teacherName === null && studentName === null ? yPred : ofStudent[studentName ?? OUTPUT];
      loss.validateOutputs(teacher, student);
      const value: unknown = loss.computeLoss(teacher, student);
      if (!(value instanceof Tensor) || value.ndim)
        throw new ValueError(
          `${loss.constructor.name}: computeLoss must return a scalar tensor.\n  Received: ${describe(value)}\n  Fix: return the mean, by ops.mean(...).`,
        );
      total = total.add(value.mul(this.distillationLossWeights[i]));
    });
    return total;
  }
  override computeLoss({ x, y, yPred, training = true }: Parameters<Model['computeLoss']>[0]): Tensor {
    if (this.studentLoss === null)
      throw new ValueError(
        `computeLoss: model '${this.name}' is not compiled.\n  Fix: call compile({ loss: ... }) first.`,
      );
    const outputs = yPred ?? (this.apply(x, { training }) as unknown);
    const studentLoss = this.studentLossOf(y, outputs);
    const distillationLoss = this.distillationLossOf(x, outputs);
    const total = studentLoss.mul(this.studentLossWeight).add(distillationLoss.mul(1 - this.studentLossWeight));
    this.studentLossTracker.updateState(studentLoss);
    this.distillationLossTracker.updateState(distillationLoss);
    this.totalLossTracker.updateState(total);
    return total;
  }
  override getConfig(): Record<string, unknown> {
    return {
      ...super.getConfig(),
      teacher: serializeKerasObject(this.teacher),
      student: serializeKerasObject(this.student),
      distillationLosses: this.distillationLosses.map(serializeKerasObject),
      distillationLossWeights: this.distillationLossWeights,
      studentLossWeight: this.studentLossWeight,
    };
  }
  static override fromConfig(config: Record<string, unknown>): Layer {
    const { teacher, student, distillationLosses } = config;
    return super.fromConfig.call(this, {
      ...config,
      teacher: deserializeKerasObject(teacher, { module: 'keras.models' }),
      student: deserializeKerasObject(student, { module: 'keras.models' }),
      distillationLosses: (distillationLosses as unknown[]).map((l) =>
        deserializeKerasObject(l, { module: 'keras.distillation' }),
      ),
    });
  }
}
type losses = Extract<OutputLoss, (...args: never[]) => unknown>;

// Inputs and outputs, where both models know theirs.
function checkModels(teacher: Model, student: Model): void {
  if (!teacher.graph || !student.graph) return;
  for (const what of ['input', 'output'] as const) {
    const ofTeacher: KerasTensor[] = teacher[`${what}s`];
    const ofStudent: KerasTensor[] = student[`${what}s`];
    if (ofTeacher.length !== ofStudent.length)
      throw new ValueError(
        `Distiller: the teacher has ${ofTeacher.length} ${what}s but the student has ${ofStudent.length}.`,
      );
    ofTeacher.forEach((t, i) => {
      const s = ofStudent[i];
      if (
        t.shape.length !== s.shape.length ||
        t.shape.some((d, axis) => d !== null && s.shape[axis] !== null && d !== s.shape[axis])
      )
        throw new ValueError(
          `Distiller: ${what} ${i} has shape ${formatShape(t.shape)} in the teacher but ${formatShape(s.shape)} in the student. All sizes must match.`,
        );
      if (t.dtype !== s.dtype)
        throw new ValueError(
          `Distiller: ${what} ${i} has dtype ${t.dtype} in the teacher but ${s.dtype} in the student.`,
        );
    });
  }
}
function checkedWeights(given: readonly number[] | null | undefined, count: number): readonly number[] {
  if (given === null || given === undefined) return Array<number>(count).fill(1);
  if (!Array.isArray(given) || !given.every((w) => typeof w === 'number'))
    throw new TypeError(
      `Distiller: distillationLossWeights must be an array of numbers.\n  Received: ${describe(given)}`,
    );
  if (given.length !== count)
    throw new ValueError(
      `Distiller: distillationLossWeights has ${given.length} weights but there are ${count} distillation losses.`,
    );
  return [...(given as number[])];
}
// A model of the same layers that gives the outputs of some of them too; null when no layer is named.
function extractor(model: Model, names: readonly (string | null)[]): Model | null {
  const wanted = [...new Set(names.filter((n) => n !== null))];
  if (!wanted.length) return null;
  if (!model.graph)
    throw new ValueError(
      `Distiller: model '${model.name}' has no symbolic inputs and outputs, so that layer '${wanted[0]}' cannot be looked at.`,
    );
  const { inputStructure, outputStructure } = model.graph;
  const outputs = Object.fromEntries([
    [OUTPUT, outputStructure] as const,
    ...wanted.map((name) => [name, model.getLayer(name).output] as const),
  ]);
  return new Model({ inputs: inputStructure, outputs, name: `${model.name}_multi_feature_extractor` });
}
registerClass('keras.distillation', Distiller);
