import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { allFaults } from '../sim/twin/faults.ts';
import {
  figuresOf,
  summaryOf,
  tableOf,
  unexplainedText,
  unlimitedText,
  violationText,
} from '../sim/twin/report.ts';
import type { TwinResult } from '../sim/twin/run.ts';
import { shapes } from '../sim/twin/shapes.ts';
import { isSite, type SeedJob, simulateSeed } from './simulateSeed.ts';
import { runInThreads } from './simulateThreads.ts';

const usage = `Usage:
  lastvakt simulate [--site FILE|SHAPE|all] [--seeds A..B] [--hours N | --days N]
                    [--faults all|none|NAME,...] [--rate N] [--controller naive]
                    [--compare] [--json FILE] [--trace FILE]

Runs the service's own control code on a virtual clock against simulated stations, cars, meters, a broker, a
database and a grid operator, with faults, and checks the promises. The same seed gives the same run.

  --site        a config file, or a shape: ${Object.keys(shapes).join(', ')}; all (the default) spreads the seeds
  --rate        1 (the default): every kind of fault every few hours
  --controller  naive: the controller that everybody writes first, for contrast
  --compare     the same seeds once more without faults, and with the naive controller
  --trace       every event of the first seed
  --faults      ${allFaults.map(({ name }) => name).join(', ')}

In the table, seconds over a limit past the reaction time stand as all of them / the most of one excess.

Ctrl-C ends it after the seeds that run, with the table of all up to then.`;

/** How the seeds of `all` are spread: the small shapes are cheap, and find as much. */
const spread: readonly string[] = [
  ...['one', 'tree', 'it', 'one', 'twenty', 'one', 'area', 'one', 'watts', 'one'],
  ...['it', 'one', 'tree', 'one', 'area', 'one', 'watts', 'one', 'one', 'one'],
];
/** Of a hundred seeds one lives in each of these: the largest is as dear as all of the others together. */
const rare: ReadonlyMap<number, string> = new Map([
  [0, 'large'],
  [50, 'dso'],
]);

const longSites: ReadonlySet<string> = new Set(rare.values());

const placeOf = (seed: number): string => rare.get(seed % 100) ?? spread[seed % spread.length] ?? 'one';

/** A wrong command line. */
export class SimulateUsageError extends Error {
  readonly usage = usage;
}

interface Settings {
  readonly site: string;
  readonly firstSeed: number;
  readonly lastSeed: number;
  readonly hours: number;
  readonly faults: readonly string[];
  readonly rate: number;
  readonly controller: SeedJob['controller'];
  readonly isCompared: boolean;
  readonly jsonFile: string | undefined;
  readonly traceFile: string | undefined;
}

/** `lastvakt simulate …`. Returns 0, or 1 when a promise was broken. Throws a `SimulateUsageError` or a `ConfigError`. */
export async function runSimulate(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    print(usage);
    return 0;
  }
  const settings = settingsOf(args);
  const { jsonFile, traceFile, isCompared } = settings;
  const jobs = jobsOf(settings);
  const [first] = jobs;
  if (traceFile !== undefined && first !== undefined) await writeTrace(first, traceFile);

  const { results, isDeterministic, isStopped } = await livedThrough(jobs);
  const figures = figuresOf(results);
  print(`${tableOf(results)}\n${summaryOf(figures)}`);
  print(`same seed, same trace: ${isDeterministic ? 'yes' : 'NO'}`);
  if (isStopped) print(`stopped after ${results.length} of ${jobs.length} seeds`);
  const contrast = isCompared && !isStopped ? await compared(jobs) : {};
  const written = { ...figures, isDeterministic, faultNames: settings.faults, ...contrast };
  if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify(written, undefined, 2)}\n`);
  const isBroken =
    figures.p1Violations + figures.p5Violations > 0 || results.some(({ broken }) => broken.length > 0);
  return isBroken || !isDeterministic ? 1 : 0;
}

interface Lived {
  readonly results: readonly TwinResult[];
  readonly isDeterministic: boolean;
  readonly isStopped: boolean;
}

/** The first seed is lived through twice [P7]. Whoever interrupts gets the table of the seeds up to then. */
async function livedThrough(jobs: readonly SeedJob[]): Promise<Lived> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  const all = await runInThreads([...jobs.slice(0, 1), ...jobs], tell(jobs.length + 1), {
    longSites,
    stop: stop.signal,
  });
  process.off('SIGINT', interrupt);
  const [again, first] = all;
  const isDeterministic = again === undefined || first === undefined || again.traceHash === first.traceHash;
  return { results: lived(all.slice(1)), isDeterministic, isStopped: stop.signal.aborted };
}

const lived = (results: readonly (TwinResult | undefined)[]): readonly TwinResult[] =>
  results.filter((result) => result !== undefined);

async function compared(jobs: readonly SeedJob[]): Promise<object> {
  const withoutFaults = jobs.map((job) => ({ ...job, faults: [] }));
  const naive = jobs.map((job): SeedJob => ({ ...job, controller: 'naive' }));
  return {
    withoutFaults: await contrasted('without faults', withoutFaults),
    naive: await contrasted('the naive controller, with the faults', naive),
    naiveWithoutFaults: await contrasted(
      'the naive controller, without faults',
      naive.map((job) => ({ ...job, faults: [] })),
    ),
  };
}

async function contrasted(title: string, jobs: readonly SeedJob[]): Promise<object> {
  const results = lived(await runInThreads(jobs, tell(jobs.length, 'quietly'), { longSites }));
  const figures = figuresOf(results);
  print(`\n${title}\n${tableOf(results)}\n${summaryOf(figures)}`);
  return figures;
}

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const shownViolations = 3;

/** Shows the progress, and what a run broke. */
function tell(count: number, how: 'aloud' | 'quietly' = 'aloud'): (result: TwinResult, job: SeedJob) => void {
  let done = 0;
  return (result, job) => {
    done += 1;
    progress(done, count);
    if (how === 'quietly') return;
    for (const violation of result.violations.slice(0, shownViolations))
      print(violationText(result, violation, replayCommand(job)));
    for (const found of result.unlimited.slice(0, shownViolations))
      print(unlimitedText(result, found, replayCommand(job)));
    const unexplained = job.controller === 'naive' ? undefined : unexplainedText(result, replayCommand(job));
    if (unexplained !== undefined) print(unexplained);
    for (const why of result.broken.slice(0, shownViolations))
      print(`${result.place} seed ${result.seed}: the service ended by itself: ${why}`);
  };
}

const barWidth = 30;

function progress(done: number, all: number): void {
  if (!process.stderr.isTTY) return;
  const filled = Math.round((barWidth * done) / all);
  process.stderr.write(`\r[${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}] ${done}/${all} `);
  if (done === all) process.stderr.write('\n');
}

function replayCommand({ site, seed, hours, faults, rate, controller }: SeedJob): string {
  const names = faults.length === allFaults.length ? 'all' : faults.length === 0 ? 'none' : faults.join(',');
  const which = controller === 'naive' ? ' --controller naive' : '';
  return `lastvakt simulate --site ${site} --seeds ${seed} --hours ${hours} --faults ${names} --rate ${rate}${which}`;
}

async function writeTrace(job: SeedJob, file: string): Promise<void> {
  const lines: string[] = [];
  await simulateSeed(job, (line) => lines.push(line));
  writeFileSync(file, lines.join(''));
}

function jobsOf({ site, firstSeed, lastSeed, ...each }: Settings): readonly SeedJob[] {
  const { hours, faults, rate, controller } = each;
  return Array.from({ length: lastSeed - firstSeed + 1 }, (_, index) => {
    const seed = firstSeed + index;
    const place = site === 'all' ? placeOf(seed) : site;
    return { site: place, seed, hours, faults, rate, controller };
  });
}

// --- the command line ------------------------------------------------------------------------------

function settingsOf(args: readonly string[]): Settings {
  const values = parsed(args);
  const [firstSeed, lastSeed] = seedsOf(values.seeds ?? '1..20');
  const { site = 'all', controller = 'lastvakt', days, hours = '6', compare = false } = values;
  if (site !== 'all' && !isSite(site))
    throw new SimulateUsageError(`"${site}" is neither a file nor a shape`);
  if (controller !== 'lastvakt' && controller !== 'naive')
    throw new SimulateUsageError(`there is no controller "${controller}"`);
  return {
    site,
    firstSeed,
    lastSeed,
    hours: days === undefined ? numberOf('hours', hours) : 24 * numberOf('days', days),
    faults: faultsOf(values.faults ?? 'all'),
    rate: numberOf('rate', values.rate ?? '1'),
    controller,
    isCompared: compare,
    jsonFile: values.json,
    traceFile: values.trace,
  };
}

const text = { type: 'string' } as const;
const options = {
  ...{ site: text, seeds: text, hours: text, days: text, faults: text, rate: text },
  ...{ controller: text, json: text, trace: text },
  compare: { type: 'boolean' },
} as const;

type Given = { readonly [Name in keyof typeof options]?: Name extends 'compare' ? boolean : string };

function parsed(args: readonly string[]): Given {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    throw new SimulateUsageError(error instanceof Error ? error.message : String(error));
  }
}

function seedsOf(text: string): readonly [number, number] {
  const [, first, last = first] = /^(\d+)(?:\.\.(\d+))?$/.exec(text) ?? [];
  if (first === undefined || Number(last) < Number(first))
    throw new SimulateUsageError(`"${text}" is no range of seeds: say 1..200`);
  return [Number(first), Number(last)];
}

function faultsOf(names: string): readonly string[] {
  const known = allFaults.map(({ name }) => name);
  if (names === 'all') return known;
  if (names === 'none') return [];
  const asked = names.split(',');
  const wrong = asked.find((name) => !known.includes(name));
  if (wrong !== undefined) throw new SimulateUsageError(`there is no fault "${wrong}"`);
  return asked;
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value)))
    throw new SimulateUsageError(`--${name} is "${text}": give a number above 0`);
  return value;
}
