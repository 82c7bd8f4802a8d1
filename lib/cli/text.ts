/** Words and tables for people. */

/** @internal `1.5 MB`; powers of 1024. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  const scale = bytes ? Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10)) : 0;
  return scale
    ? `${(bytes / 1024 ** scale).toFixed(bytes / 1024 ** scale < 10 ? 2 : 1)} ${units[scale]}`
    : `${bytes} bytes`;
}
/** @internal As Python prints a tuple. */
export const shapeText = (shape: readonly (number | null)[]): string =>
  `(${shape.map((d) => d ?? 'None').join(', ')}${shape.length === 1 ? ',' : ''})`;
/** @internal `1 tensor`, `2 tensors`. */
export const counted = (n: number, what: string): string => `${n.toLocaleString('en-US')} ${what}${n === 1 ? '' : 's'}`;
/** @internal Control characters that a file may hold would command the terminal. */
export const safeText = (text: string): string =>
  // eslint-disable-next-line no-control-regex
  text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** @internal Rows in columns that are as wide as needed; columns of `right` stand at the right. */
export function tableText(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const safe = rows.map((row) => row.map(safeText));
  const widths = (safe[0] ?? []).map((_, i) => Math.max(...safe.map((row) => row[i].length)));
  return safe
    .map((row) =>
      `  ${row.map((cell, i) => (right.includes(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  ')}`.trimEnd(),
    )
    .join('\n');
}
/** @internal `name: value` lines, the values under one another; what is null or undefined is left out. */
export function factsText(facts: readonly (readonly [string, string | null | undefined])[]): string {
  const shown = facts.filter((f): f is [string, string] => f[1] !== null && f[1] !== undefined);
  const width = Math.max(0, ...shown.map(([name]) => name.length)) + 2;
  return shown
    .map(([name, value]) => (name + ':').padEnd(width) + value.replaceAll('\n', `\n${' '.repeat(width)}`))
    .join('\n');
}
