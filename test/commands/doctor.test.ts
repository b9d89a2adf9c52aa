import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { doctor } from '../../src/commands/doctor.ts';
import { doctorReport, type Finding } from '../../src/commands/doctorReport.ts';
import { parseConfig } from '../../src/config/config.ts';
import { createLogger } from '../../src/log.ts';
import { givenApp } from '../app/givenApp.ts';
import { runProgram } from '../app/givenService.ts';
import { selfSigned } from '../http/selfSigned.ts';
import { describeWith } from '../servers.ts';

const cleanUps: (() => unknown)[] = [];
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastvakt-doctor-'));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Given {
  readonly http?: string;
  readonly mqtt?: string;
  readonly database?: string;
  readonly influx?: string;
  readonly meterMaxAgeS?: number;
}

const configText = ({ http, mqtt, database, influx, meterMaxAgeS = 10 }: Given): string => `
http: ${http ?? '{ port: 0 }'}
ocpp: { port: 0 }
mqtt: ${mqtt ?? '{ embedded: { port: 0 } }'}
database: { url: "${database ?? `sqlite:${folder}/lastvakt.db`}" }
${influx === undefined ? '' : `influx: { url: "${influx}", bucket: lastvakt }`}
control: { tickMs: 200 }
sites:
  - id: garage
    circuit:
      id: grid
      breakerAmps: 32
      assumedBackgroundAmps: 10
      meter: { topic: meters/grid, maxAgeS: ${meterMaxAgeS} }
      evses: [ { id: A1, station: CP-A1 } ]
`;

const examine = (given: Given, url?: string): Promise<readonly Finding[]> =>
  doctor(
    parseConfig(configText(given), 'the test', {}),
    { url, key: undefined },
    {
      clock: systemClock(),
      log: createLogger('silent'),
      random: Math.random,
    },
  );

const about = (findings: readonly Finding[], what: Finding['about']): readonly Finding[] =>
  findings.filter((finding) => finding.about === what);

/** A time-series database that answers every write so. */
async function givenInflux(status: number): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => server.close());
  const { port } = server.address() as AddressInfo; // A TCP server has no other kind of address.
  return `http://127.0.0.1:${port}`;
}

async function givenService() {
  const { app, api } = await givenApp(configText({}));
  cleanUps.push(() => app.stop());
  const broker = `mqtt://127.0.0.1:${app.mqttPort}`;
  const meter = await connectAsync(broker);
  cleanUps.push(() => meter.endAsync(true));
  return { api, broker, meter };
}

/** Nobody listens on port 1 of a loopback address. */
const nobody = '127.0.0.1:1';

describe('the doctor beside a running service', () => {
  it('finds well what is well, and tells what the meter says now', async () => {
    const { api, broker, meter } = await givenService();
    const telling = setInterval(() => meter.publish('meters/grid', '{"amps":[12.34,5,-1]}'), 100);
    cleanUps.push(() => clearInterval(telling));
    const influx = await givenInflux(204);
    const findings = await examine({ mqtt: `{ url: "${broker}" }`, influx }, api);
    const wrong = findings.filter(({ verdict }) => verdict === 'wrong');
    expect(wrong).toMatchObject([{ about: 'stations', what: 'A1 (CP-A1) is not connected' }]);
    expect(about(findings, 'meters')).toMatchObject([
      { verdict: 'well', what: expect.stringContaining('grid says L1 12.3 A, L2 5.0 A, L3 -1.0 A') },
    ]);
    expect(about(findings, 'database')).toMatchObject([{ verdict: 'well', what: 'SQLite can be used' }]);
    expect(about(findings, 'clock')).toMatchObject([{ what: 'agrees with the time-series database' }]);
    expect(about(findings, 'failsafe budget')).toMatchObject([
      { what: 'fits everywhere; least is left on grid L1: 16.0 of 32 A' },
    ]);
  });

  it('leaves the status of the service in the broker as it is', async () => {
    const { api, broker, meter } = await givenService();
    const told: string[] = [];
    meter.on('message', (_topic, payload) => told.push(payload.toString()));
    await meter.subscribeAsync('lastvakt/status');
    await examine({ mqtt: `{ url: "${broker}" }`, meterMaxAgeS: 1 }, api);
    // What was sent before this comes before it.
    await meter.publishAsync('lastvakt/status', 'end', { qos: 1 });
    expect(told.filter((status) => status !== 'end')).toEqual(['online']);
  });

  it('tells of a meter that sends something else', async () => {
    const { api, broker, meter } = await givenService();
    const telling = setInterval(() => meter.publish('meters/grid', 'on'), 100);
    cleanUps.push(() => clearInterval(telling));
    const findings = await examine({ mqtt: `{ url: "${broker}" }`, meterMaxAgeS: 1 }, api);
    expect(about(findings, 'meters')).toMatchObject([
      { verdict: 'wrong', what: 'grid sends what cannot be used: not-json' },
    ]);
  });
});

describe('the doctor where nothing works', () => {
  it('says of each thing what is wrong and what to do', async () => {
    const findings = await examine({
      http: '{ port: 1 }',
      mqtt: `{ url: "mqtt://${nobody}" }`,
      database: `sqlite:${folder}/missing/lastvakt.db`,
      influx: `http://${nobody}`,
    });
    for (const thing of ['broker', 'database', 'time series'] as const) {
      expect(about(findings, thing)).toMatchObject([{ verdict: 'wrong', todo: expect.stringMatching(/\w/) }]);
    }
    expect(about(findings, 'service')).toMatchObject([
      { verdict: 'look', what: expect.stringContaining('nobody answers at http://127.0.0.1:1') },
    ]);
    expect(about(findings, 'clock')).toMatchObject([{ verdict: 'look' }]);
    expect(about(findings, 'database')[0]?.todo).toContain('make it');
  });

  it('tells a file that is no database', async () => {
    writeFileSync(join(folder, 'lastvakt.db'), 'x'.repeat(8192));
    const findings = await examine({ http: '{ port: 1 }', mqtt: `{ url: "mqtt://${nobody}" }` });
    expect(about(findings, 'database')).toMatchObject([
      { verdict: 'wrong', what: expect.stringContaining('is not a SQLite database') },
    ]);
  });

  it.each([
    [401, 'correct influx.token'],
    [404, 'create the bucket'],
  ])('tells what to do when the time-series database answers %i', async (status, todo) => {
    const influx = await givenInflux(status);
    const findings = await examine({ http: '{ port: 1 }', mqtt: `{ url: "mqtt://${nobody}" }`, influx });
    expect(about(findings, 'time series')).toMatchObject([
      { verdict: 'wrong', todo: expect.stringContaining(todo) },
    ]);
  });

  it('tells certificates that are there, and those that are not', async () => {
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    writeFileSync(certFile, selfSigned.cert);
    writeFileSync(keyFile, selfSigned.key);
    const given = { mqtt: `{ url: "mqtt://${nobody}" }` };
    const there = await examine({
      ...given,
      http: `{ port: 1, tls: { certFile: "${certFile}", keyFile: "${keyFile}" } }`,
    });
    expect(about(there, 'certificates')).toMatchObject([
      { verdict: 'well', what: expect.stringMatching(/^http ends in \d+ days$/) },
    ]);
    const gone = await examine({
      ...given,
      http: `{ port: 1, tls: { certFile: "${folder}/none.pem", keyFile: "${keyFile}" } }`,
    });
    expect(about(gone, 'certificates')).toMatchObject([
      { verdict: 'wrong', todo: `put a certificate (PEM) at ${folder}/none.pem` },
    ]);
  });
});

describe('the command lastvakt doctor', () => {
  it('prints what it found, and ends with 1 when something is wrong', async () => {
    const file = join(folder, 'lastvakt.yaml');
    writeFileSync(file, configText({ http: '{ port: 1 }', mqtt: `{ url: "mqtt://${nobody}" }` }));
    const program = runProgram(['doctor', '--config', file]);
    expect(await program.exited).toEqual({ code: 1, signal: null });
    expect(program.stdout()).toMatch(/^wrong {2}broker +127\.0\.0\.1:1 cannot be reached: /m);
    expect(program.stderr()).toBe('');
  });
});

describe('the report of the doctor', () => {
  it('has a line for each finding in the order of its looking, and what to do below', () => {
    const report = doctorReport([
      { about: 'broker', verdict: 'wrong', what: 'cannot be reached', todo: 'start it' },
      { about: 'config', verdict: 'well', what: '1 sites' },
    ]);
    expect(report.split('\n')).toEqual([
      'well   config           1 sites',
      'wrong  broker           cannot be reached',
      '                        -> start it',
      '',
      '1 wrong, 0 worth a look.',
    ]);
  });

  it('says so when all is well', () => {
    expect(doctorReport([{ about: 'config', verdict: 'well', what: '1 sites' }])).toContain('All is well.');
  });
});

describeWith('postgres', 'the doctor with PostgreSQL', (database) => {
  it('finds it usable and compares the clocks', async () => {
    const findings = await examine({ http: '{ port: 1 }', mqtt: `{ url: "mqtt://${nobody}" }`, database });
    expect(about(findings, 'database')).toMatchObject([{ verdict: 'well', what: 'PostgreSQL can be used' }]);
    expect(about(findings, 'clock')).toMatchObject([{ verdict: 'well', what: 'agrees with the database' }]);
  });
});

describeWith('victoria', 'the doctor with VictoriaMetrics', (influx) => {
  it('finds that it takes points', async () => {
    const findings = await examine({ http: '{ port: 1 }', mqtt: `{ url: "mqtt://${nobody}" }`, influx });
    expect(about(findings, 'time series')).toMatchObject([{ verdict: 'well' }]);
  });
});

describeWith('influx', 'the doctor with an InfluxDB that is too old', (influx) => {
  it('says so', async () => {
    const findings = await examine({ http: '{ port: 1 }', mqtt: `{ url: "mqtt://${nobody}" }`, influx });
    expect(about(findings, 'time series')[0]?.todo).toContain('InfluxDB before 1.8 cannot be used');
  });
});
