/** `trae.random`. */
export { SeedGenerator, type Seed } from '../../core/seed';
export {
  bernoulli,
  beta,
  binomial,
  categorical,
  dropout,
  gamma,
  normal,
  randint,
  shuffle,
  truncatedNormal,
  uniform,
} from '../random';
