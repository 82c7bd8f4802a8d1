import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { throwsText } from '../helpers/compare';
import { checkGradient, checkSecondGradient } from '../helpers/gradient';
import { nd } from '../helpers/ndarray';

const x3 = (): trae.Tensor => trae.tensor([1, 2, 3]);
type Pair = readonly [trae.Tensor, (dy: trae.Tensor) => trae.Tensor];

describe('gradients', () => {
  it('grad and valueAndGrad of one and several arguments', () => {
    assert.deepEqual(
      trae
        .grad((x) => x.square().sum())(x3())
        .arraySync(),
      [2, 4, 6],
    );
    const { value, grad, grads } = trae.valueAndGrad((x, y) => x.multiply(y).sum())(x3(), trae.tensor([4, 5, 6]));
    assert.deepEqual(
      [value.item(), grad.arraySync(), grads.map((g) => g.arraySync())],
      [
        32,
        [4, 5, 6],
        [
          [4, 5, 6],
          [1, 2, 3],
        ],
      ],
    );
    const both = trae.grad((x: trae.Tensor, y: trae.Tensor) => x.multiply(y).sum())(x3(), x3()) as trae.Tensor[];
    assert.deepEqual(
      both.map((g) => g.arraySync()),
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    );
    assert.equal(
      trae
        .grad((x) => x.square())(3)
        .item(),
      6,
    );
  });
  it('grad(grad(grad(f)))', () => {
    const cube = (x: trae.Tensor): trae.Tensor => x.multiply(x).multiply(x);
    assert.deepEqual(
      [cube, trae.grad(cube), trae.grad(trae.grad(cube)), trae.grad(trae.grad(trae.grad(cube)))].map((f) =>
        f(trae.tensor(2)).item(),
      ),
      [8, 12, 12, 6],
    );
    const fourth = trae
      .grad(trae.grad(trae.grad(trae.grad((x: trae.Tensor) => x.sin()))))(trae.tensor(0.5, [], 'float64'))
      .item();
    assert.ok(Math.abs(fourth - Math.sin(0.5)) < 1e-12);
  });
  it('a tensor of the outside is a constant; an outer gradient flows through an inner one', () => {
    // d/dx (x * d/dy (x y^2) at y = 3) = d/dx (6 x^2) = 12 x
    const f = (x: trae.Tensor): trae.Tensor => x.multiply(trae.grad((y) => x.multiply(y.square()))(3));
    assert.equal(trae.grad(f)(2).item(), 24);
  });
  it('a Hessian by gradients of gradients', () => {
    const f = (x: trae.Tensor): trae.Tensor =>
      x
        .slice([0], [1])
        .square()
        .multiply(x.slice([1], [1]))
        .sum();
    const rows = [0, 1].map((i) =>
      trae
        .grad((x) => trae.grad(f)(x).slice([i], [1]).sum())([3, 5])
        .arraySync(),
    );
    assert.deepEqual(rows, [
      [10, 6],
      [6, 0],
    ]);
  });
  it('unconnected arguments get zeros, stopGradient cuts', () => {
    const { grads } = trae.valueAndGrad((x, _y) => x.sum())(x3(), trae.zeros([2, 2]));
    assert.deepEqual(grads[1].arraySync(), [
      [0, 0],
      [0, 0],
    ]);
    assert.deepEqual(
      trae
        .grad((x) => trae.stopGradient(x).multiply(x).sum())(x3())
        .arraySync(),
      [1, 2, 3],
    );
    assert.deepEqual(
      trae
        .grad((x) => x.floor().sum())(x3())
        .arraySync(),
      [0, 0, 0],
    );
  });
  it('values used several times, and through integers', () => {
    assert.deepEqual(
      trae
        .grad((x) => {
          const y = x.add(x);
          return y.multiply(y).add(x).sum();
        })(x3())
        .arraySync(),
      [9, 17, 25],
    );
    assert.deepEqual(
      trae
        .grad((x) => x.multiply(x.argmax().cast('float32')).sum())(x3())
        .arraySync(),
      [2, 2, 2],
    );
  });
  it('variableGrads: aligned with the list, of variables and tensors', () => {
    const w = trae.variable([1, 2]);
    const b = trae.variable(3);
    const unused = trae.variable([[7]]);
    const x = trae.tensor([5, 6]);
    const { value, grads } = trae.variableGrads(
      () => w.value.multiply(x).sum().add(b.value.square()),
      [b, w, unused, x],
    );
    assert.equal(value.item(), 26);
    assert.deepEqual(
      grads.map((g) => g.arraySync()),
      [6, [5, 6], [[0]], [1, 2]],
    );
  });
  it('customGradient: its own gradient, of several arguments and results', () => {
    const clipped = trae.customGradient(
      (x: trae.Tensor) => [x.multiply(1), (dy: trae.Tensor) => trae.clip(dy, -1, 1)] as const satisfies Pair,
    );
    assert.deepEqual(
      trae
        .grad((x) => clipped(x).multiply(100).sum())(x3())
        .arraySync(),
      [1, 1, 1],
    );
    assert.deepEqual(clipped(x3()).arraySync(), [1, 2, 3]);
    const two = trae.customGradient(
      (x: trae.Tensor, y: trae.Tensor) =>
        [[x.add(y), x.multiply(y)], (a: trae.Tensor, b: trae.Tensor) => [a.multiply(10), b.multiply(100)]] as const,
    ) as unknown as (x: trae.TensorLike, y: trae.TensorLike) => trae.Tensor[];
    const { grads } = trae.valueAndGrad((x, y) => {
      const [s, p] = two(x, y);
      return s.add(p.multiply(2)).sum();
    })(3, 4);
    assert.deepEqual(
      grads.map((g) => g.item()),
      [10, 200],
    );
    const onlyFirst = trae.valueAndGrad((x, y) => two(x, y)[0])(3, 4).grads;
    assert.deepEqual(
      onlyFirst.map((g) => g.item()),
      [10, 0],
    );
  });
  it('the gradient of customGradient can be differentiated again', () => {
    const tanh = trae.customGradient((x: trae.Tensor) => {
      const y = trae.tanh(x);
      return [y, (dy: trae.Tensor) => dy.multiply(trae.tanh(x).square().multiply(-1).add(1))] as const satisfies Pair;
    });
    const at = [nd([-0.7, 0.2, 1.1], [3], 'float64')];
    checkGradient((x) => tanh(x), at, 'custom tanh');
    checkSecondGradient((x) => tanh(x), at, 'custom tanh');
  });
  it('customGradient inside of compile', () => {
    const scaled = trae.customGradient(
      (x: trae.Tensor) => [x.multiply(2), (dy: trae.Tensor) => dy.multiply(7)] as const satisfies Pair,
    );
    const f = trae.compile((x: trae.Tensor) => {
      const { value, grad } = trae.valueAndGrad((t) => scaled(t).sum())(x);
      return [value, grad];
    });
    for (let i = 0; i < 3; i++)
      assert.deepEqual(
        f(x3()).map((t) => t.arraySync()),
        [12, [7, 7, 7]],
      );
  });
  it('whole networks, first and second gradient', () => {
    const net = (x: trae.Tensor, w1: trae.Tensor, b1: trae.Tensor, w2: trae.Tensor): trae.Tensor =>
      trae.softmax(x.matmul(w1).add(b1).tanh().matmul(w2)).log();
    const numbers = (n: number, s: number): number[] => Array.from({ length: n }, (_, i) => Math.sin(s + 1.3 * i));
    const inputs = [
      nd(numbers(4, 0), [2, 2], 'float64'),
      nd(numbers(6, 1), [2, 3], 'float64'),
      nd(numbers(3, 2), [3], 'float64'),
      nd(numbers(6, 3), [3, 2], 'float64'),
    ];
    checkGradient(net, inputs, 'a network');
    checkSecondGradient(net, inputs, 'a network');
  });
  it('of products and maxima where the formula needs care: zeros and equals', () => {
    assert.deepEqual(
      [
        [0, 2, 3],
        [0, 0, 3],
        [1, 2, 3],
      ].map((x) =>
        trae
          .grad((t) => t.prod())(x)
          .arraySync(),
      ),
      [
        [6, 0, 0],
        [0, 0, 0],
        [6, 3, 2],
      ],
    );
    assert.deepEqual(
      trae
        .grad((t) => t.max())([2, 2, 1])
        .arraySync(),
      [0.5, 0.5, 0],
    );
    assert.deepEqual(
      trae
        .grad((t) => t.power(0).sum())([0, 2])
        .arraySync(),
      [0, 0],
    );
    assert.deepEqual(
      trae
        .grad((t) => t.relu().sum())([0, -1, 2])
        .arraySync(),
      [0, 0, 1],
    );
  });
  it('of the gradient of a product with a zero', () => {
    // d/dx (x0 x2) = (x2, 0, x0)
    assert.deepEqual(
      trae
        .grad((y) =>
          trae
            .grad((t) => t.prod())(y)
            .slice([1], [1])
            .sum(),
        )([0, 2, 3])
        .arraySync(),
      [3, 0, 0],
    );
  });
  it('refuse what has no gradient', async () => {
    const f = (x: trae.Tensor): trae.Tensor => x.sum();
    await throwsText(
      () => trae.grad((x) => x)(x3()),
      'ValueError',
      'grad: the function must return a scalar.\n  Received: shape (3,).\n  Fix: sum or average it.',
    );
    await throwsText(
      () => trae.grad((() => undefined) as never)(x3()),
      'TypeError',
      'grad: the function must return a scalar tensor.\n  Received: undefined',
    );
    await throwsText(
      () => trae.grad((async () => 1) as never)(x3()),
      'TypeError',
      'grad: the function must return a scalar tensor.\n  Received: an instance of Promise',
    );
    await throwsText(
      () => trae.grad(f)(trae.tensor([1], null, 'int32')),
      'TypeError',
      'grad: argument 0 must be a floating-point tensor.\n  Received: dtype int32',
    );
    await throwsText(
      () => trae.grad((x) => x.sum().cast('int32'))(x3()),
      'TypeError',
      'grad: the function must return a floating-point scalar.\n  Received: dtype int32',
    );
    await throwsText(
      () => trae.variableGrads(() => x3(), []),
      'ValueError',
      'variableGrads: the function must return a scalar.\n  Received: shape (3,).\n  Fix: sum or average it.',
    );
    const broken =
      (back: unknown) =>
      (x: trae.Tensor): trae.Tensor =>
        (trae.customGradient((t: trae.Tensor) => [t.multiply(2), () => back] as never)(x) as trae.Tensor).sum();
    await throwsText(
      () => trae.grad(broken([]))(x3()),
      'ValueError',
      'customGradient: the function takes 1 tensors but its gradient function returned 0.',
    );
    await throwsText(
      () => trae.grad(broken(trae.zeros([2])))(x3()),
      'ValueError',
      'customGradient: the gradient of argument 0 must be a tensor of its shape (3,).\n  Received: shape (2,)',
    );
    await throwsText(
      () => trae.grad(broken(7))(x3()),
      'ValueError',
      'customGradient: the gradient of argument 0 must be a tensor of its shape (3,).\n  Received: 7',
    );
  });
  it('an error inside leaves gradients usable', () => {
    assert.throws(
      () =>
        trae.grad(() => {
          throw new Error('mine');
        })(x3()),
      /^Error: mine$/,
    );
    const failing = trae.customGradient(
      (x: trae.Tensor) =>
        [
          x.multiply(1),
          () => {
            throw new Error('in backward');
          },
        ] as const,
    );
    assert.throws(() => trae.grad((x) => failing(x).sum())(x3()), /^Error: in backward$/);
    assert.deepEqual(
      trae
        .grad((x) => x.sum())(x3())
        .arraySync(),
      [1, 1, 1],
    );
  });
});
