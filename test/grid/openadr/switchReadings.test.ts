import { createServer } from 'node:http';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SwitchReadingsConfig } from '../../../src/domain/switchReadingsConfig.ts';
import type { GridMeasurement } from '../../../src/grid/gridPorts.ts';
import { startSwitchReadings } from '../../../src/grid/openadr/switchReadings.ts';
import { switchClient, type VtnClient } from '../../../src/grid/openadr/vtnClient.ts';
import { VirtualClock } from '../../virtualClock.ts';
import { garage, type RecordedPorts, recordedPorts } from './given.ts';

interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** The API of Switch with its token server, on a real socket. */
async function startSwitch() {
  const asked: Asked[] = [];
  const answers = { status: 204, retryAfterS: undefined as number | undefined };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { authorization } = request.headers;
    asked.push({ path: request.url ?? '', authorization, body: Buffer.concat(chunks).toString('utf8') });
    if (request.url === '/oauth/token') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ access_token: 'a-token', token_type: 'Bearer', expires_in: 86_400 }));
      return;
    }
    const { status, retryAfterS } = answers;
    response.writeHead(status, retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, asked, answers };
}

const noonMs = Date.UTC(2026, 0, 31, 12);

async function given(change: { readonly boundary?: 'connection' | 'controllable' } = {}) {
  const api = await startSwitch();
  const clock = new VirtualClock(noonMs);
  const ports = recordedPorts(clock);
  ports.measured = { ...ports.measured, energyWh: 0 };
  const config: SwitchReadingsConfig = {
    url: api.url,
    auth: {
      clientId: 'lastvakt',
      clientSecret: 'secret',
      tokenUrl: `${api.url}/oauth/token`,
      audience: 'https://api.switchmarket.se',
    },
    registers: [{ resource: 'garage', meter: 'M1', register: 'P', unit: 'KW' }],
  };
  const { boundary = 'connection' } = change;
  const real = switchClient(config, clock);
  let underWay: Promise<unknown> = Promise.resolve();
  const create: VtnClient['create'] = (path, body) => {
    const answer = real.create(path, body);
    underWay = answer.catch(() => undefined);
    return answer;
  };
  const about = { connectionId: 'dso', resources: [garage], boundary, client: { create } };
  const readings = startSwitchReadings({ ...about, config }, ports);
  onTestFinished(() => readings.stop());
  const sent = () => api.asked.filter(({ path }) => path === '/api/readings');
  /** A minute goes by in which this much is drawn, and the meter tells it or not; then Switch has answered. */
  const pass = async (watts: number, quality: GridMeasurement['quality'] = 'measured'): Promise<void> => {
    for (let second = 0; second < 60; second += 5) {
      draw(ports, watts, quality);
      clock.advance(5_000);
    }
    await underWay;
    await turnOfTheLoop();
  };
  return { api, clock, ports, readings, sent, pass };
}

function draw(ports: RecordedPorts, watts: number, quality: GridMeasurement['quality']): void {
  const before = ports.measured;
  const hours = 5 / 3_600;
  ports.measured = {
    ...before,
    quality,
    energyWh: quality === 'missing' ? undefined : (before.energyWh ?? 0) + watts * hours,
    carEnergyWh: before.carEnergyWh + (watts / 2) * hours,
  };
}

const valuesOf = (body: string | undefined): unknown =>
  JSON.parse(body ?? '{}').meters?.[0]?.registers?.[0]?.values;

describe('the readings that Switch wants', () => {
  it('are the mean of every whole minute, as its API writes them, with a token for its audience', async () => {
    const { api, pass, sent } = await given();
    await pass(9_000);
    expect(sent()).toEqual([
      {
        path: '/api/readings',
        authorization: 'Bearer a-token',
        body: JSON.stringify({
          meters: [
            {
              id: 'M1',
              registers: [
                {
                  id: 'P',
                  values: [
                    { timestamp: '2026-01-31T12:00:00.000Z', periodTo: '2026-01-31T12:01:00.000Z', value: 9 },
                  ],
                },
              ],
            },
          ],
        }),
      },
    ]);
    expect(new URLSearchParams(api.asked[0]?.body).get('audience')).toBe('https://api.switchmarket.se');
    await pass(4_000);
    expect(valuesOf(sent()[1]?.body)).toMatchObject([{ value: 4 }]);
  });

  it('are of the cars alone where the limits are', async () => {
    const { pass, sent } = await given({ boundary: 'controllable' });
    await pass(9_000);
    expect(valuesOf(sent()[0]?.body)).toMatchObject([{ value: 4.5 }]);
  });

  it('leave out a minute in which the meter was silent, rather than tell what was assumed', async () => {
    const { pass, sent } = await given();
    await pass(9_000);
    await pass(9_000, 'assumed');
    await pass(9_000, 'missing');
    await pass(9_000);
    await pass(9_000);
    expect(sent().map(({ body }) => valuesOf(body))).toMatchObject([
      [{ timestamp: '2026-01-31T12:00:00.000Z' }],
      [{ timestamp: '2026-01-31T12:04:00.000Z' }],
    ]);
  });

  it('leave out a minute in which the clock was set', async () => {
    const { clock, pass, sent } = await given();
    await pass(9_000);
    clock.setWall(30_000);
    await pass(9_000);
    await pass(9_000);
    await pass(9_000);
    expect(sent().map(({ body }) => valuesOf(body))).toMatchObject([
      [{ timestamp: '2026-01-31T12:00:00.000Z' }],
      [{ timestamp: '2026-01-31T12:02:00.000Z' }],
      [{ timestamp: '2026-01-31T12:03:00.000Z' }],
    ]);
  });

  it('are told later when Switch was away, up to a quarter of an hour, and that is told once', async () => {
    const { api, ports, pass, sent } = await given();
    api.answers.status = 503;
    for (let minute = 0; minute < 20; minute += 1) await pass(9_000);
    api.answers.status = 204;
    await pass(9_000);
    expect(valuesOf(sent().at(-1)?.body)).toHaveLength(15);
    await pass(9_000);
    expect(valuesOf(sent().at(-1)?.body)).toHaveLength(1);
    expect(ports.logged.filter((line) => line.includes('were not taken'))).toHaveLength(1);
  });

  it('that Switch finds wrong are not told again', async () => {
    const { api, pass, sent } = await given();
    api.answers.status = 400;
    await pass(9_000);
    api.answers.status = 204;
    await pass(9_000);
    expect(valuesOf(sent()[1]?.body)).toHaveLength(1);
  });

  it('wait for as long as Switch asks', async () => {
    const { api, pass, sent } = await given();
    Object.assign(api.answers, { status: 429, retryAfterS: 170 });
    await pass(9_000);
    api.answers.status = 204;
    for (let minute = 0; minute < 3; minute += 1) await pass(9_000);
    expect(sent()).toHaveLength(2);
    expect(valuesOf(sent()[1]?.body)).toHaveLength(4);
  });

  it('are no more once they are stopped, twice', async () => {
    const { readings, pass, sent } = await given();
    readings.stop();
    readings.stop();
    await pass(9_000);
    expect(sent()).toEqual([]);
  });
});
