/** Paths with places for numbers, as Python's str.format writes them: `model-{epoch:02d}-{val_loss:.2f}.keras`. */
import { ValueError } from '../../support/errors';

function formatted(value: number, spec: string, template: string): string {
  const parts = /^([+ ]?)(0?)(\d*)(,?)(?:\.(\d+))?([dfFeEgG%]?)$/.exec(spec);
  if (!parts)
    throw new ValueError(
      `the format '${spec}' in '${template}' is not known.\n  Fix: a width, digits and d, f, e, g or %: {epoch:02d}, {loss:.3f}, {val_accuracy:.2%}.`,
    );
  const [, sign, zero, width, comma, digits, kind] = parts;
  const places = digits === undefined ? 6 : Math.min(100, Number(digits));
  const exponent = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2');
  if (kind === 'd' && !Number.isInteger(value)) value = Math.trunc(value);
  let text: string;
  if (!Number.isFinite(value)) text = Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
  else if (kind === 'd') text = String(value);
  else if (kind === 'f' || kind === 'F') text = value.toFixed(places);
  else if (kind === '%') text = `${(value * 100).toFixed(places)}%`;
  else if (kind === 'e' || kind === 'E') text = exponent(value.toExponential(places));
  else text = digits === undefined ? String(value) : exponent(String(Number(value.toPrecision(Math.max(1, places)))));
  if (comma) text = text.replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ','));
  if (kind === 'E' || kind === 'G') text = text.toUpperCase();
  if (sign && !text.startsWith('-')) text = sign + text;
  // Zeros stand between the sign and the digits.
  const lead = /^[+ -]?/.exec(text)![0];
  const wide = Number(width || 0);
  return zero ? lead + text.slice(lead.length).padStart(wide - lead.length, '0') : text.padStart(wide, ' ');
}
/** @internal @throws ValueError naming the place that has no value. */
export function formatPath(where: string, template: string, values: Readonly<Record<string, number>>): string {
  return template.replace(/\{(\w+)(?::([^}]*))?\}/g, (_, name: string, spec?: string) => {
    if (!(name in values))
      throw new ValueError(
        `${where}: there is no value for '${name}' in the path '${template}'.\n  Known: ${Object.keys(values).join(', ')}`,
      );
    return formatted(values[name], spec ?? '', template);
  });
}
