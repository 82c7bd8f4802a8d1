/** Every golden case: what real Keras computed, through the public API. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { readCases } from './arrays';
import { checksIn } from './checks';

// Of `edge_cases`, each once came out differently here.
const FOLDERS = ['cases', 'edge_cases'].map((name) => path.join(__dirname, name));
// Keras leaves these options out of the config that it writes (delta of Huber, gain of Identity), so no one can read them back.
const NOT_IN_THEIR_CONFIG = ['Huber_4_1', 'init_Identity_14'];

for (const folder of FOLDERS)
  for (const [group, check] of Object.entries(checksIn(folder)))
    if (fs.existsSync(path.join(folder, `${group}.json`)))
      describe(`golden ${path.basename(folder).replace('_', ' ')}: ${group}`, () => {
        const cases = JSON.parse(fs.readFileSync(path.join(folder, `${group}.json`), 'utf8')) as { name: string }[];
        const arrays = readCases(path.join(folder, `${group}.npz`));
        for (const c of cases) if (!NOT_IN_THEIR_CONFIG.includes(c.name)) it(c.name, () => check(c, arrays[c.name]));
      });
