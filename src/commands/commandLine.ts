import { parseArgs } from 'node:util';

// How a command reads what was typed after its name.

/** A wrong command line: what is wrong, told with the usage. */
export class UsageError extends Error {}

type OptionTypes = Readonly<Record<string, { readonly type: 'string'; readonly multiple?: boolean }>>;

/** Named options; throws a `UsageError` for one that is not known, or has no value. */
export function parsed(rest: readonly string[], types: OptionTypes): ReturnType<typeof parseArgs> {
  try {
    return parseArgs({ args: [...rest], options: types, allowPositionals: false });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Options that have one value each. */
export function options(
  rest: readonly string[],
  names: readonly string[],
): Readonly<Record<string, string | undefined>> {
  const types = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { values } = parsed(rest, types);
  return Object.fromEntries(names.map((name) => [name, values[name]?.toString()]));
}

/** The one option that a command has, which must be there. */
export function required(rest: readonly string[], name: string): string {
  const value = options(rest, [name])[name];
  if (value === undefined) throw new UsageError(`--${name} is needed`);
  return value;
}

/** "90s", "5m" or "1h" in milliseconds. */
export function durationMs(text: string): number {
  const [, amount, unit = 's'] = /^(\d+)(s|m|h)?$/.exec(text) ?? [];
  if (amount === undefined) throw new UsageError(`"${text}" is no duration: say 90s, 5m or 1h`);
  return Number(amount) * { s: 1000, m: 60_000, h: 3_600_000 }[unit as 's' | 'm' | 'h'];
}
