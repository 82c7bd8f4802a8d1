/** The folders of this library's code and of its package. They are asked for beside index.ts, the one file of the bundle. */
import * as path from 'node:path';

/** @internal The folder of the code: `lib`, or `dist` once built. */
export const codeFolder = path.resolve(__dirname);
/** @internal The package's folder: copies evaluated from the same one share an engine. */
export const packageFolder = path.resolve(__dirname, '..');
