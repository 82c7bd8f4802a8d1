/** What the signature of a layer's `call` says of `training`: JavaScript keeps it in the text of the function alone. */

import { plainFunction } from '../../support/guard';

const known = new WeakMap<object, boolean | null>();
// `{ training = true }`, `{ training: isTraining = true }`, and what minifiers make of these.
const DEFAULT = /[{,]\s*training\s*(?::\s*[\w$]+\s*)?=\s*(true|!0|false|!1)/;

/** The parameters in a function's text: from the first parenthesis to the one that closes it. */
function parametersOf(text: string): string {
  const start = text.indexOf('(');
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0) return text.slice(start, i);
  }
  return '';
}

/** @internal The default of `training` in `call(inputs, { training = true } = {})`; null where there is none. */
export function signedTraining(call: (...args: never[]) => unknown): boolean | null {
  call = plainFunction(call);
  let found = known.get(call);
  if (found === undefined) {
    const value = DEFAULT.exec(parametersOf(Function.prototype.toString.call(call)))?.[1];
    known.set(call, (found = value === undefined ? null : value === 'true' || value === '!0'));
  }
  return found;
}
