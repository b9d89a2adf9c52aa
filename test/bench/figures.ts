import { writeFileSync } from 'node:fs';

/** Prints rows as a table for people and writes them with `--json FILE`. */
export function report(
  title: string,
  rows: readonly Record<string, unknown>[],
  extra: Record<string, unknown> = {},
): void {
  console.log(`\n${title}`);
  console.table(
    rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, shortened(value)])),
    ),
  );
  const at = process.argv.indexOf('--json');
  const file = at < 0 ? undefined : process.argv[at + 1];
  if (file !== undefined) writeFileSync(file, `${JSON.stringify({ rows, ...extra }, undefined, 2)}\n`);
}

export const shortened = (value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(4)) : value;

/** The value below which a share of the list lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
