import { describe, expect, it } from 'vitest';
import type { AuditQuery } from '../../src/http/auditPort.ts';
import { as, givenApi, givenPorts, later } from './givenApi.ts';
import { auditRow, givenAudit } from './givenAudit.ts';

async function list(name: string, query = '') {
  const asked: AuditQuery[] = [];
  const api = await givenApi(givenPorts({ audit: givenAudit([], asked) }));
  const answer = await api.inject({ url: `/api/v1/audit${query}`, headers: as(name) });
  return { answer, asked };
}

describe('GET /audit', () => {
  it('tells who changed what, from what to what, and over which request', async () => {
    const { answer } = await list('root');
    expect(answer.json()).toEqual({
      records: [
        {
          ...{ sequence: 3, at: '2026-01-31T12:00:00.000Z', actor: 'office', action: 'limit set' },
          ...{ target: 'limit-hall', site: 'garage', before: null, after: { amps: 10 } },
          ...{ requestId: 'r-1', address: '192.0.2.7', hash: auditRow.hash },
        },
      ],
      next: 3,
    });
  });

  it('shows an admin everything, and a site operator what was done at its sites', async () => {
    expect((await list('root')).asked[0]?.sites).toBeUndefined();
    expect((await list('office')).asked[0]?.sites).toEqual(['garage']);
    expect((await list('office', '?site=garage')).asked[0]?.sites).toEqual(['garage']);
  });

  it.each([
    ['guest', ''],
    ['dso', ''],
    ['office', '?site=depot'],
    ['neighbour', '?site=garage'],
  ])('refuses it to %s%s', async (name, query) => {
    const { answer, asked } = await list(name, query);
    expect([answer.statusCode, asked]).toEqual([403, []]);
  });

  it('is searched by who, what and when, page by page', async () => {
    const query =
      '?actor=office&action=limit%20set&target=limit-hall&from=2026-01-31T00:00:00Z&until=2026-02-01T00:00:00Z';
    const { asked } = await list('root', `${query}&before=12`);
    expect(asked[0]).toMatchObject({
      ...{ actor: 'office', action: 'limit set', target: 'limit-hall', before: 12 },
      ...{ fromMs: Date.parse('2026-01-31T00:00:00Z'), untilMs: Date.parse('2026-02-01T00:00:00Z') },
    });
  });

  it.each([
    ['?from=yesterday', 422, 'from is not an instant'],
    ['?before=first', 400, 'before'],
    ['?who=office', 400, 'who'],
  ])('refuses %s', async (query, status, why) => {
    const { answer } = await list('root', query);
    expect([answer.statusCode, answer.json().detail]).toEqual([status, expect.stringContaining(why)]);
  });

  it('is checked for tampering', async () => {
    const api = await givenApi();
    const answer = await api.inject({ url: '/api/v1/audit/verification', headers: as('root') });
    expect(answer.json()).toEqual({
      ...{ isWhole: false, records: 6, lastHash: null, brokenAt: 7, why: 'it was changed' },
    });
  });
});

describe('a change over the API', () => {
  const unlock = {
    method: 'POST',
    url: '/api/v1/stations/CP-A1/commands/unlock',
    headers: as('office'),
    payload: { evseNumber: 1 },
  } as const;

  it('that leaves no record of its own is on record as it was asked for', async () => {
    const ports = givenPorts();
    const api = await givenApi(ports);
    const answer = await api.inject({ ...unlock, remoteAddress: '192.0.2.7' });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(ports.recorded).toEqual([
      expect.objectContaining({
        actor: 'office',
        action: 'POST /api/v1/stations/:station/commands/unlock',
        target: 'CP-A1',
        after: { asked: unlock.payload, statusCode: 200 },
      }),
    ]);
  });

  it.each([
    ['remote-start', { evseNumber: 1, tokenId: 'hidden' }],
    ['send-local-list', { isFull: false, entries: [{ tokenId: 'hidden' }] }],
    ['change-configuration', { key: 'AuthorizationKey', value: 'hidden' }],
  ])('is on record without the secrets in it: %s', async (command, payload) => {
    const ports = givenPorts();
    const api = await givenApi(ports);
    const url = `/api/v1/stations/CP-A1/commands/${command}`;
    const answer = await api.inject({ method: 'POST', url, headers: as('root'), payload });
    expect(answer.statusCode).toBe(200);
    expect(ports.recorded).toHaveLength(1);
    expect(JSON.stringify(ports.recorded)).not.toContain('hidden');
  });

  it('that was refused, a sign of life, and reading are not on record', async () => {
    const ports = givenPorts();
    const api = await givenApi(ports);
    await api.inject({ ...unlock, headers: as('guest') });
    await api.inject({ ...unlock, payload: { evse: 1 } });
    await api.inject({ method: 'POST', url: '/api/v1/grid/heartbeat', headers: as('dso') });
    await api.inject({ url: '/api/v1/limits', headers: as('office') });
    expect(ports.recorded).toEqual([]);
  });

  it('is not acknowledged before it is on record', async () => {
    const audit = {
      ...givenAudit([]),
      append: async () => {
        throw new Error('the database is away');
      },
    };
    const api = await givenApi(givenPorts({ audit }));
    const payload = { site: 'garage', circuit: 'hall-a', amps: 10, until: later, reason: 'test' };
    const answer = await api.inject({
      ...{ method: 'POST', url: '/api/v1/limits', headers: as('office'), payload },
    });
    expect(answer.statusCode).toBe(500);
  });
});
