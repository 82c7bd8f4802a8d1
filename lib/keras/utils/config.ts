/** Config: a record of settings that can be frozen (keras.utils.Config). */
import { AttributeError, ValueError } from '../../support/errors';
import { nearest } from '../../support/options';

type Entries = Record<string, unknown>;
/**
 * Settings by name, read and written as attributes: `config.learningRate`. Unknown names are errors that suggest the
 * nearest; after `freeze()` nothing changes.
 * @example
 * const config = new Config({ learningRate: 0.1 });
 * config.momentum = 0.9;
 * config.freeze();
 */
export class Config {
  [name: string]: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- settings are of any kind
  constructor(settings: Entries = {}) {
    const entries: Entries = { ...settings };
    let isFrozen = false;
    const change = (): void => {
      if (isFrozen) throw new ValueError('Config: it is frozen and cannot change.\n  Fix: unfreeze() it first.');
    };
    const own: Entries = {
      freeze: () => void (isFrozen = true),
      unfreeze: () => void (isFrozen = false),
      asDict: () => ({ ...entries }),
      toJson: () => JSON.stringify(entries),
      toJSON: () => ({ ...entries }),
      keys: () => Object.keys(entries),
      values: () => Object.values(entries),
      items: () => Object.entries(entries),
      get: (name: string, otherwise: unknown = null) => (Object.hasOwn(entries, name) ? entries[name] : otherwise),
      pop: (name: string, ...otherwise: unknown[]) => {
        change();
        if (!Object.hasOwn(entries, name)) {
          if (otherwise.length) return otherwise[0];
          throw unknown(name, entries);
        }
        const value = entries[name];
        delete entries[name];
        return value;
      },
      update: (more: Entries) => {
        change();
        Object.assign(entries, more);
      },
      [Symbol.iterator]: () => Object.keys(entries).sort()[Symbol.iterator](),
    };
    return new Proxy(this, {
      get: (target, name) => {
        if (name === 'frozen') return isFrozen;
        if (name === 'length') return Object.keys(entries).length;
        if (typeof name === 'string' && Object.hasOwn(entries, name)) return entries[name];
        if (Object.hasOwn(own, name)) return own[name as string];
        if (typeof name === 'symbol' || name in target || name === 'then') return Reflect.get(target, name) as unknown;
        throw unknown(name, entries);
      },
      set: (_, name, value) => {
        change();
        if (typeof name === 'symbol' || Object.hasOwn(own, name) || name === 'frozen' || name === 'length')
          throw new ValueError(`Config: '${String(name)}' is not a name for a setting.`);
        entries[name] = value;
        return true;
      },
      deleteProperty: (_, name) => {
        change();
        return Reflect.deleteProperty(entries, name);
      },
      has: (_, name) => Object.hasOwn(entries, name),
      ownKeys: () => Object.keys(entries),
      getOwnPropertyDescriptor: (_, name) =>
        Object.hasOwn(entries, name)
          ? { value: entries[name as string], writable: !isFrozen, enumerable: true, configurable: true }
          : undefined,
    });
  }
}
function unknown(name: string, entries: Entries): Error {
  const near = nearest(name, Object.keys(entries));
  return new AttributeError(`Config: there is no setting '${name}'.${near ? ` Did you mean '${near}'?` : ''}`);
}
