/** What JSON cannot say, as texts that begin with this; a text that begins with it gets another one in front. */
const mark = '~';
const told: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [undefined, '~undefined'],
  [Number.POSITIVE_INFINITY, '~Infinity'],
  [Number.NEGATIVE_INFINITY, '~-Infinity'],
  [Number.NaN, '~NaN'],
]);
const meant: ReadonlyMap<string, unknown> = new Map([...told].map(([value, text]) => [text, value]));

/** Who charges is nobody's business who looks for a fault. */
const hiddenKeys: ReadonlySet<string> = new Set(['tokenId']);
const hidden = '(hidden)';

/**
 * Plain values as one line of JSON that loses nothing: a replay from it must not tell an absent limit from none at all.
 * Tokens of drivers are hidden.
 */
export const exactJson = (value: unknown): string =>
  JSON.stringify(value, (key, each: unknown) => {
    if (typeof each === 'string') {
      if (hiddenKeys.has(key)) return hidden;
      return each.startsWith(mark) ? mark + each : each;
    }
    return told.get(each) ?? each;
  });

/** Throws what `JSON.parse` throws. */
export const fromExactJson = (text: string): unknown => restored(JSON.parse(text));

function restored(value: unknown): unknown {
  if (typeof value === 'string') {
    if (!value.startsWith(mark)) return value;
    return meant.has(value) ? meant.get(value) : value.slice(mark.length);
  }
  if (Array.isArray(value)) return value.map(restored);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, restored(each)]));
}
