import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connectAsync } from 'mqtt';
import { afterEach, expect, it } from 'vitest';
import { describeWith } from '../servers.ts';
import { givenApp } from './givenApp.ts';
import { eventually } from './givenService.ts';
import { curtail, oneStationConfig, post, publishDraw } from './oneStation.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** What the station tells on its standard output. */
type Told =
  | { readonly event: 'offers'; readonly amps: number }
  | { readonly event: 'set' | 'cleared'; readonly purpose: string }
  | { readonly event: 'ended' };

/** The station as a program of its own. */
function startStation(python: string, protocol: string, url: string) {
  const script = fileURLToPath(new URL('pythonStation.py', import.meta.url));
  const child = spawn(python, [script, protocol, url], { stdio: ['pipe', 'pipe', 'pipe'] });
  const told: Told[] = [];
  let complaints = '';
  child.stderr.on('data', (text: Buffer) => {
    complaints = (complaints + text.toString()).slice(-4_000);
  });
  createInterface({ input: child.stdout }).on('line', (line) => told.push(JSON.parse(line)));
  const exited = once(child, 'exit');
  ends.push(() => {
    child.kill('SIGKILL');
    return exited;
  });
  return {
    told: (): readonly Told[] => told,
    complaints: () => complaints,
    offeredAmps: () => told.findLast((each) => each.event === 'offers')?.amps,
    async unplug(): Promise<number | null> {
      child.stdin.end();
      const [code] = await exited;
      return code;
    },
  };
}

/** What the operator lets the whole station take, in the words of the version. */
function wholeStation(protocol: string, limit: number): object {
  const schedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] };
  const terms = { stackLevel: 5, chargingProfileKind: 'Absolute' };
  if (protocol === 'ocpp1.6') {
    const purpose = { chargingProfileId: 4717, chargingProfilePurpose: 'ChargePointMaxProfile' };
    return { connectorId: 0, csChargingProfiles: { ...purpose, ...terms, chargingSchedule: schedule } };
  }
  const purpose = { id: 4717, chargingProfilePurpose: 'ChargingStationMaxProfile' };
  return { evseId: 0, chargingProfile: { ...purpose, ...terms, chargingSchedule: [{ id: 1, ...schedule }] } };
}

describeWith('python', "a station on Mobility House's stack", (python) => {
  it.each(['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'])(
    'is limited in %s, obeys, is bounded and set free again by its operator, and ends its session',
    async (protocol) => {
      const { app, api, ocppUrl } = await givenApp(oneStationConfig);
      ends.push(() => app.stop());
      const meter = await connectAsync(`mqtt://127.0.0.1:${app.mqttPort}`);
      ends.push(() => meter.endAsync(true));
      const station = startStation(python, protocol, `${ocppUrl}/CP-A1`);
      const live = setInterval(() => publishDraw(meter, station.offeredAmps() ?? 0), 200);
      ends.push(() => clearInterval(live));
      const offers = async (fits: (amps: number) => boolean): Promise<void> => {
        await eventually(() => {
          const amps = station.offeredAmps();
          return station.complaints() !== '' || (amps !== undefined && fits(amps)) || undefined;
        }, 60_000);
        expect(station.complaints()).toBe('');
      };

      // The building leaves 22 A, and 8 A under the curtailment.
      await offers((amps) => amps === 22);
      expect((await curtail(api)).status).toBe(201);
      await offers((amps) => amps <= 8);

      const command = (name: string, body: object) =>
        post(`${api}/api/v1/stations/CP-A1/commands/${name}`, body);
      const bound = await command('SetChargingProfile', wholeStation(protocol, 7));
      expect([bound.status, await bound.json()]).toMatchObject([200, { answer: { status: 'Accepted' } }]);
      await offers((amps) => amps === 7);
      const cleared = await command('clear-charging-profile', { purpose: 'station maximum' });
      expect([cleared.status, await cleared.json()]).toMatchObject([200, { outcome: 'accepted' }]);
      await offers((amps) => amps === 8);

      // What holds the site under its limit is nobody's to clear.
      expect((await command('clear-charging-profile', { purpose: 'transaction default' })).status).toBe(422);

      expect(await station.unplug()).toBe(0);
      expect(station.told().at(-1)).toEqual({ event: 'ended' });
      const finished = await eventually(async () => {
        const [session] = (await (await fetch(`${api}/api/v1/sessions?state=finished`)).json()) as object[];
        return session;
      });
      expect(finished).toMatchObject({ evse: 'A1', state: 'finished' });
    },
    120_000,
  );
});
