import { describe, expect, it } from 'vitest';
import { as, givenApi, givenPorts } from './givenApi.ts';

describe('the wiring of a station', () => {
  it('is told as it was measured, beside what the config says', async () => {
    const api = await givenApi();
    const answer = await api.inject({ url: '/api/v1/stations/CP-A1/wiring', headers: as('office') });
    expect(answer.json()).toEqual([
      {
        evse: 'A1',
        configured: ['L1', 'L2', 'L3'],
        measured: ['L2', 'L3', 'L1'],
        confidence: 0.999,
        conductors: [1, 0.999, 0.999],
        steps: 5,
        isSure: true,
      },
    ]);
    const other = await api.inject({ url: '/api/v1/stations/CP-A1/wiring', headers: as('neighbour') });
    expect(other.statusCode).toBe(404);
  });

  it('is written into the config when an admin confirms it, and by nobody else', async () => {
    const ports = givenPorts();
    const api = await givenApi(ports);
    const put = (key: string, phases = ['L2', 'L3', 'L1']) =>
      api.inject({
        method: 'PUT',
        url: '/api/v1/stations/CP-A1/wiring',
        headers: as(key),
        payload: { evse: 'A1', phases },
      });
    expect((await put('office')).statusCode).toBe(403);
    expect((await put('root', ['L2', 'L2'])).statusCode).toBe(400);
    const answer = await put('root');
    expect([answer.statusCode, answer.json()]).toEqual([200, { file: '/etc/lastvakt.yaml' }]);
    expect(ports.calls.filter(([what]) => what === 'rewire')).toEqual([
      ['rewire', 'CP-A1', { evse: 'A1', phases: ['L2', 'L3', 'L1'] }, 'root'],
    ]);
  });
});
