import { describe, expect, it } from 'vitest';
import { as, garage, givenApi, givenPorts } from './givenApi.ts';

const get = async (url: string, keyName: string, ports = givenPorts()) =>
  (await givenApi(ports)).inject({ url: `/api/v1${url}`, headers: as(keyName) });

describe('GET /sites', () => {
  it('lists the sites of the key, in the order of the config', async () => {
    const names = async (keyName: string) =>
      (await get('/sites', keyName)).json().map(({ id }: { id: string }) => id);
    expect(await names('guest')).toEqual(['garage']);
    expect(await names('root')).toEqual(['garage', 'depot']);
  });
});

describe('GET /sites/{site}', () => {
  it('tells the tree with limit, draw, headroom and basis per circuit', async () => {
    const site = (await get('/sites/garage', 'office')).json();
    expect(site).toMatchObject({
      id: 'garage',
      name: 'Garage Lund',
      state: 'normal',
      tick: { number: 7, at: '2026-01-31T12:00:00.000Z', durationMs: 1.5, cause: 'pace' },
    });
    expect(site.circuit).toMatchObject({
      id: 'grid',
      breakerAmps: 63,
      limitAmps: [63, 63, 63],
      limitedBy: { kind: 'breaker' },
      drawAmps: [30, 31, 32],
      headroomAmps: [27, 27, 27],
      basis: 'measured',
      readingAgeMs: 800,
      meterVerdict: null,
      marginAmps: [0, 0, 0],
      evses: [],
    });
    expect(site.circuit.circuits).toHaveLength(1);
    expect(site.circuit.circuits[0]).toMatchObject({
      id: 'hall-a',
      limitAmps: [25, 25, 25],
      limitedBy: {
        kind: 'limit',
        limitId: 'L1',
        source: 'grid-operator',
        reason: 'cold evening',
        until: '2026-01-31T13:00:00.000Z',
      },
      basis: 'unmetered',
      readingAgeMs: null,
      meterVerdict: null,
      marginAmps: [0, 0, 0],
      circuits: [],
    });
  });

  it('tells state, setpoint, draw, session and reason per EVSE, but no token', async () => {
    const answer = await get('/sites/garage', 'office');
    const [charging, free] = answer.json().circuit.circuits[0].evses;
    expect(charging).toEqual({
      id: 'A1',
      station: 'CP-A1',
      number: 1,
      phases: ['L1', 'L2', 'L3'],
      state: 'charging',
      setpointAmps: 6,
      allocatedAmps: 6,
      failsafeAmps: 6,
      minAmps: 6,
      maxAmps: 32,
      exposureAmps: 6,
      drawAmps: [6, 6, 6],
      session: {
        id: 'CP-A1~5',
        evse: 'A1',
        station: 'CP-A1',
        transactionId: '5',
        state: 'charging',
        startedAt: '2026-01-31T11:00:00.000Z',
        endedAt: null,
        endReason: null,
        energyWh: 4200,
        wantedEnergyWh: null,
        departureAt: null,
        priority: null,
        profile: null,
      },
      isNonLeasing: false,
      clockSkewMs: null,
      reason: {
        kind: 'circuit full',
        text: 'because: circuit full',
        circuit: 'hall-a',
        phase: 'L2',
        limitedBy: { kind: 'breaker' },
      },
    });
    expect(free).toMatchObject({ id: 'A2', phases: ['L2'], setpointAmps: null, session: null });
    expect(answer.body).not.toContain('04A2B3C4');
  });

  it('shows the grid operator what is drawn but not by whom', async () => {
    const answer = await get('/sites/garage', 'dso');
    const [charging] = answer.json().circuit.circuits[0].evses;
    expect(charging).toMatchObject({ state: 'charging', drawAmps: [6, 6, 6], session: null });
    expect(answer.body).not.toContain('CP-A1~5');
  });

  it('answers an admin 404 for a site nobody knows', async () => {
    const answer = await get('/sites/nowhere', 'root');
    expect(answer.statusCode).toBe(404);
    expect(answer.json().detail).toBe('site "nowhere" is not in the config');
  });

  it('tells whole sites whatever the size', async () => {
    const many = Array.from({ length: 1000 }, () => garage.evses).flat();
    const answer = await get('/sites', 'guest', givenPorts({ views: () => [{ ...garage, evses: many }] }));
    expect(answer.json()[0].circuit.circuits[0].evses).toHaveLength(2000);
  });
});
