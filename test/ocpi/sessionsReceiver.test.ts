import { describe, expect, it } from 'vitest';
import { sessionsReceiver } from '../../src/ocpi/modules/sessionsReceiver.ts';
import { type ReceivedSession, ReceivedSessions } from '../../src/ocpi/received/receivedSessions.ts';
import { givenServer, nowMs, registered } from './givenServer.ts';
import { MemoryObjects } from './memoryObjects.ts';

const period = (start: string, volume: number) => ({
  start_date_time: start,
  dimensions: [{ type: 'ENERGY', volume }],
});

const wire = (change: object = {}) => ({
  ...{ country_code: 'DE', party_id: 'CPO', id: 'S1', start_date_time: '2026-01-31T11:00:00Z', kwh: 1.5 },
  cdr_token: { country_code: 'DE', party_id: 'MSP', uid: 'CAFE', type: 'RFID', contract_id: 'DE8ACC1' },
  ...{ auth_method: 'WHITELIST', location_id: 'LOC1', evse_uid: 'E1', connector_id: '1', currency: 'EUR' },
  charging_periods: [period('2026-01-31T11:00:00Z', 1.5)],
  ...{ status: 'ACTIVE', last_updated: '2026-01-31T11:30:00Z' },
  ...change,
});

const mine = '/2.2.1/receiver/sessions/DE/CPO/S1';

/** Two operators that tell us their sessions. */
function given() {
  const objects = new MemoryObjects();
  const sessions = new ReceivedSessions({ objects: objects.opened(() => false), nowMs: () => nowMs });
  const heard: ReceivedSession[] = [];
  sessions.onTaken((received) => void heard.push(received));
  const { ask } = givenServer(
    [registered('cpo', 'CPO'), registered('other', 'OTH')],
    [sessionsReceiver(sessions)],
  );
  const as = (id: string) => (method: string, path: string, body?: unknown) =>
    ask(path, { token: `${id}-token`, method, ...(body !== undefined && { body }) });
  return { cpo: as('cpo'), other: as('other'), sessions, heard, objects };
}

describe('sessions of another operator', () => {
  it('are kept as they are told, and told back', async () => {
    const { cpo, heard, sessions } = given();
    expect((await cpo('PUT', mine, wire())).status).toBe(201);
    expect((await cpo('PUT', mine, wire({ kwh: 2, last_updated: '2026-01-31T11:40:00Z' }))).status).toBe(200);
    const { body } = await cpo('GET', mine);
    expect(body.data).toMatchObject({ id: 'S1', kwh: 2, evse_uid: 'E1', status: 'ACTIVE' });
    expect(heard.map(({ partnerId, session }) => [partnerId, session.id])).toEqual([
      ['cpo', 'S1'],
      ['cpo', 'S1'],
    ]);
    expect(await sessions.open('cpo')).toHaveLength(1);
  });

  it('take what a PATCH tells, and add its periods', async () => {
    const { cpo, sessions } = given();
    await cpo('PUT', mine, wire());
    const change = {
      kwh: 3,
      charging_periods: [period('2026-01-31T11:45:00Z', 1.5)],
      last_updated: '2026-01-31T12:00:00Z',
    };
    expect((await cpo('PATCH', mine, change)).status).toBe(200);
    // Its answer was lost, so it is told again.
    expect((await cpo('PATCH', mine, change)).status).toBe(200);
    const { body } = await cpo('GET', mine);
    expect(body.data.charging_periods).toHaveLength(2);
    expect(body.data.kwh).toBe(3);
    await cpo('PATCH', mine, { status: 'COMPLETED', last_updated: '2026-01-31T12:10:00Z' });
    expect(await sessions.open('cpo')).toEqual([]);
  });

  it('do not go back to what they were before', async () => {
    const { cpo, heard } = given();
    await cpo('PUT', mine, wire({ status: 'COMPLETED', last_updated: '2026-01-31T12:00:00Z' }));
    expect((await cpo('PUT', mine, wire())).body.status_code).toBe(1000);
    expect((await cpo('PATCH', mine, { kwh: 9, last_updated: '2026-01-31T11:59:59Z' })).status).toBe(200);
    expect((await cpo('GET', mine)).body.data).toMatchObject({ status: 'COMPLETED', kwh: 1.5 });
    expect(heard).toHaveLength(1);
  });

  it('take changes that come at once one after the other', async () => {
    const { cpo } = given();
    await cpo('PUT', mine, wire());
    const starts = Array.from({ length: 20 }, (_, minute) => `2026-01-31T12:${10 + minute}:00Z`);
    await Promise.all(
      starts.map((start) =>
        cpo('PATCH', mine, { charging_periods: [period(start, 1)], last_updated: '2026-01-31T12:40:00Z' }),
      ),
    );
    expect((await cpo('GET', mine)).body.data.charging_periods).toHaveLength(21);
  });

  it('are nobody else’s', async () => {
    const { cpo, other, heard } = given();
    await cpo('PUT', mine, wire());
    expect((await other('GET', mine)).status).toBe(404);
    expect((await other('PUT', mine, wire({ kwh: 99 }))).status).toBe(404);
    const change = { status: 'COMPLETED', last_updated: '2026-01-31T12:00:00Z' };
    expect((await other('PATCH', mine, change)).status).toBe(404);
    const own = '/2.2.1/receiver/sessions/DE/OTH/S1';
    // The same id at another operator is another session.
    expect((await other('GET', own)).status).toBe(404);
    expect((await other('PUT', own, wire())).body.status_code).toBe(2001);
    expect((await other('PUT', own, wire({ party_id: 'OTH' }))).status).toBe(201);
    expect(heard).toHaveLength(2);
  });

  it.each([
    ['a session that the URL does not name', 'PUT', mine, wire({ id: 'S2' }), 2001],
    ['what is no session', 'PUT', mine, { id: 'S1' }, 2001],
    ['an instant with an offset', 'PUT', mine, wire({ last_updated: '2026-01-31T11:30:00+01:00' }), 2001],
    ['a PATCH that does not say when', 'PATCH', mine, { kwh: 2 }, 2001],
    ['a PATCH that names another', 'PATCH', mine, { id: 'S2', last_updated: '2026-01-31T12:00:00Z' }, 2001],
    ['another method', 'DELETE', mine, undefined, 2000],
    ['nothing behind the party', 'GET', '/2.2.1/receiver/sessions/DE/CPO', undefined, 2000],
  ])('refuse %s', async (_what, method, path, body, statusCode) => {
    const { cpo } = given();
    await cpo('PUT', mine, wire());
    expect((await cpo(method, path, body)).body.status_code).toBe(statusCode);
  });

  it('have no more than ten thousand periods', async () => {
    const { cpo } = given();
    const many = (count: number) =>
      Array.from({ length: count }, (_, second) =>
        period(new Date(nowMs + second * 1000).toISOString().replace('.000', ''), 1),
      );
    expect((await cpo('PUT', mine, wire({ charging_periods: many(10_001) }))).body.status_code).toBe(2001);
    expect((await cpo('PUT', mine, wire({ charging_periods: many(10_000) }))).status).toBe(201);
    const one = {
      charging_periods: [period('2026-03-01T00:00:00Z', 1)],
      last_updated: '2026-03-01T00:00:00Z',
    };
    expect((await cpo('PATCH', mine, one)).body.status_code).toBe(2001);
  });
});
