/** Configs of distillation. */
import { keras } from '../../../lib/index';

const { distillation, layers, losses, Sequential } = keras;
const chain = (name: string): InstanceType<typeof Sequential> =>
  new Sequential([layers.Input([4]), new layers.Dense(3, { name: `${name}_dense` })], { name });

export const distillationRows: Record<string, () => { getConfig(): object }> = {
  DistillationLoss: () => new distillation.DistillationLoss(),
  FeatureDistillation: () =>
    new distillation.FeatureDistillation({
      loss: ['mae', null, new losses.Huber({ delta: 0.5 })],
      teacherLayerName: 'a',
      studentLayerName: 'b',
    }),
  LogitsDistillation: () => new distillation.LogitsDistillation(2.5, { loss: new losses.KLDivergence() }),
  Distiller: () =>
    new distillation.Distiller(
      chain('teacher'),
      chain('student'),
      [
        new distillation.LogitsDistillation(),
        new distillation.FeatureDistillation({ teacherLayerName: 'teacher_dense', studentLayerName: 'student_dense' }),
      ],
      { distillationLossWeights: [1, 0.25], studentLossWeight: 0.75, name: 'both' },
    ),
};
