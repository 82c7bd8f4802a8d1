/** An empty folder in which the packed tarball is installed, and the programs that are run there. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { CACHE, completeMark, fill, nodeProgram, pathWithNodeOnly, toolFile } from './cache';
import { isNotNeeded, run, type Options } from './commands';
import { temporaryFolder } from './folders';
import { TOOLS_NODE, type NodeMajor } from './versions';

const PROGRAMS = path.join(__dirname, 'programs');
/** What npm keeps of the registry, one folder for each of its versions: they ask for it in ways of their own. */
export const npmCache = (version: 'npm-11' | 'npm-12'): string => path.join(CACHE, version);

export class Consumer {
  readonly folder = temporaryFolder('installed');
  readonly node: string;
  readonly path: string;

  /**
   * @param tarball - the packed package.
   * @param major - the version of Node; default the one that runs this.
   * @param manifest - fields of its package.json.
   */
  constructor(
    readonly tarball: string,
    major?: NodeMajor,
    manifest: object = {},
  ) {
    this.node = major ? nodeProgram(major) : process.execPath;
    this.path = pathWithNodeOnly(this.node);
    const file = path.basename(tarball);
    fs.copyFileSync(tarball, path.join(this.folder, file));
    fs.writeFileSync(
      path.join(this.folder, 'package.json'),
      JSON.stringify({ name: 'consumer', version: '1.0.0', private: true, ...manifest }),
    );
    fs.cpSync(PROGRAMS, this.folder, { recursive: true });
  }

  /** How package.json names the tarball. */
  get dependency(): string {
    return `file:./${path.basename(this.tarball)}`;
  }

  run(args: readonly string[], options: Partial<Options> & { program?: string } = {}): Promise<string> {
    return run(options.program ?? this.node, args, { cwd: this.folder, path: this.path, ...options });
  }

  /** A command of npm without the network. The cache is filled first when it lacks a package. */
  async npm(version: 'npm-11' | 'npm-12', args: readonly string[], node = this.node): Promise<string> {
    const cli = toolFile(version, 'npm/bin/npm-cli.js');
    const cache = npmCache(version);
    if (!fs.existsSync(path.join(cache, completeMark()))) await this.fillNpm(cli, cache, node);
    return this.run([cli, ...args, '--offline', '--cache', cache], { program: node });
  }

  private async fillNpm(cli: string, cache: string, node: string): Promise<void> {
    await fill('the dependencies of the package', async () => {
      const folder = temporaryFolder('fill');
      fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
      const env = { ...(process.env as Record<string, string>) };
      await run(node, [cli, 'install', this.tarball, '--ignore-scripts', '--no-audit', '--no-fund', '--cache', cache], {
        cwd: folder,
        path: process.env.PATH!,
        env,
      });
      fs.writeFileSync(path.join(cache, completeMark()), '');
    });
  }

  /** Installs the tarball as the first line of the documentation would, with the network away and no scripts. */
  async install(): Promise<this> {
    await this.npm('npm-11', ['install', this.dependency, '--ignore-scripts']);
    return this;
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

interface Seen {
  first: number;
  last: number;
  answers: number[];
  again: number[];
  libraries: string[];
}
const seenIn = (output: string): Seen => JSON.parse(output.trim().split('\n').at(-1)!) as Seen;

/** Asserts what the programs print about themselves: the loss fell, the loaded model answers as the saved one. */
export function assertTrained(output: string): void {
  const seen = seenIn(output);
  assert.ok(seen.last < seen.first / 2, `the loss went from ${seen.first} to ${seen.last}`);
  assert.equal(seen.answers.length, 8);
  assert.deepEqual(seen.again, seen.answers, 'the loaded model gives other numbers than the saved one');
}

/** Asserts that the program had none of the libraries open that the package carries itself. */
export function assertSelfContained(output: string): void {
  const libraries = seenIn(output).libraries.filter(isNotNeeded);
  assert.deepEqual(libraries, [], `libraries of the system in the process: ${libraries.join(', ')}`);
}

/** The Node that runs tools. */
export const toolsNode = (): string => nodeProgram(TOOLS_NODE);
