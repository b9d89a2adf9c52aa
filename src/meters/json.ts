/** What a JSON Pointer points at in a document, undefined where there is nothing. */
export type Pointer = (root: unknown) => unknown;

/** A pointer ready for use [RFC 6901]. Its syntax was checked with the config. */
export function pointerTo(text: string): Pointer {
  const tokens = text
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  return (root) => {
    let value = root;
    for (const token of tokens) {
      value = member(value, token);
      if (value === undefined) return undefined;
    }
    return value;
  };
}

function member(value: unknown, token: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  // Array indices are digits without a leading zero [RFC 6901 section 4], so "length" and "01" are none.
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(token) ? value[Number(token)] : undefined;
  return Object.hasOwn(value, token) ? Reflect.get(value, token) : undefined;
}

const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** A finite number, or text that is one decimal number and nothing else. Not null, not "", not true, not "12 A". */
export function strictNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && decimal.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
