/** Temporary folders, gone when the process ends. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const folders: string[] = [];
process.once('exit', () => folders.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

/** Makes an empty folder. */
export function temporaryFolder(kind: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `trae-${kind}-`));
  folders.push(folder);
  return folder;
}
