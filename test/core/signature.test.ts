/** Which calls of a compiled function share a plan, and how many plans are kept. */
import assert from 'node:assert/strict';
import type { NativePlan } from '../../binding';
import { PlanCache } from '../../lib/core/plan_cache';
import { signatureOf } from '../../lib/core/signature';
import * as trae from '../../lib/index';

/** A class whose instances are options. */
class Settings {
  constructor(
    public rate: number,
    public list: number[] = [],
  ) {}
}

describe('the signature of a call', () => {
  const f = (): number => 1;
  const g = (): number => 1;
  const t = trae.tensor([1, 2]);
  const settings = new Settings(1);
  // Each is told apart from all others.
  const different: [string, unknown][] = Object.entries({
    nan: NaN,
    infinity: Infinity,
    minusInfinity: -Infinity,
    null: null,
    undefined: undefined,
    zero: 0,
    minusZero: -0,
    one: 1,
    oneAsText: '1',
    oneAsBigint: 1n,
    bigintAsText: '1n',
    true: true,
    trueAsText: 'true',
    nullAsText: 'null',
    empty: '',
    function: f,
    functionOfTheSameText: g,
    namelessA: [(x: number) => x + 1],
    namelessB: [(x: number) => x + 1],
    symbolA: Symbol('s'),
    symbolB: Symbol('s'),
    registered: Symbol.for('s'),
    wellKnown: Symbol.iterator,
    dateA: new Date(0),
    dateB: new Date(1),
    noDate: new Date(NaN),
    patternA: /a/,
    patternB: /a/i,
    emptyArray: [],
    emptyRecord: {},
    // eslint-disable-next-line no-sparse-arrays -- a hole is not undefined
    hole: [,],
    undefinedInArray: [undefined],
    nested: [[1], 2],
    otherNested: [[1, 2]],
    textOfArray: '[1]',
    array: [1],
    record: { a: 1, b: 2 },
    otherOrder: { b: 2, a: 1 },
    keyLikeText: { 'a":1,"b': 2 },
    undefinedField: { a: undefined },
    float32: Float32Array.of(1, 2),
    float64: Float64Array.of(1, 2),
    otherFloat32: Float32Array.of(1, 3),
    uint8: Uint8Array.of(1),
    int8: Int8Array.of(1),
    buffer: Uint8Array.of(1).buffer,
    view: new DataView(Uint8Array.of(1).buffer),
    mapA: new Map([['a', 1]]),
    mapB: new Map([['a', 2]]),
    emptyMap: new Map(),
    set: new Set([1, 2]),
    otherSet: new Set([2, 1]),
    settings,
    otherSettings: new Settings(1),
    error: new Error('a'),
    tensor: t,
    tensorOfAnotherShape: trae.tensor([[1, 2]]),
    tensorOfAnotherDtype: trae.tensor([1, 2], null, 'int32'),
    tensorAsText: 'float32[2]',
    tensorInMap: new Map([['a', t]]),
    otherTensorInMap: new Map([['a', trae.tensor([1, 2])]]),
  });
  it('tells values, functions and objects apart', () => {
    const seen = new Map<string, string>();
    for (const [name, value] of different) {
      const key = signatureOf([value]);
      assert.equal(seen.get(key), undefined, `${name} is taken for ${seen.get(key)}`);
      seen.set(key, name);
      assert.equal(signatureOf([value]), key, name);
    }
    assert.notEqual(signatureOf([1, 2]), signatureOf([[1, 2]]));
    assert.notEqual(signatureOf([]), signatureOf([undefined]));
  });
  it('is the same for equal values and for tensors of one kind', () => {
    const same: [unknown, unknown][] = [
      [t, trae.tensor([7, 8])],
      [{ a: [t, 1] }, { a: [trae.tensor([0, 0]), 1] }],
      [new Date(5), new Date(5)],
      [Float32Array.of(1, 2), Float32Array.of(1, 2)],
      [new Map([['a', new Set([1])]]), new Map([['a', new Set([1])]])],
      [Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
      [NaN, 0 / 0],
    ];
    for (const [a, b] of same) assert.equal(signatureOf([a]), signatureOf([b]));
  });
  it('follows the plain fields of an instance', () => {
    const before = signatureOf([settings]);
    settings.rate = 2;
    const after = signatureOf([settings]);
    settings.rate = 1;
    assert.notEqual(before, after);
    assert.equal(signatureOf([settings]), before);
    // What refers back to itself inside of an instance is no matter.
    const ring: { self?: unknown } = new (class Ring {})();
    ring.self = ring;
    assert.equal(signatureOf([ring]), signatureOf([ring]));
  });
  it('refuses what contains itself, what is too deep, symbols as keys', () => {
    const array: unknown[] = [];
    const record: Record<string, unknown> = { array };
    const map = new Map<string, unknown>();
    array.push(record);
    map.set('self', { map });
    const compiled = trae.compile((x: unknown) => x);
    for (const x of [array, record, map])
      assert.throws(() => compiled(x), { name: 'ValueError', message: /^compile: an argument contains itself/ });
    let deep: unknown = 1;
    for (let i = 0; i < 20000; i++) deep = [deep];
    assert.throws(() => compiled(deep), { name: 'ValueError', message: /nested more than 200 levels deep/ });
    assert.throws(() => compiled({ [Symbol('k')]: 1 }), {
      name: 'TypeError',
      message: /has a symbol as key[^]*Symbol\(k\)/,
    });
    const shared = [1];
    assert.deepEqual(compiled([shared, shared]), [[1], [1]]);
  });
});

describe('compiled functions', () => {
  it('run what each call was given', () => {
    const f = trae.compile((x: trae.Tensor, change: (v: trae.Tensor) => trae.Tensor) => change(x));
    assert.equal(f(trae.tensor(2), (v) => v.add(1)).item(), 3);
    assert.equal(f(trae.tensor(2), (v) => v.multiply(10)).item(), 20);
    const times = trae.compile((x: trae.Tensor, n: number | null) => x.multiply(n ?? -1));
    assert.deepEqual(
      [NaN, null, Infinity, -Infinity, 2].map((n) => times(trae.tensor(1), n).item()),
      [NaN, -1, Infinity, -Infinity, 2],
    );
    const divide = trae.compile((x: trae.Tensor, n: number) => x.divide(n));
    assert.deepEqual([divide(trae.tensor(1), 0).item(), divide(trae.tensor(1), -0).item()], [Infinity, -Infinity]);
    const byMap = trae.compile((x: trae.Tensor, m: Map<string, trae.Tensor>) => x.add(m.get('a')!));
    assert.equal(byMap(trae.tensor(1), new Map([['a', trae.tensor(1)]])).item(), 2);
    assert.equal(byMap(trae.tensor(1), new Map([['a', trae.tensor(5)]])).item(), 6);
    const bySettings = trae.compile((x: trae.Tensor, s: Settings) => x.multiply(s.rate));
    const s = new Settings(2);
    assert.equal(bySettings(trae.tensor(3), s).item(), 6);
    s.rate = 4;
    assert.equal(bySettings(trae.tensor(3), s).item(), 12);
  });
  it('read what they take from outside when they are traced', () => {
    let factor = 2;
    const f = trae.compile((x: trae.Tensor) => x.multiply(factor));
    assert.equal(f(trae.tensor(3)).item(), 6);
    factor = 5;
    assert.equal(f(trae.tensor(3)).item(), 6);
    assert.deepEqual(f(trae.tensor([3, 1])).arraySync(), [15, 5]);
  });
  it('keep the plans used last, maxPlans of them', () => {
    const traced: number[] = [];
    const f = trae.compile(
      (x: trae.Tensor, n: number) => {
        traced.push(n);
        return x.add(n);
      },
      { maxPlans: 2 },
    );
    const results = [1, 2, 1, 3, 1, 2, 1].map((n) => f(trae.tensor(10), n));
    assert.deepEqual(
      results.map((r) => r.item()),
      [11, 12, 11, 13, 11, 12, 11],
    );
    assert.deepEqual(traced, [1, 2, 3, 2]);
    const held = f.planFor(trae.tensor(1), 7);
    for (const n of [8, 9, 10]) f(trae.tensor(1), n);
    assert.equal((held.run([trae.tensor(1)])[0] as trae.Tensor).item(), 8, 'a plan that the user holds stays');
    for (const maxPlans of [0, 1.5, NaN])
      assert.throws(() => trae.compile((x: trae.Tensor) => x, { maxPlans }), {
        name: 'ValueError',
        message: /maxPlans must be an integer >= 1/,
      });
  });
  it('keep 256 plans unless told otherwise', () => {
    let traces = 0;
    const counted = trae.compile((x: trae.Tensor, n: number) => {
      traces++;
      return x.add(n);
    });
    for (let n = 0; n < 300; n++) counted(trae.tensor(1), n);
    for (let n = 299; n >= 44; n--) counted(trae.tensor(1), n);
    assert.equal(traces, 300, 'the last 256 are kept');
    counted(trae.tensor(1), 43);
    assert.equal(traces, 301, 'those before are not');
  });
});

describe('the cache of plans', () => {
  /** A plan of so many ops that notes when it is ended. */
  const ended: string[] = [];
  const plan = (name: string, ops: number, arenaBytes = 0): { plan: NativePlan } => ({
    plan: {
      statistics: { ops, fused: 0, reorders: 0, arenaBytes, compileMs: 0 },
      dispose: () => void ended.push(name),
    } as unknown as NativePlan,
  });
  const put = (cache: PlanCache<{ plan: NativePlan }>, name: string, ops: number, isShared = false): unknown =>
    cache.get(name, () => plan(name, ops), isShared);
  beforeEach(() => void (ended.length = 0));

  it('ends what was used least recently, by number and by ops', () => {
    const byNumber = new PlanCache(3, 1e9);
    for (const name of ['a', 'b', 'c', 'a', 'd', 'e']) put(byNumber, name, 1);
    assert.deepEqual(ended.splice(0), ['b', 'c']);
    const byOps = new PlanCache(100, 10);
    for (const [name, ops] of [
      ['a', 4],
      ['b', 4],
      ['a', 4],
      ['c', 4],
    ] as const)
      put(byOps, name, ops);
    assert.deepEqual(ended.splice(0), ['b']);
    put(byOps, 'large', 50);
    assert.deepEqual([ended.splice(0), byOps.size], [['a', 'c'], 1], 'the one in use stays, however large');
  });
  it('ends what was used least recently by bytes, but for the last eight', () => {
    const before = trae.config.planCacheBytes;
    const cache = new PlanCache();
    try {
      trae.config.planCacheBytes = 100_000;
      for (let i = 0; i < 12; i++) cache.get(`${i}`, () => plan(`${i}`, 1, 1000));
      assert.deepEqual([ended.splice(0), cache.size], [['0', '1'], 10], 'ten of 1000 bytes and an op each fit');
      for (let i = 12; i < 15; i++) cache.get(`${i}`, () => plan(`${i}`, 1, 1e9));
      assert.deepEqual([ended.splice(0), cache.size], [['2', '3', '4', '5', '6'], 8]);
      assert.throws(() => (trae.config.planCacheBytes = -1), {
        name: 'ValueError',
        message: 'config.planCacheBytes must be a number >= 0.\n  Received: -1',
      });
    } finally {
      trae.config.planCacheBytes = before;
    }
  });
  it('leaves plans that the user holds alone', () => {
    const cache = new PlanCache(1, 1e9);
    put(cache, 'held', 1, true);
    put(cache, 'other', 1);
    put(cache, 'third', 1);
    assert.deepEqual(ended, ['other']);
    cache.clear();
    assert.deepEqual([ended, cache.size], [['other', 'third'], 0]);
  });
});
