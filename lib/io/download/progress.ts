/** The progress bar of downloads, on the standard error stream. */
import { cliProgress } from '../../support/packages';

/** @internal */
export interface Progress {
  /** Sets bytes had so far and, where the server tells, in all. */
  update(done: number, total: number | undefined): void;
  stop(): void;
}

const SILENT: Progress = { update: () => undefined, stop: () => undefined };
const MEGABYTE = 1e6;
const megabytes = (bytes: number): string => (bytes / MEGABYTE).toFixed(1);

/** @internal A bar for the file called `name`, or one that shows nothing. */
export function progress(name: string, verbose: boolean): Progress {
  if (!verbose) return SILENT;
  const { Presets, SingleBar } = cliProgress();
  const bar = new SingleBar(
    {
      stream: process.stderr,
      format: `${name} [{bar}] {percentage}% | {done}/{all} MB | {speed} MB/s`,
      barsize: 30,
      hideCursor: null,
      clearOnComplete: false,
      noTTYOutput: !process.stderr.isTTY,
      notTTYSchedule: 5000,
    },
    Presets.legacy,
  );
  let started = 0;
  let first = 0;
  return {
    update(done, total) {
      const now = Date.now();
      if (!started) {
        [started, first] = [now, done];
        bar.start(total ?? Math.max(done, 1), done, {
          done: megabytes(done),
          all: total ? megabytes(total) : '?',
          speed: '-',
        });
        return;
      }
      bar.setTotal(total ?? Math.max(done, 1));
      const seconds = (now - started) / 1000;
      bar.update(done, {
        done: megabytes(done),
        all: total ? megabytes(total) : '?',
        speed: seconds > 0.2 && done > first ? megabytes((done - first) / seconds) : '-',
      });
    },
    stop() {
      if (started) bar.stop();
    },
  };
}
