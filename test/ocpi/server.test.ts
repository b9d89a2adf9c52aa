import { describe, expect, it } from 'vitest';
import type { OcpiModule } from '../../src/ocpi/modules/module.ts';
import { done } from '../../src/ocpi/transport/reply.ts';
import { givenServer, registered } from './givenServer.ts';

const echo: OcpiModule = {
  identifier: 'locations',
  role: 'SENDER',
  handle: async ({ segments, query, partner }) => done({ segments, id: query.get('id'), from: partner.id }),
};

describe('the OCPI server', () => {
  it('lists what it speaks, and the modules of each version', async () => {
    const { ask } = givenServer([registered('roam')], [echo]);
    expect((await ask('/versions', { token: 'roam-token' })).body).toEqual({
      data: [
        { version: '2.2.1', url: 'https://us.example/ocpi/2.2.1' },
        { version: '2.3.0', url: 'https://us.example/ocpi/2.3.0' },
      ],
      status_code: 1000,
      timestamp: '2026-01-31T12:00:00Z',
    });
    expect((await ask('/2.2.1', { token: 'roam-token' })).body.data).toEqual({
      version: '2.2.1',
      endpoints: [
        { identifier: 'credentials', role: 'SENDER', url: 'https://us.example/ocpi/2.2.1/credentials' },
        { identifier: 'locations', role: 'SENDER', url: 'https://us.example/ocpi/2.2.1/sender/locations' },
      ],
    });
  });

  it('hands a request to its module with what stands behind it', async () => {
    const { ask } = givenServer([registered('roam')], [echo]);
    const { body } = await ask('/2.2.1/sender/locations/a%2Fb/c?id=7', { token: 'roam-token' });
    expect(body.data).toEqual({ segments: ['a/b', 'c'], id: '7', from: 'roam' });
  });

  it.each([
    ['a version that was not agreed on', '/2.3.0/sender/locations', 404],
    ['a module it has in the other role', '/2.2.1/receiver/locations', 404],
    ['a broken path', '/2.2.1/sender/locations/%E0%A4%A', 404],
  ])('knows nothing under %s', async (_what, path, status) => {
    const { ask } = givenServer([registered('roam')], [echo]);
    expect((await ask(path, { token: 'roam-token' })).status).toBe(status);
  });

  it('answers a mistake of its own without telling of it', async () => {
    const broken: OcpiModule = {
      ...echo,
      handle: () => Promise.reject(new Error('the disk of host-7 is full')),
    };
    const { ask, messages } = givenServer([registered('roam')], [broken]);
    const answer = await ask('/2.2.1/sender/locations', { token: 'roam-token' });
    expect(answer).toMatchObject({ status: 500, body: { status_code: 3000 } });
    expect(JSON.stringify(answer.body)).not.toContain('disk');
    expect(messages()).toContain('OCPI request failed');
  });

  it('does not turn into a header what is no id', async () => {
    const { ask } = givenServer([registered('roam')], [echo]);
    const { headers } = await ask('/versions', {
      token: 'roam-token',
      headers: {
        'x-request-id': 'a\r\nset-cookie: b',
        'x-correlation-id': 'x'.repeat(65),
        'ocpi-to-party-id': 'US1',
      },
    });
    expect(headers).toEqual({ 'content-type': 'application/json', 'OCPI-from-party-id': 'US1' });
  });

  it('takes the earlier token until the newer one is seen', async () => {
    const { ask, saved } = givenServer([registered('roam')]);
    expect((await ask('/versions', { token: 'roam-earlier' })).status).toBe(200);
    expect((await ask('/versions', { token: 'roam-token' })).status).toBe(200);
    expect((await ask('/versions', { token: 'roam-earlier' })).status).toBe(401);
    expect(saved).toHaveLength(1);
  });

  it('lets strangers guess a while, and a partner ask in spite of them', async () => {
    const { ask, clock } = givenServer([registered('roam')]);
    const guess = async () => (await ask('/versions', { token: 'guess' })).status;
    for (let count = 0; count < 100; count += 1) expect(await guess()).toBe(401);
    expect(await guess()).toBe(429);
    expect((await ask('/versions', { token: 'roam-token' })).status).toBe(200);
    clock.advance(100);
    expect(await guess()).toBe(401);
  });

  it('tells a partner that asks too often when to come back', async () => {
    const { ask } = givenServer([registered('roam')]);
    for (let count = 0; count < 400; count += 1)
      expect((await ask('/versions', { token: 'roam-token' })).status).toBe(200);
    const late = await ask('/versions', { token: 'roam-token' });
    expect(late).toMatchObject({ status: 429, headers: { 'Retry-After': '1' } });
  });
});
