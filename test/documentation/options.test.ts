/** Every field of every exported interface of options says what it is: the text that an editor shows beside it. */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import ts from 'typescript';

const ROOT = path.resolve(__dirname, '..', '..');
// Named as such, they are documented even where they are internal.
const IS_OPTIONS = /(Options|Settings)$/;
// Texts that say nothing.
const FILLER = /^(the |an? )?[\w'-]+\.$|\b(todo|tbd)\b/i;

interface Field {
  place: string;
  text: string;
}

/** Fields of a declaration: of its own, and of what its alias is made of. */
function membersOf(node: ts.InterfaceDeclaration | ts.TypeAliasDeclaration): ts.PropertySignature[] {
  if (ts.isInterfaceDeclaration(node)) return node.members.filter(ts.isPropertySignature);
  const of = (type: ts.TypeNode): ts.PropertySignature[] => {
    if (ts.isTypeLiteralNode(type)) return type.members.filter(ts.isPropertySignature);
    return ts.isIntersectionTypeNode(type) ? type.types.flatMap(of) : [];
  };
  return of(node.type);
}

function commentOf(node: ts.Node): string {
  return ts
    .getJSDocCommentsAndTags(node)
    .map((c) => (typeof c.comment === 'string' ? c.comment : (ts.getTextOfJSDocComment(c.comment) ?? '')))
    .join(' ')
    .trim();
}

function fields(): Field[] {
  const files = ts.sys.readDirectory(path.join(ROOT, 'lib'), ['.ts']);
  assert.ok(files.length > 300, `${files.length} sources`);
  return files.flatMap((file) => {
    const source = ts.createSourceFile(file, ts.sys.readFile(file)!, ts.ScriptTarget.Latest, true);
    return source.statements.flatMap((node) => {
      if (!ts.isInterfaceDeclaration(node) && !ts.isTypeAliasDeclaration(node)) return [];
      const isExported = node.modifiers?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword),
        isInternal = ts.getJSDocTags(node).some((tag) => tag.tagName.text === 'internal');
      if (!IS_OPTIONS.test(node.name.text) && (!isExported || isInternal)) return [];
      return membersOf(node).map((m) => ({
        place: `${path.relative(ROOT, file)}: ${node.name.text}.${m.name.getText()}`,
        text: commentOf(m),
      }));
    });
  });
}

describe('options', () => {
  const all = fields();

  it('are documented, field by field', () => {
    assert.ok(all.length > 600, `${all.length} fields`);
    assert.deepEqual(
      all.filter((f) => !f.text).map((f) => f.place),
      [],
    );
  });

  it('say something in sentences', () => {
    assert.deepEqual(
      all.filter((f) => f.text.length < 5 || FILLER.test(f.text)).map((f) => `${f.place}: ${f.text}`),
      [],
    );
  });
});
