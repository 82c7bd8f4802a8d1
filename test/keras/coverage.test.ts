/** docs/coverage.md tells the truth: it names all of Keras, and what it says is here is here. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { coverage, readNames } from '../../scripts/coverage';

describe('docs/coverage.md', () => {
  const entries = coverage(readNames());
  const text = fs.readFileSync(path.join(__dirname, '../../docs/coverage.md'), 'utf8');
  const sections = new Map(
    text
      .split('\n## ')
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf('\n')), section]),
  );
  it('names every public name of Keras', () => {
    assert.ok(entries.length > 1000);
    const camel = (s: string): string => s.replace(/(?<=.)_+([a-z0-9])/g, (_, c: string) => c.toUpperCase());
    for (const { module, name } of entries) {
      const section = sections.get(module)!;
      assert.ok(section.includes(`\`${name}\``) || section.includes(`\`${camel(name)}\``), `${module}.${name}`);
    }
  });
  it('claims nothing that is not here', () => {
    let claimed = 0;
    for (const [module, section] of sections) {
      const here = /^Here: (.*)\.$/m.exec(section)?.[1] ?? '';
      for (const [, name] of here.matchAll(/`(\w+)`/g)) {
        claimed++;
        assert.ok(
          entries.some((e) => e.module === module && e.ours?.split('.').at(-1) === name),
          `${module}.${name} is claimed but not here.\n  Fix: npx tsx scripts/coverage.ts`,
        );
      }
    }
    assert.ok(claimed > 400, `${claimed} names`);
  });
});
