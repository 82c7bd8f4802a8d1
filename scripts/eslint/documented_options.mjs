/**
 * An eslint rule: every field of options, and of every exported interface and object type that is not internal, has a
 * documenting comment that says something: the text that an editor shows beside it.
 */

/** Named as such, they are documented even where they are internal. */
const OPTIONS = /(Options|Settings)$/;
/** Texts that say nothing. */
const FILLER = /^(the |an? )?[\w'-]+\.$|\b(todo|tbd)\b/i;

/** Fields of a type: of its own, and of what an intersection is made of. */
function fieldsOf(type) {
  if (type.type === 'TSTypeLiteral') return type.members.filter((m) => m.type === 'TSPropertySignature');
  return type.type === 'TSIntersectionType' ? type.types.flatMap(fieldsOf) : [];
}

export default {
  meta: {
    type: 'suggestion',
    docs: { description: 'fields of options are documented' },
    schema: [],
    messages: {
      missing: "'{{ type }}.{{ field }}' has no documenting comment: say what it is, its unit, range and default.",
      filler: "'{{ type }}.{{ field }}' is documented by '{{ text }}', which says nothing.",
    },
  },
  create(context) {
    const { sourceCode } = context;
    // The documenting comment right above: one behind a brace or a field, on their line, documents nothing.
    function documentationOf(node) {
      const isDocumenting = (c) => c.type === 'Block' && c.value.startsWith('*'),
        comment = sourceCode.getCommentsBefore(node).filter(isDocumenting).at(-1),
        before = sourceCode.getTokenBefore(node);
      if (!comment) return null;
      if (before && before.loc.end.line === comment.loc.start.line) return null;
      return comment.value
        .replace(/^\s*\*+ ?/gm, '')
        .replace(/\s+/g, ' ')
        .trim();
    }
    function check(node, fields) {
      const isExported = node.parent.type === 'ExportNamedDeclaration',
        isInternal = /@internal\b/.test(documentationOf(isExported ? node.parent : node) ?? '');
      if (!OPTIONS.test(node.id.name) && (!isExported || isInternal)) return;
      for (const field of fields) {
        const text = documentationOf(field),
          data = { type: node.id.name, field: sourceCode.getText(field.key), text };
        if (!text) context.report({ node: field, messageId: 'missing', data });
        else if (text.length < 5 || FILLER.test(text)) context.report({ node: field, messageId: 'filler', data });
      }
    }
    return {
      TSInterfaceDeclaration: (node) =>
        check(
          node,
          node.body.body.filter((m) => m.type === 'TSPropertySignature'),
        ),
      TSTypeAliasDeclaration: (node) => check(node, fieldsOf(node.typeAnnotation)),
    };
  },
};
