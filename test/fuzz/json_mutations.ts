/** Changes of JSON at random, of the kinds that break readers: keys gone, doubled or renamed, values of other kinds, sizes, depth, circles. */
type Container = Record<string, unknown> | unknown[];
interface Slot {
  parent: Container;
  key: string | number;
}
export type Random = () => number;

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)];
const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '',
  ' ',
  '..',
  'a/b',
  '\0',
  'größe',
  '\u{1f600}',
  'name',
  'class_name',
  'config',
  'layers',
  'Dense',
  'dense',
];
const VALUES: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => false,
  () => 0,
  () => -1,
  () => 1.5,
  () => 2 ** 31,
  () => 2 ** 32,
  () => 2 ** 53,
  () => 1e308,
  () => -(2 ** 31),
  () => 100000,
  () => 'linear',
  () => [],
  () => [null],
  () => [[]],
  () => [1, 2, 3],
  () => ['dense', 0, 0],
  () => [null, null, 2 ** 32],
  () => ({}),
  () => ({ class_name: null, config: null }),
  () => ({ class_name: 'Dense', config: {} }),
  () => ({ class_name: 'Dense', config: [] }),
  () => ({ class_name: 'toString', config: {}, module: 'constructor', registered_name: '__proto__' }),
  () => ({ class_name: '__tensor__', config: { value: 'x', dtype: 'y' } }),
  () => ({ class_name: '__numpy__', config: null }),
  () => ({ class_name: '__lambda__', config: { value: 'x' } }),
  () => ({ class_name: '__tuple__', items: 1, config: 3 }),
  () => ({ class_name: 'function', config: {}, module: 5 }),
  () => ({ class_name: '__keras_tensor__', config: {} }),
  () => ({ class_name: '__keras_tensor__', config: { keras_history: ['nobody', 2 ** 32, -1] } }),
];

const isContainer = (x: unknown): x is Container => typeof x === 'object' && x !== null;
/** All places of a value, found without recursion. */
function slotsOf(root: Container): Slot[] {
  const out: Slot[] = [];
  const pending: Container[] = [root];
  for (let parent = pending.pop(); parent; parent = pending.pop())
    for (const key of Object.keys(parent)) {
      out.push({ parent, key: Array.isArray(parent) ? Number(key) : key });
      const child = (parent as Record<string, unknown>)[key];
      if (isContainer(child)) pending.push(child);
    }
  return out;
}
const get = ({ parent, key }: Slot): unknown => (parent as Record<string, unknown>)[key as string];
// Not by assignment: `__proto__` must become a key of its own.
const set = ({ parent, key }: Slot, value: unknown): void =>
  void Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
const remove = ({ parent, key }: Slot): void => {
  if (Array.isArray(parent)) parent.splice(key as number, 1);
  else delete parent[key as string];
};
const copy = (x: unknown): unknown => (x === undefined ? null : (JSON.parse(JSON.stringify(x)) as unknown));

/** What is too deep for JSON.stringify stands as a text, and is put in afterwards. */
const DEEP = /"@deep:(list|record|wrapper|model|layer):(\d+)@"/g;
function deepText(kind: string, depth: number): string {
  const [before, middle, after] = {
    list: ['[', '1', ']'],
    record: ['{"a":', '1', '}'],
    wrapper: [
      '{"class_name":"TimeDistributed","config":{"layer":',
      '{"class_name":"Dense","config":{"units":1}}',
      '}}',
    ],
    model: ['{"class_name":"Sequential","config":{"layers":[', '{"class_name":"Dense","config":{"units":1}}', ']}}'],
    layer: [
      '{"module":"keras.layers","class_name":"Bidirectional","registered_name":null,"config":{"layer":',
      '{"class_name":"LSTM","config":{"units":1}}',
      '}}',
    ],
  }[kind as 'list'];
  return before.repeat(depth) + middle + after.repeat(depth);
}

type Mutation = (slots: Slot[], random: Random) => void;
const light: readonly Mutation[] = [
  (s, r) => remove(pick(r, s)),
  (s, r) => {
    const slot = pick(r, s);
    if (Array.isArray(slot.parent)) slot.parent.splice(slot.key as number, 0, copy(get(slot)));
    else set({ parent: slot.parent, key: `${slot.key}_2` }, copy(get(slot)));
  },
  (s, r) => set(pick(r, s), pick(r, VALUES)()),
  (s, r) => set(pick(r, s), pick(r, VALUES)()),
  (s, r) => set(pick(r, s), pick(r, NAMES)),
  (s, r) => {
    const slot = pick(r, s);
    const value = get(slot);
    if (Array.isArray(slot.parent)) return set(slot, value);
    remove(slot);
    set({ parent: slot.parent, key: pick(r, [...NAMES, String(slot.key).toUpperCase(), `${slot.key}s`]) }, value);
  },
  (s, r) => {
    const [a, b] = [pick(r, s), pick(r, s)];
    const [x, y] = [copy(get(a)), copy(get(b))];
    set(a, y);
    set(b, x);
  },
  (s, r) => {
    const slot = pick(r, s);
    const value = get(slot);
    set(
      slot,
      typeof value === 'number'
        ? pick(r, [value + 1, -value, value * 2 ** 20, value * 2 ** 32, 0.5, 1e9, Number.MAX_SAFE_INTEGER, 4294967296])
        : [value],
    );
  },
  (s, r) => {
    const slot = pick(r, s);
    const value = get(slot);
    set(
      slot,
      Array.isArray(value)
        ? [...(value as unknown[])].reverse()
        : isContainer(value)
          ? Object.values(value)
          : { value },
    );
  },
  // References between layers: to others, to later ones, to themselves.
  (s, r) => {
    const names = s.filter(({ key, parent }) => key === 'name' && typeof get({ key, parent }) === 'string').map(get);
    const references = s.filter(
      ({ key, parent }) => Array.isArray(parent) && key === 0 && typeof parent[0] === 'string',
    );
    if (names.length && references.length) set(pick(r, references), pick(r, names));
  },
  (s, r) => {
    const strings = s.filter((slot) => typeof get(slot) === 'string');
    if (strings.length > 1) set(pick(r, strings), get(pick(r, strings)));
  },
];
const heavy: readonly Mutation[] = [
  (s, r) => set(pick(r, s), pick(r, ['a', 'D', '_', 'aA_', '\u{1f600}']).repeat(pick(r, [1000, 100_000, 1_000_000]))),
  (s, r) => {
    const slot = pick(r, s);
    if (Array.isArray(slot.parent)) return;
    const value = get(slot);
    remove(slot);
    set({ parent: slot.parent, key: 'a'.repeat(pick(r, [1000, 1_000_000])) }, value);
  },
  (s, r) =>
    set(
      pick(r, s),
      `@deep:${pick(r, ['list', 'record', 'wrapper', 'model', 'layer'])}:${pick(r, [20, 60, 200, 1000, 5000, 100_000])}@`,
    ),
  (s, r) => {
    const layers = s.filter(
      (slot) =>
        slot.key === 'layer' ||
        (Array.isArray(slot.parent) && isContainer(get(slot)) && 'class_name' in (get(slot) as object)),
    );
    if (layers.length)
      set(
        pick(r, layers),
        `@deep:${pick(r, ['wrapper', 'model', 'layer'])}:${pick(r, [5, 20, 60, 200, 1000, 5000, 100_000])}@`,
      );
  },
  (s, r) => {
    const lists = s.map(get).filter((x): x is unknown[] => Array.isArray(x) && x.length > 0);
    if (!lists.length) return;
    const list = pick(r, lists);
    const last = list.at(-1);
    const times = pick(r, [100, 1000, 3000]);
    for (let i = 0; i < times; i++) {
      const more = copy(last) as Record<string, unknown>;
      // Layers of other names, each on the one before.
      if (
        isContainer(more) &&
        !Array.isArray(more) &&
        typeof more.class_name === 'string' &&
        isContainer(more.config)
      ) {
        const name = `more_${i}`;
        (more.config as Record<string, unknown>).name = name;
        if ('name' in more) more.name = name;
      }
      list.push(more);
    }
  },
];

/** The text of `value` with one to four changes; `heavyShare` of all are of those that make it large. */
export function mutatedJson(value: unknown, random: Random, heavyShare = 0.02): string {
  const root = [copy(value)];
  const count = random() < 0.7 ? 1 : 2 + Math.floor(random() * 3);
  for (let i = 0; i < count; i++) {
    const slots = slotsOf(root);
    // Half of the places near the top, where one change matters most.
    const near = random() < 0.3 ? slots.slice(0, Math.max(1, Math.ceil(slots.length / 4))) : slots;
    if (near.length) pick(random, random() < heavyShare ? heavy : light)(near, random);
  }
  return (JSON.stringify(root[0]) ?? 'null').replace(DEEP, (_, kind: string, depth: string) =>
    deepText(kind, Number(depth)),
  );
}
