/** What is done about a station that does not do what it is told, in this order. */
export type Rung = 'repeat' | 'station maximum' | 'remote stop' | 'alarm';

/** How far somebody went about such a station. */
interface Measures {
  readonly sinceMs: number;
  /** What was done so far, in order. */
  readonly done: readonly Rung[];
  /** When it was last asked to end its session. */
  readonly stopAskedAtMs?: number;
}

/** A station was measured above all that may be in force there. Meanwhile the others make room for it. */
export interface Escalation extends Measures {
  /** What it drew last. */
  readonly drawAmps: number;
}

/** A station takes no setpoint: it refuses every one, or answers none. Meanwhile the others make room for it. */
export interface Refusal extends Measures {
  /** Since when a circuit above is over its limit meanwhile; as long as none is, the last tick. */
  readonly sinceMs: number;
  /** Until then it counts as it is. */
  readonly retryAtMs: number;
}

/** The refusal after one more setpoint that was not taken. */
export const refusedAgain = (before: Refusal | undefined, atMs: number, retryAtMs: number): Refusal => ({
  ...(before ?? { sinceMs: atMs, done: [] }),
  retryAtMs,
});

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
/** What ended no session may not have arrived, or was refused: it is asked for again. */
const stopAgainMs = 30_000;

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

export interface Now {
  readonly atMs: number;
  /** Whether a circuit above is over its limit. */
  readonly isOver: boolean;
}

/**
 * The furthest rung whose time has come: what could not be sent meanwhile keeps none of the others back. A session is stopped only while a circuit above is over its limit: where the
 * others can make room, a car that takes too much is a fault to be mended, not a danger.
 */
export function dueRung(
  { sinceMs, done, stopAskedAtMs = Number.NEGATIVE_INFINITY }: Measures,
  now: Now,
): Rung | undefined {
  const isOpen = (rung: Rung): boolean =>
    rung === 'remote stop' ? now.isOver && now.atMs - stopAskedAtMs >= stopAgainMs : !done.includes(rung);
  return rungs.findLast(({ rung, afterMs }) => now.atMs - sinceMs >= afterMs && isOpen(rung))?.rung;
}

/** With another rung. */
export const climbed = <Kind extends Measures>(before: Kind, rung: Rung, nowMs: number): Kind => ({
  ...before,
  done: before.done.includes(rung) ? before.done : [...before.done, rung],
  ...(rung === 'remote stop' && { stopAskedAtMs: nowMs }),
});
