import type { Random } from '../random.ts';
import { lineFaults } from './lines/lineFaults.ts';
import type { MeterFault } from './meters.ts';
import type { TwinPlace } from './ports.ts';
import { quirkFaults } from './quirkFaults.ts';
import type { Manner, TwinStation } from './twinStation.ts';
import type { World } from './world.ts';

/** Something that goes wrong for a while. */
export interface Fault {
  readonly name: string;
  /** Mean time between two of them in a world of ten stations and more; smaller worlds have as many. */
  readonly everyMs: number;
  readonly lastsMs: readonly [min: number, max: number];
  /** Places where it cannot happen to anything have none; left away: everywhere. */
  suits?(place: TwinPlace): boolean;
  /** Starts it. What is returned ends it; undefined: it is over at once, or had nothing to happen to. */
  begin(world: World, random: Random): (() => void) | undefined;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const atOnce = [0, 0] as const;

const pick = <T>(list: readonly T[], random: Random): T | undefined =>
  list[Math.floor(random() * list.length)];

// --- meters ----------------------------------------------------------------------------------------

const meterFault = (name: string, fault: MeterFault): Fault => ({
  name,
  everyMs: 5 * hourMs,
  lastsMs: [20_000, 10 * minuteMs],
  begin({ meters }, random) {
    const meter = pick(meters.all, random);
    if (meter === undefined || meter.fault !== undefined) return undefined;
    meter.fault = fault;
    return () => {
      meter.fault = undefined;
    };
  },
});

const brokerFault = (name: string, broker: 'down' | 'slow'): Fault => ({
  name,
  everyMs: 6 * hourMs,
  lastsMs: [10_000, 6 * minuteMs],
  begin({ meters }) {
    if (meters.broker !== 'works') return undefined;
    meters.broker = broker;
    return () => meters.brokerIsBack();
  },
});

// --- stations --------------------------------------------------------------------------------------

const anyStation = ({ stations }: World, random: Random): TwinStation | undefined => {
  const twin = pick(stations.all, random);
  const isWell =
    twin !== undefined &&
    twin.manner === 'obeys' &&
    twin.station.model === twin.model &&
    !twin.isAway &&
    twin.drawFactor === 1 &&
    twin.clockAheadMs === 0;
  return isWell ? twin : undefined;
};

const mannerFault = (name: string, manner: Manner): Fault => ({
  name,
  everyMs: 4 * hourMs,
  lastsMs: [30_000, 10 * minuteMs],
  begin(world, random) {
    const twin = anyStation(world, random);
    if (twin === undefined) return undefined;
    twin.manner = manner;
    return () => {
      twin.manner = 'obeys';
    };
  },
});

/** Its cars take more or less than they are offered. */
const drawFault = (name: string, factor: number): Fault => ({
  name,
  everyMs: 4 * hourMs,
  lastsMs: [60_000, 15 * minuteMs],
  begin(world, random) {
    const twin = anyStation(world, random);
    if (twin === undefined) return undefined;
    twin.drawFactor = factor;
    return () => {
      twin.drawFactor = 1;
    };
  },
});

const absence = (
  name: string,
  lastsMs: Fault['lastsMs'],
  leave: (world: World, twin: TwinStation) => void,
): Fault => ({
  name,
  everyMs: 3 * hourMs,
  lastsMs,
  begin(world, random) {
    const twin = anyStation(world, random);
    if (twin === undefined) return undefined;
    leave(world, twin);
    return () => world.stations.restore(twin);
  },
});

// --- the grid operator -----------------------------------------------------------------------------

const gridFault = (name: string, happen: (world: World, random: Random) => void): Fault => ({
  name,
  everyMs: 5 * hourMs,
  lastsMs: atOnce,
  begin(world, random) {
    happen(world, random);
    return undefined;
  },
});

const gridFaults: readonly Fault[] = [
  gridFault('grid-double', ({ grid, clock }) => {
    const at = grid.any();
    if (at === undefined) return;
    for (let time = 0; time < 2; time += 1) grid.cut(at, 0.7, clock.nowMs, clock.nowMs + 10 * minuteMs);
  }),
  gridFault('grid-contradictory', ({ grid, clock }) => {
    const at = grid.any();
    if (at === undefined) return;
    grid.cut(at, 0.5, clock.nowMs, clock.nowMs + 8 * minuteMs);
    grid.cut(at, 0.9, clock.nowMs, clock.nowMs + 12 * minuteMs);
  }),
  gridFault('grid-out-of-order', ({ grid, clock }) => {
    const at = grid.any();
    if (at === undefined) return;
    const later = grid.cut(at, 0.6, clock.nowMs + 4 * minuteMs, clock.nowMs + 9 * minuteMs);
    grid.cut(at, 0.8, clock.nowMs, clock.nowMs + 5 * minuteMs);
    clock.after(2 * minuteMs, () => grid.end(later));
  }),
  gridFault('grid-zero', ({ grid, clock }) => {
    const at = grid.any();
    if (at !== undefined) grid.cut(at, 0, clock.nowMs, clock.nowMs + 4 * minuteMs);
  }),
  gridFault('grid-negative', ({ grid, clock }) => {
    const at = grid.any();
    if (at !== undefined) grid.cut(at, -0.2, clock.nowMs, clock.nowMs + 4 * minuteMs);
  }),
  gridFault('grid-two-sources', ({ grid, clock }) => {
    const at = grid.any();
    if (at === undefined) return;
    grid.cut(at, 0.6, clock.nowMs, clock.nowMs + 6 * minuteMs);
    grid.cut(at, 0.8, clock.nowMs, clock.nowMs + 9 * minuteMs, 'site-operator');
  }),
  gridFault('grid-expired', ({ grid, clock }) => {
    const at = grid.any();
    if (at !== undefined) grid.cut(at, 0.5, clock.nowMs - 2 * hourMs, clock.nowMs - hourMs);
  }),
  gridFault('grid-far-future', ({ grid, clock }) => {
    const at = grid.any();
    if (at !== undefined) grid.cut(at, 0.5, clock.nowMs + 200 * 24 * hourMs, clock.nowMs + 201 * 24 * hourMs);
  }),
  gridFault('grid-flood', ({ grid, clock }, random) => {
    const at = grid.any();
    if (at === undefined) return;
    for (let count = 0; count < 100; count += 1)
      clock.after(10 * count, () => {
        grid.cut(at, 0.5 + 0.5 * random(), clock.nowMs, clock.nowMs + 2 * minuteMs);
      });
  }),
];

// --- our own machine -------------------------------------------------------------------------------

const machineFaults: readonly Fault[] = [
  {
    name: 'process-kill',
    everyMs: 3 * hourMs,
    lastsMs: [1_000, 8 * minuteMs],
    begin(world) {
      if (!world.kill(0)) return undefined;
      return () => world.restart();
    },
  },
  {
    name: 'process-kill-between',
    everyMs: 2 * hourMs,
    lastsMs: [20_000, 2 * minuteMs],
    begin(world, random) {
      world.killAfterPoints(Math.floor(120 * random()));
      return () => world.restart();
    },
  },
  {
    name: 'process-stop',
    everyMs: 4 * hourMs,
    lastsMs: [10_000, 300_000],
    begin(world) {
      if (!world.freeze()) return undefined;
      return () => world.thaw();
    },
  },
  ...(['down', 'slow', 'full'] as const).map(
    (condition): Fault => ({
      name: `database-${condition}`,
      everyMs: 5 * hourMs,
      lastsMs: [10_000, 5 * minuteMs],
      begin({ store }) {
        if (store.condition !== 'works') return undefined;
        store.condition = condition;
        return () => {
          store.condition = 'works';
        };
      },
    }),
  ),
  {
    name: 'database-lost-commits',
    everyMs: 5 * hourMs,
    lastsMs: [1_000, 60_000],
    begin(world, random) {
      if (!world.kill(1 + Math.floor(8 * random()))) return undefined;
      return () => world.restart();
    },
  },
  ...(['throws', 'wrong', 'no number', 'slow'] as const).map(
    (solver): Fault => ({
      name: `solver-${solver.replace(' ', '-')}`,
      everyMs: 5 * hourMs,
      lastsMs: [1_000, 2 * minuteMs],
      begin(world) {
        world.solver = solver;
        return () => {
          world.solver = 'works';
        };
      },
    }),
  ),
  {
    name: 'clock-step',
    everyMs: 8 * hourMs,
    lastsMs: [60_000, 20 * minuteMs],
    begin(world, random) {
      // A time server, summer time set by hand, a leap second.
      const byMs = pick([hourMs, -hourMs, 5_000, -5_000, 1_000], random) ?? 0;
      world.wallAheadMs += byMs;
      return () => {
        world.wallAheadMs -= byMs;
      };
    },
  },
];

/** Everything that may go wrong. */
export const allFaults: readonly Fault[] = [
  meterFault('meter-silent', 'silent'),
  meterFault('meter-late', 'late'),
  meterFault('meter-no-number', 'no number'),
  meterFault('meter-one-phase-missing', 'one phase missing'),
  meterFault('meter-negative', 'negative'),
  meterFault('meter-kilowatts', 'kW for W'),
  meterFault('meter-phases-swapped', 'phases swapped'),
  meterFault('meter-duplicated', 'duplicated'),
  meterFault('meter-out-of-order', 'out of order'),
  meterFault('meter-frozen', 'frozen'),
  brokerFault('broker-down', 'down'),
  brokerFault('broker-slow', 'slow'),
  {
    name: 'broker-split',
    everyMs: 6 * hourMs,
    lastsMs: [10_000, 6 * minuteMs],
    begin({ meters }, random) {
      if (meters.broker !== 'works' || meters.all.some(({ isBeyond }) => isBeyond)) return undefined;
      const beyond = meters.all.filter(() => random() < 0.5);
      for (const meter of beyond) meter.isBeyond = true;
      return () => meters.broughtTogether(beyond);
    },
  },
  mannerFault('station-rejects', 'rejects'),
  mannerFault('station-rejects-all', 'rejects all'),
  mannerFault('station-ignores', 'ignores'),
  mannerFault('station-ignores-all', 'ignores all'),
  mannerFault('station-deaf', 'deaf'),
  mannerFault('station-slow', 'slow'),
  mannerFault('station-forgets-tail', 'forgets tail'),
  absence('station-offline', [5_000, 20 * minuteMs], ({ stations }, twin) => stations.cut(twin, 'at once')),
  absence('station-half-open', [20_000, 5 * minuteMs], ({ stations }, twin) =>
    stations.cut(twin, 'half open'),
  ),
  absence('station-reboots', [10_000, 2 * minuteMs], ({ stations }, twin) =>
    stations.reboot(twin, 'profiles'),
  ),
  absence('station-reboots-and-forgets', [10_000, 2 * minuteMs], ({ stations }, twin) =>
    stations.reboot(twin, 'nothing'),
  ),
  {
    name: 'station-two-controllers',
    everyMs: 4 * hourMs,
    lastsMs: atOnce,
    begin(world, random) {
      const twin = anyStation(world, random);
      if (twin !== undefined) world.stations.clear(twin);
      return undefined;
    },
  },
  drawFault('station-draws-above', 1.05),
  drawFault('station-draws-below', 0.7),
  {
    name: 'station-clock',
    everyMs: 4 * hourMs,
    lastsMs: [60_000, 30 * minuteMs],
    begin(world, random) {
      const twin = anyStation(world, random);
      if (twin === undefined) return undefined;
      world.stations.setClockAhead(twin, Math.round((2 * random() - 1) * 300_000));
      return () => world.stations.setClockAhead(twin, 0);
    },
  },
  {
    name: 'station-two-sockets',
    everyMs: 3 * hourMs,
    lastsMs: atOnce,
    begin(world, random) {
      const twin = anyStation(world, random);
      if (twin !== undefined) world.stations.connectTwice(twin);
      return undefined;
    },
  },
  ...quirkFaults(anyStation),
  ...gridFaults,
  ...lineFaults,
  ...machineFaults,
];
