/**
 * Nodes that together are one op here: a convolution behind a Pad. Batch normalization and swish need no pattern: the
 * compiler fuses what TensorFlow writes for them into the ops that it fuses for layers. Nodes that nothing needs any more
 * are not computed.
 */
import { paddedConvolution } from './operations/images';
import type { Source, Step } from './steps';

const makerOf = (steps: readonly Step[], source: Source): Step | null =>
  source.step >= 0 && source.output === 0 ? steps[source.step] : null;

/** @internal Joins nodes of a function that are one op here. */
export function joinPatterns(steps: readonly Step[]): void {
  for (const step of steps) {
    const { op } = step.node;
    if ((op !== 'Conv2D' && op !== 'DepthwiseConv2dNative') || step.inputs.length !== 2) continue;
    const [images, kernel] = step.inputs;
    const pad = makerOf(steps, images);
    if (pad?.node.op !== 'Pad' || pad.inputs.length !== 2 || step.attributes.string('padding') !== 'VALID') continue;
    const [unpadded, widths] = pad.inputs;
    if (makerOf(steps, widths)?.node.op !== 'Const') continue;
    step.operation = { ...step.operation, run: paddedConvolution };
    step.inputs = [unpadded, kernel, widths, images];
  }
}
