/** The lines that the checks print, and their count. */

/** Thrown by a check that this machine cannot do: it says why, and does not count as passed. */
export class NotHere extends Error {}

const outcomes = { passed: 0, failed: 0, notRun: 0 };
let room = '';

/** The checks that follow belong to this room. */
export function enter(name: string): void {
  room = name;
}

const line = (outcome: string, name: string, rest = ''): void =>
  console.log(`${outcome.padEnd(8)}${room}: ${name}${rest ? ` (${rest})` : ''}`);
const indented = (text: string): string => text.replace(/^/gm, ' '.repeat(8));

/**
 * Runs one check and prints one line: `passed`, `FAILED` with the error below it, or `not run` with why.
 * @param run - what it returns is printed as a remark, when it is text.
 * @returns whether it passed.
 */
export async function check(name: string, run: () => unknown): Promise<boolean> {
  try {
    const remark = await run();
    line('passed', name, typeof remark === 'string' ? remark : '');
    outcomes.passed++;
    return true;
  } catch (error) {
    if (error instanceof NotHere) {
      line('not run', name, error.message);
      outcomes.notRun++;
    } else {
      line('FAILED', name);
      console.log(indented(error instanceof Error ? error.message : String(error)));
      outcomes.failed++;
    }
    return false;
  }
}

/** A line that is neither: what was found, what is being prepared. */
export const remark = (text: string): void => line('', text);

/** Prints the last lines; the last one is `N passed, N failed`. @returns the exit status. */
export function finish(): number {
  const { passed, failed, notRun } = outcomes;
  if (notRun) console.log(`${notRun} not run on this machine, for the reasons given`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed || !passed ? 1 : 0;
}
