import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { circuitId, evseId } from '../../src/domain/ids.ts';
import { perPhase, phases } from '../../src/domain/phases.ts';
import { createLogger } from '../../src/log.ts';
import { compileAll } from '../../src/schema.ts';
import type { Arrival } from '../../src/sim/arrivals.ts';
import type { Background } from '../../src/sim/building.ts';
import { randomAt, streamSeed } from '../../src/sim/random.ts';
import { SimulatedSite } from '../../src/sim/simulatedSite.ts';
import { CompressedClock } from '../compressedClock.ts';
import { describeWith, sharedFolder } from '../servers.ts';
import { type GivenApp, givenApp } from './givenApp.ts';

// A day of a real office's load as Shelly payloads through a real broker, and a day of real charging sessions through
// real OCPP sockets, on a site that is too small for both.

const hourMs = 3_600_000;
const periodMs = 5 * 60_000;
const periodsPerDay = 288;
/** 20 March 2019, the busiest day of the record, which begins on the 1st. */
const day = 19;
const dayStartMs = Date.parse('2019-03-20T07:00:00Z');
/** From the first arrival until all but a few have left. */
const fromHour = 5;
const toHour = 22;

const breakerAmps = 250;
const phaseVolts = 230;
const meterPeriodMs = 5_000;
const tickMs = 1_000;
/** A command and its answer are real, and a few real milliseconds are seconds on the compressed clock. */
const commandMs = 4_000;
const carMs = 5_000;
/** A step that meets a decrease on its way is seen in full only when that car has had its time to follow. */
const underWayMs = 5_500;
const reactionMs = meterPeriodMs + tickMs + commandMs + carMs + underWayMs;
/** The building steps by more than this: its excess is a new one. */
const stepAmps = 0.5;

const lines = ['AB', 'BC', 'CA'] as const;
const wirings = { AB: '[L1, L2, L3]', BC: '[L2, L3, L1]', CA: '[L3, L1, L2]' } as const;

/** The record's columns: arrival and departure in periods, kWh, EVSE, id. */
type Row = readonly [number, number, number, string, string];

function record(folder: string): {
  readonly rows: readonly Row[];
  readonly lineOf: Readonly<Record<string, string>>;
} {
  const read = (name: string) => JSON.parse(readFileSync(`${folder}/acn/${name}`, 'utf8'));
  const rows: readonly Row[] = read('caltech_201903_sessions.json').sessions;
  const first = day * periodsPerDay + (fromHour * hourMs) / periodMs;
  const last = day * periodsPerDay + (toHour * hourMs) / periodMs;
  return {
    rows: rows.filter(([arrival]) => arrival >= first && arrival < last),
    lineOf: read('caltech_network.json').evses,
  };
}

/** A third of the cars charge on three phases, as in a European garage; the record itself knows one phase only. */
function arrivals(rows: readonly Row[]): readonly Arrival[] {
  return rows.map(([arrival, departure, kwh, station, id]) => {
    const isThreePhase = randomAt(streamSeed(1, id), 0) < 1 / 3;
    const sinceStart = (arrival - day * periodsPerDay) * periodMs - fromHour * hourMs;
    return {
      afterMs: sinceStart,
      staysMs: (departure - arrival) * periodMs,
      evseId: evseId(station),
      token: `T${id.slice(-10)}`,
      car: {
        needWh: kwh * 1000,
        maxAmps: isThreePhase ? 16 : 32,
        phaseCount: isThreePhase ? 3 : 1,
        taperWh: Math.min(2_000, kwh * 150),
        reactionMs: 2_000,
        rampAmpsPerS: 8,
        sleepsAfterMs: undefined,
      },
    };
  });
}

/** Hourly means joined by straight lines, scaled to the site, with the flicker that an hourly mean hides. */
function officeLoad(folder: string): Background {
  const csv = gunzipSync(readFileSync(`${folder}/loads/doe_medium_office_LA_hourly_kW.csv.gz`)).toString();
  const kilowatts = csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => Number(line.split(',')[1]));
  const firstHour = kilowatts.length > 0 ? 24 * 78 : 0;
  return (nowMs) => {
    const hour = firstHour + (nowMs - dayStartMs) / hourMs;
    const [before = 0, after = 0] = kilowatts.slice(Math.floor(hour), Math.floor(hour) + 2);
    const meanWatts = (before + (after - before) * (hour % 1)) * 1000;
    const second = Math.floor(nowMs / 20_000);
    return perPhase(
      (phase) =>
        (meanWatts / 3 / phaseVolts) * (0.975 + 0.05 * randomAt(streamSeed(2, String(phase)), second)),
    );
  };
}

const configText = (
  brokerUrl: string,
  stations: readonly string[],
  lineOf: Readonly<Record<string, string>>,
): string => `
http: { port: 0 }
ocpp: { port: 0, heartbeatS: 3600 }
mqtt: { url: "${brokerUrl}", clientId: lastvakt-real-day }
database: { url: "sqlite::memory:" }
# An audit every minute of such time would find its thread not even started, and start another.
control: { tickMs: ${tickMs}, leaseS: 600, reclaimS: 60, auditEveryS: 86400 }
incidents: { enabled: false }
sites:
  - id: office
    circuit:
      id: grid
      breakerAmps: ${breakerAmps}
      assumedBackgroundAmps: 60
      meter: { topic: real-day, preset: shelly-gen2-3em, maxAgeS: 60 }
      evses:
${stations.map((id) => `        - { id: ${id}, station: ${id}, phases: ${wirings[lines.find((line) => line === lineOf[id]) ?? 'AB']}, maxAmps: 32 }`).join('\n')}
`;

describeWith('mqtt', 'a real day through a real broker and real sockets', (brokerUrl) => {
  let clock: CompressedClock;
  let given: GivenApp;
  let site: SimulatedSite;
  let listener: MqttClient;

  beforeAll(async () => {
    if (sharedFolder === undefined) return;
    const { rows, lineOf } = record(`${sharedFolder}/data`);
    const stations = [...new Set(rows.map((row) => row[3]))];
    const startMs = dayStartMs + fromHour * hourMs;
    let heardAtMs = startMs;
    const isWaiting = (): boolean => clock.nowMs() > heardAtMs + meterPeriodMs;
    clock = new CompressedClock({ startMs, factor: 600, sliceMs: 4, isWaiting });
    listener = await connectAsync(brokerUrl);
    listener.on('message', () => {
      heardAtMs = clock.nowMs();
    });
    await listener.subscribeAsync('real-day/#');
    compileAll();
    given = await givenApp(configText(brokerUrl, stations, lineOf), clock);
    const [garage] = given.loaded.sites;
    if (garage === undefined) throw new Error('the config has a site');
    site = new SimulatedSite({
      site: garage,
      seed: 1,
      clock,
      log: createLogger('error'),
      ocppUrl: given.ocppUrl,
      broker: { url: brokerUrl },
      meters: [
        { circuit: circuitId('grid'), topic: 'real-day', preset: 'shelly-gen2-3em', periodMs: meterPeriodMs },
      ],
      backgrounds: new Map([[circuitId('grid'), officeLoad(`${sharedFolder}/data`)]]),
      arrivals: arrivals(rows),
      protocolOf: (station) => (stations.indexOf(station) % 2 === 0 ? 'ocpp1.6' : 'ocpp2.0.1'),
      passwordOf: () => undefined,
      stationTiming: {
        stepMs: 1_000,
        meterIntervalS: 10,
        callTimeoutMs: 300_000,
        reconnectMs: { min: 1_000, max: 5_000 },
      },
    });
    await site.start();
  });

  afterAll(async () => {
    await site?.stop();
    await given?.app.stop();
    clock?.stop();
    await listener?.endAsync(true);
  });

  it.skipIf(sharedFolder === undefined)(
    'is over the breaker after no step of the building for longer than it takes to react',
    async () => {
      let overMs = 0;
      let runMs = 0;
      let longestMs = 0;
      let worstAmps = 0;
      let peakAmps = 0;
      const stepMs = 1_000;
      let background: readonly number[] = [0, 0, 0];
      const watch = (): void => {
        const [grid] = site.truth().circuits;
        const amps = Math.max(...phases.map((phase) => grid?.amps[phase] ?? 0));
        peakAmps = Math.max(peakAmps, amps);
        const excessAmps = amps - breakerAmps;
        worstAmps = Math.max(worstAmps, excessAmps);
        const steps = phases.some(
          (phase) => (grid?.backgroundAmps[phase] ?? 0) > (background[phase] ?? 0) + stepAmps,
        );
        background = grid?.backgroundAmps ?? background;
        runMs = excessAmps > 0.01 ? (steps ? 0 : runMs) + stepMs : 0;
        overMs += excessAmps > 0.01 ? stepMs : 0;
        longestMs = Math.max(longestMs, runMs);
        clock.after(stepMs, watch);
      };
      watch();
      await clock.passed((toHour - fromHour) * hourMs);

      const { wantedWh, deliveredWh, visits } = site.energy();
      process.stdout.write(
        `real day: ${visits.length} cars, ${(deliveredWh / 1000).toFixed(1)} of ${(wantedWh / 1000).toFixed(1)} kWh wanted, peak ${peakAmps.toFixed(1)} A of ${breakerAmps} A, ` +
          `${overMs / 1000} s over the limit, worst excess ${Math.max(0, worstAmps).toFixed(1)} A, longest ${longestMs / 1000} s (allowed ${reactionMs / 1000} s)\n`,
      );
      expect(visits.length).toBeGreaterThan(40);
      expect(peakAmps).toBeGreaterThan(breakerAmps * 0.9);
      expect(deliveredWh).toBeGreaterThan(0.5 * wantedWh);
      expect(longestMs).toBeLessThanOrEqual(reactionMs);
    },
    400_000,
  );
});
