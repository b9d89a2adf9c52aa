import type { Point } from '@influxdata/influxdb-client';
import type { Question } from '../../grafana/src/question.ts';

/** Lines by their tags, each a value for every interval that has one, by the instant the database gives it. */
export type Answer = ReadonlyMap<string, ReadonlyMap<number, number>>;

export const lineName = (tags: Readonly<Record<string, string>>, by: readonly string[]): string =>
  by.map((tag) => `${tag}=${tags[tag] ?? ''}`).join(' ');

interface Sample {
  readonly atMs: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, number>>;
}

/** Points by measurement, as the line protocol tells them. Names and tags of this day need no escaping. */
export function samplesOf(points: readonly Point[]): ReadonlyMap<string, readonly Sample[]> {
  const samples = new Map<string, Sample[]>();
  for (const point of points) {
    const [series = '', fields = '', instant] = point.toLineProtocol()?.split(' ') ?? [];
    const [measurement = '', ...tags] = series.split(',');
    const list = samples.get(measurement) ?? [];
    samples.set(measurement, list);
    const numbers = pairs(fields.split(',')).map(([name, value]) => [name, Number(value)] as const);
    list.push({
      atMs: Number(instant),
      tags: Object.fromEntries(pairs(tags)),
      fields: Object.fromEntries(numbers),
    });
  }
  return samples;
}

const pairs = (texts: readonly string[]): readonly (readonly [string, string])[] =>
  texts.map((text) => {
    const [name = '', value = ''] = text.split('=');
    return [name, value];
  });

export interface Asked {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly stepMs: number;
  /** What the variables of the dashboard are set to. */
  readonly chosen: Readonly<Record<string, string>>;
  /** An interval of InfluxDB is named by its begin, which is in it; one of PromQL by its end, which is in it. */
  readonly namedBy: 'begin' | 'end';
}

/** What a database should answer, worked out from the points themselves. */
export function answerTo(
  question: Question,
  samples: ReadonlyMap<string, readonly Sample[]>,
  asked: Asked,
): Answer {
  const { measurement, fields, where = [], only = {}, by = [], isTotal = false } = question;
  const wanted = { ...only, ...Object.fromEntries(where.map((tag) => [tag, asked.chosen[tag] ?? '.*'])) };
  const values = new Map<string, Map<number, number[][]>>();
  for (const { atMs, tags, fields: told } of samples.get(measurement) ?? []) {
    const isWanted = Object.entries(wanted).every(([tag, like]) =>
      new RegExp(`^${like}$`).test(tags[tag] ?? ''),
    );
    const intervalMs = intervalOf(atMs, asked);
    if (!isWanted || intervalMs < asked.fromMs || intervalMs >= asked.untilMs) continue;
    const intervals = of(values, lineName(tags, by), () => new Map<number, number[][]>());
    const lists = of(intervals, intervalMs, () => fields.map((): number[] => []));
    fields.forEach((field, index) => {
      const value = told[field];
      if (value !== undefined) lists[index]?.push(value);
    });
  }
  const lines = new Map([...values].map(([name, intervals]) => [name, valuesOf(intervals, question)]));
  return isTotal ? new Map([['', totalOf(lines)]]) : withoutEmpty(lines);
}

function intervalOf(atMs: number, { stepMs, namedBy }: Asked): number {
  const steps = atMs / stepMs;
  return (namedBy === 'begin' ? Math.floor(steps) : Math.ceil(steps)) * stepMs;
}

function valuesOf(
  intervals: ReadonlyMap<number, readonly (readonly number[])[]>,
  { how }: Question,
): ReadonlyMap<number, number> {
  const values = new Map<number, number>();
  for (const [atMs, lists] of intervals) {
    if (lists.every((list) => list.length > 0)) {
      values.set(
        atMs,
        lists.reduce((sum, list) => sum + oneOf(list, how), 0),
      );
    }
  }
  return values;
}

function oneOf(list: readonly number[], how: Question['how']): number {
  switch (how) {
    case 'mean':
      return list.reduce((sum, value) => sum + value, 0) / list.length;
    case 'highest':
      return Math.max(...list);
    case 'lowest':
      return Math.min(...list);
    case 'last':
      return list.at(-1) ?? Number.NaN;
    case 'rate':
      throw new Error(
        'a rate depends on how a database looks beyond the interval: compare it with what rises',
      );
    default:
      return how satisfies never;
  }
}

function totalOf(lines: ReadonlyMap<string, ReadonlyMap<number, number>>): ReadonlyMap<number, number> {
  const total = new Map<number, number>();
  for (const values of lines.values()) {
    for (const [atMs, value] of values) total.set(atMs, (total.get(atMs) ?? 0) + value);
  }
  return total;
}

const withoutEmpty = (lines: Answer): Answer => new Map([...lines].filter(([, values]) => values.size > 0));

function of<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
