import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CDPSession, Page } from 'playwright-core';
import { consoleFolder } from '../../src/app/options.ts';
import { systemClock } from '../../src/clock.ts';
import type { Clock } from '../../src/control/ports.ts';
import type { SiteView } from '../../src/control/siteView.ts';
import { circuitId, evseId, sessionId, stationId } from '../../src/domain/ids.ts';
import { everyPhase } from '../../src/domain/phases.ts';
import { startHttpServer } from '../../src/http/server.ts';
import { CompressedClock } from '../compressedClock.ts';
import { openBrowser } from '../console/browser.ts';
import { givenPorts } from '../http/givenApi.ts';
import { servers } from '../servers.ts';
import { circuitView, evseView, givenSession, siteView } from '../views.ts';
import { quantile, report } from './figures.ts';

// The console with a thousand EVSEs in real Chromium, over the service's own HTTP server and event stream. Times are processor
// time of the page's main thread, so that other work on the machine counts little; heap is what is left after a collection.

const [halls, evsesPerHall] = [20, 50];
const evses = halls * evsesPerHall;
/** Of each way to change, at one a second. */
const timedPatches = numberOf('--timed', 60);
/** An hour of them, played faster: the page does not know. */
const soakedPatches = numberOf('--patches', 3_600);
const soakFactor = 10;

if (servers.chromium === undefined) {
  console.log('bench:console needs Chromium: set LASTVAKT_TEST_CHROMIUM to its path.');
  process.exit(0);
}

function numberOf(option: string, byDefault: number): number {
  const at = process.argv.indexOf(option);
  return at < 0 ? byDefault : Number(process.argv[at + 1]);
}

/** A site in its second `number`, of which a share of the EVSEs is other than in the second before. */
function viewAt(number: number, changing: number): SiteView {
  const rows = Array.from({ length: evses }, (_, index) => {
    const hall = Math.floor(index / evsesPerHall) + 1;
    const id = `H${hall}-${(index % evsesPerHall) + 1}`;
    const moves = index % Math.round(1 / changing) === 0 ? number : 0;
    const amps = 6 + ((index * 7 + moves * 3) % 100) / 10;
    return evseView(id, {
      stationId: stationId(`CP-${id}`),
      circuit: circuitId(`hall-${hall}`),
      setpointAmps: Math.ceil(amps),
      drawAmps: everyPhase(amps),
      session: givenSession(id, { id: sessionId(id), evseId: evseId(id), energyWh: 1_000 + moves * 3 }),
      reason: {
        kind: 'circuit full',
        circuit: circuitId(`hall-${hall}`),
        phase: 0,
        limitedBy: { kind: 'breaker' },
      },
    });
  });
  const circuits = [
    circuitView('grid', {
      breakerAmps: 4_000,
      limitAmps: everyPhase(4_000),
      drawAmps: everyPhase(2_000 + (number % 50)),
    }),
    ...Array.from({ length: halls }, (_, hall) =>
      circuitView(`hall-${hall + 1}`, {
        parent: circuitId('grid'),
        breakerAmps: 630,
        limitAmps: everyPhase(630),
        drawAmps: everyPhase(300 + ((number * 7 + hall) % 90)),
      }),
    ),
  ];
  const tick = { number, atMs: Date.now(), durationMs: 4, cause: 'pace' } as const;
  return siteView({ circuits, evses: rows, tick });
}

/** The service's own server, telling views that are published. */
async function serve(clock: Clock) {
  const listeners = new Set<(view: SiteView) => void>();
  let view = viewAt(0, 1);
  const ports = givenPorts({
    clock,
    views: () => [view],
    onView: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  const options = { host: '127.0.0.1', port: 0, keys: [], version: 'bench', consoleFolder };
  const server = await startHttpServer(options, ports);
  return {
    url: `http://127.0.0.1:${server.port}/?language=en`,
    publish: (next: SiteView): void => {
      view = next;
      for (const listener of listeners) listener(next);
    },
    stop: () => server.stop(),
  };
}

interface Opened {
  readonly page: Page;
  readonly devtools: CDPSession;
  readonly loadMs: number;
  readonly loadTaskMs: number;
}

const browser = await openBrowser();

async function open(url: string): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.goto(url);
  await page
    .locator('.evse')
    .nth(evses - 1)
    .waitFor();
  const loadMs = Number(await page.evaluate('performance.now()'));
  return { page, devtools, loadMs, loadTaskMs: await taskMs(devtools) };
}

/** What the page's main thread took of the processor so far. */
const taskMs = async (devtools: CDPSession): Promise<number> =>
  1000 * (await metric(devtools, 'TaskDuration'));

async function metric(devtools: CDPSession, name: string): Promise<number> {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return metrics.find((each) => each.name === name)?.value ?? Number.NaN;
}

async function heapMb(devtools: CDPSession): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage');
  return (await metric(devtools, 'JSHeapUsedSize')) / 2 ** 20;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Processor time of the main thread for each patch of a minute. */
async function timed(changing: number) {
  const server = await serve(systemClock());
  const { page, devtools, loadMs, loadTaskMs } = await open(server.url);
  const took: number[] = [];
  let before = await taskMs(devtools);
  for (let number = 1; number <= timedPatches; number += 1) {
    server.publish(viewAt(number, changing));
    await sleep(1_000);
    const now = await taskMs(devtools);
    took.push(now - before);
    before = now;
  }
  await page.close();
  await server.stop();
  return {
    changing: Math.round(changing * evses),
    patches: timedPatches,
    mainMedianMs: quantile(took, 0.5),
    mainP99Ms: quantile(took, 0.99),
    loadMs,
    loadTaskMs,
  };
}

/** What is left in memory after as many patches as an hour has. */
async function soaked(changing: number) {
  const clock = new CompressedClock({ startMs: Date.now(), factor: soakFactor, sliceMs: 50 });
  const server = await serve(clock);
  const { page, devtools } = await open(server.url);
  await sleep(2_000);
  const heapStartMb = await heapMb(devtools);
  let heapTenthMb = heapStartMb;
  for (let number = 1; number <= soakedPatches; number += 1) {
    server.publish(viewAt(number, changing));
    await sleep(1_000 / soakFactor);
    // What the page keeps of the past has a bound, which a tenth of the hour fills.
    if (number === Math.ceil(soakedPatches / 10)) heapTenthMb = await heapMb(devtools);
  }
  await sleep(1_000);
  const heapEndMb = await heapMb(devtools);
  const nodes = await metric(devtools, 'Nodes');
  await page.close();
  await server.stop();
  clock.stop();
  const heap = { heapStartMb, heapTenthMb, heapEndMb };
  return { changing: Math.round(changing * evses), patches: soakedPatches, ...heap, nodes };
}

function bundleKb(): number {
  const files = readdirSync(consoleFolder, { recursive: true, encoding: 'utf8' });
  const scripts = files.filter((file) => file.endsWith('.js'));
  return (
    scripts.reduce((sum, file) => sum + gzipSync(readFileSync(join(consoleFolder, file))).length, 0) / 1000
  );
}

try {
  const rows = [await timed(0.1), await timed(1)];
  const memory = await soaked(0.1);
  report(`console, ${evses} EVSEs, one patch a second (main thread, processor ms)`, rows, {
    memory,
    evses,
    bundleKb: bundleKb(),
  });
  console.log(`memory after ${memory.patches} patches`);
  console.table([memory]);
  console.log(`all scripts together: ${bundleKb().toFixed(1)} kB gzipped`);
} finally {
  await browser.close();
}
