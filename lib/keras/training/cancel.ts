/** Ends a run at the next batch: by AbortSignal, or by Ctrl+C on the main thread. */
import { setImmediate } from 'node:timers';
import { isMainThread } from 'node:worker_threads';
import { AbortError } from '../../support/errors';

/** Runs that Ctrl+C ends. */
const interruptible = new Set<(reason: unknown) => void>();
function onInterrupt(): void {
  if (!interruptible.size) {
    // The last run has just ended: what Ctrl+C does without one.
    ignoreKeys();
    if (!process.listenerCount('SIGINT')) process.kill(process.pid, 'SIGINT');
    return;
  }
  process.exitCode = 130;
  const reason = new AbortError('interrupted by Ctrl+C; the model keeps the state it has reached.');
  for (const request of interruptible) request(reason);
}
// Listening to a signal and ceasing to are calls of the system: not for each of many short runs in a row.
let isIgnoringSoon = false;
function watchKeys(): void {
  // A program that handles Ctrl+C itself decides itself.
  if (isMainThread && process.listenerCount('SIGINT') === 0) process.on('SIGINT', onInterrupt);
}
function ignoreKeys(): void {
  process.removeListener('SIGINT', onInterrupt);
}
function ignoreKeysSoon(): void {
  if (isIgnoringSoon) return;
  isIgnoringSoon = true;
  setImmediate(() => {
    isIgnoringSoon = false;
    if (!interruptible.size) ignoreKeys();
  });
}

/** @internal */
export class Cancel {
  /** Native loops look at byte 0. */
  readonly flag = new Uint8Array(1);
  private reason: unknown = null;
  private wake: (() => void) | null = null;
  private readonly onAbort = (): void => this.request(this.signal!.reason ?? new AbortError('the run was aborted.'));
  private readonly request = (reason: unknown): void => {
    this.reason = reason;
    this.flag[0] = 1;
    this.wake?.();
  };

  constructor(private readonly signal: AbortSignal | null) {
    signal?.addEventListener('abort', this.onAbort, { once: true });
    if (!interruptible.size) watchKeys();
    interruptible.add(this.request);
  }
  throwIfRequested(): void {
    if (this.flag[0]) throw this.reason;
  }
  /** What `pending` gives, unless the run is ended first: data may take their time. */
  async wait<T>(pending: Promise<T>): Promise<T> {
    this.throwIfRequested();
    const ended = new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    const first = await Promise.race([pending, ended]);
    this.wake = null;
    this.throwIfRequested();
    return first as T;
  }
  release(): void {
    this.signal?.removeEventListener('abort', this.onAbort);
    interruptible.delete(this.request);
    if (!interruptible.size) ignoreKeysSoon();
  }
}
