import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RPCClient } from 'ocpp-rpc';
import { afterEach, describe, expect, it } from 'vitest';
import { givenApp } from './givenApp.ts';
import { eventually } from './givenService.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const configText = (file: string): string => `
http: { port: 0 }
ocpp: { port: 0 }
mqtt: { embedded: { port: 0 } }
database: { url: "sqlite:${file}" }
incidents: { enabled: false }
sites:
  - id: garage
    circuit:
      id: grid
      breakerAmps: 32
      assumedBackgroundAmps: 10
      evses: [ { id: A1, station: CP-A1 } ]
`;

/** The service on this file, and a station of OCPP 1.6 on another stack that has connected to it. */
async function given(file: string) {
  const { app, api } = await givenApp(configText(file));
  const client = new RPCClient({
    endpoint: `ws://127.0.0.1:${app.ocppPort}/ocpp`,
    identity: 'CP-A1',
    protocols: ['ocpp1.6'],
    strictMode: true,
    reconnect: false,
  } as ConstructorParameters<typeof RPCClient>[0]); // Its types want every option, though all have defaults.
  client.handle(async () => ({ status: 'Accepted' }));
  await client.connect();
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= client.close().then(() => app.stop());
    return stopped;
  };
  ends.push(stop);
  const get = async (path: string): Promise<unknown> => (await fetch(`${api}/api/v1${path}`)).json();
  return { client, get, stop };
}

const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

describe('the history of sessions', () => {
  it('has the whole energy of a session over which the service was restarted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lastvakt-sessions-'));
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'lastvakt.db');

    const first = await given(file);
    const start = { connectorId: 1, idTag: 'T1', meterStart: 5000, timestamp: minutesAgo(30) };
    const started = await first.client.call('StartTransaction', start);
    const { transactionId } = started as { transactionId: number };
    await first.stop();

    const second = await given(file);
    const id = `CP-A1~${transactionId}`;
    expect(await second.get('/sessions?state=running')).toMatchObject([{ id, state: 'authorised' }]);
    // A signed value, as the meter of the station made it.
    const signed = { format: 'SignedData', context: 'Transaction.End', value: 'OCMF|{"RD":[]}|{"SD":"30"}' };
    const end = { transactionId, meterStop: 9000, timestamp: minutesAgo(1), reason: 'EVDisconnected' };
    const transactionData = [{ timestamp: minutesAgo(1), sampledValue: [signed] }];
    await second.client.call('StopTransaction', { ...end, transactionData });

    await eventually(async () => {
      const detail = (await second.get(`/sessions/${id}`)) as { state: string; signedValues: object[] };
      return (detail.state === 'finished' && detail.signedValues.length > 0) || undefined;
    });
    expect(await second.get('/sessions?state=finished')).toMatchObject([
      { id, energyWh: 4000, endReason: 'EVDisconnected', startedAt: start.timestamp, endedAt: end.timestamp },
    ]);
    expect(await second.get(`/sessions/${id}`)).toMatchObject({
      meterStartWh: 5000,
      meterStopWh: 9000,
      signedValues: [{ context: 'Transaction.End', data: signed.value }],
    });
  });
});
