/** A layer's places in graphs: the symbolic tensors it was called on and returned. */
import { AttributeError, ValueError } from '../../support/errors';
import type { GraphNode, KerasTensor } from '../keras_tensor';
import type { BuildShape } from './layer_types';
import { LayerWeights, stateOf } from './layer_weights';
import { oneOrAll, shapeText } from './sharing';

/** @internal The part of Layer that knows its nodes. */
export abstract class LayerNodes extends LayerWeights {
  abstract computeOutputShape(inputShape: BuildShape): BuildShape;

  /** @internal */
  get inboundNodes(): GraphNode[] {
    return stateOf(this).nodes;
  }
  private nodeAt(what: string, index: number): GraphNode {
    const { nodes } = stateOf(this);
    if (!nodes.length)
      throw new AttributeError(
        `${what}: layer '${this.name}' has never been called on a symbolic tensor.\n  Fix: put it into a model with an Input.`,
      );
    const node = nodes.at(index);
    if (!node || !Number.isInteger(index))
      throw new ValueError(
        `${what}: layer '${this.name}' has ${nodes.length} inbound node(s).\n  Received: nodeIndex ${index}`,
      );
    return node;
  }
  private onlyNode(what: 'input' | 'output'): GraphNode {
    const { nodes } = stateOf(this);
    const method = what === 'input' ? 'getInputAt' : 'getOutputAt';
    if (nodes.filter((n) => !n.isCopy).length > 1)
      throw new AttributeError(
        `${what}: layer '${this.name}' has ${nodes.length} inbound nodes (it is shared), so there is no one ${what}.\n  Fix: use ${method}(nodeIndex), with nodeIndex 0 to ${nodes.length - 1}.`,
      );
    return this.nodeAt(what, 0);
  }
  private onlyShape(what: 'inputShape' | 'outputShape', of: (n: GraphNode) => readonly KerasTensor[]): BuildShape {
    const { nodes, buildShape } = stateOf(this);
    if (!nodes.length && this.built && buildShape)
      return what === 'inputShape' ? buildShape : this.computeOutputShape(buildShape);
    const all = nodes.length
      ? nodes.map((n) => oneOrAll(of(n).map((t) => t.shape)))
      : [oneOrAll(of(this.nodeAt(what, 0)).map((t) => t.shape))];
    const different = all.find((s) => JSON.stringify(s) !== JSON.stringify(all[0]));
    if (different)
      throw new AttributeError(
        `${what}: layer '${this.name}' has ${nodes.length} inbound nodes (it is shared) of different shapes, ${shapeText(all[0])} and ${shapeText(different)}.\n  Fix: use ${what === 'inputShape' ? 'getInputAt' : 'getOutputAt'}(nodeIndex).shape, with nodeIndex 0 to ${nodes.length - 1}.`,
      );
    return all[0];
  }
  /** The symbolic tensor(s) it was called on. @throws AttributeError when it was called several times. */
  get input(): KerasTensor | KerasTensor[] {
    return oneOrAll(this.onlyNode('input').inputs);
  }
  /** The symbolic tensor(s) it returned. @throws AttributeError when it was called several times. */
  get output(): KerasTensor | KerasTensor[] {
    return oneOrAll(this.onlyNode('output').outputs);
  }
  /** What it was called on the `nodeIndex`-th time. */
  getInputAt(nodeIndex: number): KerasTensor | KerasTensor[] {
    return oneOrAll(this.nodeAt('getInputAt', nodeIndex).inputs);
  }
  /** What it returned the `nodeIndex`-th time. */
  getOutputAt(nodeIndex: number): KerasTensor | KerasTensor[] {
    return oneOrAll(this.nodeAt('getOutputAt', nodeIndex).outputs);
  }
  /** Shape of the input (or an array of shapes), that of `build` where it was never part of a graph. */
  get inputShape(): BuildShape {
    return this.onlyShape('inputShape', (n) => n.inputs);
  }
  get outputShape(): BuildShape {
    return this.onlyShape('outputShape', (n) => n.outputs);
  }
}
