/** Values in words, for the `Received:` lines of errors: short, and safe for whatever was given. */
import { otherPackageOf } from './copies';
import { isRecord } from './nest';

const MAX_LENGTH = 60;
const shortened = (text: string): string => (text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}...` : text);

/** @internal What a value is, in a few words: `'abc'`, `[1, 2]`, `float32 tensor of shape (2, 3)`, `Float32Array of 6`. */
export function describe(value: unknown, depth = 0): string {
  switch (typeof value) {
    case 'string':
      return `'${shortened(value)}'`;
    case 'bigint':
      return `${value}n`;
    case 'function':
      return value.name ? `function ${value.name}` : 'a function';
    case 'object':
      return value === null ? 'null' : describeObject(value, depth);
    default:
      return Object.is(value, -0) ? '0' : String(value);
  }
}
/** @internal Text in lower case; what is no text becomes its description, which no list of names holds. */
export const lowerCase = (value: unknown): string =>
  typeof value === 'string' ? value.toLowerCase() : describe(value);

function describeObject(value: object, depth: number): string {
  if (Array.isArray(value)) {
    if (depth > 2 || value.length > 20) return `an array of ${value.length}`;
    return shortened(`[${Array.from(value, (v: unknown) => describe(v, depth + 1)).join(', ')}]`);
  }
  if (ArrayBuffer.isView(value))
    return `${value.constructor.name} of ${'length' in value ? String(value.length) : `${value.byteLength} bytes`}`;
  const elsewhere = otherPackageOf(value);
  const from = elsewhere === null ? '' : ` of another trae-node, in ${elsewhere}: use one copy of the package`;
  const { shape, dtype } = value as { shape?: unknown; dtype?: unknown };
  if (Array.isArray(shape) && typeof dtype === 'string')
    return `${dtype} tensor of shape (${shape.map((d) => d ?? 'None').join(', ')}${shape.length === 1 ? ',' : ''})${from}`;
  const { constructor: kind } = value as { constructor?: { name?: unknown } };
  if (typeof kind === 'function' && !isRecord(value))
    return `an instance of ${String((kind as { name: string }).name) || 'a class'}${from}`;
  const keys = Object.keys(value);
  if (!keys.length) return '{}';
  return shortened(
    `{ ${keys.map((k) => (depth > 1 ? k : `${k}: ${describe((value as Record<string, unknown>)[k], depth + 1)}`)).join(', ')} }`,
  );
}
