import { type ClockSkew, isOff, unknownSkew, withTimestamp } from '../domain/clockSkew.ts';
import { type DeviceRecord, newDevice } from '../domain/deviceRecord.ts';
import type { StationId } from '../domain/ids.ts';
import { noPauses, type PauseRow } from '../domain/pause.ts';
import type { StationEvent, StationHardware } from '../domain/stationEvent.ts';
import type { Logger } from '../log.ts';
import type { EvseRecord } from './evseRecord.ts';
import type { ExposureLedger } from './exposure.ts';

/** What is told about a station to whoever keeps it. */
export interface StationRecord {
  readonly id: StationId;
  readonly protocol: string | undefined;
  readonly hardware: StationHardware | undefined;
  readonly lastSeenAtMs: number;
}

/** What we hold about one station. */
export interface Station {
  isOnline: boolean;
  record: StationRecord;
  skew: ClockSkew;
  device: DeviceRecord;
  pauses: PauseRow;
  readonly evses: EvseRecord[];
}

export const newStation = (id: StationId, evse: EvseRecord): Station => ({
  isOnline: false,
  record: { id, protocol: undefined, hardware: undefined, lastSeenAtMs: 0 },
  skew: unknownSkew,
  device: newDevice(evse.evse.traits),
  pauses: noPauses,
  evses: [evse],
});

/** A live message tells what the station's clock shows: its leases end by that clock. */
export function noteTimestamp(
  station: Station,
  { stationId, takenAtMs, atMs }: Extract<StationEvent, { kind: 'measured' }>,
  { ledger, log }: { readonly ledger: ExposureLedger; readonly log: Logger },
): void {
  const before = station.skew;
  station.skew = withTimestamp(before, { stampedAtMs: takenAtMs, arrivedAtMs: atMs });
  const { skewMs } = station.skew;
  if (skewMs === undefined || skewMs === before.skewMs) return;
  for (const { evse } of station.evses) ledger.setClockSkew(evse.id, skewMs);
  if (isOff(station.skew) === isOff(before)) return;
  if (isOff(station.skew)) log.warn({ stationId, skewMs }, 'clock of a station is off');
  else log.info({ stationId, skewMs }, 'clock of a station is right again');
}
