import { type Figures, type Minute, minuteMs } from '../domain/minutes.ts';

// An hour of one series as text: by figure its sixty minutes, runs of the same value as one pair of value and length.
// A limit that never changes takes a dozen letters an hour.

type Value = number | null;
type Columns = Map<string, Value[]>;
const minutesInHour = 60;

/** The hour with more minutes in it; a minute that was there already is replaced. */
export function withMinutes(body: string | undefined, hourMs: number, minutes: readonly Minute[]): string {
  const columns = body === undefined ? new Map<string, Value[]>() : columnsOf(body);
  for (const { atMs, figures } of minutes) setMinute(columns, (atMs - hourMs) / minuteMs, figures);
  return JSON.stringify(Object.fromEntries([...columns].map(([name, values]) => [name, runsOf(values)])));
}

/** What is known of each minute of the hour, in order. */
export function minutesOf(body: string, hourMs: number): readonly Minute[] {
  const hour = Array.from({ length: minutesInHour }, (_, index) => ({
    atMs: hourMs + index * minuteMs,
    figures: {} as Record<string, number>,
    isKnown: false,
  }));
  for (const [name, runs] of runsIn(body)) {
    let index = 0;
    for (let at = 0; at + 1 < runs.length; at += 2) {
      const value = runs[at] ?? null;
      for (let left = runs[at + 1] ?? 0; left > 0; left -= 1) {
        const minute = hour[index];
        index += 1;
        if (value === null || minute === undefined) continue;
        minute.figures[name] = value;
        minute.isKnown = true;
      }
    }
  }
  return hour.filter(({ isKnown }) => isKnown).map(({ atMs, figures }) => ({ atMs, figures }));
}

function setMinute(columns: Columns, index: number, figures: Figures): void {
  for (const values of columns.values()) values[index] = null;
  for (const [name, value] of Object.entries(figures)) {
    const values = columns.get(name) ?? Array<Value>(minutesInHour).fill(null);
    values[index] = value;
    columns.set(name, values);
  }
}

function runsOf(values: readonly Value[]): readonly Value[] {
  const runs: Value[] = [];
  for (let from = 0; from < values.length; ) {
    let end = from + 1;
    while (end < values.length && values[end] === values[from]) end += 1;
    runs.push(values[from] ?? null, end - from);
    from = end;
  }
  return runs;
}

// What is read was written by `withMinutes`: the column is nobody else's.
const runsIn = (body: string): readonly (readonly [string, readonly Value[]])[] =>
  Object.entries(JSON.parse(body) as Record<string, readonly Value[]>);

const columnsOf = (body: string): Columns =>
  new Map(runsIn(body).map(([name, runs]) => [name, valuesOf(runs)]));

function valuesOf(runs: readonly Value[]): Value[] {
  const values: Value[] = [];
  for (let at = 0; at + 1 < runs.length; at += 2) {
    for (let left = runs[at + 1] ?? 0; left > 0; left -= 1) values.push(runs[at] ?? null);
  }
  return values;
}
