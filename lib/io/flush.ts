/** What was written through a file handle reaches the disk. */
import * as fs from 'node:fs';
import { promisify } from 'node:util';

const fsync = promisify(fs.fsync);

/** @internal By its number: the handles that Yarn's Plug'n'Play puts in place of Node's have no `sync`. */
export const flush = (handle: fs.promises.FileHandle): Promise<void> => fsync(handle.fd);
