// Writes dist/index.mjs: the names of the CommonJS build as ES exports, from one instance of the library. Makes the
// program executable.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const names = Object.keys(createRequire(import.meta.url)(path.join(dist, 'index.js')))
  .filter((n) => n !== 'default' && n !== '__esModule')
  .sort();
// A name that is a word of the language (`var`) is exported under that name all the same.
const lines = names.map((n, i) => `const e${i} = library[${JSON.stringify(n)}];`);
const exported = names.map((n, i) => `e${i} as ${n}`).join(', ');
fs.writeFileSync(
  path.join(dist, 'index.mjs'),
  `import library from './index.js';\n${lines.join('\n')}\nexport { ${exported} };\nexport default library;\n`,
);
fs.writeFileSync(
  path.join(dist, 'index.d.mts'),
  "export * from './index.js';\nimport * as library from './index.js';\nexport default library;\n",
);
fs.chmodSync(path.join(dist, 'cli', 'main.js'), 0o755);
