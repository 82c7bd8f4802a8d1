/** Operations on functions, variables and lists of tensors: calls, branches, loops, reads and assignments. */
import { tensor, type Tensor } from '../../../core/tensor';
import { filled } from '../../../ops/creation';
import * as ops from '../../../ops/index';
import type { NodeCall, Operations } from '../operation';
import { integers, numberOf, TensorList, type Value } from '../values';

const MAX_ITEMS = 2 ** 20;

/** Rounds are unrolled: whether there is another one must not depend on data to come. */
function loop(n: NodeCall): Value[] {
  const goesOn = n.attributes.function('cond');
  const body = n.attributes.function('body');
  const { rounds } = n.runner.limits;
  let values: Value[] = [...n.inputs];
  for (let round = 0; numberOf(n.where, n.runner.call(goesOn, values)[0]); round++) {
    if (round >= rounds) n.fail(`the loop does not end within ${rounds} rounds.`);
    values = n.runner.call(body, values);
    if (values.length !== n.inputs.length)
      n.fail(`the body of the loop returns ${values.length} values instead of ${n.inputs.length}.`);
  }
  return values;
}
function branch(n: NodeCall): Value[] {
  const name = n.number(0) ? 'then_branch' : 'else_branch';
  return n.runner.call(n.attributes.function(name), n.inputs.slice(1));
}
function cases(n: NodeCall): Value[] {
  const names = n.attributes.functions('branches');
  const i = n.number(0);
  // The last branch is for all other numbers.
  return n.runner.call(names[i >= 0 && i < names.length ? i : names.length - 1] ?? '', n.inputs.slice(1));
}
const call = (n: NodeCall): Value[] => n.runner.call(n.attributes.function('f'), n.inputs);

const knownShape = (numbers: readonly number[]): number[] | null =>
  numbers.every((d) => d >= 0) ? [...numbers] : null;
function reserved(n: NodeCall, count: number, shape: readonly number[]): TensorList {
  if (!(count >= 0 && count <= MAX_ITEMS)) n.fail(`a list of ${count} tensors is asked for.`);
  return new TensorList(Array<null>(count).fill(null), knownShape(shape), n.attributes.dtype('element_dtype'));
}
function itemAt(n: NodeCall, list: TensorList, i: number, shape: readonly number[]): Tensor {
  if (i < 0 || i >= list.items.length) n.fail(`item ${i} of a list of ${list.items.length} is asked for.`);
  const item = list.items[i];
  if (item) return item;
  const sizes = list.elementShape ?? knownShape(shape) ?? list.items.find((t) => t !== null)?.shape;
  return sizes ? filled([...sizes], 0, list.dtype) : n.fail(`item ${i} was never set and its shape is unknown.`);
}
function stacked(n: NodeCall): Tensor {
  const list = n.list(0);
  const shape = n.numbers(1);
  if (list.items.length) return ops.stack(list.items.map((_, i) => itemAt(n, list, i, shape)));
  const sizes = list.elementShape ?? knownShape(shape);
  return sizes ? filled([0, ...sizes], 0, list.dtype) : n.fail('a list without items has no shape.');
}
function written(n: NodeCall): TensorList {
  const list = n.list(0);
  const i = n.number(1);
  if (i < 0 || i >= MAX_ITEMS) n.fail(`item ${i} of a list of ${list.items.length} is set.`);
  if (i < list.items.length) return list.with(i, n.tensor(2));
  if (!n.attributes.bool('resize_if_index_out_of_bounds'))
    n.fail(`item ${i} of a list of ${list.items.length} is set.`);
  const grown = [...list.items, ...Array<null>(i + 1 - list.items.length).fill(null)];
  return new TensorList(grown, list.elementShape, list.dtype).with(i, n.tensor(2));
}
const nothing: Value[] = [];

/** @internal */
export const controlling: Operations = {
  // ---- functions
  PartitionedCall: call,
  StatefulPartitionedCall: call,
  If: branch,
  StatelessIf: branch,
  Case: cases,
  StatelessCase: cases,
  While: loop,
  StatelessWhile: loop,

  // ---- variables
  ReadVariableOp: (n) => n.variable(0).value,
  AssignVariableOp: (n) => (n.variable(0).assign(n.tensor(1)), nothing),
  AssignAddVariableOp: (n) => (n.variable(0).assignAdd(n.tensor(1)), nothing),
  AssignSubVariableOp: (n) => (n.variable(0).assignSub(n.tensor(1)), nothing),
  VarIsInitializedOp: () => tensor([true], [], 'bool'),
  VariableShape: (n) => integers(n.variable(0).shape, undefined, n.attributes.dtype('out_type', 'int32')),

  // ---- lists
  EmptyTensorList: (n) => reserved(n, 0, n.numbers(0)),
  TensorListReserve: (n) => reserved(n, n.number(1), n.numbers(0)),
  TensorListFromTensor: (n) => {
    const x = n.tensor(0);
    return new TensorList(ops.unstack(x), x.shape.slice(1), x.dtype);
  },
  TensorListGetItem: (n) => itemAt(n, n.list(0), n.number(1), n.numbers(2)),
  TensorListSetItem: written,
  TensorListPushBack: (n) => {
    const list = n.list(0);
    if (list.items.length >= MAX_ITEMS) n.fail(`the list has more than ${MAX_ITEMS} items.`);
    return new TensorList([...list.items, n.tensor(1)], list.elementShape, list.dtype);
  },
  TensorListPopBack: {
    outputs: ['output_handle', 'tensor'],
    run: (n) => {
      const list = n.list(0);
      const last = itemAt(n, list, list.items.length - 1, n.numbers(1));
      return [new TensorList(list.items.slice(0, -1), list.elementShape, list.dtype), last];
    },
  },
  TensorListLength: (n) => integers([n.list(0).items.length], []),
  TensorListElementShape: (n) => integers(n.list(0).elementShape ?? [-1], undefined, n.attributes.dtype('shape_type')),
  TensorListStack: stacked,
  TensorListConcatV2: {
    outputs: ['tensor', 'lengths'],
    run: (n) => {
      const list = n.list(0);
      const items = list.items.map((_, i) => itemAt(n, list, i, []));
      return [
        ops.concatenate(items, { axis: 0 }),
        integers(
          items.map((t) => t.shape[0]),
          undefined,
          'int64',
        ),
      ];
    },
  },
  TensorListGather: (n) => {
    const list = n.list(0);
    return ops.stack(n.numbers(1).map((i) => itemAt(n, list, i, n.numbers(2))));
  },
};
