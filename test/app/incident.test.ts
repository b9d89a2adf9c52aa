import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { replay } from '../../src/commands/replay.ts';
import { circuitId, stationId } from '../../src/domain/ids.ts';
import { everyPhase } from '../../src/domain/phases.ts';
import { readBundle } from '../../src/incidents/bundleFile.ts';
import { createLogger } from '../../src/log.ts';
import { realTimeStations, SimulatedSite } from '../../src/sim/simulatedSite.ts';
import { givenApp } from './givenApp.ts';
import { eventually, freePort, runProgram } from './givenService.ts';

const car = {
  maxAmps: 32,
  phaseCount: 3,
  needWh: 50_000,
  taperWh: 0,
  reactionMs: 500,
  rampAmpsPerS: 20,
  sleepsAfterMs: undefined,
} as const;

describe('the bundle of a running service', () => {
  it('is written when an admin asks, and replays to the same decisions', async ({ onTestFinished }) => {
    const folder = mkdtempSync(join(tmpdir(), 'lastvakt-incident-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const mqttPort = await freePort();
    const { app, api, loaded, ocppUrl } = await givenApp(`
http: { port: 0 }
ocpp: { port: 0, meterIntervalS: 1 }
mqtt: { embedded: { port: ${mqttPort} } }
database: { url: "sqlite:${join(folder, 'lastvakt.db')}" }
control: { tickMs: 100, leaseS: 30, raiseDelayS: 1 }
sites:
  - id: garage
    circuit:
      id: grid
      breakerAmps: 40
      assumedBackgroundAmps: 10
      meter: { topic: meters/grid, maxAgeS: 3 }
      evses:
        - { id: A0, station: CP-A0 }
        - { id: A1, station: CP-A1 }
        - { id: A2, station: CP-A2 }
`);
    onTestFinished(() => app.stop());
    const [site] = loaded.sites;
    if (site === undefined) throw new Error('the config has a site');
    let backgroundAmps = 5;
    const simulated = new SimulatedSite({
      site,
      seed: 1,
      clock: systemClock(),
      log: createLogger('silent'),
      ocppUrl,
      broker: { url: `mqtt://127.0.0.1:${mqttPort}` },
      meters: [{ circuit: circuitId('grid'), topic: 'meters/grid', preset: 'generic', periodMs: 300 }],
      backgrounds: new Map([[circuitId('grid'), () => everyPhase(backgroundAmps)]]),
      arrivals: [],
      protocolOf: (id) => (id === 'CP-A1' ? 'ocpp2.0.1' : 'ocpp1.6'),
      passwordOf: () => undefined,
      stationTiming: { ...realTimeStations, meterIntervalS: 1, reconnectMs: { min: 200, max: 1_000 } },
    });
    onTestFinished(() => simulated.stop());
    await simulated.start();
    const offers = () => simulated.truth().evses.map(({ offeredAmps }) => offeredAmps);
    const stations = ['CP-A0', 'CP-A1', 'CP-A2'].map((id) => simulated.station(stationId(id)));
    await eventually(() => stations.every(({ station }) => station.link === 'online') || undefined);
    for (const station of stations) station.plugIn(1, car, 'TAG-77');
    await eventually(() => offers().every((amps) => amps > 6) || undefined, 60_000);

    const post = (path: string, body?: object) =>
      fetch(`${api}/api/v1${path}`, {
        method: 'POST',
        ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
    const until = new Date(Date.now() + 600_000).toISOString();
    const limit = { site: 'garage', amps: 24, until, reason: 'feeder at its limit' };
    expect((await post('/limits', limit)).status).toBe(201);
    await eventually(() => offers().every((amps) => amps <= 7) || undefined);
    simulated.station(stationId('CP-A0')).cutConnection();
    backgroundAmps = 12;
    simulated.station(stationId('CP-A1')).unplug(1);
    expect((await post('/sites/garage/stop', { reason: 'smoke in the hall' })).status).toBe(200);
    await eventually(() => offers().every((amps) => amps === 0) || undefined, 60_000);

    const answer = await post('/sites/garage/incident');
    expect(answer.status).toBe(201);
    const { file } = (await answer.json()) as { readonly file: string };
    expect(readdirSync(join(folder, 'incidents'))).toHaveLength(1);
    const found = replay(await readBundle(file));
    expect(found.differences).toEqual([]);
    expect(found.broken).toBeUndefined();
    expect(found.ticks).toBeGreaterThan(5);

    const program = runProgram(['replay', file]);
    const { code } = await program.exited;
    expect(program.stdout()).toContain('every decision is as recorded');
    expect(code).toBe(found.excursions.length === 0 ? 0 : 1);
  }, 120_000);
});

describe('lastvakt replay', () => {
  it('tells what is wrong with a file that is no bundle, and ends with 2', async () => {
    const program = runProgram(['replay', 'package.json']);
    expect(await program.exited).toEqual({ code: 2, signal: null });
    expect(program.stderr()).toBe(
      'lastvakt: package.json is no incident bundle: it is not, or not correctly, compressed by gzip\n',
    );
  }, 60_000);

  it('wants one file', async () => {
    const program = runProgram(['replay']);
    expect(await program.exited).toEqual({ code: 2, signal: null });
    expect(program.stderr()).toContain('say: lastvakt replay FILE');
  }, 60_000);
});
