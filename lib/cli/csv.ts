/** Tables as text (RFC 4180): values between delimiters, in quotes where they hold one, a line for each row. */
import { InputError } from './context';

/** @internal Rows of cells; empty lines are left out. @param delimiter - default: a semicolon or tab where the first line has one, else a comma. */
export function parseCsv(text: string, file: string, delimiter?: string): { cells: string[]; line: number }[] {
  const body = text.replace(/^\ufeff/, '');
  const first = body.slice(0, body.search(/[\r\n]|$/)).replace(/"[^"]*"/g, '');
  const between = delimiter ?? [';', '\t'].find((d) => first.includes(d)) ?? ',';
  const rows: { cells: string[]; line: number }[] = [];
  let cells: string[] = [];
  let cell = '';
  let line = 1;
  let start = 1;
  let wasQuoted = false;
  const endRow = (): void => {
    cells.push(cell);
    if (cells.length > 1 || cell !== '' || wasQuoted) rows.push({ cells, line: start });
    cells = [];
    cell = '';
    wasQuoted = false;
  };
  for (let i = 0; i < body.length; i++) {
    const c = body[i];
    if (c === '"' && cell.trim() === '' && !wasQuoted) {
      wasQuoted = true;
      cell = '';
      for (i++; !(body[i] === '"' && body[i + 1] !== '"'); i++) {
        if (i >= body.length) throw new InputError(`${file}: line ${start}: a quote is opened and never closed.`);
        if (body[i] === '\n') line++;
        cell += body[i];
        if (body[i] === '"') i++;
      }
    } else if (c === between) {
      cells.push(cell);
      cell = '';
      wasQuoted = false;
    } else if (c === '\n' || c === '\r') {
      if (c === '\r' && body[i + 1] === '\n') i++;
      endRow();
      line++;
      start = line;
    } else cell += c;
  }
  endRow();
  return rows;
}
const WORDS: Readonly<Record<string, number>> = {
  nan: NaN,
  na: NaN,
  inf: Infinity,
  '+inf': Infinity,
  '-inf': -Infinity,
  infinity: Infinity,
  '-infinity': -Infinity,
  true: 1,
  false: 0,
};
/** @internal undefined for what is no number. */
export function numberIn(cell: string): number | undefined {
  const text = cell.trim();
  if (text === '') return undefined;
  const value = WORDS[text.toLowerCase()] ?? Number(text);
  return Number.isNaN(value) && !(text.toLowerCase() in WORDS) ? undefined : value;
}
/** @internal A cell as it is written: in quotes where it has to be. */
export const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
