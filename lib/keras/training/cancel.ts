/** Ends a run at the next batch: by AbortSignal, or by Ctrl+C on the main thread. */
import { isMainThread } from 'node:worker_threads';
import { AbortError } from '../../errors';

/** @internal */
export class Cancel {
  /** Native loops look at byte 0. */
  readonly flag = new Uint8Array(1);
  private reason: unknown = null;
  private wake: (() => void) | null = null;
  private readonly onAbort = (): void => this.request(this.signal!.reason ?? new AbortError('the run was aborted.'));
  private readonly onInterrupt = (): void => {
    process.exitCode = 130;
    this.request(new AbortError('interrupted by Ctrl+C; the model keeps the state it has reached.'));
  };
  private readonly watchesKeys: boolean;

  constructor(private readonly signal: AbortSignal | null) {
    signal?.addEventListener('abort', this.onAbort, { once: true });
    // A program that handles Ctrl+C itself decides itself.
    this.watchesKeys = isMainThread && process.listenerCount('SIGINT') === 0;
    if (this.watchesKeys) process.once('SIGINT', this.onInterrupt);
  }
  private request(reason: unknown): void {
    this.reason = reason;
    this.flag[0] = 1;
    this.wake?.();
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
    if (this.watchesKeys) process.removeListener('SIGINT', this.onInterrupt);
  }
}
