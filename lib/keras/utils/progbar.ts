/** Keras' progress bar (keras.utils.Progbar): a line that grows on a terminal, one line an epoch elsewhere. */

type Logs = Readonly<Record<string, number>>;
const WIDTH = 20;
/** @internal `0.4312`, or `1.2e-05` for small values. */
export function formatMetric(v: number): string {
  return Number.isFinite(v) && Math.abs(v) > 1e-3
    ? v.toFixed(4)
    : Number.isFinite(v)
      ? v.toExponential(4).replace(/e([+-])(\d)$/, 'e$10$2')
      : String(v).toLowerCase();
}
/** @internal `19ms/step` */
export function formatPace(seconds: number, unit = 'step'): string {
  if (seconds >= 1 || seconds === 0) return `${Math.round(seconds)}s/${unit}`;
  return seconds >= 1e-3 ? `${Math.round(seconds * 1e3)}ms/${unit}` : `${Math.round(seconds * 1e6)}us/${unit}`;
}
/** @internal `1:23` */
export function formatEta(seconds: number): string {
  const s = Math.floor(seconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  if (s > 3600) return `${Math.floor(s / 3600)}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
  return s > 60 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${s}s`;
}
const metricsText = (logs: Logs): string =>
  Object.keys(logs)
    .sort()
    .map((k) => ` - ${k}: ${formatMetric(logs[k])}`)
    .join('');

export interface ProgbarStream {
  write(text: string): unknown;
  /** Whether it is a terminal, on which lines can be drawn over. */
  isTTY?: boolean;
}
/** Draws progress of `target` steps. */
export class Progbar {
  private readonly start = performance.now();
  private shown = 0;
  constructor(
    private readonly target: number | null,
    private readonly verbose: number,
    private readonly stream: ProgbarStream = process.stdout,
    private readonly unit = 'step',
  ) {}
  /** Shows that `current` steps are done. `finalize` ends the line. */
  update(current: number, logs: Logs, finalize = current === this.target): void {
    const seconds = (performance.now() - this.start) / 1000;
    const pace = current ? seconds / current : 0;
    if (this.verbose === 2) {
      if (!finalize) return;
      this.stream.write(
        `${this.target ?? current}/${this.target ?? '?'} - ${Math.round(seconds)}s - ${formatPace(pace, this.unit)}${metricsText(logs)}\n`,
      );
      return;
    }
    const dim = (code: string, text: string): string => (this.stream.isTTY ? `\x1b[${code}m${text}\x1b[0m` : text);
    let line: string;
    if (this.target !== null) {
      const digits = String(this.target).length;
      const filled = Math.min(WIDTH, Math.trunc((WIDTH * current) / this.target));
      line = `${dim('1', `${String(current).padStart(digits)}/${this.target}`)} ${dim('32', '━'.repeat(filled))}${dim('37', '━'.repeat(WIDTH - filled))}`;
    } else line = `${String(current).padStart(7)}/Unknown`;
    line +=
      finalize || this.target === null
        ? ` ${dim('1', `${Math.round(seconds)}s`)} ${formatPace(pace, this.unit)}`
        : ` ${dim('1', formatEta(pace * (this.target - current)))} ${formatPace(pace, this.unit)}`;
    line += metricsText(logs);
    // eslint-disable-next-line no-control-regex
    const length = line.replace(/\x1b\[\d+m/g, '').length;
    this.stream.write(
      `${this.stream.isTTY ? '\r' : ''}${line}${' '.repeat(Math.max(0, this.shown - length))}${finalize ? '\n' : ''}`,
    );
    this.shown = length;
  }
}
