import { readFileSync } from 'node:fs';
import type { Point } from '@influxdata/influxdb-client';
import { parse } from 'yaml';
import type { Language } from '../../grafana/src/question.ts';
import type { SiteView } from '../../src/control/siteView.ts';
import { siteId } from '../../src/domain/ids.ts';
import { pointsOf } from '../../src/timeseries/points.ts';
import { servicePoints } from '../../src/timeseries/servicePoints.ts';
import { circuitView, evseView, siteView } from '../views.ts';
import type { Filled } from './databases.ts';

/** A rule as its file tells it to Grafana. */
interface Rule {
  readonly uid: string;
  readonly for: string;
  readonly noDataState: 'OK' | 'Alerting';
  readonly data: readonly [RuleQuery, Expression, Expression];
}

interface RuleQuery {
  readonly relativeTimeRange: { readonly from: number; readonly to: number };
  readonly model: { readonly query?: string; readonly expr?: string; readonly intervalMs: number };
}

interface Expression {
  readonly model: {
    readonly reducer?: string;
    readonly conditions?: readonly {
      readonly evaluator: { readonly type: 'gt' | 'lt'; readonly params: readonly [number] };
    }[];
  };
}

interface RuleFile {
  readonly groups: readonly { readonly interval: string; readonly rules: readonly Rule[] }[];
}

const secondsIn = (text: string): number => Number(/^(\d+)s$/.exec(text)?.[1] ?? Number.NaN);

/** The rules that are committed for one language, and how often Grafana looks at them. */
export function rulesOf(language: Language): { readonly everyMs: number; readonly rules: readonly Rule[] } {
  const path = new URL(`../../grafana/provisioning/${language}/alerting/lastvakt.yaml`, import.meta.url);
  const [group] = (parse(readFileSync(path, 'utf8')) as RuleFile).groups;
  if (group === undefined) throw new Error('there is no group of rules');
  return { everyMs: secondsIn(group.interval) * 1000, rules: group.rules };
}

/**
 * When a rule fires between two instants, as Grafana decides it: the query over the last minute, the last value of each line,
 * the threshold, and nothing before that was so at every look for as long as `for` says.
 */
export async function firingAt(
  rule: Rule,
  filled: Filled,
  span: { readonly fromMs: number; readonly untilMs: number; readonly everyMs: number },
): Promise<readonly number[]> {
  const instants = Array.from(
    { length: Math.floor((span.untilMs - span.fromMs) / span.everyMs) + 1 },
    (_, look) => span.fromMs + look * span.everyMs,
  );
  const looks = await Promise.all(instants.map((atMs) => isSo(rule, filled, atMs)));
  const firing: number[] = [];
  let sinceMs: number | undefined;
  for (const [look, atMs] of instants.entries()) {
    sinceMs = looks[look] === true ? (sinceMs ?? atMs) : undefined;
    if (sinceMs !== undefined && atMs - sinceMs >= secondsIn(rule.for) * 1000) firing.push(atMs);
  }
  return firing;
}

async function isSo({ data, noDataState }: Rule, filled: Filled, atMs: number): Promise<boolean> {
  const [{ relativeTimeRange, model }, reduce, threshold] = data;
  const { evaluator } = threshold.model.conditions?.[0] ?? {};
  if (reduce.model.reducer !== 'last' || evaluator === undefined)
    throw new Error('a rule is written in a way that is not evaluated here');
  const stepMs = model.intervalMs;
  // A database of PromQL is asked for its last instant too.
  const untilMs = filled.namedBy === 'end' ? atMs + stepMs : atMs;
  const asked = { fromMs: atMs - relativeTimeRange.from * 1000, untilMs, stepMs, chosen: {} };
  const lines = await filled.ask(model.query ?? model.expr ?? '', { ...asked, namedBy: filled.namedBy }, [
    'site',
    'certificate',
  ]);
  if (lines.size === 0) return noDataState === 'Alerting';
  const [limit] = evaluator.params;
  return [...lines.values()]
    .map((values) => [...values].sort(([one], [other]) => one - other).at(-1)?.[1] ?? Number.NaN)
    .some((value) => (evaluator.type === 'gt' ? value > limit : value < limit));
}

const minuteMs = 60_000;
/** What is wrong with the site between two instants of the story, and nothing before and after. */
export const wrongFromMs = 3 * minuteMs;
export const wrongUntilMs = 6 * minuteMs;
export const storyMs = 8 * minuteMs;
const tickMs = 1_000;
const serviceMs = 10_000;
const dayS = 86_400;

/** A site on which all is well: one circuit far below its limit, and a car that obeys. */
const well = (atMs: number, change: Partial<SiteView> = {}): SiteView =>
  siteView({
    siteId: siteId('alerts'),
    tick: { number: atMs, atMs, durationMs: 3, cause: 'pace' },
    state: 'normal',
    circuits: [circuitView('grid', { loadShare: 0.9, basis: 'measured' })],
    evses: [evseView('A1', { reason: { kind: 'own maximum', amps: 16 } })],
    ...change,
  });

/** What each rule is about, as the views and figures of the service have it; undefined: nothing is written at all. */
export const wrongs: Readonly<Record<string, (atMs: number) => SiteView | undefined>> = {
  'over-limit': (atMs) => well(atMs, { circuits: [circuitView('grid', { loadShare: 1.01 })] }),
  'meter-silent': (atMs) => well(atMs, { circuits: [circuitView('grid', { basis: 'assumed' })] }),
  failsafe: (atMs) => well(atMs, { state: 'failsafe' }),
  'station-disobeys': (atMs) =>
    well(atMs, { evses: [evseView('A1', { reason: { kind: 'not obeying', amps: 16, rung: undefined } })] }),
  'tick-late': (atMs) => well(atMs, { tick: { number: atMs, atMs, durationMs: 600, cause: 'pace' } }),
  'tick-late, nothing written': () => undefined,
  'certificate-expires': well,
};

/** Every point that the service writes in such a story. */
export function storyOf(name: string, startMs: number): readonly Point[] {
  const wrong = wrongs[name] ?? well;
  const points: Point[] = [];
  for (let sinceMs = 0; sinceMs < storyMs; sinceMs += tickMs) {
    const atMs = startMs + sinceMs;
    const isWrong = sinceMs >= wrongFromMs && sinceMs < wrongUntilMs;
    const view = isWrong ? wrong(atMs) : well(atMs);
    if (view !== undefined) points.push(...pointsOf(view));
    if (sinceMs % serviceMs > 0) continue;
    const remainingS = isWrong && name === 'certificate-expires' ? 29 * dayS : 31 * dayS;
    points.push(...servicePoints({ ...calm, atMs, certificates: [{ name: 'alerts', remainingS }] }));
  }
  return points;
}

const calm = {
  ...{ uptimeS: 1, memoryBytes: 1, processorS: 1, isBrokerConnected: true, stationsConnected: 1 },
  ...{ storeWaiting: 0, storeLost: 0, pointsWaiting: 0, pointsLost: 0 },
};
