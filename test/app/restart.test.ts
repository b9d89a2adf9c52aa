import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config/config.ts';
import { circuitId } from '../../src/domain/ids.ts';
import { everyPhase } from '../../src/domain/phases.ts';
import { createLogger } from '../../src/log.ts';
import { realTimeStations, SimulatedSite } from '../../src/sim/simulatedSite.ts';
import { describeOnBothDatabases } from '../store/databases.ts';
import { eventually, freePort, runProgram, type ServiceProcess } from './givenService.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const configText = (ports: { http: number; ocpp: number; mqtt: number }, database: string): string => `
http: { port: ${ports.http} }
ocpp: { port: ${ports.ocpp}, meterIntervalS: 1 }
mqtt: { embedded: { port: ${ports.mqtt} } }
database: { url: "${database}" }
incidents: { enabled: false }
control: { tickMs: 250, leaseS: 60, raiseDelayS: 1 }
sites:
  - id: garage
    circuit:
      id: grid
      breakerAmps: 63
      assumedBackgroundAmps: 20
      meter: { topic: meters/grid, maxAgeS: 5 }
      evses:
        - { id: A1, station: CP-A1 }
        - { id: A2, station: CP-A2 }
`;

const car = {
  maxAmps: 32,
  phaseCount: 3,
  needWh: 50_000,
  taperWh: 0,
  reactionMs: 500,
  rampAmpsPerS: 20,
} as const;

interface SiteBody {
  readonly state: string;
  readonly circuit: {
    readonly limitAmps: readonly number[];
    readonly evses: readonly { readonly setpointAmps: number | null }[];
  };
}

describeOnBothDatabases('a curtailment that was acknowledged', (database) => {
  it('holds after kill -9 and restart, and nobody is raised before meter and stations were heard', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lastvakt-restart-'));
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    const ports = { http: await freePort(), ocpp: await freePort(), mqtt: await freePort() };
    const text = configText(ports, database.url());
    const file = join(folder, 'lastvakt.yaml');
    writeFileSync(file, text);
    const serve = (): ServiceProcess => {
      const service = runProgram(['serve', '--config', file]);
      ends.push(() => {
        service.child.kill('SIGKILL');
        return service.exited;
      });
      return service;
    };
    const site = async (): Promise<SiteBody> =>
      (await (await fetch(`http://127.0.0.1:${ports.http}/api/v1/sites/garage`)).json()) as SiteBody;

    const first = serve();
    await eventually(() => first.stderr().includes('service started') || undefined);
    const simulated = simulatedSite(text, ports);
    ends.push(() => simulated.stop());
    await simulated.start();
    const offered = (): number => Math.max(...simulated.truth().evses.map(({ offeredAmps }) => offeredAmps));
    await eventually(() => (offered() > 15 ? true : undefined), 30_000);

    const until = new Date(Date.now() + 600_000).toISOString();
    const limit = { site: 'garage', amps: 24, until, reason: 'feeder at its limit' };
    const answer = await fetch(`http://127.0.0.1:${ports.http}/api/v1/limits`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(limit),
    });
    expect(answer.status).toBe(201);
    await eventually(() => (offered() <= 7 ? true : undefined));

    first.child.kill('SIGKILL');
    expect((await first.exited).signal).toBe('SIGKILL');
    const heldAmps = offered();

    const second = serve();
    const seen: SiteBody[] = [];
    let highestAmps = 0;
    await eventually(async () => {
      highestAmps = Math.max(highestAmps, offered());
      const body = await site();
      seen.push(body);
      return body.state === 'normal' ? body : undefined;
    }, 60_000);

    // From its first answer on the limit is there, and while it starts nobody has more than the failsafe limit.
    expect(seen.map(({ circuit }) => circuit.limitAmps)).toEqual(seen.map(() => [24, 24, 24]));
    const starting = seen.filter(({ state }) => state === 'starting');
    expect(starting.length).toBeGreaterThan(0);
    const setpoints = starting.flatMap(({ circuit }) =>
      circuit.evses.map(({ setpointAmps }) => setpointAmps ?? 0),
    );
    expect(Math.max(...setpoints)).toBeLessThanOrEqual(6);
    expect(highestAmps).toBeLessThanOrEqual(Math.max(heldAmps, 7));
    expect(second.child.exitCode).toBeNull();
  }, 120_000);
});

function simulatedSite(text: string, ports: { readonly ocpp: number; readonly mqtt: number }): SimulatedSite {
  const [site] = parseConfig(text, 'the test', {}).sites;
  if (site === undefined) throw new Error('the config has a site');
  return new SimulatedSite({
    site,
    seed: 1,
    clock: systemClock(),
    log: createLogger('fatal'),
    ocppUrl: `ws://127.0.0.1:${ports.ocpp}/ocpp`,
    broker: { url: `mqtt://127.0.0.1:${ports.mqtt}` },
    meters: [{ circuit: circuitId('grid'), topic: 'meters/grid', preset: 'generic', periodMs: 500 }],
    backgrounds: new Map([[circuitId('grid'), () => everyPhase(10)]]),
    arrivals: site.evses.map(({ id }) => ({
      afterMs: 500,
      staysMs: 3_600_000,
      evseId: id,
      token: 'CAR',
      car: { ...car, sleepsAfterMs: undefined },
    })),
    protocolOf: (station) => (station === 'CP-A1' ? 'ocpp1.6' : 'ocpp2.0.1'),
    passwordOf: () => undefined,
    stationTiming: {
      ...realTimeStations,
      stepMs: 100,
      meterIntervalS: 1,
      reconnectMs: { min: 200, max: 1_000 },
    },
  });
}
