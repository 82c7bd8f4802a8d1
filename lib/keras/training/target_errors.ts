/** Errors of losses and metrics about what was given for an output: both shapes, and the output's name. */
import { TraeError, ValueError } from '../../support/errors';
import { formatShape, type Tensor } from '../../core/tensor';
import type { Output } from './outputs';

/**
 * @internal Runs a loss or a metric. An op inside of it that refuses shapes knows nothing of targets: its error becomes one
 * of targets and predictions. Others are given the name of the output.
 */
export function aboutTargets<T>(what: string, output: Output, target: Tensor, f: () => T): T {
  try {
    return f();
  } catch (error) {
    if (!(error instanceof TraeError) || error.layerNamed) throw error;
    const [t, p] = [target.shape, output.value.shape].map(formatShape);
    const isOfTargets = /targets?\b/.test(error.message);
    if (
      !isOfTargets &&
      (t === p || !(error instanceof ValueError) || !/shape|broadcast|axis|axes|size/.test(error.message))
    )
      throw error;
    const own = isOfTargets
      ? error
      : new ValueError(
          `${what}: targets of shape ${t} and predictions of shape ${p} do not go together.\n  Received: ${error.message.replaceAll('\n', '\n  ')}`,
          { cause: error },
        );
    own.layerNamed = true;
    if (output.name !== null) {
      const line = `\n  In output '${output.name}'.`;
      own.message += line;
      if (own.stack) own.stack = own.stack.replace(/(\n\s+at |$)/, `${line.replace(/\$/g, '$$$$')}$1`);
    }
    throw own;
  }
}
