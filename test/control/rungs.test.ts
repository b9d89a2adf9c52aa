import { describe, expect, it } from 'vitest';
import { ExposureLedger } from '../../src/control/exposure.ts';
import type { ScheduleForm, StationCommand } from '../../src/control/ports.ts';
import { evseId, siteId, stationId } from '../../src/domain/ids.ts';
import { givenEvse } from './givenSite.ts';

const id = evseId('A1');
const startMs = 1_000_000;
const leaseMs = 120_000;
const slackMs = 10_000;
const form = { unit: 'A', phaseVolts: 230, phaseCount: 3, stackLevel: 0, leaseForm: 'tail' } as const;
const online = { isOnline: true, hasSession: true };
const offline = { isOnline: false, hasSession: true };

/** A ledger whose station acknowledged a standing 6 A, long after the start of the process. */
function given() {
  const ledger = new ExposureLedger({
    evses: [givenEvse({ traits: {} })],
    remembered: [],
    options: { followMs: 5_000, leaseSlackMs: slackMs, noticeOfflineMs: 60_000 },
    leaseMs,
    nowMs: startMs - 3_600_000,
  });
  let sequence = 0;
  const command = (
    body: { readonly setpointAmps: number; readonly tailAmps?: number } | { readonly amps: number },
    schedule: Partial<ScheduleForm>,
    atMs: number,
  ): StationCommand => {
    sequence += 1;
    const address = {
      siteId: siteId('garage'),
      stationId: stationId('CP-A1'),
      evseId: id,
      evseNumber: 1,
      epoch: 1,
      sequence,
      sentAtMs: atMs,
      expiresAtMs: atMs + 10_000,
      schedule: { ...form, ...schedule },
    };
    return 'amps' in body
      ? { ...address, kind: 'standing', ...body }
      : { ...address, kind: 'lease', transactionId: 'T', leaseMs, tailAmps: 6, ...body };
  };
  const tell = (
    sent: StationCommand,
    outcome: 'accepted' | 'timed-out' = 'accepted',
    atMs = sent.sentAtMs,
  ) => {
    ledger.sent(sent);
    const { stationId: station, epoch, sequence: number } = sent;
    ledger.answered({ stationId: station, evseId: id, epoch, sequence: number, atMs, outcome, reason: '' });
  };
  tell(command({ amps: 6 }, {}, startMs - 3_500_000));
  return {
    ledger,
    lease: (
      setpointAmps: number,
      schedule: Partial<ScheduleForm> = {},
      atMs = startMs,
      outcome: 'accepted' | 'timed-out' = 'accepted',
    ) => tell(command({ setpointAmps }, schedule, atMs), outcome),
    standing: (amps: number, schedule: Partial<ScheduleForm> = {}, atMs = startMs) =>
      tell(command({ amps }, schedule, atMs)),
    exposure: (atMs: number, presence = online) => ledger.exposureAmps(id, presence, atMs),
  };
}

const onDefault = { rung: 'transaction default' } as const;

describe('a setpoint that outlives its session', () => {
  it('counts for the next session too, until its lease and then its tail', () => {
    const { ledger, lease, exposure } = given();
    lease(16, onDefault);
    ledger.sessionEnded(id);
    expect(exposure(startMs + 20_000)).toBe(16);
    expect(exposure(startMs + 20_000, { isOnline: true, hasSession: false })).toBe(0);
    expect(exposure(startMs + 200_000)).toBe(6);
  });

  it('took the place of the standing profile, which is to be told again', () => {
    const { ledger, lease, standing, exposure } = given();
    expect(ledger.standingAmps(id)).toBe(6);
    lease(16, onDefault);
    expect(ledger.standingAmps(id)).toBeUndefined();
    ledger.sessionEnded(id);
    standing(6, onDefault, startMs + 1_000);
    expect(ledger.standingAmps(id)).toBe(6);
    expect(exposure(startMs + 20_000)).toBe(6);
  });

  it('counts beside the one of another rung that was in force before', () => {
    const { lease, exposure } = given();
    lease(16);
    lease(8, onDefault, startMs + 10_000);
    expect(exposure(startMs + 20_000)).toBe(16);
    // The profile of the transaction has run down to its tail.
    expect(exposure(startMs + 140_001)).toBe(8);
    lease(8, onDefault, startMs + 140_000);
    expect(exposure(startMs + 150_001)).toBe(8);
  });

  it('is not ended by its session when nobody answered it either', () => {
    const { ledger, lease, exposure } = given();
    lease(16, onDefault, startMs, 'timed-out');
    ledger.sessionEnded(id);
    expect(exposure(startMs + 20_000)).toBe(16);
  });

  it('of a transaction ends with it', () => {
    const { ledger, lease, exposure } = given();
    lease(16);
    ledger.sessionEnded(id);
    expect(exposure(startMs + 20_000)).toBe(6);
  });
});

describe('a setpoint that ends only offline [OCPP 2.1 maxOfflineDuration]', () => {
  const byLine = { leaseForm: 'offline' } as const;

  it('holds as long as the station is online', () => {
    const { lease, exposure } = given();
    lease(4, byLine);
    expect(exposure(startMs + 86_400_000)).toBe(4);
  });

  it('holds at a station that is offline until it noticed and the time has run out', () => {
    const { ledger, lease, exposure } = given();
    lease(16, byLine);
    ledger.wentOffline(id, startMs + 50_000);
    const endsAtMs = startMs + 50_000 + 60_000 + leaseMs + slackMs;
    expect(exposure(endsAtMs - 1, offline)).toBe(16);
    expect(exposure(endsAtMs, offline)).toBe(6);
  });

  it('may have fallen to the standing profile from the first moment: it may have noticed long before us', () => {
    const { ledger, lease, exposure } = given();
    lease(4, byLine);
    ledger.wentOffline(id, startMs + 50_000);
    expect(exposure(startMs + 50_000, offline)).toBe(6);
  });

  it('goes on when the station is back in time, and is over when it was not', () => {
    const { ledger, lease, exposure } = given();
    lease(16, byLine);
    ledger.wentOffline(id, startMs);
    ledger.cameBack(id, startMs + 60_000);
    expect(exposure(startMs + 3_600_000)).toBe(16);
    ledger.wentOffline(id, startMs + 3_600_000);
    ledger.cameBack(id, startMs + 7_200_000);
    expect(exposure(startMs + 7_200_000)).toBe(6);
  });

  it('that was lost with the line counts as long', () => {
    const { ledger, lease, exposure } = given();
    ledger.wentOffline(id, startMs);
    lease(16, byLine, startMs, 'timed-out');
    expect(exposure(startMs + 189_999, offline)).toBe(16);
    expect(exposure(startMs + 190_000, offline)).toBe(6);
  });
});
