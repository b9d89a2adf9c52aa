import type { CarModel } from '../../src/sim/car.ts';
import type { ProfileRequest } from '../../src/sim/stationRequests.ts';
import { measurands, type StationModel } from '../../src/sim/stationState.ts';
import { v16 } from '../../src/sim/v16.ts';

/** A three-phase 32 A station with one EVSE that meters every 10 s. */
export const stationModel = (change: Partial<StationModel> = {}): StationModel => ({
  stationId: 'CP-1',
  vendor: 'Lastvakt',
  model: 'Simulated',
  phaseVolts: 230,
  evses: [{ number: 1, conductorCount: 3, maxAmps: 32 }],
  firmware: v16.firmware,
  settings: { meterIntervalS: 10, heartbeatIntervalS: 300, measurands },
  ...change,
});

/** A quick three-phase 16 A car far from full. */
export const carModel = (change: Partial<CarModel> = {}): CarModel => ({
  needWh: 20_000,
  maxAmps: 16,
  phaseCount: 3,
  taperWh: 0,
  reactionMs: 1_000,
  rampAmpsPerS: 8,
  sleepsAfterMs: undefined,
  ...change,
});

/** A lease: `amps`, and after 120 s `tailAmps`, for the running transaction of EVSE 1. */
export const lease = (
  amps: number,
  tailAmps: number,
  startMs: number,
  change: Partial<ProfileRequest> = {},
): ProfileRequest => ({
  profileId: 7,
  stackLevel: 1,
  purpose: 'transaction',
  evseNumber: 1,
  transactionId: undefined,
  validFromMs: undefined,
  validToMs: undefined,
  kind: 'absolute',
  schedule: {
    unit: 'A',
    startMs,
    durationS: undefined,
    periods: [
      { startS: 0, limit: amps, phaseCount: 3 },
      { startS: 120, limit: tailAmps, phaseCount: 3 },
    ],
  },
  ...change,
});

/** A standing default for all EVSEs. */
export const standing = (amps: number, startMs: number): ProfileRequest =>
  lease(amps, amps, startMs, { profileId: 1, stackLevel: 0, purpose: 'default', evseNumber: 0 });
