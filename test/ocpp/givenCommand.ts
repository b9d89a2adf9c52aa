import type { StationCommand } from '../../src/control/ports.ts';
import { evseId, siteId, stationId } from '../../src/domain/ids.ts';

const address = {
  siteId: siteId('garage'),
  stationId: stationId('CP-A1'),
  evseId: evseId('A1'),
  evseNumber: 1,
  epoch: 1,
  sequence: 1,
  sentAtMs: 0,
  expiresAtMs: Number.MAX_SAFE_INTEGER,
  schedule: { unit: 'A', phaseVolts: 230, phaseCount: 3, stackLevel: 0, leaseForm: 'tail' },
} as const;

type Lease = Extract<StationCommand, { kind: 'lease' }>;
type Standing = Extract<StationCommand, { kind: 'standing' }>;

/** 16 A for two minutes, then 6 A. */
export const givenLease = (change: Partial<Lease> = {}): Lease => ({
  ...address,
  kind: 'lease',
  transactionId: '7',
  setpointAmps: 16,
  tailAmps: 6,
  leaseMs: 120_000,
  ...change,
});

/** 6 A for every session without a lease. */
export const givenStanding = (change: Partial<Standing> = {}): Standing => ({
  ...address,
  kind: 'standing',
  amps: 6,
  ...change,
});

export const givenEndOfPriority = (): StationCommand => ({
  ...address,
  kind: 'end priority',
  transactionId: 'tx-a',
});
