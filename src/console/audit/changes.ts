/** One thing that became another. `undefined`: it was not there, or is not any more. */
export interface Change {
  /** Where it is within what was changed; empty for the whole. */
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** An instant as milliseconds since 1970; what a duration may be is far below. */
const firstInstantMs = Date.UTC(2001, 0);

/** What differs between two JSON values, null where there is nothing to tell. `timeText` writes an instant. */
export function changesOf(
  before: unknown,
  after: unknown,
  timeText: (ms: number) => string,
): readonly Change[] {
  const [was, is] = [leavesOf(before, timeText), leavesOf(after, timeText)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((path): Change => ({ path, before: was.get(path), after: is.get(path) }))
    .filter((change) => change.before !== change.after);
}

/** Every value that holds no others, by the path to it. */
function leavesOf(value: unknown, timeText: (ms: number) => string): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  const visit = (path: string, held: unknown): void => {
    if (held === null || held === undefined) return;
    if (Array.isArray(held) && held.every((each) => typeof each !== 'object')) {
      leaves.set(path, held.join(', '));
    } else if (typeof held === 'object') {
      for (const [name, inner] of Object.entries(held)) visit(path === '' ? name : `${path}.${name}`, inner);
    } else {
      const isInstant = path.endsWith('Ms') && typeof held === 'number' && held > firstInstantMs;
      if (isInstant) leaves.set(path.replace(/(At)?Ms$/, ''), timeText(held));
      else leaves.set(path, String(held));
    }
  };
  visit('', value);
  return leaves;
}
