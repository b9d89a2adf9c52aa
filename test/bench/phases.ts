import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { circuitId, evseId } from '../../src/domain/ids.ts';
import { everyPhase, type Phase } from '../../src/domain/phases.ts';
import type { PhasesUsed } from '../../src/domain/site.ts';
import { randomAt, streamSeed } from '../../src/sim/random.ts';
import { givenCircuit, givenEvse, givenSite } from '../control/givenSite.ts';
import { loopOptions, World } from '../control/world.ts';
import { sharedFolder } from '../servers.ts';
import { report } from './figures.ts';

// The real day of test/app/realDay.test.ts in virtual time: what it costs that a one-phase car at a three-phase EVSE
// counts on three phases, and what is won where the phases are learnt.

if (sharedFolder === undefined) {
  console.log('bench:phases needs data in the folder LASTVAKT_SHARED (default ../shared); it is not there.');
  process.exit(0);
}
const data = `${sharedFolder}/data`;
const phaseVolts = 230;
const breakerAmps = 250;
const fromHour = 5;
const toHour = 24;
const day = 19;
const periodsPerHour = 12;
const stepS = 2;

/** The record's columns: arrival and departure in periods of five minutes, kWh, EVSE, id. */
type Row = readonly [arrival: number, departure: number, kwh: number, station: string, id: string];

const read = (name: string) => JSON.parse(readFileSync(`${data}/acn/${name}`, 'utf8'));
const start = (day * 24 + fromHour) * periodsPerHour;
const rows: readonly Row[] = (read('caltech_201903_sessions.json').sessions as readonly Row[]).filter(
  ([arrival]) => arrival >= start && arrival < (day * 24 + toHour) * periodsPerHour,
);
const lineOf: Readonly<Record<string, string>> = read('caltech_network.json').evses;
const wirings: Readonly<Record<string, readonly Phase[]>> = { AB: [0, 1, 2], BC: [1, 2, 0], CA: [2, 0, 1] };
const officeKw = gunzipSync(readFileSync(`${data}/loads/doe_medium_office_LA_hourly_kW.csv.gz`))
  .toString()
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => Number(line.split(',')[1]))
  .slice(24 * 78);

function play(phasesUsed: PhasesUsed): { readonly deliveredKwh: number; readonly secondsOver: number } {
  const stations = [...new Set(rows.map((row) => row[3]))];
  const world = new World({
    sites: [
      givenSite({
        phasesUsed,
        circuits: [givenCircuit({ breakerAmps, assumedBackgroundAmps: 60 })],
        evses: stations.map((id) =>
          givenEvse({ id: evseId(id), wiring: wirings[lineOf[id] ?? 'AB'] ?? [0, 1, 2], failsafeAmps: 0 }),
        ),
      }),
    ],
    options: { ...loopOptions, tickMs: 5_000 },
    meterMs: 4_000,
    measureMs: 10_000,
    stepMs: stepS * 1000,
  }).connectAll();
  let deliveredWh = 0;
  let overS = 0;
  const leftWh = new Map<string, number>();
  const [garage] = world.input.sites;
  const [grid] = garage?.circuits ?? [];
  if (garage === undefined || grid === undefined) throw new Error('the site has a circuit');
  world.checks.push({
    tick() {},
    step() {
      for (const [id, left] of leftWh) {
        const real = world.real(id);
        const wh = Math.min(left, (real.drawAmps * real.conductors * phaseVolts * stepS) / 3600);
        deliveredWh += wh;
        leftWh.set(id, left - wh);
        if (left - wh <= 0) real.wantsAmps = 0;
      }
      if (Math.max(...world.loadAmps(grid, garage)) > breakerAmps + 0.01) overS += stepS;
    },
  });
  for (let period = start; period < (day * 24 + toHour) * periodsPerHour; period++) {
    world.setBackground(
      everyPhase(((officeKw[fromHour + Math.floor((period - start) / 12)] ?? 0) * 1000) / 3 / phaseVolts),
      circuitId('grid'),
    );
    for (const [, departure, , id] of rows) {
      if (departure !== period || !leftWh.delete(id)) continue;
      world.unplug(id);
    }
    for (const [arrival, , kwh, id, session] of rows) {
      if (arrival !== period || leftWh.has(id)) continue;
      const isThreePhase = randomAt(streamSeed(1, session), 0) < 1 / 3;
      world.plugIn(id, isThreePhase ? 16 : 32).useConductors(id, isThreePhase ? 3 : 1);
      leftWh.set(id, kwh * 1000);
    }
    world.run(3600 / periodsPerHour);
  }
  if (world.broken.length > 0) throw world.broken[0];
  return { deliveredKwh: deliveredWh / 1000, secondsOver: overS };
}

const wantedKwh = rows.reduce((sum, [, , kwh]) => sum + kwh, 0);
report(
  `The real day, ${rows.length} cars on ${breakerAmps} A, two thirds of them one-phase at three-phase EVSEs`,
  (['wired', 'learnt'] as const).map((phasesUsed) => ({ phasesUsed, wantedKwh, ...play(phasesUsed) })),
);
