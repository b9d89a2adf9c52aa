import { describe, expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import { fraction } from '../../src/domain/pricing/fraction.ts';
import type { RoamingSession } from '../../src/domain/roaming/session.ts';
import type { SessionFact } from '../../src/domain/sessionFact.ts';
import type { StationEvent } from '../../src/domain/stationEvent.ts';
import { createLogger } from '../../src/log.ts';
import { PartnerBook } from '../../src/ocpi/partners/partnerBook.ts';
import { ReceivedSessions } from '../../src/ocpi/received/receivedSessions.ts';
import { PartnerStations } from '../../src/ocpi/scsp/partnerStations.ts';
import type { PlacedEvse } from '../../src/ocpi/scsp/placedEvse.ts';
import { VirtualClock } from '../virtualClock.ts';
import { registered } from './givenServer.ts';
import { MemoryObjects } from './memoryObjects.ts';

const clock = new VirtualClock();
const startedAtMs = clock.nowMs() - 3_600_000;

const place = (evseUid: string, change: Partial<PlacedEvse> = {}): PlacedEvse => ({
  ...{ partnerId: 'fjord', locationId: 'LOC1', evseUid, connectorId: undefined, unlimitedAmps: 16 },
  ...{ leaseMs: 120_000, pauseMs: 15_000, stationId: stationId(`fjord:LOC1:${evseUid}`), evseNumber: 1 },
  ...{ maxAmps: 16, conductorCount: 3, phaseVolts: 230 },
  ...change,
});

const session = (id: string, change: Partial<RoamingSession> = {}): RoamingSession => ({
  ...{
    countryCode: 'DE',
    partyId: 'CPO',
    id,
    startedAtMs,
    energyKwh: fraction(1.5),
    authMethod: 'WHITELIST',
  },
  token: { countryCode: 'DE', partyId: 'MSP', uid: 'CAFE', type: 'RFID', contractId: 'DE8ACC1' },
  ...{ locationId: 'LOC1', evseUid: 'E1', connectorId: '1', currency: 'EUR', periods: [] },
  ...{ status: 'ACTIVE', lastUpdatedMs: clock.nowMs() },
  ...change,
});

/** What runs where is kept as the site state keeps it. */
async function given(placed: readonly PlacedEvse[] = [place('E1')]) {
  const book = new PartnerBook(
    { savePartner: async () => undefined, deletePartner: async () => undefined },
    [],
  );
  const fjord = registered('fjord', 'CPO');
  const endpoints = [{ module: 'chargingprofiles', role: 'RECEIVER', url: 'https://x.example/p' }] as const;
  if (fjord.state.kind === 'registered') await book.put({ ...fjord, state: { ...fjord.state, endpoints } });
  const objects = new MemoryObjects().opened(() => false);
  const sessions = new ReceivedSessions({ objects, nowMs: () => clock.nowMs() });
  const events: StationEvent[] = [];
  const facts: SessionFact[] = [];
  const running = new Map<string, { id: string; startedAtMs: number }>();
  const online = new Set<string>();
  const stations = new PartnerStations(
    {
      ...{ clock, log: createLogger('silent'), book, sessions },
      apply: (event) => {
        events.push(event);
        if (event.kind === 'connected') online.add(event.stationId);
        if (event.kind === 'disconnected') online.delete(event.stationId);
        if (event.kind === 'session started')
          running.set(event.stationId, { id: event.transactionId, startedAtMs: event.startedAtMs });
        if (event.kind === 'session ended') running.delete(event.stationId);
      },
      note: (fact) => void facts.push(fact),
      runningAt: (id) => running.get(id),
      isOnline: (id) => online.has(id),
      mostAmps: () => 10,
    },
    placed,
  );
  const kinds = () => events.splice(0).map(({ kind }) => kind);
  return { stations, sessions, running, kinds, events, facts };
}

const begun = ['evse status', 'session started', 'session changed', 'measured'];

describe('EVSEs of a partner on circuits of ours', () => {
  it('are there once their operator has told all of its sessions', async () => {
    const { stations, sessions, kinds } = await given();
    await stations.heard('fjord');
    expect(kinds()).toEqual(['connected', 'evse status']);
    await sessions.put('fjord', session('S1'));
    expect(kinds()).toEqual(begun);
    await stations.heard('fjord');
    expect(kinds()).toEqual(['evse status', 'measured']);
  });

  it('are gone when their operator does not answer, and come back with what happened meanwhile', async () => {
    const { stations, sessions, running, kinds } = await given();
    await stations.heard('fjord');
    await sessions.put('fjord', session('S1'));
    kinds();
    stations.lost('fjord');
    stations.lost('fjord');
    expect(kinds()).toEqual(['disconnected']);
    running.set('fjord:LOC1:E1', { id: 'S0', startedAtMs });
    await stations.heard('fjord');
    expect(kinds()).toEqual(['connected', 'session ended', 'evse status', ...begun]);
  });

  it('take the energy of a session, and end it with it', async () => {
    const { sessions, kinds, events } = await given();
    await sessions.put('fjord', session('S1'));
    expect(events.at(-1)).toMatchObject({ kind: 'measured', energyWh: 1_500, amps: undefined });
    kinds();
    await sessions.put('fjord', session('s1', { status: 'COMPLETED', energyKwh: fraction(2) }));
    expect(events).toMatchObject([
      { kind: 'measured', energyWh: 2_000 },
      { kind: 'session ended', transactionId: 'S1' },
      { kind: 'evse status', status: 'available' },
    ]);
  });

  it('are in the history of sessions with their begin, energy and end', async () => {
    const { sessions, facts } = await given();
    await sessions.put('fjord', session('S1'));
    await sessions.put('fjord', session('S1', { status: 'COMPLETED', energyKwh: fraction(2) }));
    expect(facts).toMatchObject([
      { transactionId: 'S1', begins: true, registerWh: 0, at: { atMs: startedAtMs } },
      { registerWh: 1_500 },
      { registerWh: 2_000 },
      { ends: { isPresumed: false } },
    ]);
  });

  it.each([
    ['of another partner', 'other', {}],
    ['at another EVSE', 'fjord', { evseUid: 'E2' }],
    ['at another location', 'fjord', { locationId: 'LOC2' }],
    ['that is only announced', 'fjord', { status: 'PENDING' }],
    ['that is a reservation', 'fjord', { status: 'RESERVATION' }],
  ] as const)('know nothing of a session %s', async (_which, partnerId, change) => {
    const { sessions, kinds } = await given();
    await sessions.put(partnerId, session('S1', change));
    expect(kinds()).toEqual([]);
  });

  it('are told apart by their connectors where these feed from different circuits', async () => {
    const left = place('E1', { connectorId: 'L', stationId: stationId('left') });
    const right = place('E1', { connectorId: 'R', stationId: stationId('right') });
    const { sessions, running } = await given([left, right]);
    await sessions.put('fjord', session('S1', { connectorId: 'r' }));
    expect([...running.keys()]).toEqual(['right']);
  });

  it('believe the session that began later, of two', async () => {
    const { sessions, running } = await given();
    await sessions.put('fjord', session('S2', { startedAtMs: startedAtMs + 1 }));
    await sessions.put('fjord', session('S1'));
    expect(running.get('fjord:LOC1:E1')?.id).toBe('S2');
  });

  it('end where a session is told to be elsewhere after all', async () => {
    const { sessions, running } = await given([place('E1'), place('E2')]);
    await sessions.put('fjord', session('S1'));
    await sessions.put('fjord', session('S1', { evseUid: 'E2' }));
    expect([...running.keys()]).toEqual(['fjord:LOC1:E2']);
  });

  it('are doubted when their operator lets them draw more than is counted', async () => {
    const { stations, sessions, kinds } = await given();
    await sessions.put('fjord', session('S1'));
    kinds();
    const told = (amps: number, unit: 'A' | 'W' = 'A') =>
      stations.told('fjord', 's1', {
        startsAtMs: clock.nowMs(),
        profile: { unit, periods: [{ startS: 0, limit: fraction(amps) }] },
      });
    expect([told(10), told(10 * 690, 'W')]).toEqual([true, true]);
    expect(kinds()).toEqual([]);
    expect(told(16)).toBe(true);
    expect(kinds()).toEqual(['schedule doubted']);
    expect(stations.told('other', 'S1', { startsAtMs: 0, profile: { unit: 'A', periods: [] } })).toBe(false);
  });
});
