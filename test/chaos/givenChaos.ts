import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { leaseSlackMs } from '../../src/app/options.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config/config.ts';
import { circuitId } from '../../src/domain/ids.ts';
import { everyPhase } from '../../src/domain/phases.ts';
import { createLogger } from '../../src/log.ts';
import type { CarModel } from '../../src/sim/car.ts';
import type { Quirks } from '../../src/sim/quirks.ts';
import { realTimeStations, SimulatedSite } from '../../src/sim/simulatedSite.ts';
import type { StationClient } from '../../src/sim/stationClient.ts';
import { eventually, freePort, runProgram, type ServiceProcess } from '../app/givenService.ts';
import { describeWith } from '../servers.ts';
import { Judge } from './judge.ts';
import { startMosquitto } from './mosquitto.ts';
import { startPostgres } from './postgres.ts';
import { type OwnServer, temporaryFolder } from './serverProcess.ts';

/** For what says nothing about safety: how fast a program starts is a matter of the machine. */
export const patienceMs = 180_000;
/** A story ends by its own waiting long before. */
const storyMs = 600_000;
/** The shortest the config allows: a test has to wait for it to run out. */
export const leaseMs = 30_000;
/** What a lease may last longer than it says, for the station's clock and the command's way. */
export const lateMs = leaseSlackMs;
/** Unless a story says otherwise. */
export const meterMaxAgeMs = 3_000;
/**
 * The longest from any step to stations that offer less, as promised: meter period, measurement of the cars, tick,
 * command, and the car.
 */
export const reactionMs = 15_000;
/** A while without excess ends a reaction: longer than what any part of it waits for. */
const calmMs = 3_000;
export const breakerAmps = 50;
export const failsafeAmps = 6;
export const assumedBackgroundAmps = 20;
/** What the building draws at first: less than is assumed when nobody knows. */
export const quietBackgroundAmps = 10;

export const car: CarModel = {
  maxAmps: 32,
  phaseCount: 3,
  needWh: 90_000,
  taperWh: 0,
  reactionMs: 500,
  rampAmpsPerS: 20,
  sleepsAfterMs: undefined,
};

export interface ChaosOptions {
  readonly evseCount: number;
  readonly breakerAmps: number;
  readonly stepMs: number;
  /** How old a reading of the meter may be. */
  readonly meterMaxAgeMs: number;
  /** Of every station. */
  readonly quirks: Quirks;
}

/** A site on real sockets, around a service that is a process of its own and may be ended in any way. */
export interface Chaos {
  readonly simulated: SimulatedSite;
  readonly judge: Judge;
  readonly broker: OwnServer;
  readonly database: OwnServer;
  readonly api: string;
  /** The one that runs now. */
  service(): ServiceProcess;
  /** Runs the program, whatever becomes of it. */
  serve(): ServiceProcess;
  /** Runs the program again after it ended, and returns when it serves. */
  restart(): Promise<void>;
  background(amps: number): void;
  state(): Promise<string>;
  /** Of the first tick that is known to have begun later than this. */
  stateAfter(atMs: number): Promise<string>;
}

/** What the API shows of the site. */
interface ShownSite {
  readonly state: string;
  readonly tick: { readonly at: string };
}

/** Where the servers' programs are. */
export interface Programs {
  readonly mosquitto: string;
  readonly postgresBin: string;
}

/** A `describe` whose tests start brokers and databases of their own. */
export function describeChaos(title: string, body: (programs: Programs) => void): void {
  vi.setConfig({ testTimeout: storyMs });
  describeWith('mosquitto', title, (mosquitto) =>
    describeWith('postgresBin', 'on PostgreSQL', (postgresBin) => body({ mosquitto, postgresBin })),
  );
}

export type Cleanup = (end: () => Promise<void> | void) => void;

/**
 * Three EVSEs of two versions on one circuit, with a car each that wants far more than there is. Everything ends
 * with the test, in reverse order.
 */
async function givenChaos(
  { mosquitto, postgresBin }: Programs,
  cleanup: Cleanup,
  change: Partial<ChaosOptions> = {},
): Promise<Chaos> {
  const options: ChaosOptions = {
    evseCount: 3,
    breakerAmps,
    stepMs: 100,
    meterMaxAgeMs,
    quirks: {},
    ...change,
  };
  const folder = temporaryFolder('chaos');
  cleanup(() => folder.remove());
  const broker = await startMosquitto(mosquitto);
  cleanup(() => broker.stop());
  const database = await startPostgres(postgresBin);
  cleanup(() => database.stop());
  const ports = { http: await freePort(), ocpp: await freePort() };
  const text = configText({
    ...options,
    ...ports,
    databaseUrl: database.url,
    brokerUrl: broker.url,
    folder: folder.path,
  });
  const file = join(folder.path, 'lastvakt.yaml');
  writeFileSync(file, text);

  const serve = (): ServiceProcess => {
    const started = runProgram(['serve', '--config', file]);
    cleanup(async () => {
      // One that was stopped does not hear anything else.
      started.child.kill('SIGKILL');
      await started.exited;
    });
    return started;
  };
  let service = serve();
  await isServing(service);

  let backgroundAmps = quietBackgroundAmps;
  const simulated = simulatedSite(
    text,
    { ...options, ...ports, brokerUrl: broker.url },
    () => backgroundAmps,
  );
  cleanup(() => simulated.stop());
  await simulated.start();
  const site = siteOf(text);
  const stations = site.evses.map(({ station }) => simulated.station(station));
  // A station that never heard of us lets a car take all it has, until its standing profile is there.
  await eventually(() => stations.every(hasStandingProfile) || undefined, patienceMs);
  for (const station of stations) station.plugIn(1, car, 'CAR');
  const judge = new Judge(site, () => simulated.truth(), options.breakerAmps, systemClock());
  cleanup(() => judge.stop());

  const api = `http://127.0.0.1:${ports.http}/api/v1`;
  const shown = async (): Promise<ShownSite> => {
    const answer = await fetch(`${api}/sites/garage`, { signal: AbortSignal.timeout(2_000) });
    return (await answer.json()) as ShownSite;
  };
  return {
    simulated,
    judge,
    broker,
    database,
    api,
    service: () => service,
    serve,
    async restart() {
      service = serve();
      await isServing(service);
    },
    background(amps) {
      backgroundAmps = amps;
    },
    state: async () => (await shown()).state,
    stateAfter: (atMs) =>
      eventually(async () => {
        const { tick, state } = await shown();
        return Date.parse(tick.at) > atMs ? state : undefined;
      }, patienceMs),
  };
}

/** The same, once the cars have come and everything is given out; the steps they were are not judged. */
export async function givenCharging(
  programs: Programs,
  cleanup: Cleanup,
  change: Partial<ChaosOptions> = {},
): Promise<Chaos> {
  const site = await givenChaos(programs, cleanup, change);
  const { breakerAmps: limitAmps } = { breakerAmps, ...change };
  const filledAmps = filledShare * (limitAmps - quietBackgroundAmps);
  const isFilled = () => sum(site.judge.offers()) > filledAmps || undefined;
  await eventually(isFilled, patienceMs);
  // What the service remembers over a crash is written behind; a crash before that is another story.
  await wait(writeBehindMs);
  // Calm and full in the same moment: while it becomes calm, the offers may fall for a while.
  await eventually(() => (site.judge.sinceExcessMs() >= calmMs && isFilled()) || undefined, patienceMs);
  site.judge.verdict();
  return site;
}

/** Every EVSE offers more than its failsafe limit: the service is in control. */
export const allRaised = ({ judge }: Chaos): Promise<true> =>
  eventually(() => judge.offers().every((amps) => amps > failsafeAmps) || undefined, patienceMs);

/** The service believes its meter. */
export const isNormal = (site: Chaos): Promise<true> =>
  eventually(async () => ((await site.state()) === 'normal' ? true : undefined), patienceMs);

/** Whatever came was answered: nothing is over the limit, nor was it for a while. */
export const isCalm = ({ judge }: Chaos): Promise<true> =>
  eventually(() => judge.sinceExcessMs() >= calmMs || undefined, patienceMs);

/** Every station fell to what it holds without us. */
export const allFallen = ({ judge }: Chaos): Promise<true> =>
  eventually(() => Math.max(...judge.offers()) <= failsafeAmps || undefined, leaseMs + lateMs);

/** Of what is free; the rest is margin and rounding. More than fits beside a building that takes what is assumed. */
const filledShare = 0.85;
const writeBehindMs = 1_000;

const isServing = (service: ServiceProcess): Promise<true> =>
  eventually(() => service.stderr().includes('service started') || undefined, patienceMs);

const hasStandingProfile = ({ station }: StationClient): boolean =>
  station.profiles.some(({ purpose }) => purpose === 'default');

const sum = (amps: readonly number[]): number => amps.reduce((total, each) => total + each, 0);

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function configText({
  http,
  ocpp,
  brokerUrl,
  databaseUrl,
  folder,
  evseCount,
  breakerAmps: amps,
  meterMaxAgeMs: maxAgeMs,
}: ChaosOptions & {
  readonly http: number;
  readonly ocpp: number;
  readonly brokerUrl: string;
  readonly databaseUrl: string;
  readonly folder: string;
}): string {
  const evses = Array.from({ length: evseCount }, (_, index) => `{ id: A${index}, station: CP-A${index} }`);
  return `
http: { port: ${http} }
ocpp: { port: ${ocpp}, meterIntervalS: 2 }
mqtt: { url: "${brokerUrl}" }
database: { url: "${databaseUrl}" }
incidents: { folder: "${join(folder, 'incidents')}" }
control: { tickMs: 250, leaseS: ${leaseMs / 1000}, raiseDelayS: 1, reclaimS: 60 }
sites:
  - id: garage
    circuit:
      id: grid
      breakerAmps: ${amps}
      assumedBackgroundAmps: ${assumedBackgroundAmps}
      meter: { topic: meters/grid, maxAgeS: ${maxAgeMs / 1000}, maxPlausibleAmps: ${10 * amps} }
      evses:
        - ${evses.join('\n        - ')}
`;
}

function siteOf(text: string) {
  const [site] = parseConfig(text, 'the test', {}).sites;
  if (site === undefined) throw new Error('the config has a site');
  return site;
}

function simulatedSite(
  text: string,
  options: ChaosOptions & { readonly ocpp: number; readonly brokerUrl: string },
  backgroundAmps: () => number,
): SimulatedSite {
  const site = siteOf(text);
  const grid = circuitId('grid');
  return new SimulatedSite({
    site,
    seed: 1,
    clock: systemClock(),
    log: createLogger('silent'),
    ocppUrl: `ws://127.0.0.1:${options.ocpp}/ocpp`,
    broker: { url: options.brokerUrl },
    meters: [{ circuit: grid, topic: 'meters/grid', preset: 'generic', periodMs: 500 }],
    backgrounds: new Map([[grid, () => everyPhase(backgroundAmps())]]),
    arrivals: [],
    quirksOf: () => options.quirks,
    protocolOf: (station) => (Number(station.slice(4)) % 2 === 0 ? 'ocpp1.6' : 'ocpp2.0.1'),
    passwordOf: () => undefined,
    stationTiming: {
      ...realTimeStations,
      stepMs: options.stepMs,
      meterIntervalS: 2,
      reconnectMs: { min: 200, max: 1_000 },
    },
  });
}
