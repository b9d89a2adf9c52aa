import { randomUUID } from 'node:crypto';
import type { Point } from '@influxdata/influxdb-client';
import type { Language } from '../../grafana/src/question.ts';
import { systemClock } from '../../src/clock.ts';
import { createLogger } from '../../src/log.ts';
import { startInfluxWriter } from '../../src/timeseries/influxWriter.ts';
import { eventually } from '../eventually.ts';
import { seriesOf } from '../timeseries/influxQl.ts';
import { startInfluxShim } from '../timeseries/influxShim.ts';
import { type Answer, type Asked, lineName } from './answer.ts';

/** A database that holds what was written, and answers what Grafana asks it. */
export interface Filled {
  readonly language: Language;
  readonly namedBy: Asked['namedBy'];
  /** A query as a panel has it. */
  ask(text: string, asked: Asked, by: readonly string[]): Promise<Answer>;
  /** What a variable offers. */
  choices(text: string, asked: Asked): Promise<readonly string[]>;
}

/** What Grafana puts in the place of variables and macros before it sends a query. */
const inPlace = (text: string, chosen: Asked['chosen'], macros: Readonly<Record<string, string>>): string =>
  Object.entries({ ...macros, ...chosen }).reduce(
    (filled, [name, value]) => filled.replaceAll(`$${name}`, value),
    text,
  );

const roomForAll = { pointsMax: 1_000_000, batchMax: 10_000, flushMs: 5, stopTimeoutMs: 60_000 };

/** Through the service's own writer. */
async function write(points: readonly Point[], url: string, bucket: string): Promise<void> {
  const ports = { log: createLogger('silent'), clock: systemClock() };
  const writer = startInfluxWriter({ url, token: '', org: '', bucket }, ports, roomForAll);
  writer.add(points);
  await writer.stop();
  const { written, offered } = writer.counters();
  if (written !== offered) throw new Error(`${offered - written} of ${offered} points were not written`);
}

export async function filledInflux(url: string, points: readonly Point[]): Promise<Filled> {
  const database = `lastvakt_${randomUUID().replaceAll('-', '')}`;
  await seriesOf(url, '', `create database ${database}`);
  const shim = await startInfluxShim(url);
  await write(points, shim.url, database);
  shim.stop();
  const send = (text: string, { fromMs, untilMs, stepMs, chosen }: Asked) => {
    const timeFilter = `time >= ${fromMs}ms AND time < ${untilMs}ms`;
    return seriesOf(url, database, inPlace(text, chosen, { timeFilter, __interval: `${stepMs}ms` }));
  };
  return {
    language: 'influxql',
    namedBy: 'begin',
    ask: async (text, asked, by) =>
      unique(
        (await send(text, asked)).map(({ tags = {}, values }) => [
          lineName(tags, by),
          new Map(values.map(([atMs, value]) => [Number(atMs), Number(value)])),
        ]),
      ),
    choices: async (text, asked) =>
      (await send(text, asked)).flatMap(({ values }) => values.map(([, value]) => String(value))),
  };
}

interface Matrix {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [number, string])[];
    }[];
  };
}

export async function filledVictoria(url: string, points: readonly Point[], endMs: number): Promise<Filled> {
  // It keeps no databases apart, and other days may have been written into it.
  const old = '{__name__=~"(tick|circuit|evse|grid_limit|grid_target)_.*",site=~"lund|kiruna|alerts|"}';
  for (const match of [old, '{__name__=~"(service|certificate)_.*"}']) {
    await fetch(
      new URL(`/api/v1/admin/tsdb/delete_series?${new URLSearchParams({ 'match[]': match })}`, url),
    );
  }
  await write(points, url, 'any');
  // Otherwise they are found only some seconds later.
  await fetch(new URL('/internal/force_flush', url));
  const get = async (path: string, query: Record<string, string>): Promise<unknown> => {
    const answer = await fetch(new URL(`${path}?${new URLSearchParams(query)}`, url));
    if (!answer.ok) throw new Error(`${query['query'] ?? path}: ${await answer.text()}`);
    return answer.json();
  };
  const ask: Filled['ask'] = async (text, { fromMs, untilMs, stepMs, chosen }, by) => {
    const query = inPlace(text, chosen, { __interval: `${stepMs}ms` });
    // The last instant is asked for too.
    const span = { start: `${fromMs / 1000}`, end: `${(untilMs - stepMs) / 1000}`, step: `${stepMs / 1000}` };
    // What was asked before the points came must not be remembered.
    const { data } = (await get('/api/v1/query_range', { query, ...span, nocache: '1' })) as Matrix;
    return unique(
      data.result.map(({ metric, values }) => [
        lineName(metric, by),
        new Map(values.map(([atS, value]) => [Math.round(atS * 1000), Number(value)])),
      ]),
    );
  };
  const choices: Filled['choices'] = async (text, { fromMs, untilMs, chosen }) => {
    const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(text) ?? [];
    const span = { start: `${fromMs / 1000}`, end: `${untilMs / 1000}` };
    const told = await get(`/api/v1/label/${label}/values`, {
      'match[]': inPlace(selector, chosen, {}),
      ...span,
    });
    return (told as { readonly data: readonly string[] }).data;
  };
  // What was asked for and not there yet may go on not being found for about 10 s: ask rarely.
  await eventually(async () => {
    const last = { fromMs: endMs, untilMs: endMs + 60_000, stepMs: 60_000, chosen: {} };
    const asked = { ...last, namedBy: 'end' } as const;
    const { size } = await ask('last_over_time(tick_number[$__interval])', asked, ['site']);
    if (size < 2) throw new Error('the last points are not there yet');
  }, 2_000);
  return { language: 'promql', namedBy: 'end', ask, choices };
}

function unique(lines: readonly (readonly [string, ReadonlyMap<number, number>])[]): Answer {
  const answer = new Map(lines);
  if (answer.size !== lines.length)
    throw new Error('two lines have the same name, so that nobody can tell them apart');
  return answer;
}
