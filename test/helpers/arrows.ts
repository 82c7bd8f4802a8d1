/**
 * The rooms of lib and the arrows between them: which file imports which, as the TypeScript compiler resolves it, types
 * included. `declare module` counts as an import: a file that adds to a class knows it.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import ts from 'typescript';

/**
 * The rooms from the ground up: each may import those above it in this list, never those below. A room is a folder or a
 * file of lib; of two that match a file, the longer one counts. A file in none of them is an error.
 */
export const ROOMS: readonly string[] = [
  'folders.ts',
  // What needs no addon.
  'support',
  'io',
  // The engine.
  'addon',
  'core',
  'ops',
  'tensorflow',
  // Keras, from what all its objects need to files of models.
  'keras/names.ts',
  'keras/inspect.ts',
  'keras/masks.ts',
  'keras/option_kinds.ts',
  'keras/serialization',
  'keras/options.ts',
  'keras/keras_tensor.ts',
  'keras/runs.ts',
  'keras/dtype_policy.ts',
  'keras/datasets',
  'keras/utils',
  'keras/constraints.ts',
  'keras/regularizers.ts',
  'keras/initializers',
  'keras/activations.ts',
  'keras/losses',
  'keras/metrics',
  'keras/layers',
  'keras/optimizers',
  'keras/training',
  'keras/callbacks',
  'keras/models',
  'keras/saving',
  'keras/distillation',
  'keras/applications',
  // Models of other libraries as layers.
  'hub',
  // Names by which users reach all of it.
  'keras/identifiers.ts',
  'keras/namespaces',
  'keras/index.ts',
  'index.ts',
  'cli',
];

export interface Import {
  from: string;
  to: string;
}

/** The room of a file, both below lib. @throws for a file that stands in none. */
export function roomOf(file: string, rooms: readonly string[] = ROOMS): string {
  const found = rooms.filter((room) => file === room || file.startsWith(`${room}/`));
  if (!found.length) throw new Error(`${file} stands in no room: give it a place in ROOMS of test/helpers/arrows.ts.`);
  return found.reduce((a, b) => (b.length > a.length ? b : a));
}

/** All imports between the files of a folder; files are named below it. */
export function importsOf(folder: string): Import[] {
  const names = (fs.readdirSync(folder, { recursive: true }) as string[]).filter((name) => name.endsWith('.ts'));
  const options = { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 };
  return names.flatMap((from) => {
    const file = path.join(folder, from);
    return specifiersOf(ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true))
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => {
        const resolved = ts.resolveModuleName(specifier, file, options, ts.sys).resolvedModule?.resolvedFileName;
        return resolved ? path.relative(folder, resolved) : specifier.endsWith('.json') ? '..' : fail(from, specifier);
      })
      .filter((to) => !to.startsWith('..'))
      .map((to) => ({ from: from.split(path.sep).join('/'), to: to.split(path.sep).join('/') }));
  });
}
const fail = (from: string, specifier: string): never => {
  throw new Error(`${from} imports ${specifier}, which is not there.`);
};

/** What a file imports, in whatever form: statements, `import()`, `require()`, types and additions to modules. */
function specifiersOf(file: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const named = specifierOf(node);
    if (named && ts.isStringLiteralLike(named)) found.push(named.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  if (ts.isModuleDeclaration(node)) return node.name;
  if (ts.isCallExpression(node) && /^(import|require|require\.resolve)$/.test(node.expression.getText()))
    return node.arguments[0];
  return undefined;
}

/** Circles of files: the groups in which each file reaches each other one. */
export function circlesOf(imports: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
  // Tarjan's strongly connected components.
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    open.push(file);
    for (const other of next.get(file) ?? []) {
      if (!index.has(other)) visit(other);
      if (open.includes(other)) low.set(file, Math.min(low.get(file)!, low.get(other)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const group = open.splice(open.indexOf(file));
    if (group.length > 1 || next.get(file)?.includes(file)) circles.push(group.sort());
  };
  for (const file of next.keys()) if (!index.has(file)) visit(file);
  return circles;
}

/** Imports that run up: from a room to one above it. */
export function upwardImports(imports: readonly Import[], rooms: readonly string[] = ROOMS): string[] {
  const floor = (file: string): number => rooms.indexOf(roomOf(file, rooms));
  return imports.filter(({ from, to }) => floor(to) > floor(from)).map(({ from, to }) => `${from} -> ${to}`);
}

/** Arrows between rooms, each once. */
export function arrowsOf(imports: readonly Import[], room: (file: string) => string): string[] {
  const arrows = imports.map(({ from, to }) => [room(from), room(to)]).filter(([from, to]) => from !== to);
  return [...new Set(arrows.map(([from, to]) => `${from} -> ${to}`))].sort();
}
