import type { Point } from '@influxdata/influxdb-client';
import { targetsNow } from '../../src/app/timeSeries.ts';
import { twinJoints, twinOptions, twinPlace } from '../../src/commands/twin.ts';
import { parseConfig } from '../../src/config/config.ts';
import type { TickResult } from '../../src/control/controlLoop.ts';
import { ExposureLedger } from '../../src/control/exposure.ts';
import { SiteState } from '../../src/control/siteState.ts';
import { circuitId } from '../../src/domain/ids.ts';
import type { PhaseAmps } from '../../src/domain/phases.ts';
import type { TwinJoints, TwinPlace, TwinService } from '../../src/sim/twin/ports.ts';
import type { TwinStation } from '../../src/sim/twin/twinStation.ts';
import { World } from '../../src/sim/twin/world.ts';
import { pointsOf } from '../../src/timeseries/points.ts';
import { servicePoints, targetPoint } from '../../src/timeseries/servicePoints.ts';

// A day of two sites in the simulator, with the service's own control code and its own points: cars in the morning and
// in the evening, a meter that is silent from 9:00, a station that is away from 10:30, a curtailment from 17:00 to
// 19:00, a station that ignores it at first, and a solver that fails at 20:00.

export const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
const tickMs = 15_000;

export const silence = { fromMs: 9 * hourMs, untilMs: 9.5 * hourMs };
export const absence = { fromMs: 10.5 * hourMs, untilMs: 11 * hourMs };
export const curtailment = { fromMs: 17 * hourMs, untilMs: 19 * hourMs, watts: 17_250 };
export const disobedience = { fromMs: 16.99 * hourMs, untilMs: 17.05 * hourMs };
export const solverFault = { fromMs: 20 * hourMs, untilMs: 20.2 * hourMs };
/** Of the grid connection of Lund. */
export const breakerAmps = 63;

/** What really happened in a minute of the day, whatever was measured of it. */
interface TrueMinute {
  /** Mean current on each phase of the grid connection of Lund. */
  readonly loadAmps: PhaseAmps;
}

export interface Day {
  readonly startMs: number;
  readonly endMs: number;
  /** Every point that the service would have written, in its order. */
  readonly points: readonly Point[];
  readonly minutes: readonly TrueMinute[];
  /** What the cars of Lund got over the day. */
  readonly carWh: number;
}

const site = (id: string, amps: number, evses: number): object => ({
  id,
  name: id,
  timeZone: 'Europe/Stockholm',
  circuit: {
    id: `grid-${id}`,
    breakerAmps: amps,
    assumedBackgroundAmps: 20,
    meter: { topic: `meters/${id}`, preset: 'generic', maxAgeS: 40 },
    evses: Array.from({ length: evses }, (_, index) => ({
      id: `${id}-${index + 1}`,
      station: `CP-${id}-${index + 1}`,
    })),
  },
});

const config = {
  control: { tickMs },
  sites: [site('lund', breakerAmps, 4), site('kiruna', 50, 2)],
  grid: {
    connections: [{ id: 'dso', targets: [{ site: 'lund', failsafeWatts: 30_000, externalIds: ['lund'] }] }],
  },
};

/** When the simulated world begins: buildings do what they do at an instant, so that it is always the same. */
const worldMs = Date.UTC(2026, 0, 31);

/** Always the same day, told as if it had begun at `startMs`. */
export async function simulatedDay(startMs: number): Promise<Day> {
  const loaded = parseConfig(JSON.stringify(config), 'day', {});
  const place = twinPlace('day', loaded, tickMs);
  const recorder = { points: [] as Point[], state: undefined as SiteState | undefined };
  const parts = {
    ledger: (...input: ConstructorParameters<typeof ExposureLedger>) => new ExposureLedger(...input),
    state: (...input: ConstructorParameters<typeof SiteState>) => {
      recorder.state = new SiteState(...input);
      return recorder.state;
    },
  };
  const { joints, service } = listened(twinJoints(twinOptions(loaded), parts), place, (result) => {
    const { atMs } = result.tick;
    const targets = recorder.state === undefined ? [] : targetsNow(recorder.state.grid, atMs);
    for (const point of [...result.views.flatMap(pointsOf), ...targets.map(targetPoint)])
      recorder.points.push(point.timestamp(atMs - worldMs + startMs));
  });
  // The twin's grid operators curtail as they like. This day has one that does so once.
  const world = new World({
    place: { ...place, connections: [] },
    joints,
    seed: 8,
    startMs: worldMs,
    onViolation() {},
    onTrace() {},
  });
  live(world, service);
  recordService(world, startMs, recorder.points);
  const minutes = recordTruth(world);
  await world.clock.runUntil(worldMs + dayMs);
  return { startMs, endMs: startMs + dayMs, points: recorder.points, minutes, carWh: deliveredWh(world) };
}

/** The service of the twin with a listener at its ticks, and with the connections that the twin does not play. */
function listened(
  joints: TwinJoints,
  { connections }: TwinPlace,
  onTick: (result: TickResult) => void,
): { readonly joints: TwinJoints; readonly service: () => TwinService } {
  let running: TwinService | undefined;
  const start: TwinJoints['start'] = (place, ports) => {
    const hear = (result: TickResult): void => {
      onTick(result);
      ports.onTick(result);
    };
    running = joints.start({ ...place, connections }, { ...ports, onTick: hear });
    return running;
  };
  return {
    joints: { ...joints, start },
    service() {
      if (running === undefined) throw new Error('the world starts the service at once');
      return running;
    },
  };
}

interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

function live(world: World, service: () => TwinService): void {
  const { clock, stations, meters } = world;
  const between = ({ fromMs, untilMs }: Span, begin: () => void, end: () => void): void => {
    clock.after(fromMs, begin);
    clock.after(untilMs, end);
  };
  arrive(world);
  const meter = meters.of(circuitId('grid-lund'));
  const change = (fault: 'silent' | undefined) => () => {
    if (meter !== undefined) meter.fault = fault;
  };
  between(silence, change('silent'), change(undefined));
  const [first, second] = stations.all;
  if (first === undefined || second === undefined) throw new Error('Lund has stations');
  between(
    absence,
    () => stations.cut(second, 'at once'),
    () => stations.restore(second),
  );
  const behave = (manner: TwinStation['manner']) => () => {
    first.manner = manner;
  };
  between(disobedience, behave('ignores'), behave('obeys'));
  between(
    solverFault,
    () => (world.solver = 'throws'),
    () => (world.solver = 'works'),
  );
  // The sender is in touch from the first minute on, and wants something in the evening.
  clock.after(minuteMs, () => service().grid?.resynchronised('dso'));
  clock.after(curtailment.fromMs, () => {
    const instant = (ms: number): string => new Date(worldMs + ms).toISOString();
    const { fromMs, untilMs, watts } = curtailment;
    void service().grid?.say('dso', {
      ...{ externalId: 'evening', version: 1, target: 'lund', watts, reason: 'cold evening' },
      ...{ from: instant(fromMs), until: instant(untilMs), sentAt: instant(fromMs) },
    });
  });
}

/** Cars at every EVSE in the morning and again in the evening, a quarter of an hour after each other. */
function arrive({ clock, stations }: World): void {
  const evses = stations.all.flatMap((station) => station.evses);
  for (const fromHour of [8, 16]) {
    evses.forEach((evse, index) => {
      const model = {
        ...({ needWh: 30_000, maxAmps: index === 1 ? 32 : 16, phaseCount: 3, taperWh: 1_000 } as const),
        ...{ reactionMs: 2_000, rampAmpsPerS: 4, sleepsAfterMs: undefined },
      };
      const atMs = fromHour * hourMs + index * 15 * minuteMs;
      clock.after(atMs, () => stations.plugIn(evse, model, `CAR-${index}`));
      clock.after(atMs + 5 * hourMs, () => stations.unplug(evse));
    });
  }
}

/** The twin has no process to measure: its figures are a story, with losses while the limit is low. */
function recordService({ clock, stations, meters }: World, startMs: number, points: Point[]): void {
  const tell = (): void => {
    const sinceMs = clock.nowMs - worldMs;
    const isLow = sinceMs >= curtailment.fromMs && sinceMs < curtailment.untilMs;
    const now = {
      ...{
        atMs: startMs + sinceMs,
        uptimeS: sinceMs / 1000,
        memoryBytes: 2e8 + sinceMs,
        processorS: sinceMs / 10_000,
      },
      isBrokerConnected: meters.broker === 'works',
      stationsConnected: stations.all.filter(({ isAway }) => !isAway).length,
      ...{ storeWaiting: 3, storeLost: 0, pointsWaiting: 50, pointsLost: isLow ? 7 : 0 },
      certificates: [{ name: 'http', remainingS: 40 * 86_400 - sinceMs / 1000 }],
    };
    points.push(...servicePoints(now));
    clock.after(tickMs, tell);
  };
  clock.after(tickMs, tell);
}

const deliveredWh = ({ stations }: World): number =>
  stations.all
    .filter(({ site }) => site.id === 'lund')
    .reduce((total, { station }) => total + station.evses.reduce((wh, evse) => wh + evse.meterWh, 0), 0);

/** What flows through the conductor itself, second by second. */
function recordTruth({ clock, scenes }: World): readonly TrueMinute[] {
  const minutes: TrueMinute[] = [];
  const scene = scenes.find(({ flows }) => flows.indexOf(circuitId('grid-lund')) !== undefined);
  const node = scene?.flows.indexOf(circuitId('grid-lund')) ?? -1;
  const sum: [number, number, number] = [0, 0, 0];
  let seconds = 0;
  const look = (): void => {
    const [l1, l2, l3] = scene?.flows.total(node) ?? [0, 0, 0];
    sum[0] += l1;
    sum[1] += l2;
    sum[2] += l3;
    seconds += 1;
    if (seconds % 60 === 0) {
      minutes.push({ loadAmps: [sum[0] / 60, sum[1] / 60, sum[2] / 60] });
      sum.fill(0);
    }
    clock.after(1_000, look);
  };
  clock.after(1_000, look);
  return minutes;
}
