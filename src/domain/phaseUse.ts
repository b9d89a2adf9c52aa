import type { Phase } from './phases.ts';
import type { Evse } from './site.ts';
import type { EvseMeasurement } from './stationEvent.ts';

/** What a station's measurements told of the phases its car uses. */
export interface PhaseUse {
  /** Phases of the circuit that carried current at any time since the car came. */
  readonly used: readonly Phase[];
  /** Measurements that showed it charging on those alone, since it was last offered nothing. */
  readonly count: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

export const unknownPhaseUse: PhaseUse = { used: [], count: 0, firstAtMs: 0, lastAtMs: 0 };

/** No car charges with less than 6 A [IEC 61851-1]; a cheap meter may show a little less. */
const chargingAmps = 5;
/** What filters and idle electronics draw on a phase that does not charge. */
const idleAmps = 1;
/** Chargers of several modules start them one after the other. */
const measurementsMin = 6;
const observedMsMin = 60_000;
/** Nominal voltage, and what a meter may be off by. Two phases in one current would show twice the power. */
const powerFactorMost = 1.35;

/**
 * The use after a measurement. Only one that tells every phase of the EVSE is evidence, and one whose power is more than
 * its currents make speaks against it: that station measures one phase of several.
 *
 * A phase that carried current once counts as used until the car leaves: cars switch modules of their chargers off
 * towards the end of a charge, and on again.
 */
export function withPhases(
  use: PhaseUse,
  {
    evse,
    measurement,
    phaseVolts,
    atMs,
  }: {
    readonly evse: Evse;
    readonly measurement: EvseMeasurement;
    readonly phaseVolts: number;
    readonly atMs: number;
  },
): PhaseUse {
  const { amps = [], isPerPhase, powerWatts = 0 } = measurement;
  const own = evse.wiring.map((phase, conductor) => ({ phase, amps: amps[conductor] }));
  if (own.every((each) => each.amps === undefined)) return use;
  const sumAmps = own.reduce((sum, each) => sum + Math.abs(each.amps ?? 0), 0);
  const isWhole = isPerPhase && own.every((each) => each.amps !== undefined);
  if (!isWhole || powerWatts > powerFactorMost * phaseVolts * sumAmps + phaseVolts) return doubted(use);
  const isNew = (each: (typeof own)[number]): boolean =>
    Math.abs(each.amps ?? 0) >= idleAmps && !use.used.includes(each.phase);
  const found = own.filter(isNew).map(({ phase }) => phase);
  const before = found.length > 0 ? { ...doubted(use), used: [...use.used, ...found] } : use;
  if (!own.some((each) => Math.abs(each.amps ?? 0) >= chargingAmps)) return before;
  const firstAtMs = before.count === 0 ? atMs : before.firstAtMs;
  return { ...before, count: before.count + 1, firstAtMs, lastAtMs: atMs };
}

/** What was seen stays, but it has to be shown anew that there is no more: after a pause a car may start otherwise. */
export const doubted = (use: PhaseUse): PhaseUse => ({ ...use, count: 0 });

/** The phases its car was long enough seen not to use; none as long as that is not known. */
export function sparePhases({ used, count, firstAtMs, lastAtMs }: PhaseUse, evse: Evse): readonly Phase[] {
  const isKnown = count >= measurementsMin && lastAtMs - firstAtMs >= observedMsMin;
  return isKnown ? evse.wiring.filter((phase) => !used.includes(phase)) : [];
}
