import { RPCClient } from 'ocpp-rpc';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { givenApp } from './givenApp.ts';
import { oneStationConfig } from './oneStation.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** The figures of a scrape by name and labels. */
async function scraped(api: string): Promise<ReadonlyMap<string, number>> {
  const lines = (await (await fetch(`${api}/metrics`)).text()).split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [, name, value] = /^(lastvakt_\S+) (\S+)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, Number(value)] as const];
    }),
  );
}

describe('the metrics of the loop', () => {
  it('count what became of commands, how long stations took, and who is connected', async () => {
    const { app, api } = await givenApp(oneStationConfig);
    ends.push(() => app.stop());
    const before = await scraped(api);
    expect(before.get('lastvakt_stations_connected{site="garage"}')).toBe(0);
    expect(before.get('lastvakt_commands_total{outcome="accepted"}')).toBe(0);

    const station = new RPCClient({
      endpoint: `ws://127.0.0.1:${app.ocppPort}/ocpp`,
      identity: 'CP-A1',
      protocols: ['ocpp1.6'],
      reconnect: false,
    } as ConstructorParameters<typeof RPCClient>[0]); // Its types want every option, though all have defaults.
    station.handle(async () => ({ status: 'Accepted' }));
    await station.connect();
    ends.push(() => station.close());
    const boot = { chargePointVendor: 'Test', chargePointModel: 'One' };
    await station.call('BootNotification', boot);
    await station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });

    await eventually(async () => {
      const now = await scraped(api);
      const answered = now.get('lastvakt_command_answer_seconds_count') ?? 0;
      expect(answered).toBeGreaterThan(0);
      expect(now.get('lastvakt_command_answer_seconds_bucket{le="+Inf"}')).toBe(answered);
      expect(now.get('lastvakt_commands_total{outcome="accepted"}')).toBeGreaterThan(0);
      expect(now.get('lastvakt_stations_connected{site="garage"}')).toBe(1);
      expect(now.get('lastvakt_broker_connected')).toBe(1);
    }, 200);
  });
});
