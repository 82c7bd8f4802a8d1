/** Unpacking of tar and zip archives that cannot write outside of their folder. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { FileError } from '../../support/errors';
import { tarStream } from '../../support/packages';
import { withFile } from '../source';
import { isZip, ZipReader } from '../zip';

/** What an archive may hold at most, unpacked. */
const MAX_BYTES = 16 * 2 ** 30;

/** A member's place below the folder. @throws FileError for one outside of it. */
function placeOf(caller: string, archive: string, folder: string, name: string): string {
  const place = path.resolve(folder, name);
  if (
    path.isAbsolute(name) ||
    /^[a-z]:/i.test(name) ||
    name.includes('\0') ||
    !(place === folder || place.startsWith(folder + path.sep))
  )
    throw new FileError(`${caller}: ${archive} names '${name}', which lies outside of its folder. It is not unpacked.`);
  return place;
}
async function untar(caller: string, archive: string, folder: string): Promise<void> {
  const extract = tarStream().extract();
  let bytes = 0;
  extract.on('entry', (header, stream, next) => {
    stream.on('error', () => {}); // the archive itself fails with the same error
    const skip = (): void => {
      stream.on('end', next);
      stream.resume();
    };
    try {
      const place = placeOf(caller, archive, folder, header.name);
      bytes += header.size;
      if (bytes > MAX_BYTES)
        throw new FileError(`${caller}: ${archive} unpacks to more than ${MAX_BYTES} bytes. It is not unpacked.`);
      if (header.type === 'directory') {
        fs.mkdirSync(place, { recursive: true });
        skip();
      } else if (header.type === 'file' || header.type === 'contiguous-file') {
        fs.mkdirSync(path.dirname(place), { recursive: true });
        pipeline(stream, fs.createWriteStream(place, { flags: 'wx' })).then(
          () => next(),
          (error: unknown) => extract.destroy(error as Error),
        );
      } else
        throw new FileError(
          `${caller}: ${archive} holds '${header.name}', a ${String(header.type)}. Only files and folders are unpacked.`,
        );
    } catch (error) {
      extract.destroy(error as Error);
    }
  });
  const magic = Buffer.alloc(2);
  const handle = await fs.promises.open(archive);
  await handle.read(magic, 0, 2, 0);
  await handle.close();
  const source = fs.createReadStream(archive);
  await (magic[0] === 0x1f && magic[1] === 0x8b
    ? pipeline(source, zlib.createGunzip(), extract)
    : pipeline(source, extract));
}
async function unzip(caller: string, archive: string, folder: string): Promise<void> {
  await withFile(archive, async (source) => {
    const zip = new ZipReader(source);
    const bytes = zip.names.reduce((sum, name) => sum + zip.sizeOf(name), 0);
    if (bytes > MAX_BYTES)
      throw new FileError(`${caller}: ${archive} unpacks to more than ${MAX_BYTES} bytes. It is not unpacked.`);
    for (const name of zip.names) {
      const place = placeOf(caller, archive, folder, name);
      if (name.endsWith('/')) {
        fs.mkdirSync(place, { recursive: true });
        continue;
      }
      fs.mkdirSync(path.dirname(place), { recursive: true });
      await pipeline(Readable.from(zip.pieces(name)), fs.createWriteStream(place, { flags: 'wx' }));
    }
  });
}
/**
 * @internal Unpacks into `folder`, which appears only once everything is there; one that is there stays.
 * @param caller - what the user called, for messages.
 * @throws FileError for links, devices, names outside of the folder and damaged archives.
 */
export async function extractArchive(
  archive: string,
  folder: string,
  format: 'auto' | 'tar' | 'zip',
  caller = 'getFile',
): Promise<void> {
  if (fs.existsSync(folder)) return;
  const aside = `${folder}.${process.pid}.part`;
  await fs.promises.rm(aside, { recursive: true, force: true });
  await fs.promises.mkdir(aside, { recursive: true });
  try {
    if (format === 'zip' || (format === 'auto' && (await withFile(archive, async (source) => isZip(source)))))
      await unzip(caller, archive, path.resolve(aside));
    else await untar(caller, archive, path.resolve(aside));
    await fs.promises.rename(aside, folder);
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new FileError(`${caller}: ${archive} could not be unpacked: ${(error as Error).message}`, { cause: error });
  } finally {
    await fs.promises.rm(aside, { recursive: true, force: true });
  }
}
