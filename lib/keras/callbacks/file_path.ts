/** Paths with places for numbers, as Python's str.format writes them: `model-{epoch:02d}-{val_loss:.2f}.keras`. */
import { ValueError } from '../../errors';

function formatted(value: number, spec: string, template: string): string {
  const parts = /^(0?)(\d*)(?:\.(\d+))?([dfeg]?)$/.exec(spec);
  if (!parts) throw new ValueError(`the format '${spec}' in '${template}' is not known.\n  Fix: a width, digits and d, f, e or g: {epoch:02d}, {loss:.3f}.`);
  const [, zero, width, digits, kind] = parts;
  let text: string;
  if (kind === 'd') text = String(Math.trunc(value));
  else if (kind === 'f') text = value.toFixed(digits === undefined ? 6 : Number(digits));
  else if (kind === 'e') text = value.toExponential(digits === undefined ? 6 : Number(digits)).replace(/e([+-])(\d)$/, 'e$10$2');
  else text = digits === undefined ? String(value) : String(Number(value.toPrecision(Math.max(1, Number(digits)))));
  return text.padStart(Number(width || 0), zero || ' ');
}
/** @internal @throws ValueError naming the place that has no value. */
export function formatPath(where: string, template: string, values: Readonly<Record<string, number>>): string {
  return template.replace(/\{(\w+)(?::([^}]*))?\}/g, (_, name: string, spec?: string) => {
    if (!(name in values)) throw new ValueError(`${where}: there is no value for '${name}' in the path '${template}'.\n  Known: ${Object.keys(values).join(', ')}`);
    return formatted(values[name], spec ?? '', template);
  });
}
