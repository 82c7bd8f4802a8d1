/** Distillation against real Keras: losses, gradients, fits; files; errors. */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import * as trae from '../../../lib/index';
import { temporaryFolder } from '../../io/support';
import { close, golden, tensorOf, throwsText, wave, type Config, type Golden } from '../helpers';

const { distillation, layers, losses, optimizers, saving, Model, Sequential, Input } = trae.keras;
const { Distiller, DistillationLoss, FeatureDistillation, LogitsDistillation } = distillation;
type Distillation = InstanceType<typeof DistillationLoss>;
interface LossCase {
  config: Config;
  names: string[] | null;
  teacher: Golden[];
  student: Golden[];
  value: Golden;
  gradients: Golden[];
}
interface FitCase {
  name: string;
  config: Config;
  compile: Record<string, unknown>;
  x: Golden;
  y: Golden[];
  before: Golden[];
  history: Record<string, number[]>;
  after: Golden[];
  evaluate: Record<string, number>;
}
const cases = golden<{ losses: LossCase[]; fits: FitCase[] }>('distillation.json');
const folder = temporaryFolder();
const chain = (name: string, units = 3, features = 4): InstanceType<typeof Sequential> =>
  new Sequential(
    [
      layers.Input([features]),
      new layers.Dense(5, { activation: 'tanh', name: `${name}_hidden` }),
      new layers.Dense(units, { name: `${name}_out` }),
    ],
    { name },
  );

describe('distillation losses', () => {
  for (const { config, names, teacher, student, value, gradients } of cases.losses)
    it(`${config.class_name} ${JSON.stringify(config.config)}`, () => {
      const loss = saving.deserializeKerasObject(config) as Distillation;
      assert.deepEqual(JSON.parse(JSON.stringify(saving.serializeKerasObject(loss))), config);
      const pack = (list: trae.Tensor[]): unknown =>
        names ? Object.fromEntries(names.map((n, i) => [n, list[i]])) : list.length > 1 ? list : list[0];
      const variables = student.map((s) => trae.variable(tensorOf(s)));
      const { value: got, grads } = trae.variableGrads(
        () => loss.computeLoss(pack(teacher.map(tensorOf)), pack(variables.map((v) => v.value))),
        variables,
      );
      close(got, value, 'value');
      gradients.forEach((g, i) => close(grads[i], g, `gradient ${i}`));
    });
  it('take the temperature alone, or options', () => {
    assert.equal(new LogitsDistillation(5).temperature, 5);
    assert.equal(new LogitsDistillation({ temperature: 6 }).temperature, 6);
    assert.equal(new LogitsDistillation().temperature, 3);
    assert.equal(typeof new LogitsDistillation().loss, 'function');
    assert.ok(new LogitsDistillation({ loss: 'KLDivergence' }).loss instanceof losses.KLDivergence);
  });
});

describe('Distiller', () => {
  for (const { name, config, compile, x, y, before, history, after, evaluate } of cases.fits)
    it(`fits as Keras does: ${name}`, async () => {
      const model = saving.deserializeKerasObject(config) as InstanceType<typeof Distiller>;
      const own = JSON.parse(JSON.stringify(saving.serializeKerasObject(model))) as Config;
      for (const key of [
        'name',
        'trainable',
        'distillation_losses',
        'distillation_loss_weights',
        'student_loss_weight',
      ])
        assert.deepEqual(own.config[key], config.config[key], key);
      assert.deepEqual(Object.keys(own.config), Object.keys(config.config));
      const data = tensorOf(x);
      const target = y.length > 1 ? y.map(tensorOf) : tensorOf(y[0]);
      model.build([null, 4]);
      model.setWeights(before.map(tensorOf));
      const option = (o: unknown): unknown =>
        Array.isArray(o) ? o.map(option) : saving.deserializeKerasObject(o, { module: 'keras.losses' });
      model.compile({
        ...compile,
        loss: option(compile.loss) as never,
        optimizer: new optimizers.SGD(0.1, { momentum: 0.5 }),
      });
      const got = await model.fit(data, target, { shuffle: false, verbose: 0, epochs: 2, batchSize: 8 });
      assert.deepEqual(Object.keys(got.history).sort(), Object.keys(history).sort());
      for (const [key, values] of Object.entries(history)) close(got.history[key], values, key);
      after.forEach((w, i) => close(model.weights[i], w, `weight ${i}`));
      const logs = await model.evaluate(data, target, { batchSize: 20, verbose: 0, returnDict: true });
      for (const [key, v] of Object.entries(evaluate)) close(logs[key], [v], key);
    });
  it('trains the student alone and gives what it gives', async () => {
    const teacher = chain('teacher');
    const student = chain('student');
    const model = new Distiller({ teacher, student, distillationLosses: new LogitsDistillation() });
    assert.equal(model.name, 'distiller');
    assert.ok(!teacher.trainable);
    model.compile({ loss: 'mse' });
    const before = await Promise.all(teacher.weights.map((w) => w.data()));
    const x = wave(12, 4);
    await model.fit(x, wave(12, 3), { verbose: 0 });
    assert.deepEqual(model.trainableWeights, student.trainableWeights);
    assert.deepEqual(await Promise.all(teacher.weights.map((w) => w.data())), before);
    close((await model.predict(x, { verbose: 0 })) as trae.Tensor, student.apply(x) as trae.Tensor, 'outputs');
    assert.deepEqual(model.metricsNames, ['loss', 'student_loss', 'distillation_loss', 'total_loss']);
  });
  it('several outputs: the sum of their losses', async () => {
    const two = (name: string): InstanceType<typeof Model> => {
      const x = Input([4]);
      const kind = new layers.Dense(3, { name: `${name}_kind` }).apply(x) as trae.keras.KerasTensor;
      return new Model({ inputs: x, outputs: [kind, new layers.Dense(1).apply(x) as trae.keras.KerasTensor], name });
    };
    const [teacher, student] = [two('teacher'), two('student')];
    const features = new FeatureDistillation({
      loss: 'mae',
      teacherLayerName: 'teacher_kind',
      studentLayerName: 'student_kind',
    });
    const model = new Distiller(
      teacher,
      student,
      [new LogitsDistillation(2, { loss: [new losses.KLDivergence(), null] }), features],
      { studentLossWeight: 0.25 },
    );
    model.compile({ loss: ['mse', 'mae'] });
    const x = wave(6, 4);
    const y = [wave(6, 3).multiply(2), wave(6, 1)];
    const logs = await model.evaluate(x, y, { verbose: 0, returnDict: true });
    const [a, b] = teacher.apply(x) as trae.Tensor[];
    const [c, d] = student.apply(x) as trae.Tensor[];
    void b;
    const own = y[0].subtract(c).square().mean().item() + y[1].subtract(d).abs().mean().item();
    const p = a.divide(2).softmax();
    const q = c.divide(2).softmax();
    const taught = 4 * (p.multiply(p.divide(q).log()).sum().item() / 6) + a.subtract(c).abs().mean().item();
    close(logs.student_loss, [own], 'student');
    close(logs.distillation_loss, [taught], 'teacher');
    close(logs.loss, [0.25 * own + 0.75 * taught], 'loss');
  });
  it('reads losses in a tuple, as Keras writes them', () => {
    const json = {
      class_name: '__tuple__',
      config: [
        { module: 'builtins', class_name: 'function', config: 'mean_squared_error', registered_name: 'function' },
        null,
      ],
    };
    assert.deepEqual(new FeatureDistillation({ loss: json as never }).loss, [losses.meanSquaredError, null]);
  });
  it('takes subclassed models and losses of the user', async () => {
    class Plain extends Model {
      dense = new layers.Dense(3);
      override call(inputs: trae.Tensor): trae.Tensor {
        return this.dense.apply(inputs) as trae.Tensor;
      }
    }
    class Distance extends DistillationLoss {
      override computeLoss(teacher: trae.Tensor, student: trae.Tensor): trae.Tensor {
        return teacher.subtract(student).abs().mean().multiply(2);
      }
    }
    const teacher = new Plain();
    const student = new Plain();
    const model = new Distiller(teacher, student, new Distance(), { studentLossWeight: 0 });
    model.compile({ loss: 'mse' });
    const x = wave(6, 4);
    const { distillation_loss: got } = await model.evaluate(x, wave(6, 3), { verbose: 0, returnDict: true });
    close(
      got,
      (teacher.apply(x) as trae.Tensor)
        .subtract(student.apply(x) as trae.Tensor)
        .abs()
        .mean()
        .multiply(2),
      'distance',
    );
  });
  it('.keras: comes back compiled, with the loss of the student', async () => {
    const features = new FeatureDistillation({
      teacherLayerName: 'teacher_hidden',
      studentLayerName: 'student_hidden',
    });
    const model = new Distiller(chain('teacher'), chain('student'), [new LogitsDistillation(2), features], {
      distillationLossWeights: [1, 0.5],
    });
    model.compile({ loss: new losses.MeanAbsoluteError(), metrics: ['mse'] });
    const x = wave(10, 4);
    const y = wave(10, 3);
    const file = path.join(folder, 'distiller.keras');
    await model.fit(x, y, { verbose: 0 });
    await model.save(file);
    const copy = (await saving.loadModel(file)) as InstanceType<typeof Distiller>;
    assert.ok(copy instanceof Distiller);
    assert.deepEqual(
      await copy.evaluate(x, y, { verbose: 0, returnDict: true }),
      await model.evaluate(x, y, { verbose: 0, returnDict: true }),
    );
    assert.deepEqual(copy.distillationLossWeights, [1, 0.5]);
    assert.equal(copy.optimizer!.iterations.value.item(), 1);
  });
  it('loads files without its metrics, as Keras writes them', async () => {
    const make = () => new Distiller(chain('teacher'), chain('student'), new LogitsDistillation());
    const [model, copy] = [make(), make()];
    const file = path.join(folder, 'distiller.weights.h5');
    for (const m of [model, copy]) m.build([null, 4]);
    await model.saveWeights(file);
    const editor = await saving.KerasFileEditor.open(file, { printFn: () => undefined });
    for (const name of ['distillation_loss_tracker', 'student_loss_tracker', 'total_loss_tracker'])
      editor.deleteObject(name);
    await editor.save(file);
    await copy.loadWeights(file);
    copy.weights.forEach((w, i) => close(w, model.weights[i], `weight ${i}`));
  });
});

describe('errors of distillation', () => {
  const teacher = chain('teacher');
  const student = chain('student');
  const logits = new LogitsDistillation();
  const rows: [string, () => unknown, string, string][] = [
    [
      'temperature',
      () => new LogitsDistillation(-1.5),
      'ValueError',
      'LogitsDistillation: temperature must be a number above 0.\n  Received: -1.5',
    ],
    [
      'no loss',
      () => new FeatureDistillation({ loss: [null, null] }),
      'ValueError',
      'FeatureDistillation: loss must name a loss for one output at least.\n  Received: [null, null]',
    ],
    [
      'no model',
      () => new Distiller(teacher, 7 as never, logits),
      'TypeError',
      'Distiller: student must be a Model.\n  Received: 7',
    ],
    [
      'output shapes',
      () => new Distiller(teacher, chain('other', 7), logits),
      'ValueError',
      'Distiller: output 0 has shape (None, 3) in the teacher but (None, 7) in the student. All sizes must match.',
    ],
    [
      'input shapes',
      () => new Distiller(teacher, chain('other', 3, 9), logits),
      'ValueError',
      'Distiller: input 0 has shape (None, 4) in the teacher but (None, 9) in the student. All sizes must match.',
    ],
    [
      'dtypes',
      () => {
        const x = Input([4], { dtype: 'float64' });
        return new Distiller(
          teacher,
          new Model({ inputs: x, outputs: new layers.Dense(3).apply(x) as trae.keras.KerasTensor }),
          logits,
        );
      },
      'ValueError',
      'Distiller: input 0 has dtype float32 in the teacher but float64 in the student.',
    ],
    [
      'numbers of outputs',
      () => {
        const x = Input([4]);
        const y = new layers.Dense(3).apply(x) as trae.keras.KerasTensor;
        return new Distiller(teacher, new Model({ inputs: x, outputs: [y, y] }), logits);
      },
      'ValueError',
      'Distiller: the teacher has 1 outputs but the student has 2.',
    ],
    [
      'share',
      () => new Distiller(teacher, student, logits, { studentLossWeight: 1.25 }),
      'ValueError',
      'Distiller: studentLossWeight must lie between 0 and 1.\n  Received: 1.25',
    ],
    [
      'weights',
      () => new Distiller(teacher, student, [logits, logits], { distillationLossWeights: [1, 2, 3] }),
      'ValueError',
      'Distiller: distillationLossWeights has 3 weights but there are 2 distillation losses.',
    ],
    [
      'no distillation loss',
      () => new Distiller(teacher, student, 'kl_divergence' as never),
      'TypeError',
      "Distiller: distillationLosses must be a distillation loss or an array of them.\n  Received: 'kl_divergence'\n  Fix: new LogitsDistillation(), new FeatureDistillation(), or an instance of your own subclass of DistillationLoss.",
    ],
    [
      'unknown layer',
      () => new Distiller(teacher, student, new FeatureDistillation({ teacherLayerName: 'hiden' })),
      'ValueError',
      "getLayer: model 'teacher' has no layer 'hiden'.\n  Its layers: teacher_hidden, teacher_out",
    ],
    [
      'subclassed',
      () =>
        new Distiller(
          teacher,
          new (class Own extends Model {})({ name: 'own' }),
          new FeatureDistillation({ studentLayerName: 'x' }),
        ),
      'ValueError',
      "FeatureDistillation: layers can be named in functional and sequential models alone, and the student has no symbolic inputs and outputs.\n  Received: student 'own'\n  Fix: leave out teacherLayerName and studentLayerName, or make it by new Model({ inputs, outputs }).",
    ],
    [
      'compile without loss',
      () => new Distiller(teacher, student, logits).compile({ optimizer: 'adam' }),
      'ValueError',
      'Distiller.compile: loss, that of the student, must be given.\n  Fix: compile({ loss: ... }).',
    ],
    [
      'metrics',
      () => new Distiller(teacher, student, logits).compile({ loss: 'mse', metrics: 'mae' as never }),
      'TypeError',
      "Distiller.compile: metrics must be an array.\n  Received: 'mae'",
    ],
    [
      'structure of the loss',
      () => new FeatureDistillation({ loss: ['mse', 'mae'] }).validateOutputs(wave(2), wave(2)),
      'ValueError',
      'FeatureDistillation: loss must have the structure of the outputs.\n  Received: loss [*, *], outputs *\n  Fix: name a loss, or null, for each output.',
    ],
    [
      'structure of the outputs',
      () => logits.validateOutputs({ a: wave(2) }, [wave(2)]),
      'ValueError',
      'LogitsDistillation: outputs of teacher and student must have the same structure.\n  Received: { a: * } of the teacher, [*] of the student',
    ],
    [
      'base class',
      () => new DistillationLoss().computeLoss(1, 2),
      'NotImplementedError',
      'DistillationLoss: a distillation loss must implement computeLoss(teacherOutputs, studentOutputs), which returns a scalar.',
    ],
  ];
  for (const [what, f, name, text] of rows) it(what, () => throwsText(f, name, text));
  it('a loss that is no scalar', async () => {
    class Vector extends DistillationLoss {
      override computeLoss(given: trae.Tensor): trae.Tensor {
        return given;
      }
    }
    const model = new Distiller(chain('teacher'), chain('student'), new Vector());
    model.compile({ loss: 'mse' });
    await throwsText(
      () => model.trainOnBatch(wave(5, 4), wave(5, 3)),
      'ValueError',
      'Vector: computeLoss must return a scalar tensor.\n  Received: float32 tensor of shape (5, 3)\n  Fix: return the mean, by ops.mean(...).',
    );
  });
});
