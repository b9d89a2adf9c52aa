import { describe, expect, it } from 'vitest';
import type { SiteView } from '../../src/control/siteView.ts';
import { minuteMs, type SeriesMinute } from '../../src/domain/minutes.ts';
import { noAmps } from '../../src/domain/phases.ts';
import { MinuteBook } from '../../src/timeseries/minuteBook.ts';
import { circuitView, evseView, givenSession, siteView } from '../views.ts';

const noonMs = Date.parse('2026-01-31T12:00:00Z');

const viewAt = (second: number, change: Partial<SiteView> = {}): SiteView =>
  siteView({
    tick: { number: second, atMs: noonMs + second * 1000, durationMs: 1, cause: 'pace' },
    circuits: [circuitView('grid', { drawAmps: [second, 0, 0] })],
    evses: [],
    ...change,
  });

/** What these ticks complete. */
const minutesOf = (views: readonly SiteView[]): readonly SeriesMinute[] => {
  const book = new MinuteBook();
  return views.flatMap((view) => book.follow(view));
};

const ofGrid = (minutes: readonly SeriesMinute[]): readonly SeriesMinute[] =>
  minutes.filter(({ series }) => series.kind === 'circuit');

describe('the minutes of a site', () => {
  it('are means over time, however the ticks fall', () => {
    const [minute, ...others] = ofGrid(minutesOf([0, 45, 45.5, 75].map((second) => viewAt(second))));
    // 45 s of 0 A, half a second of 45 A, 14.5 s of 45.5 A.
    expect(minute?.figures['draw_l1_amps']).toBe(Math.round(((0.5 * 45 + 14.5 * 45.5) / 60) * 100) / 100);
    expect(minute).toMatchObject({ atMs: noonMs, figures: { draw_max_l1_amps: 45.5, limit_l1_amps: 60 } });
    expect(others).toEqual([]);
  });

  it('end where the clock says so, though a tick holds over the end', () => {
    const minutes = ofGrid(minutesOf([30, 80, 130].map((second) => viewAt(second))));
    expect(minutes.map(({ atMs }) => atMs)).toEqual([noonMs, noonMs + minuteMs]);
    expect(minutes[1]?.figures['draw_l1_amps']).toBe(Math.round(((20 * 30 + 40 * 80) / 60) * 100) / 100);
  });

  it('do not stretch over a time without ticks, or over a clock that was set back', () => {
    const views = [0, 10, 200, 210, 100, 110].map((second) => viewAt(second));
    const minutes = ofGrid(minutesOf(views));
    expect(minutes.map(({ atMs, figures }) => [(atMs - noonMs) / 1000, figures['draw_max_l1_amps']])).toEqual(
      [
        [0, 0],
        [180, 200],
      ],
    );
  });

  it('count the time over a limit', () => {
    const over = { circuits: [circuitView('grid', { drawAmps: [60.1, 0, 0] })] };
    const minutes = ofGrid(minutesOf([viewAt(0), viewAt(50, over), viewAt(53), viewAt(60)]));
    expect(minutes[0]?.figures['over_limit_s']).toBe(3);
  });

  it('tell of an EVSE only while it has a session or draws', () => {
    const idle = evseView('A1', { drawAmps: noAmps });
    const busy = evseView('A2', { drawAmps: [6, 0, 0], session: givenSession('s', { energyWh: 1500 }) });
    const evses = [idle, busy];
    const minutes = minutesOf([viewAt(0, { evses }), viewAt(60, { evses })]);
    expect(minutes.map(({ series }) => `${series.kind} ${series.id}`)).toEqual([
      'site garage',
      'circuit grid',
      'evse A2',
    ]);
    expect(minutes.at(-1)?.figures).toMatchObject({
      draw_l1_amps: 6,
      energy_wh: 1500,
      setpoint_amps: 10,
      state: 5,
    });
  });
});
