import type { EvseMeasurement } from '../domain/stationEvent.ts';
import { loadCount } from '../domain/supply.ts';
import { isAbove } from './escalation.ts';
import type { EvseBook } from './evseBook.ts';
import type { EvseRecord } from './evseRecord.ts';

/** What another operator told of a session's energy, and the most that could flow there at that time. */
export interface EnergyMark {
  readonly energyWh: number;
  /** On the operator's clock. */
  readonly takenAtMs: number;
  readonly arrivedAtMs: number;
  readonly exposureAmps: number;
}

/** A mean over less says little: registers are told in whole watt-hours, and late. */
const leastMs = 60_000;

/**
 * Whether the energy that another operator tells is more than the profiles that it accepted let through. Then they do not
 * hold there, and its EVSE counts in full until the session has ended: it costs capacity, not safety.
 */
export function notePartnerEnergy(
  book: EvseBook,
  record: EvseRecord,
  { energyWh, takenAtMs }: Pick<EvseMeasurement, 'energyWh' | 'takenAtMs'>,
): void {
  const { evse, session, energyMark: before } = record;
  const { ledger, clock, log } = book.ports;
  if (session === undefined || energyWh === undefined || ledger.isOverridden(evse.id)) return;
  const nowMs = clock.monotonicMs();
  const exposureAmps = ledger.exposureAmps(evse.id, book.presence(evse.id), nowMs);
  const mark = { energyWh, takenAtMs, arrivedAtMs: nowMs, exposureAmps };
  // While a setpoint changes nobody can say what was in force for how long.
  const isSteady = before !== undefined && record.settledAtMs <= before.arrivedAtMs;
  if (!isSteady || energyWh < before.energyWh) record.energyMark = mark;
  if (!isSteady || takenAtMs - before.takenAtMs < leastMs || energyWh < before.energyWh) return;
  const meanAmps = meanOf(record, { wh: energyWh - before.energyWh, ms: takenAtMs - before.takenAtMs });
  record.energyMark = mark;
  const mostAmps = Math.max(exposureAmps, before.exposureAmps);
  if (!isAbove(meanAmps, mostAmps)) return;
  ledger.overridden(evse.id);
  // There is nothing else that can be tried.
  const escalation = { sinceMs: nowMs, done: ['alarm'] as const, drawAmps: meanAmps };
  record.obedience = { aboveCount: 1, withinCount: 0, escalation };
  const { partnerId } = evse.partner ?? {};
  log.error({ evseId: evse.id, partnerId, meanAmps, mostAmps }, 'operator does not keep to its profiles');
  book.ports.onDrop();
}

const hourMs = 3_600_000;

/** On each conductor, if all carry the same: a car that uses fewer draws more on those. */
const meanOf = ({ evse, supply }: EvseRecord, { wh, ms }: { readonly wh: number; readonly ms: number }) =>
  (wh * hourMs) / ms / (supply.phaseVolts * loadCount(supply, evse.wiring));
