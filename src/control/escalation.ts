import type { Evse } from '../domain/site.ts';
import type { Logger } from '../log.ts';
import { isOver, loads, remaining } from './capacity.ts';
import type { Plan } from './plan.ts';
import type { SiteState } from './siteState.ts';
import type { Topology, TopologyEvse } from './topology.ts';

/** What is done about a station that says yes and does nothing, in this order. */
export type Rung = 'repeat' | 'station maximum' | 'remote stop' | 'alarm';

/** A station was measured above all that may be in force there. Meanwhile the others make room for it. */
export interface Escalation {
  readonly sinceMs: number;
  /** What was done so far, in order. */
  readonly done: readonly Rung[];
  /** What it drew last. */
  readonly drawAmps: number;
}

/** What its measurements say about an EVSE's obedience. */
export interface Obedience {
  /** Measurements in a row above what it may, and within it. */
  readonly aboveCount: number;
  readonly withinCount: number;
  readonly escalation: Escalation | undefined;
}

export const obedient: Obedience = { aboveCount: 0, withinCount: 0, escalation: undefined };

/** One measurement may be of the moment before; several are not. */
const confirmingSamples = 2;
/** What cars and cheap meters may be above a setpoint by: a tenth, and always an ampere. */
const toleranceAmps = 1;
const toleranceShare = 0.1;

/** Whether a draw is more than what may be in force explains. */
export const isAbove = (drawAmps: number, exposureAmps: number): boolean =>
  drawAmps > exposureAmps + Math.max(toleranceAmps, toleranceShare * exposureAmps);

/** When each rung is due, counted from the first: everything is tried within a minute of two measurements. */
const rungs: readonly { readonly rung: Rung; readonly afterMs: number }[] = [
  { rung: 'repeat', afterMs: 0 },
  { rung: 'station maximum', afterMs: 15_000 },
  { rung: 'remote stop', afterMs: 30_000 },
  { rung: 'alarm', afterMs: 45_000 },
];

/** The obedience after a measurement of a car that had the time to follow its setpoint. */
export function measured(
  before: Obedience,
  now: { readonly drawAmps: number; readonly exposureAmps: number; readonly atMs: number },
): Obedience {
  const { drawAmps, exposureAmps, atMs } = now;
  const isTooMuch = isAbove(drawAmps, exposureAmps);
  const aboveCount = isTooMuch ? before.aboveCount + 1 : 0;
  const withinCount = isTooMuch ? 0 : before.withinCount + 1;
  const held = before.escalation;
  if (held === undefined) {
    const begun = { sinceMs: atMs, done: [], drawAmps };
    return { aboveCount, withinCount, escalation: aboveCount >= confirmingSamples ? begun : undefined };
  }
  const escalation = withinCount >= confirmingSamples ? undefined : { ...held, drawAmps };
  return { aboveCount, withinCount, escalation };
}

/**
 * The next rung of an escalation, when its time has come. A session is stopped only while a circuit above is over
 * its limit: where the others can make room, a car that takes too much is a fault to be mended, not a danger.
 */
export function dueRung(
  { sinceMs, done }: Escalation,
  now: { readonly atMs: number; readonly isOver: boolean },
): Rung | undefined {
  return rungs.find(
    ({ rung, afterMs }) =>
      now.atMs - sinceMs >= afterMs && !done.includes(rung) && (rung !== 'remote stop' || now.isOver),
  )?.rung;
}

/** Another rung was climbed: its command is on its way, or there is nothing left but to call somebody. */
export function climb(
  record: { readonly evse: Evse; obedience: Obedience },
  rung: Rung,
  { log, nowMs }: { readonly log: Logger; readonly nowMs: number },
): void {
  const { escalation } = record.obedience;
  if (escalation === undefined) return;
  const { drawAmps, sinceMs, done } = escalation;
  record.obedience = { ...record.obedience, escalation: { ...escalation, done: [...done, rung] } };
  const { id: evseId, station: stationId } = record.evse;
  const fields = { evseId, stationId, rung, drawAmps, forMs: nowMs - sinceMs };
  if (rung === 'alarm') log.error(fields, 'station does not obey: somebody must go there');
  else log.warn(fields, 'station does not obey');
}

const noRungs: ReadonlyMap<number, Rung> = new Map();

/** What is to be done now, by the EVSE's index in the topology. */
export function dueRungs(input: {
  readonly topology: Topology;
  readonly plan: Plan;
  readonly state: SiteState;
  readonly monotonicMs: number;
}): ReadonlyMap<number, Rung> {
  const { topology, plan, state, monotonicMs: atMs } = input;
  const escalationOf = ({ evse }: TopologyEvse): Escalation | undefined =>
    state.evse(evse.id).obedience.escalation;
  if (topology.evses.every((at) => escalationOf(at) === undefined)) return noRungs;
  const escalating = topology.evses.flatMap((at, index) => {
    const escalation = escalationOf(at);
    return escalation === undefined ? [] : { index, path: at.path, escalation };
  });
  const exposures = plan.evses.map(({ exposureAmps }) => exposureAmps);
  const left = remaining(
    plan.nodes.map(({ capacity }) => capacity),
    loads(topology, exposures),
  );
  return new Map(
    escalating.flatMap(({ index, path, escalation }) => {
      const isAnyOver = path.some((node) => left[node] !== undefined && isOver(left[node]));
      const rung = dueRung(escalation, { atMs, isOver: isAnyOver });
      return rung === undefined ? [] : [[index, rung] as const];
    }),
  );
}
