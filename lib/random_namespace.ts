/** `trae.random`. */
export { bernoulli, categorical, dropout, normal, randint, SeedGenerator, shuffle, truncatedNormal, uniform, type Seed } from './random';
