import {
  type AfterRefusal,
  afterAcceptance,
  afterRefusal,
  type DeviceRecord,
  type LearntTrait,
  traitsOf,
  verified,
} from '../domain/deviceRecord.ts';
import type { StationId } from '../domain/ids.ts';
import type { Logger } from '../log.ts';
import type { CommandAnswer, StationCommand } from './ports.ts';
import type { Station } from './stationRecord.ts';

export interface LearningPorts {
  readonly log: Logger;
  /** Durable later: what is lost is learnt again. */
  onDevice?(id: StationId, device: DeviceRecord): void;
}

/** The station is another device than it was thought to be: from now on it is told so. */
export function setDevice(station: Station, device: DeviceRecord): void {
  station.device = device;
  const traits = traitsOf(device);
  for (const record of station.evses) {
    record.traits = traits;
    record.verified = verified(device);
  }
}

/**
 * A transaction so young may not have got around in its station: some refuse setpoints for it while they digest its start
 * (steve#1376), and no other way of writing would help.
 */
const youngMs = 30_000;

/** What follows from a refused setpoint. An answer to an older way of writing says nothing about the one of now. */
export function learnFromRefusal(
  station: Station,
  command: Extract<StationCommand, { kind: 'lease' | 'standing' }>,
  answer: CommandAnswer,
  ports: LearningPorts,
): AfterRefusal {
  if (answer.outcome !== 'rejected' || !isOfNow(station, command)) return 'later';
  if (answer.reason === 'Rejected' && isYoung(command)) return 'later';
  const amps = command.kind === 'lease' ? command.setpointAmps : command.amps;
  const isDelta = station.evses.some(({ supply }) => supply.system === 'IT');
  const { device, next, learnt } = afterRefusal(
    station.device,
    { kind: command.kind, amps, reason: answer.reason },
    { evseCount: station.evses.length, takesWatts: !isDelta },
    answer.atMs,
  );
  setLearnt(station, device, learnt, ports);
  const { stationId, reason } = answer;
  if (next === 'nothing')
    ports.log.error({ stationId, kind: command.kind, reason }, 'station takes no setpoint in any form');
  return next;
}

/** A setpoint was taken as it was written: what was on trial is known now. */
export function learnFromAcceptance(
  station: Station,
  command: Extract<StationCommand, { kind: 'lease' | 'standing' }>,
  atMs: number,
  ports: LearningPorts,
): void {
  const { refusals, isExhausted, trial } = station.device;
  const isUsual = refusals[command.kind] === 0 && !isExhausted && trial === undefined;
  if (isUsual || !isOfNow(station, command)) return;
  const { device, learnt } = afterAcceptance(station.device, command.kind, atMs);
  setLearnt(station, device, learnt, ports);
}

/** The same after it may have taught something, which is told and kept. */
export function setLearnt(
  station: Station,
  device: DeviceRecord,
  learnt: LearntTrait | undefined,
  { log, onDevice }: LearningPorts,
): void {
  setDevice(station, device);
  if (learnt === undefined) return;
  const { id: stationId } = station.record;
  const { change, why } = learnt;
  log.warn({ stationId, ...change, why }, 'station taught how it is to be told');
  onDevice?.(stationId, device);
}

const isYoung = (command: Extract<StationCommand, { kind: 'lease' | 'standing' }>): boolean =>
  command.kind === 'lease' &&
  command.startedAtMs !== undefined &&
  command.sentAtMs - command.startedAtMs < youngMs;

const isOfNow = (
  { device }: Station,
  { schedule }: { readonly schedule: { readonly attempt?: number } },
): boolean => (schedule.attempt ?? 0) === device.attempt;
