/** First values of weights (keras.initializers). */
import { NotImplementedError } from '../../support/errors';
import type { TensorLike } from '../../core/tensor';
import { INITIALIZER_ALIASES } from '../names';
import { makeKind } from '../serialization/serialize';
import { Constant } from './constant';
import type { Initializer } from './initializer';

export {
  Constant,
  Constant as constant,
  Identity,
  Identity as identity,
  Identity as IdentityInitializer,
  Ones,
  Ones as ones,
  Zeros,
  Zeros as zeros,
} from './constant';
export { Initializer } from './initializer';
export { Orthogonal, Orthogonal as orthogonal, Orthogonal as OrthogonalInitializer } from './orthogonal';
export {
  RandomInitializer,
  RandomNormal,
  RandomNormal as randomNormal,
  RandomUniform,
  RandomUniform as randomUniform,
  TruncatedNormal,
  TruncatedNormal as truncatedNormal,
} from './random';
export { STFT, STFT as stft, STFT as STFTInitializer, type STFTWindow } from './stft';
export {
  fans,
  GlorotNormal,
  GlorotNormal as glorotNormal,
  GlorotUniform,
  GlorotUniform as glorotUniform,
  HeNormal,
  HeNormal as heNormal,
  HeUniform,
  HeUniform as heUniform,
  LecunNormal,
  LecunNormal as lecunNormal,
  LecunUniform,
  LecunUniform as lecunUniform,
  VarianceScaling,
  VarianceScaling as varianceScaling,
  type VarianceScalingOptions,
} from './variance_scaling';

const kind = makeKind<Initializer>(
  'keras.initializers',
  'initializer',
  (x): x is Initializer => typeof (x as Initializer)?.call === 'function',
  INITIALIZER_ALIASES,
);
/** An initializer from a name, a config, an instance, a function `(shape, { dtype }) => tensor`, or a tensor. */
export function get(identifier: unknown): Initializer | null {
  if (typeof identifier === 'function' && !(identifier as { prototype?: Initializer }).prototype?.getConfig) {
    const f = identifier as Initializer['call'];
    return {
      call: (shape, options) => f(shape, options),
      getConfig: () => {
        throw new NotImplementedError(
          'initializer: a plain function has no config. Register a class with registerKerasSerializable.',
        );
      },
      clone() {
        return this;
      },
    };
  }
  if (
    typeof identifier === 'number' ||
    (typeof identifier === 'object' && identifier !== null && 'shape' in identifier)
  )
    return new Constant(identifier as TensorLike);
  return kind.get(identifier);
}
export const { serialize, deserialize } = kind;
