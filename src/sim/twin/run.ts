import { createRandom, type Random, streamSeed } from '../random.ts';
import { type ExcessCause, excessCauses, noExcess } from './excess.ts';
import type { Violation } from './exposureCheck.ts';
import type { Fault } from './faults.ts';
import { arrivalsOf, curtailment } from './life.ts';
import type { Unlimited } from './lines/silentlyUnlimited.ts';
import type { TwinJoints, TwinPlace } from './ports.ts';
import { isRecovered } from './recovery.ts';
import { World } from './world.ts';

export interface TwinRun {
  readonly place: TwinPlace;
  readonly joints: TwinJoints;
  readonly seed: number;
  readonly forMs: number;
  readonly faults: readonly Fault[];
  /** 1: as often as the faults say themselves. */
  readonly faultRate: number;
  /** Stops at the first violation. */
  readonly stopsEarly?: boolean;
  /** At the instant of every violation. */
  readonly onViolation?: (atMs: number) => void;
  /** Takes every line of the trace. */
  readonly onTrace?: (line: string) => void;
}

export interface TwinResult {
  readonly place: string;
  readonly seed: number;
  readonly hours: number;
  readonly traceHash: string;
  readonly p1Violations: number;
  readonly violations: readonly Violation[];
  /** Times that the service worked with more than a grid operator was promised, or than its silence means. */
  readonly p5Violations: number;
  readonly unlimited: readonly Unlimited[];
  readonly secondsOver: Readonly<Record<ExcessCause, number>>;
  readonly worstExcessAmps: number;
  readonly longestExcessS: Readonly<Record<ExcessCause, number>>;
  readonly unexplainedAtMs: number | undefined;
  readonly deliveredWh: number;
  readonly oracleWh: number;
  /** From losing the service to a safe allocation, at worst. */
  readonly failsafeS: number;
  /** Each time that every fault was over: how long to 99 % of what there is without faults, unless another came first. */
  readonly recoveriesS: readonly number[];
  /** The last time it did not get there. */
  readonly isUnrecovered: boolean;
  readonly commandsPerEvseHour: number;
  readonly faultCount: number;
  /** Why the service ended by itself, each time. */
  readonly broken: readonly string[];
}

/** All runs begin at the same instant, so that a trace names it by itself. */
export const twinStartMs = Date.UTC(2026, 0, 31, 12);
/** After the last fault the world is left in peace for so long. */
const peaceMs = 12 * 60_000;
const chunkMs = 5_000;

/** Lives one seed through, from the first car to the peace after the last fault. */
export async function runTwin(run: TwinRun): Promise<TwinResult> {
  const { place, joints, seed, forMs } = run;
  const world = new World({
    place,
    joints,
    seed,
    startMs: twinStartMs,
    onViolation: run.onViolation ?? (() => {}),
    onTrace: run.onTrace ?? (() => {}),
  });
  const endMs = twinStartMs + forMs;
  const healedMs = endMs - Math.min(peaceMs, forMs / 3);
  scheduleCars(world, run);
  scheduleCurtailments(world, seed, healedMs);
  const faults: FaultsSeen = { count: 0, active: 0, healedAtMs: undefined };
  const suiting = run.faults.filter((fault) => fault.suits?.(place) ?? true);
  for (const fault of suiting) scheduleFault(world, fault, run, healedMs, faults);

  const recoveriesS: number[] = [];
  while (world.clock.nowMs < endMs) {
    await world.clock.runUntil(Math.min(endMs, world.clock.nowMs + chunkMs));
    const isBad = world.scenes.some(({ check }) => check.violationCount > 0);
    if (run.stopsEarly === true && isBad) break;
    if (faults.healedAtMs === undefined || !isRecovered(world, place, joints)) continue;
    recoveriesS.push((world.clock.nowMs - faults.healedAtMs) / 1000);
    faults.healedAtMs = undefined;
  }
  const isUnrecovered = faults.healedAtMs !== undefined;
  return resultOf(world, run, { recoveriesS, isUnrecovered, faultCount: faults.count });
}

function resultOf(
  world: World,
  { place, seed, forMs }: TwinRun,
  told: Pick<TwinResult, 'recoveriesS' | 'isUnrecovered' | 'faultCount'>,
): TwinResult {
  const sum = noExcess();
  for (const { excess } of world.scenes) {
    const { figures } = excess;
    for (const cause of excessCauses) {
      sum.seconds[cause] += figures.seconds[cause];
      sum.longestS[cause] = Math.max(sum.longestS[cause], figures.longestS[cause]);
    }
    sum.worstAmps = Math.max(sum.worstAmps, figures.worstAmps);
    sum.unexplainedAtMs ??= figures.unexplainedAtMs;
  }
  const evses = place.sites.reduce((count, site) => count + site.evses.length, 0);
  const deliveredWh = world.stations.all.reduce(
    (total, { station }) => total + station.evses.reduce((wh, evse) => wh + evse.meterWh, 0),
    0,
  );
  return {
    place: place.name,
    seed,
    hours: forMs / 3_600_000,
    traceHash: world.traceHash,
    p1Violations: world.scenes.reduce((count, { check }) => count + check.violationCount, 0),
    violations: world.scenes.flatMap(({ check }) => check.violations).sort((a, b) => a.atMs - b.atMs),
    p5Violations: world.unlimited.count,
    unlimited: world.unlimited.found,
    secondsOver: sum.seconds,
    worstExcessAmps: sum.worstAmps,
    longestExcessS: sum.longestS,
    unexplainedAtMs: sum.unexplainedAtMs,
    deliveredWh,
    oracleWh: world.scenes.reduce((total, { oracle }) => total + oracle.deliveredWh, 0),
    failsafeS: world.failsafeMs / 1000,
    commandsPerEvseHour: world.commands / evses / (forMs / 3_600_000),
    broken: world.broken,
    ...told,
  };
}

function scheduleCars(world: World, { place, seed, forMs }: TwinRun): void {
  const evses = new Map(place.sites.flatMap((site) => site.evses.map((evse) => [evse.id, evse])));
  for (const { afterMs, staysMs, evseId, car, token } of arrivalsOf(place, seed, forMs)) {
    const evse = evses.get(evseId);
    if (evse === undefined) continue;
    world.clock.after(Math.round(afterMs), () => {
      world.stations.plugIn(evse, car, token ?? evseId);
      world.sceneOf(evse).oracle.arrive(evseId, car);
    });
    world.clock.after(Math.round(afterMs + staysMs), () => {
      world.stations.unplug(evse);
      world.sceneOf(evse).oracle.leave(evseId);
    });
  }
}

function scheduleCurtailments(world: World, seed: number, untilMs: number): void {
  const random = createRandom(streamSeed(seed, 'curtailments'));
  const next = (): void => {
    world.clock.after(exponential(random, curtailment.everyMs), () => {
      const nowMs = world.clock.nowMs;
      const at = world.grid.any();
      const lastsMs = wholeMs(random, curtailment.lastsMs);
      if (nowMs + lastsMs >= untilMs) return;
      if (at !== undefined) world.grid.cut(at, between(random, curtailment.share), nowMs, nowMs + lastsMs);
      next();
    });
  };
  next();
}

interface FaultsSeen {
  count: number;
  active: number;
  /** Since when none is active, as long as nobody saw it recovered. */
  healedAtMs: number | undefined;
}

function scheduleFault(
  world: World,
  fault: Fault,
  { seed, faultRate }: TwinRun,
  healedMs: number,
  seen: FaultsSeen,
): void {
  const random = createRandom(streamSeed(seed, `fault ${fault.name}`));
  const next = (): void => {
    world.clock.after(exponential(random, fault.everyMs / faultRate), () => {
      const lastsMs = Math.min(wholeMs(random, fault.lastsMs), healedMs - world.clock.nowMs - 1);
      if (lastsMs < fault.lastsMs[0]) return;
      world.trace(`fault ${fault.name} for ${Math.round(lastsMs / 1000)} s`);
      const end = fault.begin(world, random);
      seen.count += 1;
      seen.active += 1;
      seen.healedAtMs = undefined;
      world.clock.after(lastsMs, () => {
        if (end !== undefined) {
          world.trace(`fault ${fault.name} ends`);
          end();
        }
        seen.active -= 1;
        if (seen.active === 0) seen.healedAtMs = world.clock.nowMs;
        next();
      });
    });
  };
  next();
}

const between = (random: Random, [min, max]: readonly [number, number]): number =>
  min + random() * (max - min);
const wholeMs = (random: Random, range: readonly [number, number]): number =>
  Math.round(between(random, range));
const exponential = (random: Random, meanMs: number): number => Math.round(-meanMs * Math.log(1 - random()));
