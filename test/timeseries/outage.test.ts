import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { backfillCommand } from '../../src/commands/backfill.ts';
import { parseConfig } from '../../src/config/config.ts';
import type { SiteView } from '../../src/control/siteView.ts';
import { limitId } from '../../src/domain/ids.ts';
import { minuteMs } from '../../src/domain/minutes.ts';
import { openStore } from '../../src/store/openStore.ts';
import { startInfluxWriter } from '../../src/timeseries/influxWriter.ts';
import { MinuteBook } from '../../src/timeseries/minuteBook.ts';
import { eventually } from '../eventually.ts';
import { describeWith } from '../servers.ts';
import { recordedLog } from '../store/recordedLog.ts';
import { circuitView, evseView, givenSession, siteView } from '../views.ts';
import { givenInfluxd } from './influxd.ts';
import { rowsOf } from './influxQl.ts';
import { startInfluxShim } from './influxShim.ts';

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const startMs = Date.parse('2026-01-31T12:00:00Z');
const ticksInPart = 600;
/** A tick, three phases of the circuit, an EVSE; in the middle part a limit as well. */
const pointsInTick = [5, 6, 5] as const;
const points = (part: 0 | 1 | 2): number => ticksInPart * pointsInTick[part];
const partOf = (second: number): number => Math.floor(second / ticksInPart);
const drawAt = (second: number): number => 10 + (second % 50) / 2;

const curtailment = {
  kind: 'limit',
  limitId: limitId('l1'),
  source: 'grid-operator',
  reason: 'overload',
  untilMs: undefined,
} as const;

/** The site in this second: its draw saws up and down, and it is curtailed while InfluxDB is away. */
const viewAt = (second: number): SiteView =>
  siteView({
    tick: { number: second, atMs: startMs + second * 1000, durationMs: 1, cause: 'pace' },
    circuits: [
      circuitView('grid', {
        ...(partOf(second) === 1 && { limitAmps: [40, 40, 40], limitedBy: curtailment }),
        drawAmps: [drawAt(second), 5, 5],
      }),
    ],
    evses: [evseView('A1', { session: givenSession('s1', { energyWh: second }), drawAmps: [6, 0, 0] })],
  });

/** What InfluxDB may take its time over: the ticks before it, at the pace of the machine. */
const turnEvery = 10;

describeWith('influxd', 'ten minutes without InfluxDB', (program) => {
  it('cost exactly the points that are told, hold no more memory than agreed, and come back as minutes', async () => {
    const influxd = await givenInfluxd(program);
    cleanUps.push(() => influxd.remove());
    await influxd.start();
    await rowsOf(influxd.url, '', 'create database lastvakt');
    const shim = await startInfluxShim(influxd.url);
    cleanUps.push(() => shim.stop());
    const folder = mkdtempSync(join(tmpdir(), 'lastvakt-outage-'));
    cleanUps.push(() => rmSync(folder, { recursive: true }));
    const databaseUrl = `sqlite:${join(folder, 'lastvakt.db')}`;

    const ports = { log: recordedLog().log, clock: systemClock() };
    const store = await openStore(databaseUrl, ports);
    cleanUps.push(() => store.stop());
    const influx = { url: shim.url, token: '', org: '', bucket: 'lastvakt' };
    const pointsMax = 1_000;
    const writer = startInfluxWriter(influx, ports, { pointsMax, flushMs: 5, retryMaxMs: 100 });
    cleanUps.push(() => writer.stop());
    const book = new MinuteBook();
    const live = async (part: 0 | 1 | 2): Promise<void> => {
      for (let second = part * ticksInPart; second < (part + 1) * ticksInPart; second += 1) {
        const view = viewAt(second);
        writer.write(view);
        store.keepMinutes(book.follow(view));
        expect(writer.counters().waiting).toBeLessThanOrEqual(pointsMax);
        // The parts with InfluxDB lose nothing however slow it is: they wait for it here, as ten minutes would.
        if (part !== 1 && second % turnEvery === 0)
          await eventually(() => expect(writer.counters().waiting).toBe(0));
        if (second % turnEvery === 0) await nextTurn();
      }
    };

    await live(0);
    await eventually(() => expect(writer.counters().waiting).toBe(0));
    expect(writer.counters()).toMatchObject({ written: points(0), lostToOverflow: 0 });

    await influxd.stop();
    await live(1);
    await eventually(() => expect(writer.isFailing).toBe(true));
    expect(writer.counters().waiting).toBe(pointsMax);

    await influxd.start();
    await eventually(() => expect(writer.counters().waiting).toBe(0));
    await live(2);
    await eventually(() => expect(writer.counters().waiting).toBe(0));
    // One more tick ends the last minute.
    store.keepMinutes(book.follow(viewAt(3 * ticksInPart)));

    const { offered, written, lostToOverflow, lostToRefusal, lostAtStop } = writer.counters();
    expect(offered).toBe(points(0) + points(1) + points(2));
    expect(lostToOverflow).toBe(points(1) - pointsMax);
    expect({ written, lostToRefusal, lostAtStop }).toEqual({
      written: offered - lostToOverflow,
      lostToRefusal: 0,
      lostAtStop: 0,
    });
    expect(await kept(influxd.url)).toBe(written);
    const outageMs = startMs + ticksInPart * 1000;
    const span = writer.lostSpan;
    expect(span?.fromMs).toBe(outageMs);
    expect(span?.untilMs).toBeLessThan(outageMs + ticksInPart * 1000);

    await store.stop();
    const config = {
      influx,
      database: { url: databaseUrl },
      sites: [{ id: 'garage', circuit: { id: 'grid', breakerAmps: 60 } }],
    };
    const loaded = parseConfig(JSON.stringify(config), 'the test', {});
    const instant = (ms: number): string => new Date(ms).toISOString();
    const asked = { from: instant(outageMs), until: instant(outageMs + 10 * minuteMs) };
    // Ten minutes of the site, a circuit with three phases and the limit on it, and an EVSE.
    const told = 'wrote 30 minutes of sites, circuits and EVSEs as 60 points';
    expect(await backfillCommand(loaded, asked, ports)).toBe(told);
    for (let minute = 0; minute < 10; minute += 1) {
      const atMs = outageMs + minute * minuteMs;
      const seconds = Array.from({ length: 60 }, (_, second) => ticksInPart + minute * 60 + second);
      const meanAmps = seconds.reduce((sum, second) => sum + drawAt(second), 0) / 60;
      const [row] = await rowsOf(
        influxd.url,
        'lastvakt',
        `select draw_amps, limit_amps from circuit where phase = 'L1' and time = ${atMs}ms`,
      );
      expect(row).toMatchObject({ draw_amps: Math.round(meanAmps * 100) / 100, limit_amps: 40 });
    }
  });
});

/** Points of all measurements: the fields that every one of a measurement has are counted. */
async function kept(url: string): Promise<number> {
  const counted = [
    'number) from tick',
    'draw_amps) from circuit',
    'state) from evse',
    'limit_l1_amps) from grid_limit',
  ];
  const counts = await Promise.all(
    counted.map(async (what) => {
      const [row] = await rowsOf(url, 'lastvakt', `select count(${what}`);
      return Number(row?.['count'] ?? 0);
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
