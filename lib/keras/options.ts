/**
 * Options of Keras objects. What an option may be follows from its name, which means the same in all of Keras: checked
 * here, once, for everything that takes options. Ranges are for the classes themselves.
 */
import { describe } from '../support/describe';
import { TypeError, ValueError } from '../support/errors';
import { checkOptions as checkNames } from '../support/options';
import { SeedGenerator } from '../core/seed';

export { nearest } from '../support/options';

interface Kind {
  is(value: unknown): boolean;
  expected: string;
  Refusal: typeof TypeError | typeof ValueError;
  names: string;
}
const KINDS: readonly Kind[] = [
  {
    is: (v) => typeof v === 'boolean',
    expected: 'true or false',
    Refusal: TypeError,
    names: `deleteCheckpoint doubleCheckpoint append restoreBestWeights saveBestOnly saveWeightsOnly sendAsJson swapOnEpoch writeGraph writeImages
      writeStepsPerSecond raiseError periodic useScale allOps center renorm synchronized useBias goBackwards returnSequences returnState stateful
      unitForgetBias maskZero resetAfter unroll keepdims useGate optional invert padToMaxTokens autocast trainable powerToDb zeroOutputForMask antialias
      cropToAspectRatio padToAspectRatio tieWeights expandDims fromLogits applyClassBalancing removeDiagonal multiLabel sparseYPred sparseYTrue
      fromSortedIds useEma relativeStep amsgrad excludeEmbeddings nesterov centered staircase cycle returnDict runEagerly autoScaleLoss
      showShapes showDtype showLayerNames showLayerActivations showTrainable expandNested skipMismatch byName safeMode overwrite`,
  },
  {
    is: (v) => typeof v === 'number' && !Number.isNaN(v),
    expected: 'a number',
    Refusal: ValueError,
    names: `minDelta cooldown minLr epsilon momentum renormMomentum rate gain minval maxval stddev dropout recurrentDropout negativeSlope maxValue magExp minFreq
      minPower maxFreq refPower topDb labelSmoothing gamma q margin delta beta emaMomentum rho beta2Decay clipThreshold epsilon1 epsilon2
      initialAccumulatorValue beta1 beta2 l1RegularizationStrength l2RegularizationStrength l2ShrinkageRegularizationStrength learningRatePower
      initialScale adamBeta1 adamBeta2 adamLrRatio adamWeightDecay muonA muonB muonC rmsRate mMul tMul endLearningRate power clipnorm clipvalue
      globalClipnorm lossScaleFactor weightDecay baseline clipLimit warmupTarget`,
  },
  {
    is: (v) => Number.isInteger(v) && (v as number) >= 0,
    expected: 'a whole number >= 0',
    Refusal: ValueError,
    names: 'patience startFromEpoch histogramFreq embeddingsFreq dynamicGrowthSteps nsSteps warmupSteps numRegressors',
  },
  {
    is: (v) => Number.isInteger(v) && (v as number) >= 1,
    expected: 'a whole number >= 1',
    Refusal: ValueError,
    names:
      'emaOverwriteFrequency gradientAccumulationSteps validationSteps validationBatchSize steps stepsPerExecution',
  },
  {
    is: (v) => v instanceof SeedGenerator || (Number.isInteger(v) && (v as number) >= 0),
    expected: 'a whole number >= 0 or a SeedGenerator',
    Refusal: ValueError,
    names: 'seed',
  },
  { is: (v) => typeof v === 'string', expected: 'a string', Refusal: TypeError, names: 'name monitor' },
  {
    is: (v) =>
      typeof v === 'object' &&
      typeof (v as AbortSignal).aborted === 'boolean' &&
      typeof (v as AbortSignal).addEventListener === 'function',
    expected: 'an AbortSignal',
    Refusal: TypeError,
    names: 'signal',
  },
];
const kindOf = new Map(KINDS.flatMap((kind) => kind.names.split(/\s+/).map((name) => [name, kind] as const)));

/**
 * @internal Refuses names that are not `known`, and values that their names do not allow. What is left out, or null,
 * takes its default.
 */
export function checkOptions(where: string, options: object, known: readonly string[]): void {
  checkNames(where, options, known);
  for (const [name, value] of Object.entries(options)) {
    const kind = kindOf.get(name);
    if (value == null || !kind || kind.is(value)) continue;
    throw new kind.Refusal(`${where}: ${name} must be ${kind.expected}.\n  Received: ${describe(value)}`, {
      op: where,
    });
  }
}
