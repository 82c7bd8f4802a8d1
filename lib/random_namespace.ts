/** `trae.random`. */
export {
  bernoulli,
  beta,
  binomial,
  categorical,
  dropout,
  gamma,
  normal,
  randint,
  SeedGenerator,
  shuffle,
  truncatedNormal,
  uniform,
  type Seed,
} from './random';
