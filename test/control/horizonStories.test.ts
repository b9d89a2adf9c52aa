import { beforeAll, describe, expect, it } from 'vitest';
import { type PlanThread, startPlanThread } from '../../solver/plan.ts';
import { createPlanner, type Planner } from '../../solver/planner.ts';
import { explanation } from '../../src/control/explain.ts';
import type { Site } from '../../src/domain/site.ts';
import { eventually } from '../eventually.ts';
import { onThisThread, type PlannedWorld, plannedWorld } from './givenHorizon.ts';
import { givenCircuit, givenEvses } from './givenSite.ts';
import { loopOptions, type WorldInput } from './world.ts';

let planner: Planner;
beforeAll(async () => {
  planner = await createPlanner();
});

const hourS = 3_600;
/** Stories of hours: a slower tick tells the same. */
const slow = { options: { ...loopOptions, tickMs: 5_000 } };

/** 13:00 in Stockholm. No background, and the connection is wide open unless the test narrows it. */
function given(site: Partial<Site> = {}, change: Partial<WorldInput> = {}): PlannedWorld {
  const made = plannedWorld(
    onThisThread(planner),
    { circuits: [givenCircuit({ assumedBackgroundAmps: 0 })], ...site },
    { ...slow, ...change },
  );
  made.world.setBackground(0).connectAll().run(10);
  return made;
}

const explained = ({ world }: PlannedWorld, id: string): string => {
  const [site] = world.tick.views;
  if (site === undefined) throw new Error('there is a site');
  return explanation(world.view(id), site);
};

const nightRate = {
  currency: 'SEK',
  perKwh: 2,
  rules: [{ months: [], weekdays: [], fromMinute: 22 * 60, untilMinute: 6 * 60, perKwh: 0.5 }],
};

describe('a plan over a night with cheap hours', { timeout: 60_000 }, () => {
  it('lets a car wait for them and says so, and one that leaves before charge at once', () => {
    const made = given({ prices: nightRate });
    const { world } = made;
    world.plugIn('A1').plugIn('A2').run(5);
    made.wish('A1', { kwh: 30, withinHours: 17.9 });
    made.wish('A2', { kwh: 10, withinHours: 2 });
    world.run(60);
    expect(world.setpointAmps('A1')).toBe(0);
    expect(world.setpointAmps('A2')).toBe(32);
    expect(explained(made, 'A1')).toMatch(
      /^0 A: waits for 22:00, when energy is cheaper; needs (30|29\.\d) kWh by 2026-02-01 06:5\d$/,
    );
  });

  it('Q8: keeps the minimum meanwhile where a station stays paused', () => {
    const evses = givenEvses(1, { traits: { resumes: 'stays paused' } });
    const made = given({ prices: nightRate, evses });
    made.world.plugIn('A1').run(5);
    made.wish('A1', { kwh: 30, withinHours: 17.9 });
    made.world.run(60);
    expect(made.world.setpointAmps('A1')).toBe(6);
    expect(explained(made, 'A1')).toMatch(/waits for 22:00, when energy is cheaper/);
  });

  it('gives all of it there, before the departure', () => {
    const rule = { months: [], weekdays: [], fromMinute: 15 * 60, untilMinute: 17 * 60, perKwh: 0.5 };
    const made = given({ prices: { ...nightRate, rules: [rule] } });
    const { world } = made;
    world.plugIn('A1').run(5);
    made.wish('A1', { kwh: 30, withinHours: 5 });
    world.run(1.99 * hourS);
    expect(made.takenKwh('A1')).toBeLessThan(1);
    world.run(2 * hourS);
    expect(made.takenKwh('A1')).toBeGreaterThanOrEqual(30);
    expect(made.takenKwh('A1')).toBeLessThan(31);
    expect(explained(made, 'A1')).toContain('has what its driver asked for');
  });

  it('lets a car wait for cleaner hours where its driver prefers green energy, whatever they cost', () => {
    const afternoon = { months: [], weekdays: [], fromMinute: 15 * 60, untilMinute: 17 * 60, perKwh: 0.02 };
    const made = given({ prices: nightRate, emissions: { perKwh: 0.4, rules: [afternoon] } });
    const { world } = made;
    world.plugIn('A1').plugIn('A2').run(5);
    made.wish('A1', { kwh: 30, withinHours: 17.9, profile: 'GREEN' });
    made.wish('A2', { kwh: 30, withinHours: 17.9, profile: 'CHEAP' });
    world.run(60);
    expect(explained(made, 'A1')).toMatch(/^0 A: waits for 15:00, when energy is cleaner; needs/);
    expect(explained(made, 'A2')).toMatch(/^0 A: waits for 22:00, when energy is cheaper; needs/);
    world.run(4 * hourS);
    expect(made.takenKwh('A1')).toBeGreaterThanOrEqual(30);
    expect(made.takenKwh('A2')).toBeLessThan(1);
  });

  it('lets a car wait for nothing where its driver wants it fast', () => {
    const made = given({ prices: nightRate });
    made.world.plugIn('A1').plugIn('A2').run(5);
    made.wish('A1', { kwh: 30, withinHours: 17.9, profile: 'FAST' });
    made.wish('A2', { kwh: 30, withinHours: 17.9 });
    made.world.run(60);
    expect([made.world.setpointAmps('A1'), made.world.setpointAmps('A2')]).toEqual([32, 0]);
  });

  it('leaves a car whose driver told nothing as it would be without a plan', () => {
    const made = given({ prices: nightRate });
    made.world.plugIn('A1').plugIn('A2').run(5);
    made.wish('A1', { kwh: 30, withinHours: 17.9 });
    made.world.run(60);
    expect(made.world.setpointAmps('A2')).toBe(32);
  });
});

describe('a plan where there is not room for all', { timeout: 60_000 }, () => {
  /** 40 A for two cars: each needs more than its fair 20 A if it leaves first. */
  const narrow = { circuits: [givenCircuit({ breakerAmps: 40, assumedBackgroundAmps: 0 })] };

  it('puts the car that leaves first before the other, and both leave with what they told', () => {
    const made = given(narrow);
    const { world } = made;
    world.plugIn('A1').plugIn('A2').run(5);
    made.wish('A1', { kwh: 21, withinHours: 1 });
    made.wish('A2', { kwh: 21, withinHours: 3 });
    world.run(hourS - 10);
    expect(made.takenKwh('A1')).toBeGreaterThan(20.5);
    world.unplug('A1').run(2 * hourS);
    expect(made.takenKwh('A2')).toBeGreaterThanOrEqual(21);
    expect(world.overload().longestMs).toBe(0);
  });

  it('counts whoever wants it fast twice', () => {
    const made = given({ circuits: [givenCircuit({ breakerAmps: 36, assumedBackgroundAmps: 0 })] });
    made.world.plugIn('A1').plugIn('A2').run(5);
    made.wish('A1', { profile: 'FAST' });
    made.world.run(60);
    expect([made.world.setpointAmps('A1'), made.world.setpointAmps('A2')]).toEqual([24, 12]);
  });

  it('shares fairly as long as nobody leaves with less for it', () => {
    const made = given(narrow);
    made.world.plugIn('A1').plugIn('A2').run(5);
    made.wish('A1', { kwh: 20, withinHours: 10 });
    made.wish('A2', { kwh: 20, withinHours: 10 });
    made.world.run(120);
    expect([made.world.setpointAmps('A1'), made.world.setpointAmps('A2')]).toEqual([20, 20]);
  });

  it('charges before a limit that is announced for later', () => {
    const made = given({ circuits: [givenCircuit({ breakerAmps: 40, assumedBackgroundAmps: 0 })] });
    const { world } = made;
    world.plugIn('A1').plugIn('A2').run(5);
    const inAnHour = world.clock.nowMs() + hourS * 1000;
    world.setLimit({ amps: 12 }, { fromMs: inAnHour, untilMs: inAnHour + 4 * hourS * 1000 });
    // Fair shares would give both 20 A until then, and A1 would miss 5 kWh.
    made.wish('A1', { kwh: 20, withinHours: 1.5 });
    made.wish('A2', { kwh: 20, withinHours: 5 });
    world.run(1.5 * hourS);
    expect(made.takenKwh('A1')).toBeGreaterThan(19.8);
    world.unplug('A1').run(3.5 * hourS);
    expect(made.takenKwh('A2')).toBeGreaterThanOrEqual(20);
    // A tick of 5 s, and a car that takes 5 s to follow.
    expect(world.overload().longestMs).toBeLessThan(11_000);
  });

  it('keeps the fair share of a car whose driver told nothing, whoever is in a hurry', () => {
    const made = given(narrow);
    made.world.plugIn('A1').plugIn('A2').run(5);
    made.wish('A1', { kwh: 60, withinHours: 2 });
    made.world.run(120);
    expect(made.world.setpointAmps('A2')).toBe(20);
  });

  it('takes what the minimum of a patient car is beyond the plan from the one in a hurry alone', () => {
    const made = given({ ...narrow, evses: givenEvses(3) });
    const { world } = made;
    world.plugIn('A1').plugIn('A2').plugIn('A3').run(5);
    made.wish('A1', { kwh: 17, withinHours: 1 });
    made.wish('A2', { kwh: 12, withinHours: 4 });
    const least: number[] = [];
    for (let minute = 0; minute < 60; minute++) {
      world.run(60);
      least.push(world.setpointAmps('A3') ?? 0);
    }
    // A third of 40 A, in whole amperes.
    expect(Math.min(...least)).toBeGreaterThanOrEqual(13);
    expect(made.takenKwh('A1')).toBeGreaterThan(16);
  });

  it('says what will be missing, how much and why', () => {
    const made = given(narrow);
    const { world } = made;
    world.plugIn('A1').plugIn('A2').run(5);
    made.wish('A1', { kwh: 60, withinHours: 2 });
    made.wish('A2', { kwh: 20, withinHours: 1 });
    world.run(60);
    const plan = world.horizon?.view(world.tick.views[0]?.siteId ?? never());
    const short = plan?.sessions.map(({ evseId, shortfallWh, shortfallWhy }) => [
      evseId,
      Math.round(shortfallWh / 1000),
      shortfallWhy,
    ]);
    // 2 h of 40 A are 55 kWh for 80.
    expect(short?.reduce((sum, [, kwh]) => sum + Number(kwh), 0)).toBeGreaterThanOrEqual(25);
    const neededHours = expect.closeTo(2.7, 1);
    expect(short).toContainEqual([
      'A1',
      expect.any(Number),
      { kind: 'not enough time', maxAmps: 32, neededHours, leftHours: expect.closeTo(2, 1) },
    ]);
  });
});

describe('a plan where the highest hours cost', { timeout: 60_000 }, () => {
  const peakTariff = {
    currency: 'SEK',
    perKw: 60,
    highestHours: 3,
    months: [],
    weekdays: [],
    fromMinute: 6 * 60,
    untilMinute: 22 * 60,
  };

  it('keeps the mean of every hour that counts down to what the departure needs', () => {
    const made = given({ peakTariff });
    const { world } = made;
    world.plugIn('A1').run(5);
    // 15 kWh in 3 h: 5 kW in each hour is the lowest peak, and 6 A on three phases are 4.1 kW, 8 A 5.5.
    made.wish('A1', { kwh: 15, withinHours: 2.98 });
    const hours: number[] = [];
    for (let hour = 0; hour < 3; hour++) {
      const before = made.takenKwh('A1');
      world.run(hour === 0 ? hourS - 15 : hourS);
      hours.push(made.takenKwh('A1') - before);
    }
    expect(made.takenKwh('A1')).toBeGreaterThan(14.9);
    expect(Math.max(...hours)).toBeLessThan(5.5);
  });

  it('moves into the hours that do not count where there is time', () => {
    const made = given({ peakTariff });
    made.world.plugIn('A1').run(5);
    made.wish('A1', { kwh: 24, withinHours: 16 });
    made.world.run(120);
    expect(made.world.setpointAmps('A1')).toBe(0);
    expect(explained(made, 'A1')).toMatch(/waits for 22:00 to keep the hour below the peak that is paid for/);
  });
});

describe('without a plan', () => {
  const given3 = (startThread: Parameters<typeof plannedWorld>[0]): PlannedWorld => {
    const made = plannedWorld(
      startThread,
      { prices: nightRate, circuits: [givenCircuit({ assumedBackgroundAmps: 0 })], evses: givenEvses(2) },
      slow,
    );
    made.world.setBackground(0).connectAll().run(10);
    made.world.plugIn('A1').run(5);
    made.wish('A1', { kwh: 30, withinHours: 17.9 });
    return made;
  };
  const silent = {
    request: () => {},
    counts: () => never(),
    coldReason: () => undefined,
    stop: async () => {},
  };

  it('the tick shares by itself while a plan does not come', () => {
    const made = given3(() => silent);
    made.world.run(300);
    expect(made.world.setpointAmps('A1')).toBe(32);
  });

  it('a plan that gets too old is dropped', () => {
    let isAlive = true;
    const made = given3((options) => {
      const thread = onThisThread(planner)(options);
      return { ...thread, request: (problem) => (isAlive ? thread.request(problem) : undefined) };
    });
    made.world.run(60);
    expect(made.world.setpointAmps('A1')).toBe(0);
    isAlive = false;
    made.world.run(5 * 60);
    expect(made.world.setpointAmps('A1')).toBe(32);
  });

  it('a failed one leaves the one before in force', () => {
    let fails = false;
    const made = given3((options) => {
      const thread = onThisThread(planner)(options);
      const fail = { status: 'failed', reason: 'the thread ended' } as const;
      return {
        ...thread,
        request: (problem) => (fails ? options.onAnswer(fail, problem) : thread.request(problem)),
      };
    });
    made.world.run(60);
    fails = true;
    made.world.run(60);
    expect(made.world.setpointAmps('A1')).toBe(0);
    made.world.run(5 * 60);
    expect(made.world.setpointAmps('A1')).toBe(32);
  });
});

describe('a plan in a thread of its own', () => {
  it('that is late is ended, the tick goes on meanwhile, and the next one comes', async () => {
    const threads: PlanThread[] = [];
    const made = plannedWorld(
      (options) => {
        const thread = startPlanThread(options);
        threads.push(thread);
        return thread;
      },
      { prices: nightRate, circuits: [givenCircuit({ assumedBackgroundAmps: 0 })] },
      slow,
    );
    const { world } = made;
    try {
      world.setBackground(0).connectAll().run(10);
      world.plugIn('A1').run(5);
      made.wish('A1', { kwh: 30, withinHours: 17.9 });
      // Virtual time runs on within one turn of the real one, so that no answer of a thread can arrive.
      world.run(50);
      expect(world.setpointAmps('A1')).toBe(32);
      expect(world.horizon?.figures()).toMatchObject([
        { planned: 0, failed: 1, missing: 'the last plan failed' },
      ]);
      world.run(20);
      await eventually(() => expect(world.horizon?.figures()).toMatchObject([{ planned: 1 }]));
      world.run(10);
      expect(world.setpointAmps('A1')).toBe(0);
    } finally {
      for (const thread of threads) await thread.stop();
    }
  }, 30_000);
});

function never(): never {
  throw new Error('not expected here');
}
