import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { circuitId } from '../../src/domain/ids.ts';
import { everyPhase } from '../../src/domain/phases.ts';
import { createLogger } from '../../src/log.ts';
import {
  type CapacityProvider,
  type ReceivedMessage,
  startCapacityProvider,
} from '../../src/sim/capacityProvider/capacityProvider.ts';
import { realTimeStations, SimulatedSite } from '../../src/sim/simulatedSite.ts';
import { messageFaults } from '../grid/oscp/oscpSchemas.ts';
import { type GivenApp, givenApp } from './givenApp.ts';
import { eventually, freePort } from './givenService.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const tokenA = 'the-first-token-by-letter';
const backgroundAmps = 5;

interface Ports {
  readonly http: number;
  readonly ocpp: number;
  readonly mqtt: number;
}

const configText = (ports: Ports, folder: string, provider: CapacityProvider): string => `
http: { port: ${ports.http} }
ocpp: { port: ${ports.ocpp}, meterIntervalS: 1 }
mqtt: { embedded: { port: ${ports.mqtt} } }
database: { url: "sqlite:${join(folder, 'lastvakt.db')}" }
control: { tickMs: 250, leaseS: 60, raiseDelayS: 1, minOffS: 0 }
grid:
  connections:
    - id: dso
      profile: oscp
      targets: [{ site: garage, externalIds: [G1], failsafeWatts: 12000 }]
      release: { randomS: 0, rampS: 1 }
      oscp:
        baseUrl: "http://127.0.0.1:${ports.http}/oscp/fp/2.0"
        tokenA: ${tokenA}
        peerHosts: ["${new URL(provider.url).host}"]
        allowPrivatePeers: true
        measurementS: 5
        complyWithinS: 5
        adjustS: 2
sites:
  - id: garage
    circuit:
      id: grid
      breakerAmps: 63
      assumedBackgroundAmps: 5
      meter: { topic: meters/grid, maxAgeS: 5 }
      evses:
        - { id: A1, station: CP-A1 }
        - { id: A2, station: CP-A2 }
`;

const car = {
  maxAmps: 20,
  phaseCount: 3,
  needWh: 50_000,
  taperWh: 0,
  reactionMs: 300,
  rampAmpsPerS: 20,
} as const;

function simulatedSite({ loaded }: GivenApp, ports: Ports): SimulatedSite {
  const [site] = loaded.sites;
  if (site === undefined) throw new Error('the config has a site');
  const clock = systemClock();
  const grid = circuitId('grid');
  return new SimulatedSite({
    site,
    seed: 1,
    clock,
    log: createLogger('silent'),
    ocppUrl: `ws://127.0.0.1:${ports.ocpp}/ocpp`,
    broker: { url: `mqtt://127.0.0.1:${ports.mqtt}` },
    meters: [{ circuit: grid, topic: 'meters/grid', preset: 'generic', periodMs: 250 }],
    backgrounds: new Map([[grid, () => everyPhase(backgroundAmps)]]),
    arrivals: site.evses.map(({ id }) => ({
      afterMs: 200,
      staysMs: 3_600_000,
      evseId: id,
      token: 'CAR',
      car: { ...car, sleepsAfterMs: undefined },
    })),
    protocolOf: () => 'ocpp2.0.1',
    passwordOf: () => undefined,
    stationTiming: {
      ...realTimeStations,
      stepMs: 100,
      meterIntervalS: 1,
      reconnectMs: { min: 100, max: 500 },
    },
  });
}

/** The service, two stations with a car each and a capacity provider that is registered and shook hands. */
async function given() {
  const folder = mkdtempSync(join(tmpdir(), 'lastvakt-oscp-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const provider = await startCapacityProvider(
    { heartbeatS: 2, measurements: ['CONTINUOUS'] },
    systemClock(),
  );
  ends.push(() => provider.stop());
  const ports = { http: await freePort(), ocpp: await freePort(), mqtt: await freePort() };
  const text = configText(ports, folder, provider);
  let service = await givenApp(text);
  ends.push(() => service.app.stop());
  const site = simulatedSite(service, ports);
  ends.push(() => site.stop());
  await site.start();
  const url = `${service.api}/oscp/fp/2.0`;
  expect((await provider.register({ url, token: tokenA })).status).toBe(204);
  await eventually(() => provider.received('register').length > 0 || undefined);
  expect((await provider.handshake()).status).toBe(204);
  return {
    provider,
    /** What really flows at the grid connection. */
    watts: () => {
      const amps = site.truth().circuits.find(({ id }) => id === circuitId('grid'))?.amps ?? [0, 0, 0];
      return amps.reduce((sum, each) => sum + each, 0) * 230;
    },
    /** Both drivers tell the same wish. */
    async wish(wish: { readonly wantedEnergyWh: number; readonly departureAt: string }) {
      const sessions = `${service.api}/api/v1/sessions`;
      const found = (await (await fetch(sessions)).json()) as { readonly id: string }[];
      expect(found).toHaveLength(2);
      for (const { id } of found) {
        const headers = { 'content-type': 'application/json' };
        const request = { method: 'PATCH', headers, body: JSON.stringify(wish) };
        expect((await fetch(`${sessions}/${encodeURIComponent(id)}`, request)).ok).toBe(true);
      }
    },
    async restart() {
      await service.app.stop();
      service = await givenApp(text);
    },
  };
}

const forecast = (kilowatts: number, type = 'CONSUMPTION', forMs = 600_000) => ({
  group_id: 'G1',
  type,
  forecasted_blocks: [
    {
      capacity: kilowatts,
      phase: 'ALL',
      unit: 'KW',
      start_time: new Date(Date.now() - 60_000).toISOString(),
      end_time: new Date(Date.now() + forMs).toISOString(),
    },
  ],
});

interface AskedBlock {
  readonly capacity: number;
  readonly end_time: string;
}

const until = (isSo: () => boolean, withinMs = 60_000) => eventually(() => isSo() || undefined, withinMs);

describe('a site under a capacity provider', () => {
  it('obeys its forecasts, and tells what it draws and what it cannot keep', async () => {
    const { provider, watts } = await given();
    expect((await provider.forecast(forecast(40))).status).toBe(204);
    expect((await provider.heartbeat(600_000)).status).toBe(204);
    await until(() => watts() > 20_000);

    expect((await provider.forecast(forecast(15))).status).toBe(204);
    await until(() => watts() <= 15_000);
    await until(() => provider.received('update_group_measurements').length > 0);
    expect(provider.received('update_group_measurements').at(-1)?.body).toMatchObject({ group_id: 'G1' });

    const background = 3 * backgroundAmps * 230;
    const sent = await provider.forecast(forecast(background / 2 / 1000));
    await until(() => watts() <= background + 1);
    const correlated = ({ headers }: ReceivedMessage) =>
      headers['x-correlation-id'] === sent.headers['x-request-id'];
    await until(() => provider.received('group_capacity_compliance_error').some(correlated));
    expect(provider.received().flatMap(messageFaults)).toEqual([]);
  }, 180_000);

  it('asks for what its plan wants over the coming hours', async () => {
    const { provider, watts, wish } = await given();
    const hourMs = 3_600_000;
    await provider.forecast(forecast(40, 'CONSUMPTION', 6 * hourMs));
    await provider.heartbeat(600_000);
    await until(() => watts() > 20_000);
    const departureMs = Date.now() + 3 * hourMs;
    await wish({ wantedEnergyWh: 6_000, departureAt: new Date(departureMs).toISOString() });
    // Without a plan nobody knows more than the next full hour.
    const blocks = await eventually(() =>
      provider
        .received('adjust_group_capacity_forecast')
        .map(({ body }): readonly AskedBlock[] => Object(body).forecasted_blocks)
        .find((asked) => asked.some(({ end_time }) => Date.parse(end_time) === departureMs)),
    );
    const last = blocks.find(({ end_time }) => Date.parse(end_time) === departureMs);
    expect(last?.capacity).toBeLessThan(36_000);
    expect(last?.capacity).toBeGreaterThanOrEqual(3 * backgroundAmps * 230);
    expect(provider.received().flatMap(messageFaults)).toEqual([]);
  }, 180_000);

  it('falls back when it is silent, and goes on after the next handshake', async () => {
    const { provider, watts } = await given();
    await provider.forecast(forecast(40));
    await provider.forecast(forecast(13, 'FALLBACK_CONSUMPTION'));
    await provider.heartbeat(600_000);
    await until(() => watts() > 20_000);

    await provider.heartbeat(500);
    await until(() => watts() <= 13_000);
    expect((await provider.heartbeat(600_000)).status).toBe(409);
    expect((await provider.handshake()).status).toBe(204);
    await until(() => watts() > 20_000);
  }, 180_000);

  it('is under its capacity after a restart, and knows its provider', async () => {
    const { provider, watts, restart } = await given();
    await provider.forecast(forecast(40));
    await provider.heartbeat(600_000);
    await until(() => watts() > 20_000);
    await provider.forecast(forecast(15));
    await until(() => watts() <= 15_000);

    await restart();
    expect((await provider.heartbeat(600_000)).status).toBe(204);
    expect((await provider.forecast(forecast(40, 'GENERATION'))).status).toBe(204);
    const highest = { watts: 0 };
    const endMs = performance.now() + 8_000;
    await until(() => {
      highest.watts = Math.max(highest.watts, watts());
      return performance.now() > endMs;
    });
    expect(highest.watts).toBeLessThanOrEqual(15_000);
    // The heartbeat that was asked for goes on by itself.
    const beats = provider.received('heartbeat').length;
    await until(() => provider.received('heartbeat').length > beats);
  }, 180_000);
});
