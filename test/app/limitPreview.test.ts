import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { circuitId, evseId } from '../../src/domain/ids.ts';
import { everyPhase } from '../../src/domain/phases.ts';
import type { PreviewBody } from '../../src/http/limitPreviewBody.ts';
import type { LimitBody, SiteBody } from '../../src/http/schemas.ts';
import { createLogger } from '../../src/log.ts';
import type { Arrival } from '../../src/sim/arrivals.ts';
import { realTimeStations, SimulatedSite } from '../../src/sim/simulatedSite.ts';
import { type GivenApp, givenApp } from './givenApp.ts';
import { eventually } from './givenService.ts';
import { post } from './oneStation.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const text = `
http: { port: 0 }
ocpp: { port: 0, meterIntervalS: 1 }
mqtt: { embedded: { port: 0 } }
database: { url: "sqlite::memory:" }
control: { tickMs: 250, raiseDelayS: 0, minOnS: 0, minOffS: 0, marginMaxAmps: 0 }
sites:
  - id: garage
    circuit:
      id: grid
      breakerAmps: 63
      assumedBackgroundAmps: 10
      meter: { topic: meters/grid, maxAgeS: 30 }
      evses:
        - { id: A1, station: CP-A1 }
        - { id: A2, station: CP-A2 }
        - { id: A3, station: CP-A3 }
`;
const cars = ['A1', 'A2'];
const car: Arrival['car'] = {
  ...{ maxAmps: 16, phaseCount: 3, needWh: 50_000, taperWh: 0 },
  ...{ reactionMs: 200, rampAmpsPerS: 100, sleepsAfterMs: undefined },
};
const patienceMs = 60_000;

/** A building of 10 A with two cars that have all the 16 A they can use, and a third EVSE that is free. */
async function givenCars(): Promise<GivenApp> {
  const given = await givenApp(text);
  ends.push(() => given.app.stop());
  const [site] = given.loaded.sites;
  if (site === undefined) throw new Error('the config has a site');
  const simulated = new SimulatedSite({
    site,
    seed: 1,
    clock: systemClock(),
    log: createLogger('fatal'),
    ocppUrl: given.ocppUrl,
    broker: { url: `mqtt://127.0.0.1:${given.app.mqttPort}` },
    meters: [{ circuit: circuitId('grid'), topic: 'meters/grid', preset: 'generic', periodMs: 500 }],
    backgrounds: new Map([[circuitId('grid'), () => everyPhase(10)]]),
    arrivals: cars.map((id) => ({
      ...{ afterMs: 200, staysMs: 3_600_000, evseId: evseId(id), token: 'CAR', car },
    })),
    protocolOf: () => 'ocpp2.0.1',
    passwordOf: () => undefined,
    stationTiming: { ...realTimeStations, stepMs: 100, meterIntervalS: 1 },
  });
  ends.push(() => simulated.stop());
  await simulated.start();
  await setpointsAre(given, (amps) => amps >= 16);
  // The cars have followed, and the meter has told it: what is left is the building.
  await eventually(async () => {
    const { drawAmps, backgroundAmps } = await circuit(given);
    const isSettled = Math.min(...drawAmps) > 41.9 && Math.max(...backgroundAmps) < 10.1;
    return isSettled ? true : undefined;
  }, patienceMs);
  return given;
}

const limit = (amps: number) => ({
  ...{ site: 'garage', amps, reason: 'a try' },
  until: new Date(Date.now() + 3_600_000).toISOString(),
});

const preview = async ({ api }: GivenApp, amps: number): Promise<PreviewBody> => {
  const answer = await post(`${api}/api/v1/limits/preview`, limit(amps));
  expect(answer.status).toBe(200);
  // The answer's schema is of this type.
  return (await answer.json()) as PreviewBody;
};

const circuit = async ({ api }: GivenApp): Promise<SiteBody['circuit']> =>
  ((await (await fetch(`${api}/api/v1/sites/garage`)).json()) as SiteBody).circuit;

async function setpoints(given: GivenApp): Promise<readonly number[]> {
  return (await circuit(given)).evses
    .filter(({ id }) => cars.includes(id))
    .map(({ setpointAmps }) => setpointAmps ?? 0);
}

const setpointsAre = (given: GivenApp, fits: (amps: number) => boolean): Promise<true> =>
  eventually(async () => ((await setpoints(given)).every(fits) ? true : undefined), patienceMs);

describe('POST /limits/preview', () => {
  it('tells what each car would get, changes nothing, and the limit then does just that', async () => {
    const given = await givenCars();
    const { evses, over } = await preview(given, 30);
    expect(evses.map(({ evse, thenAmps }) => [evse, thenAmps])).toEqual([
      ['A1', 10],
      ['A2', 10],
    ]);
    expect(evses.every(({ nowAmps }) => nowAmps >= 16)).toBe(true);
    expect(evses[0]?.reason).toMatchObject({ kind: 'circuit full', circuit: 'grid' });
    expect(over).toEqual([]);
    expect(await setpoints(given)).not.toContain(10);
    const listed = (await (await fetch(`${given.api}/api/v1/limits`)).json()) as readonly LimitBody[];
    expect(listed).toEqual([]);

    expect((await post(`${given.api}/api/v1/limits`, limit(30))).status).toBe(201);
    await setpointsAre(given, (amps) => amps === 10);
  }, 180_000);

  it('tells who would pause, and where the background alone is too much', async () => {
    const given = await givenCars();
    const tight = await preview(given, 19);
    expect(tight.evses.map(({ thenAmps }) => thenAmps).toSorted((a, b) => a - b)).toEqual([0, 9]);
    const impossible = await preview(given, 8);
    expect(impossible.evses.map(({ thenAmps }) => thenAmps)).toEqual([0, 0]);
    expect(impossible.over).toEqual([{ site: 'garage', circuit: 'grid', byAmps: 2 }]);
  }, 180_000);

  it('refuses what the limit itself would be refused for', async () => {
    const given = await givenApp(text);
    ends.push(() => given.app.stop());
    const answer = await post(`${given.api}/api/v1/limits/preview`, { ...limit(-1) });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ field: 'amps' });
  }, 60_000);
});
