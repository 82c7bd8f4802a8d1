/**
 * Constructors default as Keras' do: an instance made with nothing but what is required has Keras' config, and every
 * parameter that Keras has is taken, its default giving the same instance. The table comes from golden/make_names.py.
 */
import assert from 'node:assert/strict';
import * as trae from '../../lib/index';
import { camelCase } from '../../lib/keras/serialization/naming';
import { construct } from '../../lib/keras/serialization/construct';
import { builtInClass, type SerializableClass } from '../../lib/keras/serialization/registry';
import { golden } from './helpers';

const { keras } = trae;
interface Entry {
  required: Record<string, unknown>;
  defaults: Record<string, unknown>;
  config?: Record<string, unknown> | null;
  /** Why Keras itself makes no instance without more. */
  abstract?: string;
}
const table = golden<Record<string, Record<string, Entry>>>('defaults.json');
type Json = Record<string, unknown>;

/** Config keys that Keras writes and this project does not, and why. */
const KEYS_LEFT_OUT: Record<string, string> = {
  name: 'automatic names count up',
};
/** Keys that are drawn at random unless they are given. */
const DRAWN: Record<string, string> = { RandomCrop: 'seed' };
/** Classes that users do not make. */
const NOT_MADE: Record<string, string> = { CallbackList: 'fit makes it, for one model and one run' };
/** Parameters without a meaning here, and why. */
const PARAMETERS_LEFT_OUT: Record<string, string> = {
  dtype: 'a base option of layers; metrics and losses compute in the dtype of their data',
  input_tensor: 'wraps a tensor of a Python backend',
};
const ours = (kind: string, name: string): SerializableClass | undefined =>
  builtInClass(`keras.${kind}`, name) ??
  (kind === 'callbacks' ? (keras.callbacks as unknown as Record<string, SerializableClass>)[name] : undefined);
const revived = (record: Json): Json =>
  Object.fromEntries(Object.entries(record).map(([k, v]) => [camelCase(k), keras.saving.deserializeKerasObject(v)]));
const configOf = (object: unknown): Json =>
  (JSON.parse(JSON.stringify(keras.saving.serializeKerasObject(object))) as { config: Json }).config;

/** Names of nested objects count up too; shapes they were built with say nothing about defaults. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value === 'number') return Math.fround(value) + 0; // some of Keras' configs have been through float32, some hold -0
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([k]) => k !== 'build_config' && k !== 'shared_object_id' && !(k === 'name' && 'trainable' in value))
      .map(([k, v]) => [k, comparable(v)]),
  );
}

describe('defaults of constructors', () => {
  let compared = 0;
  for (const [kind, classes] of Object.entries(table))
    for (const [name, entry] of Object.entries(classes)) {
      const cls = ours(kind, name);
      if (!cls || entry.abstract || NOT_MADE[name]) continue;
      compared++;
      if (entry.config)
        it(`keras.${kind}.${name}: an instance made of defaults`, () => {
          const got = configOf(construct(cls, revived(entry.required)));
          for (const [key, want] of Object.entries(entry.config!))
            if (!KEYS_LEFT_OUT[key] && DRAWN[name] !== key)
              assert.deepEqual(comparable(got[key]), comparable(want), key in got ? key : `${key} is missing`);
        });
      it(`keras.${kind}.${name}: every parameter is known, its default changes nothing`, () => {
        const given = Object.fromEntries(Object.entries(entry.defaults).filter(([k]) => !PARAMETERS_LEFT_OUT[k]));
        const explicit = construct(cls, revived({ ...given, ...entry.required }));
        if (entry.config) {
          const withoutName = (config: Json): Json => ({
            ...config,
            name: null,
            ...(DRAWN[name] ? { [DRAWN[name]]: null } : {}),
          });
          assert.deepEqual(
            comparable(withoutName(configOf(explicit))),
            comparable(withoutName(configOf(construct(cls, revived(entry.required))))),
          );
        }
      });
    }
  it('compares many', () => assert.ok(compared > 60, `${compared} classes`));
});
