import { describe, expect, it } from 'vitest';
import { evseId, stationId } from '../../src/domain/ids.ts';
import type { Session } from '../../src/domain/session.ts';
import { afterChange, afterMeasurement, sessionFrom } from '../../src/domain/sessionChange.ts';
import type { EvseMeasurement } from '../../src/domain/stationEvent.ts';

const given = (change: Partial<Session> = {}): Session => ({
  ...sessionFrom(
    {
      kind: 'session started',
      stationId: stationId('CP-A1'),
      atMs: 2_000,
      evseNumber: 1,
      transactionId: '17',
      tokenId: '04A2',
      startedAtMs: 1_000,
    },
    evseId('A1'),
  ),
  ...change,
});

const measured = (change: Partial<EvseMeasurement>): EvseMeasurement => ({
  evseNumber: 1,
  transactionId: '17',
  takenAtMs: 0,
  amps: undefined,
  isPerPhase: false,
  powerWatts: undefined,
  energyWh: 500,
  offeredAmps: undefined,
  stateOfChargePercent: undefined,
  ...change,
});

const changed = (change: { tokenId?: string }) =>
  ({
    kind: 'session changed',
    stationId: stationId('CP-A1'),
    atMs: 0,
    transactionId: '17',
    evseNumber: 1,
    state: 'charging',
    ...change,
  }) as const;

describe('a new session', () => {
  it('is named after its station and transaction, and began on the clock of the station', () => {
    expect(given()).toMatchObject({
      id: 'CP-A1~17',
      evseId: 'A1',
      state: 'authorised',
      tokenId: '04A2',
      startedAtMs: 1_000,
      energyWh: 0,
    });
  });
});

describe('a session that is told about', () => {
  it('takes the energy told', () => {
    expect(afterMeasurement(given(), measured({})).energyWh).toBe(500);
  });

  it.each([
    ['nothing about energy', { energyWh: undefined }],
    ['a register that went backwards', { energyWh: 100 }],
    ['the same', { energyWh: 300 }],
    ['another transaction', { transactionId: '18' }],
  ])('stays as it is when the station tells %s', (_what, change) => {
    const session = given({ energyWh: 300 });
    expect(afterMeasurement(session, measured(change))).toBe(session);
  });

  it('takes energy told without a transaction', () => {
    expect(afterMeasurement(given(), measured({ transactionId: undefined })).energyWh).toBe(500);
  });

  it('takes its token where that comes later, and keeps the one it has', () => {
    expect(afterChange(given({ tokenId: undefined }), changed({ tokenId: 'LATE' })).tokenId).toBe('LATE');
    expect(afterChange(given(), changed({ tokenId: 'OTHER' })).tokenId).toBe('04A2');
    expect(afterChange(given(), changed({}))).toMatchObject({ tokenId: '04A2', state: 'charging' });
  });
});
