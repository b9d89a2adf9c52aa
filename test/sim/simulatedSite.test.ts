import { connectAsync } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { circuitId, evseId, stationId } from '../../src/domain/ids.ts';
import { addAmps, noAmps, type PhaseAmps } from '../../src/domain/phases.ts';
import { createLogger } from '../../src/log.ts';
import { startEmbeddedBroker } from '../../src/meters/embeddedBroker.ts';
import type { Arrival } from '../../src/sim/arrivals.ts';
import { realTimeStations, SimulatedSite, type SimulatedSiteOptions } from '../../src/sim/simulatedSite.ts';
import { CompressedClock } from '../compressedClock.ts';
import { eventually } from '../eventually.ts';
import { startCsms } from './csms.ts';
import { site } from './givenSite.ts';
import { carModel } from './givenStation.ts';

const speed = 60;
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

const arrival = (id: string, change: Partial<Arrival> = {}): Arrival => ({
  afterMs: 2_000,
  staysMs: 3_600_000,
  evseId: evseId(id),
  car: carModel(),
  token: `TAG-${id}`,
  ...change,
});

/** The garage with 20 A of background, all stations on one server, and its meter on a real broker. */
async function given(change: Partial<SimulatedSiteOptions>) {
  const csms = await startCsms('ocpp2.0.1');
  stops.push(() => csms.stop());
  const broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0 });
  stops.push(() => broker.stop());
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const clock = new CompressedClock({ startMs: Date.now(), factor: speed, sliceMs: 50 });
  stops.push(async () => clock.stop());
  const simulated = new SimulatedSite({
    site,
    seed: 1,
    clock,
    log: createLogger('silent'),
    ocppUrl: csms.url,
    broker: { url },
    meters: [{ circuit: circuitId('grid'), topic: 'meters/grid', preset: 'generic', periodMs: 1_000 }],
    backgrounds: new Map([[circuitId('grid'), () => [20, 20, 20]]]),
    arrivals: [],
    protocolOf: () => 'ocpp2.0.1',
    passwordOf: () => undefined,
    stationTiming: { ...realTimeStations, callTimeoutMs: 300_000 },
    ...change,
  });
  stops.push(() => simulated.stop());
  await simulated.start();
  return { csms, simulated, url };
}

const truthOf = (simulated: SimulatedSite, id: string) => {
  const truth = simulated.truth();
  return [...truth.circuits, ...truth.evses].find((part) => part.id === id)?.amps;
};

describe('a simulated site', () => {
  it('connects one station for each in the site', async () => {
    const { csms } = await given({});
    await eventually(() => {
      const booted = csms.heard.filter(({ action }) => action === 'BootNotification');
      expect(new Set(booted.map((call) => call.stationId)).size).toBe(8);
    });
  });

  it('draws what its cars draw, on the phases they are wired to, beside the building', async () => {
    const oneCar = { car: carModel({ phaseCount: 1 }) };
    const { simulated } = await given({ arrivals: [arrival('A1'), arrival('A2', oneCar), arrival('B4')] });
    await eventually(() => expect(truthOf(simulated, 'A1')).toEqual([16, 16, 16]));
    await eventually(() => expect(truthOf(simulated, 'A2')).toEqual([0, 16, 0]));
    await eventually(() => expect(truthOf(simulated, 'B4')).toEqual([0, 0, 16]));
    expect(truthOf(simulated, 'hall-a')).toEqual([16, 32, 16]);
    expect(truthOf(simulated, 'hall-b')).toEqual([0, 0, 16]);
    expect(truthOf(simulated, 'grid')).toEqual([36, 52, 52]);
  });

  it('publishes what its grid connection carries', async () => {
    const { simulated, url } = await given({ arrivals: [arrival('A1')] });
    const listener = await connectAsync(url);
    stops.push(() => listener.endAsync(true));
    let metered: PhaseAmps = noAmps;
    listener.on('message', (_topic, payload) => {
      metered = JSON.parse(payload.toString()).amps;
    });
    await listener.subscribeAsync('meters/grid');
    await eventually(() => expect(metered).toEqual(addAmps([20, 20, 20], [16, 16, 16])));
    expect(truthOf(simulated, 'grid')).toEqual(metered);
  });

  it('obeys its server', async () => {
    const { csms, simulated } = await given({ arrivals: [arrival('A1')] });
    await eventually(() => expect(truthOf(simulated, 'A1')).toEqual([16, 16, 16]));
    const answer = await csms.call('CP-A1', 'SetChargingProfile', {
      evseId: 1,
      chargingProfile: {
        id: 1,
        stackLevel: 0,
        chargingProfilePurpose: 'TxDefaultProfile',
        chargingProfileKind: 'Absolute',
        chargingSchedule: [
          {
            id: 1,
            startSchedule: '2020-01-01T00:00:00Z',
            chargingRateUnit: 'A',
            chargingSchedulePeriod: [{ startPeriod: 0, limit: 7 }],
          },
        ],
      },
    });
    expect(answer).toEqual({ status: 'Accepted' });
    await eventually(() => expect(truthOf(simulated, 'A1')).toEqual([7, 7, 7]));
  });

  it('lets cars leave and others come, and keeps account of what they got', async () => {
    const arrivals = [
      arrival('A1', { staysMs: 40_000 }),
      arrival('A1', { afterMs: 10_000, token: 'LATE' }),
      arrival('A1', { afterMs: 60_000, token: 'NEXT', car: carModel({ needWh: 100 }) }),
    ];
    const { simulated } = await given({ arrivals });
    await eventually(() => expect(simulated.energy().visits).toHaveLength(2));
    await eventually(() => expect(simulated.energy().visits[1]?.deliveredWh).toBe(100));
    const { visits, turnedAway, wantedWh, deliveredWh } = simulated.energy();
    expect(turnedAway).toBe(1);
    expect(wantedWh).toBe(20_100);
    expect(visits[0]?.leftAtMs).toBeDefined();
    expect(visits[0]?.deliveredWh).toBeGreaterThan(50);
    expect(deliveredWh).toBeCloseTo(100 + (visits[0]?.deliveredWh ?? 0));
    const station = simulated.station(stationId('CP-A1')).station;
    expect(station.evses[0]?.meterWh).toBeCloseTo(deliveredWh);
  });

  it('says which name is missing when the scenario is not for this site', async () => {
    const { simulated } = await given({});
    expect(() => simulated.station(stationId('CP-Z9'))).toThrow('the simulation has no station CP-Z9');
    await expect(given({ arrivals: [arrival('Z9')] })).rejects.toThrow('no EVSE Z9');
  });

  it('can be stopped twice', async () => {
    const { simulated } = await given({});
    await simulated.stop();
    await simulated.stop();
  });
});
