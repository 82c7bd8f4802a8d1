/** Every block of code of README and docs/ runs, and prints what the page shows; every link and command is there. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { Consumer, manifest, ROOT, runNode } from '../packaging/consumer';
import { blocksOf, guides, isShown, outputsOf, pages, programOf } from './pages';

const TSX = pathToFileURL(path.join(ROOT, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href;
const scripts = Object.keys((manifest as unknown as { scripts: object }).scripts);
const found = pages(ROOT);
const isProgram = (language: string): boolean => ['ts', 'typescript', 'js', 'javascript'].includes(language);

describe('pages', () => {
  it('are there', () => {
    assert.ok(found.length >= 15, found.join(', '));
    assert.ok(guides(ROOT).length >= 6, guides(ROOT).join(', '));
  });

  // In strict TypeScript, as an editor shows them.
  it('compile', async function () {
    this.timeout(600_000);
    const programs = found
      .map(
        (page) =>
          [
            page,
            blocksOf(fs.readFileSync(path.join(ROOT, page), 'utf8')).filter((b) => isProgram(b.language)),
          ] as const,
      )
      .filter(([, list]) => list.length);
    assert.ok(programs.length >= 12, `${programs.length} pages with code`);
    const compilerOptions = {
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      module: 'node16',
      target: 'es2022',
      lib: ['es2023', 'esnext.disposable'],
      types: ['node'],
      typeRoots: [path.join(ROOT, 'node_modules', '@types')],
    };
    const consumer = new Consumer({
      'package.json': '{}',
      'tsconfig.json': JSON.stringify({ compilerOptions, include: ['*.mts'] }),
    });
    try {
      for (const [page, list] of programs)
        consumer.write({ [page.replace(/\//g, '_').replace(/\.md$/, '.mts')]: programOf(list) });
      const { code, stdout } = await runNode(
        [path.join(ROOT, 'node_modules', 'typescript', 'lib', 'tsc.js'), '-p', '.'],
        { cwd: consumer.folder },
      );
      assert.equal(code, 0, stdout);
    } finally {
      consumer.remove();
    }
  });

  // Programs of the guide go on from each other and train on data sets: of these pages the commands and links are looked at.
  for (const page of [...found, ...guides(ROOT)]) {
    const text = fs.readFileSync(path.join(ROOT, page), 'utf8');
    const blocks = blocksOf(text);
    const programs = blocks.filter((b) => isProgram(b.language));

    describe(page, () => {
      if (programs.length && found.includes(page))
        it('runs and prints what it shows', async function () {
          this.timeout(300_000);
          // Nothing of the machine: an empty folder to work in, an empty cache, no colours, no terminal, and no network.
          const consumer = new Consumer({
            'package.json': '{}',
            'page.mts': programOf(programs),
            'offline.mjs': OFFLINE,
          });
          try {
            const { code, stdout, stderr } = await runNode(['--import', './offline.mjs', '--import', TSX, 'page.mts'], {
              cwd: consumer.folder,
              env: {
                TRAE_HOME: path.join(consumer.folder, 'home'),
                NO_COLOR: '1',
                FORCE_COLOR: undefined,
                TRAE_PROFILE: undefined,
              },
            });
            const printed = outputsOf(stdout, programs.length);
            programs.forEach((block, i) => {
              if (!isShown(printed[i], block.output))
                assert.equal(
                  printed[i].trim(),
                  (block.output ?? '').trim(),
                  `${page}:${block.line}: it prints something else than is shown\n${stderr}`,
                );
            });
            assert.equal(code, 0, `${stdout.slice(-2000)}\n${stderr}`);
          } finally {
            consumer.remove();
          }
        });

      const shell = blocks.filter((b) => ['sh', 'bash', 'shell'].includes(b.language));
      if (shell.length)
        it('has commands that exist', () => {
          for (const { code, line } of shell) {
            if (process.platform !== 'win32') execFileSync('bash', ['-n', '-c', code]);
            for (const [, run, own] of code.matchAll(/\bnpm (?:run (?:--silent )?([\w:]+)|(test)\b)/g))
              assert.ok(scripts.includes(run ?? own), `${page}:${line}: npm run ${run ?? own}`);
            for (const [file] of code.matchAll(
              /(?<![\w./-])(?:scripts|examples|benchmarks|test)\/[\w./-]+\.(?:ts|sh|py|mjs)\b/g,
            ))
              assert.ok(fs.existsSync(path.join(ROOT, file)), `${page}:${line}: ${file}`);
          }
        });

      it('has links that lead somewhere', () => {
        const plain = text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
        const links = [...plain.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map((m) => m[1]);
        for (const link of links) {
          const [file, anchor] = link.split('#');
          const target = path.join(ROOT, path.dirname(page), decodeURIComponent(file) || path.basename(page));
          assert.ok(fs.existsSync(target), `${page}: ${link}`);
          if (anchor && target.endsWith('.md'))
            assert.ok(
              anchorsOf(fs.readFileSync(target, 'utf8')).includes(decodeURIComponent(anchor)),
              `${page}: ${link}`,
            );
        }
      });
    });
  }

  it('are linked by the README of each language', () => {
    for (const readme of ['README.md', 'README.zh-CN.md']) {
      const text = fs.readFileSync(path.join(ROOT, readme), 'utf8');
      assert.deepEqual(
        found.filter((f) => f !== readme && !text.includes(`](${f}`)),
        [],
        readme,
      );
    }
  });
});

// Requests to other machines fail at once.
const OFFLINE = `
import net from 'node:net';
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const { host } = [args].flat(2).find((a) => typeof a === 'object' && a !== null && 'port' in a) ?? {};
  if (host && !['localhost', '127.0.0.1', '::1'].includes(host)) throw new Error('a page asked the network: ' + host);
  return connect.apply(this, args);
};
`;

/** Anchors of headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map((m) =>
    m[1]
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replace(/ /g, '-'),
  );
}
