import { type Draw, withSample } from '../domain/draw.ts';
import type { FormerCar } from '../domain/drawRange.ts';
import type { InterruptedCharge } from '../domain/interruptedCharge.ts';
import { isSinceConnected, newPace, type Pace } from '../domain/paceOfMeasuring.ts';
import { offeredAgain, type Pause, paused } from '../domain/pause.ts';
import type { PhaseAmps } from '../domain/phases.ts';
import { doubted, type PhaseUse, unknownPhaseUse, withPhases } from '../domain/phaseUse.ts';
import { overdrawAmps, takesAll } from '../domain/reclaim.ts';
import { hasCharged, isIdle } from '../domain/rest.ts';
import type { Session } from '../domain/session.ts';
import type { Evse, Site } from '../domain/site.ts';
import type { EvseMeasurement, EvseStatus } from '../domain/stationEvent.ts';
import { type Supply, usedAmps } from '../domain/supply.ts';
import { type SureDraw, sureDraw } from '../domain/sureDraw.ts';
import { resolvedTraits, type StationTraits } from '../domain/traits.ts';
import type { ExternalLimit } from './chargingNews.ts';
import { measured, type Obedience, obedient, type Refusal } from './escalation.ts';
import type { EnergyMark } from './partnerEnergy.ts';

/** What we hold about one EVSE. Instants are monotonic. */
export interface EvseRecord {
  readonly evse: Evse;
  /** See `Site`. */
  readonly driverPriority: number | undefined;
  readonly supply: Supply;
  /** What its station can be told, as far as is known by now. */
  traits: StationTraits;
  /** What is to be written once more as before its station refused it: see `DeviceRecord`. */
  verified: 'lease' | 'standing' | undefined;
  status: EvseStatus | 'unknown';
  fault: string | undefined;
  session: Session | undefined;
  /** The most that the station's own CSMS lets it take, where it has one that says so. */
  upstreamAmps: number | undefined;
  /** The most that a roaming partner lets its session take. */
  partnerAmps: number | undefined;
  draw: Draw | undefined;
  pace: Pace;
  phaseUse: PhaseUse;
  /** The lowest setpoint since the newest measurement of the draw. */
  setpointAmpsMin: number;
  /** What its car was seen to draw beyond its setpoint: it costs others capacity, not anybody safety. */
  overdrawAmps: number;
  /** Whether it stays within what it may, and what is done about it when not. */
  obedience: Obedience;
  /** What its operator told of the session's energy, where that is another one than us. */
  energyMark: EnergyMark | undefined;
  /** Its session ran before us: until then its draw is waited for, which the meter counts already. */
  awaitsDrawUntilMs: number;
  former: FormerCar;
  /** From then on a measurement shows what the car makes of its setpoint. */
  settledAtMs: number;
  leftUnusedSinceMs: number | undefined;
  /** Since when its car, which charged before, takes nothing at all. A pause of ours does not end that. */
  idleSinceMs: number | undefined;
  /** Its car charged when it was paused, and has not since. */
  pause: Pause | undefined;
  /** Whether it is offered current, and since when it is or is not; 0 as long as the session had none. */
  isOn: boolean;
  sinceMs: number;
  /** When it began to wait: with the session, or when it was paused. */
  waitingSinceMs: number;
  /** What others than us impose on it. */
  external: readonly ExternalLimit[];
  /** What its car told that it wants, where it did. */
  carNeeds: Pick<Session, 'wantedEnergyWh' | 'departureAtMs'> | undefined;
  /** When it was last told what is written to flash memory, within the hour. */
  persistentAtMs: readonly number[];
  /** Its setpoint went down: a raise waits. */
  loweredAtMs: number;
  /** Since it refused a lease or did not answer. */
  refusal: Refusal | undefined;
  /** The same for its standing profile, which not every station takes. Leases go on. */
  standingRetryAtMs: number | undefined;
  /** Its station did not end the priority of its session: it is not asked again before. */
  priorityRetryAtMs: number | undefined;
  /** Nor is it asked again to clear what lies where its setpoints lay before. */
  clearRetryAtMs: number;
  /** How often the priority of a session there began or ended. */
  priorityChanges: number;
  /** Since when no circuit above could carry the priority of its session, whoever else paused. */
  crampedSinceMs: number | undefined;
  /** Its session was asked to end, by us: when, and what its car took against its setpoint, where it did. */
  stopping: { readonly atMs: number; readonly drawAmps: number | undefined } | undefined;
  /** A charge that is to begin again there. */
  interrupted: InterruptedCharge | undefined;
}

export const newEvseRecord = (
  evse: Evse,
  { supply, driverPriority }: Pick<Site, 'supply' | 'driverPriority'>,
  nowMs: number,
): EvseRecord => ({
  evse,
  supply,
  driverPriority,
  traits: resolvedTraits([{ source: 'config', traits: evse.traits, why: '' }]),
  verified: undefined,
  status: 'unknown',
  fault: undefined,
  session: undefined,
  upstreamAmps: undefined,
  partnerAmps: undefined,
  draw: undefined,
  pace: newPace(nowMs),
  phaseUse: unknownPhaseUse,
  setpointAmpsMin: 0,
  overdrawAmps: 0,
  obedience: obedient,
  energyMark: undefined,
  awaitsDrawUntilMs: 0,
  former: { amps: 0, leftAtMs: Number.NEGATIVE_INFINITY },
  settledAtMs: nowMs,
  leftUnusedSinceMs: undefined,
  idleSinceMs: undefined,
  pause: undefined,
  isOn: false,
  sinceMs: 0,
  waitingSinceMs: nowMs,
  external: [],
  carNeeds: undefined,
  persistentAtMs: [],
  loweredAtMs: Number.NEGATIVE_INFINITY,
  refusal: undefined,
  standingRetryAtMs: undefined,
  priorityRetryAtMs: undefined,
  clearRetryAtMs: Number.NEGATIVE_INFINITY,
  priorityChanges: 0,
  crampedSinceMs: undefined,
  stopping: undefined,
  interrupted: undefined,
});

/** Another car, or none: what the one before did says nothing about it. */
export function forgetCar(
  record: EvseRecord,
  input: { readonly nowMs: number; readonly settledAtMs: number; readonly mostAmps: number },
): void {
  record.draw = undefined;
  record.carNeeds = undefined;
  record.phaseUse = unknownPhaseUse;
  // What left just before may have been more.
  const isJustAfter = record.former.leftAtMs === input.nowMs;
  record.former = {
    amps: Math.max(input.mostAmps, isJustAfter ? record.former.amps : 0),
    leftAtMs: input.nowMs,
  };
  record.setpointAmpsMin = 0;
  record.overdrawAmps = 0;
  record.obedience = obedient;
  record.energyMark = undefined;
  record.awaitsDrawUntilMs = 0;
  record.settledAtMs = input.settledAtMs;
  record.leftUnusedSinceMs = undefined;
  record.idleSinceMs = undefined;
  record.pause = undefined;
  record.partnerAmps = undefined;
  // What it refused was for the session before.
  record.refusal = undefined;
  record.stopping = undefined;
  record.crampedSinceMs = undefined;
  record.isOn = false;
  record.sinceMs = 0;
  record.waitingSinceMs = input.nowMs;
}

/** The station acknowledged a setpoint. */
export function changeSetpoint(
  record: EvseRecord,
  setpoint: { readonly beforeAmps: number | undefined; readonly afterAmps: number },
  input: { readonly nowMs: number; readonly settledAtMs: number },
): void {
  const { beforeAmps, afterAmps } = setpoint;
  if (afterAmps === beforeAmps) return;
  record.setpointAmpsMin = Math.min(record.setpointAmpsMin, afterAmps);
  record.settledAtMs = input.settledAtMs;
  if (beforeAmps !== undefined && afterAmps < beforeAmps) record.loweredAtMs = input.nowMs;
  if (afterAmps > 0 === record.isOn) return;
  doubtPhases(record);
  record.isOn = afterAmps > 0;
  record.pause = record.isOn
    ? offeredAgain(record.pause, input.nowMs)
    : paused(record.pause, { wasCharging: isCharging(record), nowMs: input.nowMs });
  record.sinceMs = input.nowMs;
  record.waitingSinceMs = input.nowMs;
}

/** What was measured last, before its setpoint changed. */
const isCharging = ({ evse, supply, draw, idleSinceMs }: EvseRecord): boolean =>
  idleSinceMs === undefined && draw !== undefined && !isIdle(usedAmps(supply, evse.wiring, draw.amps));

/** What makes cars start anew makes them choose anew: the phases they use have to be shown again. */
export function doubtPhases(record: EvseRecord): void {
  record.phaseUse = doubted(record.phaseUse);
}

/** What a measurement tells of the phases a car uses. */
export function notePhases(record: EvseRecord, measurement: EvseMeasurement, atMs: number): void {
  const { evse, supply, session, phaseUse } = record;
  if (session === undefined) return;
  record.phaseUse = withPhases(phaseUse, { evse, measurement, phaseVolts: supply.phaseVolts, atMs });
}

/** What its car draws, on the conductor that carries most; undefined when nobody told lately. */
export function drawnAmps(
  { evse, supply, draw }: EvseRecord,
  { nowMs, maxAgeMs }: { readonly nowMs: number; readonly maxAgeMs: number },
): number | undefined {
  const isFresh = draw !== undefined && nowMs - draw.arrivedAtMs <= maxAgeMs;
  return isFresh ? usedAmps(supply, evse.wiring, draw.amps) : undefined;
}

/** The same of what was certainly measured since its station connected. */
export const provenDrawAmps = (
  record: EvseRecord,
  age: Parameters<typeof drawnAmps>[1],
): number | undefined => (isSinceConnected(record.pace) ? drawnAmps(record, age) : undefined);

/** What surely flowed there at an instant, for who compares it with a meter. */
export function surelyDrawn(
  { evse, supply, draw, session, settledAtMs }: EvseRecord,
  { isOnline, hasSession }: { readonly isOnline: boolean; readonly hasSession: boolean },
  atMs: number,
): SureDraw {
  const isTaken = hasSession || session !== undefined;
  return sureDraw({ evse, supply, draw, isOnline, hasSession: isTaken, settledAtMs, atMs });
}

/**
 * The station told what flows, `exposureAmps` being the most that may and `setpointAmpsMin` the least it may have been
 * told: only what was surely offered can be left unused.
 */
export function takeMeasurement(
  record: EvseRecord,
  amps: PhaseAmps,
  input: { readonly setpointAmpsMin: number; readonly exposureAmps: number; readonly nowMs: number },
): void {
  const { setpointAmpsMin, exposureAmps, nowMs } = input;
  const leastAllowedAmps = record.setpointAmpsMin + record.overdrawAmps;
  record.draw = withSample(record.draw, { amps, arrivedAtMs: nowMs, leastAllowedAmps });
  record.setpointAmpsMin = setpointAmpsMin;
  record.awaitsDrawUntilMs = 0;

  const drawAmps = usedAmps(record.supply, record.evse.wiring, amps);
  const isSettled = nowMs >= record.settledAtMs;
  if (setpointAmpsMin === 0 || takesAll({ drawAmps, setpointAmps: setpointAmpsMin }))
    record.leftUnusedSinceMs = undefined;
  else if (isSettled) record.leftUnusedSinceMs ??= nowMs;
  if (!isIdle(drawAmps)) record.idleSinceMs = undefined;
  else if (setpointAmpsMin > 0 && isSettled && hasCharged(record.session?.energyWh ?? 0))
    record.idleSinceMs ??= nowMs;
  if (!isSettled || record.session === undefined) return;
  record.overdrawAmps = overdrawAmps({ drawAmps, exposureAmps });
  record.obedience = measured(record.obedience, { drawAmps, exposureAmps, atMs: nowMs });
}
