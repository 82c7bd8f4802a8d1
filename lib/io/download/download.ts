/**
 * HTTP downloads that go on where they were cut off. Bytes go to a partial file that the caller owns; nothing here
 * decides whether they are the right ones.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { FileError } from '../../support/errors';
import { flush } from '../flush';
import { progress, type Progress } from './progress';
import { isError } from '../../support/realms';

/** @internal How long to wait (milliseconds) and how often to try again. */
export interface Timing {
  readonly connect: number;
  readonly stall: number;
  readonly retries: number;
  readonly delay: number;
}
const TIMING: Timing = { connect: 10_000, stall: 30_000, retries: 4, delay: 500 };
/** What is written at most for a source that does not state its size. */
const MAX_BYTES = 4 * 2 ** 30;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 20; // as browsers

/** @internal What a download needs to know beside the address. */
export interface Transfer {
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
  readonly verbose: boolean;
  readonly timing?: Partial<Timing>;
}

/** A failure of one attempt; `again` when another attempt may succeed. */
class AttemptError extends Error {
  constructor(
    message: string,
    readonly again: boolean,
  ) {
    super(message);
  }
}

const USELESS_TO_RETRY =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|CERT_|ERR_TLS|ERR_INVALID_URL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;

/** @internal The innermost reason of a failed `fetch`, whose own message says no more than "fetch failed". */
export function reasonOf(error: unknown): { code: string; text: string } {
  let inner = error as Error & { code?: string; errors?: Error[] };
  while (isError(inner.cause)) inner = inner.cause as typeof inner;
  const code = inner.code ?? (inner.errors?.[0] as NodeJS.ErrnoException | undefined)?.code ?? '';
  const message = inner.message || inner.errors?.map((e) => e.message).join('; ') || inner.name;
  return { code, text: code && !message.includes(code) ? `${message} (${code})` : message };
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await fs.promises.stat(file)).size;
  } catch {
    return 0;
  }
}

/** Calls `work` with a signal that fires with the caller's and when `alive` has not been called for `ms`. */
async function watched<T>(
  outer: AbortSignal | undefined,
  ms: number,
  work: (signal: AbortSignal, alive: (ms: number) => void) => Promise<T>,
): Promise<T> {
  const inner = new AbortController();
  const abort = (): void => inner.abort(outer!.reason);
  let limit = ms;
  const expire = (): void =>
    inner.abort(Object.assign(new Error(`nothing received for ${limit / 1000} s`), { code: 'TIMEOUT' }));
  let timer = setTimeout(expire, limit);
  outer?.throwIfAborted();
  outer?.addEventListener('abort', abort, { once: true });
  try {
    return await work(inner.signal, (next) => {
      clearTimeout(timer);
      timer = setTimeout(expire, (limit = next));
    });
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', abort);
  }
}

/**
 * The answer to a request, redirects followed: to http and https alone, and never from https to http, where anybody on
 * the way could exchange the file.
 */
async function answer(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
  fetch: typeof globalThis.fetch,
): Promise<Response> {
  for (let at = new URL(url), hops = 0; ; hops++) {
    const response = await fetch(at.href, { headers, signal, redirect: 'manual' });
    const location = response.headers.get('location');
    if (!REDIRECTS.has(response.status) || location === null) return response;
    await response.body?.cancel().catch(() => undefined);
    if (hops === MAX_REDIRECTS) throw new AttemptError(`the server redirects more than ${MAX_REDIRECTS} times`, false);
    const next = URL.canParse(location, at.href) ? new URL(location, at.href) : null;
    if (!next) throw new AttemptError(`the server redirects to '${location}', which is no address`, false);
    if (next.protocol !== at.protocol && next.protocol !== 'https:')
      throw new AttemptError(`the server redirects from ${at.protocol} to ${next.protocol}: ${next.href}`, false);
    at = next;
  }
}
/** One request. Leaves what arrived in `part`, also when it fails. */
async function attempt(
  url: string,
  part: string,
  bytes: number | undefined,
  state: { etag?: string },
  to: Transfer,
  bar: Progress,
): Promise<void> {
  const timing = { ...TIMING, ...to.timing };
  const have = await sizeOf(part);
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (have > 0) headers.range = `bytes=${have}-`;
  if (have > 0 && state.etag) headers['if-range'] = state.etag;
  await watched(to.signal, timing.connect, async (signal, alive) => {
    let response: Response;
    try {
      response = await answer(url, headers, signal, to.fetch ?? globalThis.fetch);
    } catch (error) {
      if (error instanceof AttemptError) throw error;
      to.signal?.throwIfAborted();
      if (signal.aborted) throw new AttemptError(`no answer within ${timing.connect / 1000} s`, false);
      const { code, text } = reasonOf(error);
      throw new AttemptError(text, !USELESS_TO_RETRY.test(code));
    }
    alive(timing.stall);
    const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
    let start = 0;
    let total: number | undefined;
    if (response.status === 206) {
      start = range?.[1] === undefined ? -1 : Number(range[1]);
      total = range && range[2] !== '*' ? Number(range[2]) : undefined;
    } else if (response.status === 200) {
      const length = response.headers.get('content-length');
      total = length === null || response.headers.get('content-encoding') ? undefined : Number(length);
    } else {
      await response.body?.cancel().catch(() => undefined);
      if (response.status === 416 && have > 0) {
        if (range?.[2] === String(have)) return;
        await fs.promises.truncate(part, 0);
        throw new AttemptError('the server has no such range', true);
      }
      const again = response.status >= 500 || response.status === 408 || response.status === 429;
      throw new AttemptError(`HTTP ${response.status}${response.statusText ? ` ${response.statusText}` : ''}`, again);
    }
    if (start !== 0 && start !== have) {
      await response.body?.cancel().catch(() => undefined);
      await fs.promises.truncate(part, 0);
      throw new AttemptError(
        `the server sent another range (${response.headers.get('content-range')}) than asked for (${have})`,
        true,
      );
    }
    if (bytes !== undefined && total !== undefined && total !== bytes) {
      await response.body?.cancel().catch(() => undefined);
      throw new AttemptError(`the server offers ${total} bytes, ${bytes} expected`, false);
    }
    const etag = response.headers.get('etag');
    state.etag = etag && !etag.startsWith('W/') ? etag : undefined;
    await save(response, part, start, total, bytes ?? MAX_BYTES, bar, () => alive(timing.stall), signal, to.signal);
  });
}

async function save(
  response: Response,
  part: string,
  start: number,
  total: number | undefined,
  most: number,
  bar: Progress,
  alive: () => void,
  signal: AbortSignal,
  outer: AbortSignal | undefined,
): Promise<void> {
  const handle = await fs.promises.open(part, start > 0 ? 'r+' : 'w');
  let at = start;
  bar.update(at, total);
  try {
    const reader = response.body!.getReader();
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        outer?.throwIfAborted();
        throw new AttemptError(
          `connection lost after ${at}${total === undefined ? '' : ` of ${total}`} bytes: ${reasonOf(signal.aborted ? signal.reason : error).text}`,
          true,
        );
      });
      if (done) break;
      alive();
      if (at + value.length > most) {
        await reader.cancel().catch(() => undefined);
        throw new AttemptError(`the server sends more than ${most} bytes`, false);
      }
      let from = 0;
      while (from < value.length)
        from += (await handle.write(value, from, value.length - from, at + from)).bytesWritten;
      at += value.length;
      bar.update(at, total);
    }
    if (total !== undefined && at !== total)
      throw new AttemptError(`connection closed after ${at} of ${total} bytes`, true);
    await flush(handle);
  } finally {
    await handle.close();
  }
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/**
 * @internal Downloads `url` into `part`, going on from what `part` already holds, and flushes it to the disk.
 * @param bytes - size the file must have, where it is known.
 * @throws FileError with the reason of the last attempt; the reason of `signal` when it fires.
 */
export async function download(url: string, part: string, bytes: number | undefined, to: Transfer): Promise<void> {
  const timing = { ...TIMING, ...to.timing };
  const bar = progress(path.basename(new URL(url).pathname), to.verbose);
  const state: { etag?: string } = {};
  try {
    for (let failures = 0; ;) {
      try {
        return await attempt(url, part, bytes, state, to, bar);
      } catch (error) {
        if (!(error instanceof AttemptError)) throw error;
        if (!error.again || ++failures > timing.retries)
          throw new FileError(error.message + (failures > 1 ? ` (${failures} attempts)` : ''));
        await pause(timing.delay * 2 ** (failures - 1), to.signal);
      }
    }
  } finally {
    bar.stop();
  }
}
