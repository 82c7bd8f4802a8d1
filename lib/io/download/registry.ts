/** npm registries as a source of data: which one is configured, and where a package's archive lies in it. */
import { execFile } from 'node:child_process';
import { FileError, ValueError } from '../../support/errors';
import { reasonOf, type Transfer } from './download';

const DEFAULT_REGISTRY = 'https://registry.npmjs.org';
const METADATA_LIMIT_MS = 10_000;

function fromNpm(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const windows = process.platform === 'win32';
    execFile(
      windows ? 'npm.cmd' : 'npm',
      ['config', 'get', 'registry'],
      { timeout: 10_000, shell: windows, windowsHide: true },
      (error, stdout) => {
        const line = error ? '' : stdout.trim().split('\n').pop()!.trim();
        resolve(/^https?:\/\//.test(line) ? line : undefined);
      },
    );
  });
}

/** @internal Address of the registry in use, without a slash at its end: the environment, then npm's settings. */
export async function registryUrl(): Promise<string> {
  const stated = process.env.npm_config_registry || process.env.NPM_CONFIG_REGISTRY;
  if (stated && !/^https?:\/\//.test(stated))
    throw new ValueError(`npm_config_registry '${stated}' is not an http or https address.`);
  return (stated || (await fromNpm()) || DEFAULT_REGISTRY).replace(/\/+$/, '');
}

/** @internal `name@version` as its two parts. */
export function splitPackage(id: string): { name: string; version: string } {
  const match = /^((?:@[\w.-]+\/)?[\w.-]+)@(\d+\.\d+\.\d+[\w.+-]*)$/.exec(id);
  if (!match) throw new ValueError(`npm package '${id}' is not of the form 'name@1.2.3'.`);
  return { name: match[1], version: match[2] };
}

/** @internal The file name npm gives to a package's archive. */
export function archiveName(id: string): string {
  const { name, version } = splitPackage(id);
  return `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`;
}

/**
 * @internal Where the archive of `name@version` is to be downloaded: what the registry says, as mirrors may keep
 * archives elsewhere; by the usual rule where it says nothing.
 * @throws FileError when the registry has no such package or does not answer.
 */
export async function archiveUrl(id: string, registry: string, to: Transfer): Promise<string> {
  const { name, version } = splitPackage(id);
  const usual = `${registry}/${name}/-/${name.split('/').pop()!}-${version}.tgz`;
  const limit = new AbortController();
  const abort = (): void => limit.abort(to.signal!.reason);
  to.signal?.throwIfAborted();
  to.signal?.addEventListener('abort', abort, { once: true });
  const wait = to.timing?.connect ?? METADATA_LIMIT_MS;
  const timer = setTimeout(() => limit.abort(new Error(`no answer within ${wait / 1000} s`)), wait);
  try {
    const response = await (to.fetch ?? globalThis.fetch)(`${registry}/${name.replace('/', '%2f')}/${version}`, {
      signal: limit.signal,
    });
    if (!response.ok) {
      await response.body?.cancel().catch(() => undefined);
      return usual;
    }
    const { dist } = (await response.json()) as { dist?: { tarball?: unknown } };
    return typeof dist?.tarball === 'string' && /^https?:\/\//.test(dist.tarball) ? dist.tarball : usual;
  } catch (error) {
    to.signal?.throwIfAborted();
    if (error instanceof SyntaxError) return usual;
    throw new FileError(reasonOf(limit.signal.aborted ? limit.signal.reason : error).text);
  } finally {
    clearTimeout(timer);
    to.signal?.removeEventListener('abort', abort);
  }
}
