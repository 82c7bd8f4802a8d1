/**
 * Writes lib/ops/namespaces: which ops stand in keras.ops.linalg, nn and numpy too, by Keras' own lists
 * (test/keras/golden/names.json). An op that is exported by lib/ops gets its namespaces from here.
 * npx tsx scripts/write_namespaces.ts
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ops } from '../lib/index';
import { camelCase } from '../lib/keras/serialization/naming';

const root = path.join(__dirname, '..');
const TITLES = {
  linalg: 'linear algebra',
  nn: 'layers and their like',
  numpy: "NumPy's functions",
};
export type Namespace = keyof typeof TITLES;
export const NAMESPACES = Object.keys(TITLES) as Namespace[];
export const namespaceFile = (name: Namespace): string => path.join(root, 'lib', 'ops', 'namespaces', `${name}.ts`);

/** The text of a namespace's file. */
export function namespaceText(name: Namespace): string {
  const { namespaces } = JSON.parse(fs.readFileSync(path.join(root, 'test/keras/golden/names.json'), 'utf8')) as {
    namespaces: Record<string, string[]>;
  };
  const members = namespaces[name].map(camelCase).filter((member) => member in ops);
  const flat = fs.existsSync(path.join(root, 'lib/ops/all.ts')) ? '../all' : '../index';
  return [
    `/** keras.ops.${name}: ${TITLES[name]}, by the names that stand in keras.ops too. */`,
    'export {',
    ...[...new Set(members)].sort().map((member) => `  ${member},`),
    `} from '${flat}';`,
    '',
  ].join('\n');
}

if (require.main === module) for (const name of NAMESPACES) fs.writeFileSync(namespaceFile(name), namespaceText(name));
