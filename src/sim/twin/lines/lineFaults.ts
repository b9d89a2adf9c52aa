import type { Random } from '../../random.ts';
import type { Fault } from '../faults.ts';
import type { World } from '../world.ts';
import type { GridLine } from './gridLine.ts';

// What goes wrong between a grid operator and the service, on the connections of the config.

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

type Begin = (line: GridLine, world: World, random: Random) => (() => void) | undefined;

const lineFault = (name: string, lastsMs: Fault['lastsMs'], begin: Begin): Fault => ({
  name: `line-${name}`,
  everyMs: 4 * hourMs,
  lastsMs,
  suits: ({ connections }) => connections.length > 0,
  begin(world, random) {
    const line = world.lines.any(random);
    return line && begin(line, world, random);
  },
});

const atOnce = [0, 0] as const;
const aWhile = [2 * minuteMs, 12 * minuteMs] as const;

/** Less than half of what the target carries, from now. */
function cut(line: GridLine, { clock }: World, random: Random, lastsMs = 8 * minuteMs): string {
  return line.want(0.25 + 0.25 * random(), clock.nowMs, clock.nowMs + lastsMs);
}

const silence: readonly Fault[] = [
  lineFault('silent', aWhile, (line) => {
    line.isCut = true;
    return () => {
      line.isCut = false;
    };
  }),
  lineFault('silent-in-a-curtailment', aWhile, (line, world, random) => {
    cut(line, world, random, 4 * minuteMs);
    world.clock.after(5_000, () => {
      line.isCut = true;
    });
    return () => {
      line.isCut = false;
    };
  }),
  lineFault('heartbeat-lost', aWhile, (line, world, random) => {
    line.isBeatless = true;
    cut(line, world, random);
    return () => {
      line.isBeatless = false;
    };
  }),
  lineFault('token-expired', aWhile, (line, world, random) => {
    const id = cut(line, world, random);
    line.isCut = true;
    // It goes on deciding things that nobody hears.
    world.clock.after(30_000, () => line.withdraw(id));
    world.clock.after(minuteMs, () => cut(line, world, random, 15 * minuteMs));
    return () => {
      line.isCut = false;
    };
  }),
  lineFault('restart-in-failsafe', [4 * minuteMs, 12 * minuteMs], (line, world, random) => {
    line.isCut = true;
    const { heartbeatTimeoutMs = 0 } = line.connection;
    world.clock.after(heartbeatTimeoutMs + 30_000 * random(), () => {
      if (world.kill(0)) world.clock.after(5_000, () => world.restart());
    });
    return () => {
      line.isCut = false;
    };
  }),
  lineFault('last-will', aWhile, (line, world, random) => {
    cut(line, world, random);
    line.leave();
    line.isCut = true;
    return () => {
      line.isCut = false;
    };
  }),
];

const words: readonly Fault[] = [
  lineFault('contradictory', atOnce, (line, world, random) => {
    for (const other of world.lines.all) other.want(0.9, world.clock.nowMs, world.clock.nowMs + 6 * minuteMs);
    cut(line, world, random, 10 * minuteMs);
    cut(line, world, random, 3 * minuteMs);
    return undefined;
  }),
  lineFault('duplicated', aWhile, (line, world, random) => {
    line.copies = 3;
    const id = cut(line, world, random);
    world.clock.after(minuteMs, () => line.withdraw(id));
    world.clock.after(90_000, () => cut(line, world, random));
    return () => {
      line.copies = 1;
    };
  }),
  lineFault('late', aWhile, (line, world, random) => {
    line.delayMs = Math.round(minuteMs * (0.5 + 3 * random()));
    const id = cut(line, world, random);
    // The next version is there before this one.
    line.delayMs = 0;
    line.want(0.6, world.clock.nowMs, world.clock.nowMs + 8 * minuteMs, id);
    line.delayMs = 40_000;
    return () => {
      line.delayMs = 0;
    };
  }),
  lineFault('deleted', atOnce, (line, world, random) => {
    const id = cut(line, world, random, 12 * minuteMs);
    world.clock.after(2 * minuteMs, () => line.withdraw(id));
    world.clock.after(2 * minuteMs + 1_000, () => line.withdraw(id));
    return undefined;
  }),
  lineFault('clock-ahead', aWhile, (line, world, random) => {
    line.clockAheadMs = Math.round((2 * random() - 1) * (random() < 0.5 ? 20_000 : 10 * minuteMs));
    cut(line, world, random);
    world.clock.after(minuteMs, () => cut(line, world, random));
    return () => {
      line.clockAheadMs = 0;
    };
  }),
  lineFault('flood', atOnce, (line, world, random) => {
    const { clock } = world;
    const id = cut(line, world, random, 3 * minuteMs);
    for (let count = 1; count <= 100; count += 1) {
      const share = 0.2 + 0.6 * random();
      clock.after(10 * count, () => line.want(share, clock.nowMs, clock.nowMs + 3 * minuteMs, id));
    }
    return undefined;
  }),
  lineFault('no-sense', atOnce, (line, { clock }) => {
    const until = new Date(clock.nowMs + 5 * minuteMs).toISOString();
    line.babble({ externalId: 'X', watts: -1, until });
    line.babble({ externalId: 'X', watts: 1e5, until: '2026-01-31T18:00:00' });
    line.babble({ externalId: 'X', watts: 1e5, target: 'somebody else', until });
    return undefined;
  }),
];

export const lineFaults: readonly Fault[] = [...silence, ...words];
