import type { StationNews, StationScope } from '../dialect.ts';
import { instantMs, sampledMeasurement } from '../sampledValues.ts';
import type { MeterInstant } from '../sessionFacts.ts';
import type { MeterValue } from './messages.ts';
import { sample, signedValue } from './toDomain.ts';

/** What the meter values of an EVSE tell the domain, one measurement for each instant. */
export function measurements(
  told: {
    readonly meterValue: readonly MeterValue[];
    readonly evseNumber: number;
    readonly transactionId: string | undefined;
    readonly isLive: boolean;
  },
  station: StationScope,
): readonly StationNews[] {
  const { evseNumber, transactionId, isLive } = told;
  return told.meterValue.flatMap(({ timestamp, sampledValue }) =>
    station.memory.measured({
      evseNumber,
      transactionId,
      takenAtMs: instantMs(timestamp, station.nowMs()),
      values: sampledMeasurement(sampledValue.map(sample)),
      isLive,
    }),
  );
}

/** The same for the history of sessions. */
export const meterInstants = (
  meterValue: readonly MeterValue[],
  station: StationScope,
): readonly MeterInstant[] =>
  meterValue.map(({ timestamp, sampledValue }) => {
    const at = station.instant(timestamp);
    return {
      at,
      values: sampledMeasurement(sampledValue.map(sample)),
      signed: sampledValue.flatMap((value) => signedValue(value, at.atMs) ?? []),
    };
  });
