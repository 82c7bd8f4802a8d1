/** The example of the README does what the README says. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Consumer, manifest, printed, ROOT } from './consumer';

const readme = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8');

describe('README', () => {
  it('has an example that learns and differentiates', async () => {
    const examples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((m) => m[1]);
    assert.equal(examples.length, 1);
    const consumer = new Consumer({ 'example.mts': examples[0] });
    try {
      const tsx = pathToFileURL(path.join(ROOT, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href;
      const output = await printed(['--import', tsx, 'example.mts'], consumer.folder);
      assert.match(output, /Total params: 4,417/);
      const accuracy = Number(/validation accuracy: ([\d.]+)/.exec(output)?.[1]);
      assert.ok(accuracy > 0.9, `validation accuracy ${accuracy}`);
      const [inside, centre, corner] = [...output.matchAll(/^ ?\[+([\d.e-]+)\]/gm)].map((m) => Number(m[1]));
      assert.ok(inside > 0.8 && centre < 0.2 && corner < 0.2, `predictions ${inside}, ${centre}, ${corner}`);
      assert.match(output, /second derivative of x\^3 at 1 and 2: \[ 6, 12 \]/);
    } finally {
      consumer.remove();
    }
  });

  it('names commands and files that exist', () => {
    const scripts = Object.keys((manifest as unknown as { scripts: object }).scripts);
    const commands = [...readme.matchAll(/npm (?:run (\w+)|(test))\b/g)].map((m) => m[1] ?? m[2]);
    assert.ok(commands.length >= 5);
    assert.deepEqual(
      commands.filter((c) => !scripts.includes(c)),
      [],
    );
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map((m) => m[1]);
    assert.ok(links.length >= 4);
    assert.deepEqual(
      links.filter((f) => !fs.existsSync(path.join(ROOT, f))),
      [],
    );
  });
});
