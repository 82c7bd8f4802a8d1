/** Regular expressions of TensorFlow's graphs: RE2's syntax, which is matched in time linear in the text. */
import { FileError } from '../../support/errors';
import { regularExpressions } from '../../support/packages';

const MAX_PATTERN = 2 ** 16;
const known = new Map<string, RegularExpression>();
const MAX_KNOWN = 1000;

/** @internal */
export interface RegularExpression {
  /** Whether the whole text matches. */
  matches(text: string): boolean;
  /** The text with its first match or all of them replaced; \0 to \9 in `rewrite` stand for what groups matched. */
  replace(text: string, rewrite: string, isGlobal: boolean): string;
}
/** @internal @throws FileError for a pattern that RE2 does not take. */
export function regularExpression(where: string, pattern: string): RegularExpression {
  let found = known.get(pattern);
  if (!found) {
    found = compiled(where, pattern);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(pattern, found);
  }
  return found;
}
function compiled(where: string, pattern: string): RegularExpression {
  const { RE2JS } = regularExpressions();
  if (pattern.length > MAX_PATTERN)
    throw new FileError(`${where}: a pattern of ${pattern.length} characters is too long.`);
  let re: ReturnType<typeof RE2JS.compile>;
  try {
    re = RE2JS.compile(pattern);
  } catch (cause) {
    throw new FileError(`${where}: its pattern is no regular expression of RE2: ${(cause as Error).message}`, {
      cause,
    });
  }
  return {
    matches: (text) => re.matches(text),
    replace(text, rewrite, isGlobal) {
      const matcher = re.matcher(text);
      let result = '';
      let at = 0;
      while (matcher.find()) {
        result +=
          text.slice(at, matcher.start()) + rewritten(where, rewrite, (i) => matcher.group(i), matcher.groupCount());
        at = matcher.end();
        if (!isGlobal) break;
      }
      return at || result ? result + text.slice(at) : text;
    },
  };
}
function rewritten(where: string, rewrite: string, group: (i: number) => string | null, count: number): string {
  return rewrite.replace(/\\(.?)/gs, (_, c: string) => {
    if (c === '\\') return c;
    if (!/[0-9]/.test(c) || Number(c) > count)
      throw new FileError(
        `${where}: '\\${c}' in what it writes stands for none of the ${count} groups of its pattern.`,
      );
    return group(Number(c)) ?? '';
  });
}
