import { createHash } from 'node:crypto';
import { byCause, type ExcessCause, excessCauses } from './excess.ts';
import type { Violation } from './exposureCheck.ts';
import type { Unlimited } from './lines/silentlyUnlimited.ts';
import { type TwinResult, twinStartMs } from './run.ts';

/** What a simulation found, over all its runs. */
export interface SimulationFigures {
  readonly seeds: number;
  readonly hours: number;
  readonly p1Violations: number;
  readonly p5Violations: number;
  /** Past the reaction time of a step, and not because the background alone was too much. */
  readonly secondsOverLimit: number;
  readonly secondsByCause: Readonly<Record<ExcessCause, number>>;
  readonly worstExcessAmps: number;
  readonly longestExcessS: number;
  /** From the first second over the limit, the reaction time included. */
  readonly longestByCause: Readonly<Record<ExcessCause, number>>;
  readonly energyOfOracle: number;
  /** Median, and the worst. */
  readonly recoveryS: number;
  readonly recoveryWorstS: number;
  readonly failsafeWorstS: number;
  readonly commandsPerEvseHour: number;
  readonly faults: number;
  readonly traceHash: string;
}

export function figuresOf(results: readonly TwinResult[]): SimulationFigures {
  const sum = (value: (result: TwinResult) => number): number =>
    results.reduce((total, result) => total + value(result), 0);
  const most = (value: (result: TwinResult) => number): number => Math.max(0, ...results.map(value));
  const longestByCause = byCause((cause) => most(({ longestExcessS }) => longestExcessS[cause]));
  const recoveriesS = results.flatMap((result) => result.recoveriesS).sort((a, b) => a - b);
  return {
    seeds: results.length,
    hours: sum(({ hours }) => hours),
    p1Violations: sum(({ p1Violations }) => p1Violations),
    p5Violations: sum(({ p5Violations }) => p5Violations),
    secondsOverLimit: sum(({ secondsOver }) => beyondReaction(secondsOver)),
    secondsByCause: byCause((cause) => sum(({ secondsOver }) => secondsOver[cause])),
    worstExcessAmps: most(({ worstExcessAmps }) => worstExcessAmps),
    longestExcessS: Math.max(...Object.values(longestByCause)),
    longestByCause,
    energyOfOracle:
      sum(({ deliveredWh }) => deliveredWh) /
      Math.max(
        1,
        sum(({ oracleWh }) => oracleWh),
      ),
    recoveryS: recoveriesS[Math.floor(recoveriesS.length / 2)] ?? 0,
    recoveryWorstS: recoveriesS.at(-1) ?? 0,
    failsafeWorstS: most(({ failsafeS }) => failsafeS),
    commandsPerEvseHour: sum(({ commandsPerEvseHour }) => commandsPerEvseHour) / Math.max(1, results.length),
    faults: sum(({ faultCount }) => faultCount),
    traceHash: createHash('sha256')
      .update(results.map(({ traceHash }) => traceHash).join('\n'))
      .digest('hex'),
  };
}

const beyondReaction = (seconds: TwinResult['secondsOver']): number =>
  excessCauses.reduce(
    (sum, cause) => (cause === 'reaction' || cause === 'background alone' ? sum : sum + seconds[cause]),
    0,
  );

/** The figures in a line. */
export function summaryOf(figures: SimulationFigures): string {
  const { seeds, hours, p1Violations, p5Violations, secondsOverLimit } = figures;
  const { worstExcessAmps, energyOfOracle, recoveryS } = figures;
  return [
    `${seeds} seeds, ${hours} h: ${p1Violations} violations of P1, ${p5Violations} of P5`,
    `${secondsOverLimit.toFixed(0)} s over a limit past the reaction time, ${worstExcessAmps.toFixed(1)} A at worst`,
    `energy ${(100 * energyOfOracle).toFixed(1)} % of the oracle's`,
    `recovered in ${recoveryS.toFixed(0)} s (median)`,
    `trace ${figures.traceHash.slice(0, 16)}`,
  ].join('; ');
}

/** One line for each place. */
export function tableOf(results: readonly TwinResult[]): string {
  const places = [...new Set(results.map(({ place }) => place))];
  const rows = [
    head,
    ...places.map((place) => row(place, figuresOf(results.filter((each) => each.place === place)))),
  ];
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows
    .map((cells) => cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '))
    .join('\n');
}

const head = [
  ...[
    'place',
    'seeds',
    'hours',
    'faults',
    'P1',
    'P5',
    'over s',
    'reaction',
    'disobedient',
    'meter',
    'service',
  ],
  ...['reach', 'unexplained', 'worst A', 'energy', 'failsafe s', 'recovery s', 'cmd/EVSE/h'],
];

function row(place: string, figures: SimulationFigures): readonly string[] {
  const { secondsByCause, longestByCause } = figures;
  const whole = (value: number): string => value.toFixed(0);
  const by = (cause: ExcessCause): string =>
    `${whole(secondsByCause[cause])}/${whole(longestByCause[cause])}`;
  return [
    place,
    ...[
      figures.seeds,
      figures.hours,
      figures.faults,
      figures.p1Violations,
      figures.p5Violations,
      figures.secondsOverLimit,
    ].map(whole),
    whole(secondsByCause.reaction),
    by('disobedient station'),
    by('lying or silent meter'),
    by('service away'),
    by('station out of reach'),
    by('unexplained'),
    figures.worstExcessAmps.toFixed(1),
    `${(100 * figures.energyOfOracle).toFixed(1)} %`,
    whole(figures.failsafeWorstS),
    `${whole(figures.recoveryS)}/${whole(figures.recoveryWorstS)}`,
    whole(figures.commandsPerEvseHour),
  ];
}

/** What went wrong, when, and how to see it again. */
export function violationText(result: TwinResult, violation: Violation, replay: string): string {
  const { atMs, node, evse, what, excessAmps } = violation;
  const told = `${evse ?? 'the service'} ${what}: ${node} over by ${excessAmps.toFixed(2)} A`;
  return findingText('P1 violated', result, { atMs, told, replay });
}

export function unlimitedText(result: TwinResult, found: Unlimited, replay: string): string {
  const { atMs, node, plannedWatts, limitWatts } = found;
  const told = `${node} is planned with ${Math.round(plannedWatts)} W where ${Math.round(limitWatts)} W hold`;
  return findingText('P5 violated', result, { atMs, told, replay });
}

/** The first excess that no fault explains; undefined where there is none. */
export function unexplainedText(result: TwinResult, replay: string): string | undefined {
  const { unexplainedAtMs: atMs, secondsOver, longestExcessS } = result;
  if (atMs === undefined) return undefined;
  const [all, longest] = [secondsOver.unexplained, longestExcessS.unexplained];
  const told = `over a limit from then on though nothing fails: ${all} s in all, ${longest} s of one excess at most`;
  return findingText('unexplained', result, { atMs, told, replay });
}

interface Finding {
  readonly atMs: number;
  readonly told: string;
  readonly replay: string;
}

function findingText(title: string, { place, seed }: TwinResult, { atMs, told, replay }: Finding): string {
  const at = `${((atMs - twinStartMs) / 1000).toFixed(3)} s`;
  return `${title}: ${place}, seed ${seed}, ${at} (${new Date(atMs).toISOString()})\n  ${told}\n  replay: ${replay}`;
}
