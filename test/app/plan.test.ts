import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { circuitId, evseId } from '../../src/domain/ids.ts';
import { everyPhase } from '../../src/domain/phases.ts';
import { createLogger } from '../../src/log.ts';
import { realTimeStations, SimulatedSite } from '../../src/sim/simulatedSite.ts';
import { type GivenApp, givenApp } from './givenApp.ts';
import { eventually } from './givenService.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const text = `
http: { port: 0 }
ocpp: { port: 0, meterIntervalS: 1 }
mqtt: { embedded: { port: 0 } }
database: { url: "sqlite::memory:" }
control: { tickMs: 250, raiseDelayS: 0, minOnS: 0, minOffS: 0, planEveryS: 1 }
sites:
  - id: garage
    timeZone: Europe/Stockholm
    prices: { currency: SEK, perKwh: 2 }
    circuit:
      id: grid
      breakerAmps: 63
      assumedBackgroundAmps: 10
      meter: { topic: meters/grid, maxAgeS: 5 }
      evses:
        - { id: A1, station: CP-A1 }
        - { id: A2, station: CP-A2 }
`;

const hourMs = 3_600_000;
const car = {
  maxAmps: 32,
  phaseCount: 3,
  needWh: 50_000,
  taperWh: 0,
  reactionMs: 200,
  rampAmpsPerS: 100,
  sleepsAfterMs: undefined,
} as const;

describe('a plan over HTTP, in its own thread', () => {
  it('lets a car wait for the cheap hour that somebody told, says so, and lets it go when the hour is dear', async () => {
    const given = await givenApp(text);
    ends.push(() => given.app.stop());
    const site = simulated(given);
    ends.push(() => site.stop());
    await site.start();
    const session = await eventually(
      async () => (await sessions(given)).find(({ evse }) => evse === 'A1')?.id,
      30_000,
    );
    await eventually(async () => ((await setpoint(given)) === 32 ? true : undefined), 30_000);
    const noWish = 'nobody told departure and energy';
    await eventually(async () => ((await get(given, 'sites/garage/plan')).why === noWish ? true : undefined));

    const nowMs = Date.now();
    const departureAt = new Date(nowMs + 6 * hourMs).toISOString();
    await send(given, 'PATCH', `sessions/${encodeURIComponent(session)}`, {
      wantedEnergyWh: 12_000,
      departureAt,
    });
    expect(await send(given, 'PUT', 'sites/garage/prices', told([3, 3, 0.5, 3, 3, 3]))).toBe(204);
    await eventually(async () => ((await setpoint(given)) === 0 ? true : undefined));

    const plan = await get(given, 'sites/garage/plan');
    expect(plan).toMatchObject({ currency: 'SEK', why: null, sessions: [{ evse: 'A1', shortfallWh: 0 }] });
    const cheap = plan.slots.findIndex(({ pricePerKwh }) => pricePerKwh === 0.5);
    expect(plan.sessions[0]?.amps[cheap]).toBeGreaterThan(6);
    const { reason } = await get(given, 'evses/A1/explanation');
    expect(reason.text).toMatch(/^0 A: waits for .*, when energy is cheaper; needs (11\.\d|12) kWh by /);
    const metrics = await (await fetch(`${given.api}/metrics`)).text();
    expect(metrics).toMatch(/plan_in_force\{site="garage"\} 1/);
    expect(metrics).toMatch(/plans_total\{site="garage",outcome="planned"\} [1-9]/);

    expect(await send(given, 'PUT', 'sites/garage/prices', told([]))).toBe(204);
    await eventually(async () => ((await setpoint(given)) === 32 ? true : undefined));
  }, 60_000);
});

/** Prices of the hours from the present one on. */
function told(perKwh: readonly number[]): object {
  const startMs = Math.floor(Date.now() / hourMs) * hourMs;
  const instant = (hour: number): string => new Date(startMs + hour * hourMs).toISOString();
  return {
    currency: 'SEK',
    prices: perKwh.map((price, hour) => ({ from: instant(hour), until: instant(hour + 1), perKwh: price })),
  };
}

interface Told {
  readonly why: string | null;
  readonly slots: readonly { readonly pricePerKwh: number | null }[];
  readonly sessions: readonly { readonly amps: readonly number[] }[];
  readonly reason: { readonly text: string };
  readonly setpointAmps: number | null;
}

const get = async ({ api }: GivenApp, path: string): Promise<Told> =>
  (await (await fetch(`${api}/api/v1/${path}`)).json()) as Told;
const sessions = async ({
  api,
}: GivenApp): Promise<readonly { readonly id: string; readonly evse: string }[]> =>
  (await (await fetch(`${api}/api/v1/sessions`)).json()) as { id: string; evse: string }[];
const setpoint = async (given: GivenApp): Promise<number | null> =>
  (await get(given, 'evses/A1/explanation')).setpointAmps;
const send = async ({ api }: GivenApp, method: string, path: string, body: object): Promise<number> => {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${api}/api/v1/${path}`, { method, headers, body: JSON.stringify(body) });
  return answer.status;
};

function simulated({ loaded, ocppUrl, app }: GivenApp): SimulatedSite {
  const [site] = loaded.sites;
  if (site === undefined) throw new Error('the config has a site');
  return new SimulatedSite({
    site,
    seed: 1,
    clock: systemClock(),
    log: createLogger('fatal'),
    ocppUrl,
    broker: { url: `mqtt://127.0.0.1:${app.mqttPort}` },
    meters: [{ circuit: circuitId('grid'), topic: 'meters/grid', preset: 'generic', periodMs: 500 }],
    backgrounds: new Map([[circuitId('grid'), () => everyPhase(10)]]),
    arrivals: [{ afterMs: 200, staysMs: hourMs, evseId: evseId('A1'), token: 'CAR', car }],
    protocolOf: () => 'ocpp2.0.1',
    passwordOf: () => undefined,
    stationTiming: {
      ...realTimeStations,
      stepMs: 100,
      meterIntervalS: 1,
      reconnectMs: { min: 200, max: 1_000 },
    },
  });
}
