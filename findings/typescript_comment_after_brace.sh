#!/usr/bin/env bash
# TypeScript 6.0.3, its compiler API and what editors show of it.
# Expected: a comment of two stars right before a field documents the field, wherever the line breaks are, as it does for
#   parameters of functions.
# Happened: where it stands on the line of the brace, or of the field before, it belongs to nothing: no documentation is
#   found, in interfaces and type literals alike. Tools that count or print the documentation of fields see none.
. "$(dirname "$0")/node.sh"
packages typescript@6.0.3
cat >"$work/program.cjs" <<'PROGRAM'
const ts = require(process.argv[2]);
const texts = [
  'interface O {\n  /** text */ a?: number;\n}',
  'interface O { /** text */ a?: number }',
  'type O = { /** text */ a?: number };',
  'interface O {\n  b: string; /** text */ a?: number;\n}',
  'function f(/** text */ a?: number) {}',
];
for (const text of texts) {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true);
  let found;
  const visit = (node) => {
    if ((ts.isPropertySignature(node) || ts.isParameter(node)) && node.name.text === 'a') found = node;
    ts.forEachChild(node, visit);
  };
  visit(source);
  console.log(JSON.stringify(text), ts.getJSDocCommentsAndTags(found).length ? 'documented' : 'not documented');
}
PROGRAM
seen '"interface O {\n  /** text */ a?: number;\n}" documented
"interface O { /** text */ a?: number }" not documented
"type O = { /** text */ a?: number };" not documented
"interface O {\n  b: string; /** text */ a?: number;\n}" not documented
"function f(/** text */ a?: number) {}" documented' node "$work/program.cjs" "$work/packages/node_modules/typescript"
