import { describe, expect, it } from 'vitest';
import { as, givenApi, givenPorts } from './givenApi.ts';

const ask = async (name: string, change: Parameters<typeof givenPorts>[0] = {}, site = 'garage') => {
  const ports = givenPorts(change);
  const api = await givenApi(ports);
  const url = `/api/v1/sites/${site}/incident`;
  const answer = await api.inject({ method: 'POST', url, headers: as(name) });
  return { answer, calls: ports.calls };
};

describe('POST /sites/{site}/incident', () => {
  it('tells an admin where the bundle was written', async () => {
    const { answer, calls } = await ask('root');
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual({
      file: '/var/lib/lastvakt/incidents/one.jsonl.gz',
      bytes: 1234,
      at: '2026-01-31T12:00:00.000Z',
    });
    expect(calls).toEqual([['incident', 'garage', 'root']]);
  });

  it.each(['guest', 'office', 'dso'])('is refused to %s: a bundle holds what all sites did', async (name) => {
    const { answer, calls } = await ask(name);
    expect([answer.statusCode, calls]).toEqual([403, []]);
  });

  it('does not know sites that are not there', async () => {
    expect((await ask('root', {}, 'nowhere')).answer.statusCode).toBe(404);
  });

  it('says why none is written', async () => {
    const writeIncident = async () => ({ status: 'unavailable', why: 'nothing is recorded' }) as const;
    const { answer } = await ask('root', { writeIncident });
    expect([answer.statusCode, answer.json().detail]).toEqual([503, 'nothing is recorded']);
  });
});
