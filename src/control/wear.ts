import { outlivesSession } from '../domain/traits.ts';
import type { EvseRecord } from './evseRecord.ts';

// Some stations write each setpoint to a memory that wears out.

const hourMs = 3_600_000;
/** Of what a memory is to be written in an hour, for a car that would stand otherwise. */
const standingShare = 2;

/** One more write; what is older than an hour no longer counts. */
export function notePersistent(record: EvseRecord, nowMs: number): void {
  const { traits, persistentAtMs } = record;
  const most = standingShare * traits.persistentPerHour;
  record.persistentAtMs = [...withinHour(persistentAtMs, nowMs), nowMs].slice(-most);
}

/**
 * Whether a raise waits, for its station was told as often as its memory is to be written in an hour. A car that stands is
 * let on up to twice as often.
 */
export const isWornOut = ({ traits, persistentAtMs, isOn }: EvseRecord, nowMs: number): boolean =>
  outlivesSession(traits.rung) &&
  withinHour(persistentAtMs, nowMs).length >= traits.persistentPerHour * (isOn ? 1 : standingShare);

const withinHour = (times: readonly number[], nowMs: number): readonly number[] =>
  times.filter((atMs) => nowMs - atMs < hourMs);
