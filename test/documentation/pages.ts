/**
 * Code blocks of pages as programs. The blocks of TypeScript of a page make one program, each nested in the scope of the one
 * before: it sees its names and may declare them anew. What a block prints must be the block of text behind it, in which a
 * line of three dots stands for any lines. `<!-- setup: ... -->` holds code that runs before the next block and is not shown.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';

export interface Block {
  /** Line of the page at which it begins, counted from 1. */
  line: number;
  /** 'ts', 'sh', ... */
  language: string;
  code: string;
  /** Code that runs before it and is not shown. */
  setup: string;
  /** What it prints, as the page shows it; null where nothing is shown. */
  output: string | null;
}

/** The code blocks of a page. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let setup = '';
  let last = -1; // where the block before ends
  for (const match of text.matchAll(/^<!-- setup:\s*\n([\s\S]*?)^-->$|^```(\w*)[^\n]*\n([\s\S]*?)^```$/gm)) {
    const [whole, hidden, language, code] = match;
    if (hidden !== undefined) {
      setup += hidden;
      continue;
    }
    const isBehind = last >= 0 && /^\s*$/.test(text.slice(last, match.index));
    const before = blocks.at(-1);
    last = match.index + whole.length;
    if (language === 'text' && isBehind && before && before.output === null) {
      before.output = code;
      continue;
    }
    blocks.push({ line: text.slice(0, match.index).split('\n').length, language, code, setup, output: null });
    setup = '';
  }
  return blocks;
}

const MARK = '\u0001block ';
const IMPORT = /^import [^;]*;[^\S\n]*(?:\/\/[^\n]*)?\n/gm;

/** One program out of blocks: prints a mark before the output of each. */
export function programOf(blocks: readonly Block[]): string {
  const imports = new Set<string>();
  const body = blocks.map(({ setup, code }, i) => {
    const own = `${setup}{\nconsole.log(${JSON.stringify(MARK + i)});\n${code}`;
    for (const [line] of own.matchAll(IMPORT)) imports.add(line.replace(/\/\/.*/, '').trim());
    return own.replace(IMPORT, '');
  });
  return [...imports, ...body.map((own) => `{\n${own}`), ...body.map(() => '}}')].join('\n');
}

/** What each block printed. */
export function outputsOf(printed: string, count: number): string[] {
  const parts = printed.split(new RegExp(`^${MARK}\\d+\\n`, 'm')).slice(1);
  return Array.from({ length: count }, (_, i) => parts[i] ?? '');
}

const tidy = (text: string): string => text.replace(/[^\S\n]+$/gm, '').replace(/\s+$/, '');
/** Whether a block printed what the page shows. */
export function isShown(printed: string, shown: string | null): boolean {
  const pattern = tidy(shown ?? '')
    .split(/^\.\.\.$/m)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[\\s\\S]*');
  return new RegExp(`^${pattern}$`).test(tidy(printed));
}

/** README in each language and the pages of docs/. */
export function pages(root: string): string[] {
  const inDocs = fs.readdirSync(path.join(root, 'docs')).filter((f) => f.endsWith('.md'));
  return ['README.md', 'README.zh-CN.md', ...inDocs.map((f) => path.posix.join('docs', f)).sort()].filter((f) =>
    fs.existsSync(path.join(root, f)),
  );
}
/** Pages of the guide. */
export const guides = (root: string): string[] =>
  fs
    .readdirSync(path.join(root, 'docs', 'guide'))
    .filter((f) => f.endsWith('.md'))
    .map((f) => path.posix.join('docs', 'guide', f))
    .sort();
