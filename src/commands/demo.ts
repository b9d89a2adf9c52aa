import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, startApp } from '../app/app.ts';
import { systemClock } from '../clock.ts';
import { type LoadedConfig, parseConfig } from '../config/config.ts';
import { explanation } from '../control/explain.ts';
import type { Clock } from '../control/ports.ts';
import { createLogger, type Logger } from '../log.ts';
import { demoArrivals, demoBackground, demoProtocol } from '../sim/demoSite.ts';
import { realTimeStations, SimulatedSite } from '../sim/simulatedSite.ts';
import { startLiveOutput } from '../sim/terminal.ts';
import { renderSites, summarise } from '../sim/terminalView.ts';

const seed = 7;
const curtailAfterMs = 30_000;
const curtailForMs = 60_000;
const curtailToAmps = 35;
const meterPeriodMs = 1_000;
const outputPeriodMs = 1_000;

/** Two halls under one grid connection, as the README shows it. */
const configText = (folder: string, httpPort: number): string => `
http: { port: ${httpPort} }
ocpp: { port: 0, meterIntervalS: 5 }
mqtt: { embedded: { port: 0 } }
database: { url: "sqlite:${join(folder, 'demo.db')}" }
log: { level: warn }
grid:
  connections: [{ id: dso, targets: [{ site: garage, failsafeAmps: 63 }], release: { randomS: 5, rampS: 10 } }]
sites:
  - id: garage
    name: Garage Lund
    timeZone: Europe/Stockholm
    circuit:
      id: grid
      breakerAmps: 63
      assumedBackgroundAmps: 15
      meter: { topic: meters/garage/grid, preset: generic, maxAgeS: 10 }
      circuits:
${['a', 'b'].map(hallText).join('')}`;

/** Each EVSE is wired one phase further round, as electricians do it, so that one-phase cars spread. */
const rotations = ['[L1, L2, L3]', '[L2, L3, L1]', '[L3, L1, L2]', '[L1, L2, L3]'];

const hallText = (hall: string): string => `
        - id: hall-${hall}
          breakerAmps: 40
          evses:
${rotations.map((wiring, index) => evseText(hall.toUpperCase(), index + 1, wiring)).join('\n')}
`;

const evseText = (hall: string, number: number, wiring: string): string =>
  `            - { id: ${hall}${number}, station: CP-${hall}${number}, phases: ${wiring}, maxAmps: 32, failsafeAmps: 6 }`;

export interface DemoOptions {
  /** undefined: until it is stopped. */
  readonly durationMs: number | undefined;
  /** Of the page and the API; 0 for any free one. */
  readonly httpPort: number;
  readonly version: string;
}

/**
 * The whole service on loopback with simulated stations on real sockets: a building's load, cars that come and go,
 * and a curtailment by the grid operator. Draws the circuit tree in a terminal, else prints a JSON line a second.
 */
export async function runDemo({ durationMs, httpPort, version }: DemoOptions): Promise<number> {
  const clock = systemClock();
  const folder = mkdtempSync(join(tmpdir(), 'lastvakt-demo-'));
  const loaded = parseConfig(configText(folder, httpPort), 'the demo', {});
  const log = createLogger(loaded.config.log.level);
  const ending = awaitEnd(clock, durationMs);
  const parts: { stop(): Promise<void> | void }[] = [ending];
  try {
    const ports = { clock, log, random: Math.random, newId: randomUUID, version, onBroken: ending.broke };
    const app = await startApp(loaded, ports);
    parts.push(app);
    const site = simulatedSite(loaded, app, clock, log);
    parts.push(site);
    await site.start();
    parts.push(curtail(app, clock, log), show(app, clock));
    return await ending.code;
  } finally {
    for (const part of parts.reverse()) await part.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function simulatedSite({ sites }: LoadedConfig, app: App, clock: Clock, log: Logger): SimulatedSite {
  const [site] = sites;
  assert(site !== undefined, 'the demo has a site');
  const [grid] = site.circuits;
  assert(grid !== undefined, 'the site has a grid connection');
  const stations = site.evses.map(({ station }) => station);
  return new SimulatedSite({
    site,
    seed,
    clock,
    log,
    ocppUrl: `ws://127.0.0.1:${app.ocppPort}/ocpp`,
    broker: { url: `mqtt://127.0.0.1:${app.mqttPort}` },
    meters: [{ circuit: grid.id, topic: 'meters/garage/grid', preset: 'generic', periodMs: meterPeriodMs }],
    backgrounds: new Map([[grid.id, demoBackground(seed)]]),
    arrivals: demoArrivals(seed, site.evses),
    protocolOf: (station) => demoProtocol(stations, station),
    passwordOf: () => undefined,
    stationTiming: realTimeStations,
  });
}

/** The grid operator's part, over the API as a grid operator would do it: a limit after a while, for a while. */
function curtail(app: App, clock: Clock, log: Logger): { stop(): void } {
  const set = async (): Promise<void> => {
    const durationS = curtailForMs / 1000;
    const limit = { amps: curtailToAmps, durationS, reason: 'feeder at its limit' };
    const answer = await fetch(`http://127.0.0.1:${app.httpPort}/api/v1/grid/dso/limits`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(limit),
    });
    if (!answer.ok) log.error({ status: answer.status, body: await answer.text() }, 'curtailment refused');
  };
  const cancel = clock.after(curtailAfterMs, () => {
    set().catch((error: unknown) => log.error({ err: error }, 'curtailment failed'));
  });
  return { stop: cancel };
}

function show(app: App, clock: Clock): { stop(): void } {
  const api = `http://127.0.0.1:${app.httpPort}`;
  const footer = [
    `The grid operator curtails to ${curtailToAmps} A after ${curtailAfterMs / 1000} s, for ${curtailForMs / 1000} s. Ctrl-C ends.`,
    `Console ${api}/`,
    `API ${api}/api/v1/sites  metrics ${api}/metrics`,
  ];
  return startLiveOutput({
    stream: process.stdout,
    clock,
    periodMs: outputPeriodMs,
    picture: () =>
      renderSites(app.views(), {
        explain: explanation,
        isColoured: process.env['NO_COLOR'] === undefined,
        footer,
      }),
    summary: () => summarise(app.views()),
  });
}

/** Resolves with the exit code when the time is over, a signal came or the service broke. */
function awaitEnd(
  clock: Clock,
  durationMs: number | undefined,
): { code: Promise<number>; broke(): void; stop(): void } {
  let end: (code: number) => void = () => {};
  const code = new Promise<number>((resolve) => {
    end = resolve;
  });
  const onSignal = (): void => end(0);
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const cancel = durationMs === undefined ? () => {} : clock.after(durationMs, () => end(0));
  return {
    code,
    broke: () => end(1),
    stop() {
      cancel();
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    },
  };
}
