/** One line a problem: what is computed, how much work it is, and a check against plain JavaScript. */
import type { DType } from '../../lib/index';
import { application, applicationTraining } from './application';
import { conv } from './conv';
import { eager } from './eager';
import { elementwise } from './elementwise';
import { linalg } from './linalg';
import { matmul } from './matmul';
import { MODELS, callbacks, model, prediction, trainingData } from './models';
import { movement } from './movement';
import type { Problem } from './problem';
import { recurrent } from './recurrent';

export { MODELS, applicationTraining, trainingData, type Problem };

const FORMS =
  'matmul MxKxN [float64], conv DIRECTION NxHxWxC FILTERS SIZE, elementwise OP SHAPE, movement OP SHAPE [TIMES], eager add|matmul|conv SIZE [sync], lstm|gru forward|training NxTxC UNITS, model|callbacks NAME BATCH, predict|compiled NAME ROWS, application predict|train|tune NAME BATCH, cholesky|lu|solve|inv|det|qr|eigh|eig|svd|norm|lstsq SIZE';

/** Makes a problem from its line. */
export function parseProblem(line: string): Problem {
  const [kind, ...rest] = line.split(' ');
  const sizes = (s: string): number[] => s.split('x').map(Number);
  if (kind === 'matmul') return matmul(line, sizes(rest[0]), rest[1] as DType | undefined);
  if (kind === 'conv') return conv(line, rest[0], sizes(rest[1]), Number(rest[2]), Number(rest[3]));
  if (kind === 'elementwise') return elementwise(line, rest[0], sizes(rest[1]));
  if (kind === 'movement') return movement(line, rest[0], sizes(rest[1]), Number(rest[2] ?? 1));
  if (kind === 'eager') return eager(line, rest[0], Number(rest[1]), rest[2] === 'sync');
  if (kind === 'lstm' || kind === 'gru') return recurrent(line, kind, rest[0], sizes(rest[1]), Number(rest[2]));
  if (kind === 'callbacks') return callbacks(line, rest[0], Number(rest[1]));
  if (kind === 'model') return model(line, rest[0], Number(rest[1]));
  if (kind === 'predict' || kind === 'compiled') return prediction(line, kind, rest[0], Number(rest[1]));
  if (kind === 'application') return application(line, rest[0], rest[1], Number(rest[2]));
  const factorization = linalg(line, kind, Number(rest[0]));
  if (factorization) return factorization;
  throw new Error(`unknown problem '${line}': ${FORMS}`);
}
