import { describe, expect, it } from 'vitest';
import { as, garage, givenApi, givenPorts, nowMs } from './givenApi.ts';

const stop = async (name: string, site = 'garage', payload: unknown = { reason: 'smoke in the hall' }) => {
  const ports = givenPorts();
  const api = await givenApi(ports);
  const headers = as(name);
  const url = `/api/v1/sites/${site}/stop`;
  const answer = await api.inject({ method: 'POST', url, headers, payload: payload as object });
  return { answer, calls: ports.calls };
};
const release = async (name: string, site: string) => {
  const api = await givenApi();
  return api.inject({ method: 'DELETE', url: `/api/v1/sites/${site}/stop`, headers: as(name) });
};

describe('POST /sites/{site}/stop', () => {
  it.each(['office', 'root'])('lets %s stop the site and tells what stands', async (name) => {
    const { answer, calls } = await stop(name);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ at: '2026-01-31T12:00:00.000Z', by: name, reason: 'smoke in the hall' });
    expect(calls).toEqual([['stop', 'garage', 'smoke in the hall', name]]);
  });

  it.each([
    ['guest', 'garage'],
    ['dso', 'garage'],
    ['neighbour', 'garage'],
    ['office', 'depot'],
  ])('refuses it to %s at %s', async (name, site) => {
    const { answer, calls } = await stop(name, site);
    expect([answer.statusCode, calls]).toEqual([403, []]);
  });

  it('wants a reason', async () => {
    expect((await stop('office', 'garage', {})).answer.statusCode).toBe(400);
    expect((await stop('office', 'garage', { reason: '' })).answer.statusCode).toBe(400);
  });

  it('does not know sites that are not there', async () => {
    expect((await stop('root', 'nowhere')).answer.statusCode).toBe(404);
  });
});

describe('DELETE /sites/{site}/stop', () => {
  it('releases a stopped site', async () => {
    expect((await release('office', 'garage')).statusCode).toBe(204);
  });

  it('answers 404 for one that is not stopped', async () => {
    expect((await release('root', 'depot')).statusCode).toBe(404);
  });
});

describe('GET /sites/{site} of a stopped site', () => {
  it('tells who stopped it and why', async () => {
    const held = { siteId: garage.siteId, atMs: nowMs, by: 'office', reason: 'smoke in the hall' };
    const api = await givenApi(givenPorts({ views: () => [{ ...garage, state: 'stopped', stop: held }] }));
    const answer = await api.inject({ url: '/api/v1/sites/garage', headers: as('guest') });
    expect(answer.json()).toMatchObject({
      state: 'stopped',
      stop: { at: '2026-01-31T12:00:00.000Z', by: 'office', reason: 'smoke in the hall' },
    });
  });
});
