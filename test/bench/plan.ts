import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Highs, ModelData } from 'highs';
import type { Lp } from '../../solver/lp.ts';
import { startPlanThread } from '../../solver/plan.ts';
import { PlanModel } from '../../solver/planModel.ts';
import type { PlanAnswer, PlanProblem } from '../../solver/planProblem.ts';
import { bootHighs, highsModel } from '../solver/highsOracle.ts';
import { planSite } from '../solver/planSites.ts';
import { quantile, report } from './figures.ts';

// Plans through the worker thread, cold and then minute by minute, beside HiGHS on the same linear programs.

const sizes = [50, 200, 500, 1_000];
const minutes = 4;
/** Of the first slot. */
const slotMinutes = 10;
const idleMs = 2_000;

type Row = Record<string, number | string>;

interface Timed {
  readonly ms: number;
  /** Of all threads: on a machine shared with others the clock tells their work, too. */
  readonly cpuMs: number;
  readonly cost: number;
}
const nothing: Timed = { ms: 0, cpuMs: 0, cost: 0 };

const rows: Row[] = [];
for (const sessions of sizes) rows.push(await measure(sessions));
report('plan (ms; warm is the median of four later minutes, GLPK by way of the worker thread)', rows);
process.exit(0);

async function measure(sessions: number): Promise<Row> {
  const site = planSite(sessions, 1);
  const later = Array.from({ length: minutes }, (_, minute) => site.later(minute + 1));
  const waiting: ((answer: PlanAnswer) => void)[] = [];
  const thread = startPlanThread({
    onAnswer: (answer) => waiting.shift()?.(answer),
    after: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
    // Far beyond what it takes: a bench on a busy machine still ends with figures.
    deadlineMs: 600_000,
  });
  // The time the main thread spends on handing over a problem and on taking the answer.
  let mainBlockedMs = 0;
  const plan = async (problem: PlanProblem): Promise<Timed> => {
    const answered = new Promise<PlanAnswer>((resolve) => waiting.push(resolve));
    const cpu = cpuTimer();
    const startedAt = performance.now();
    thread.request(problem);
    mainBlockedMs = Math.max(mainBlockedMs, performance.now() - startedAt);
    const answer = await answered;
    if (answer.status === 'failed') throw new Error(answer.reason);
    return { ms: performance.now() - startedAt, cpuMs: cpu(), cost: answer.cost };
  };
  await plan(planSite(5, 2).problem);
  mainBlockedMs = 0;
  // What a machine shared with others delays by itself.
  const idle = await loopDelays(() => new Promise((resolve) => setTimeout(resolve, idleMs)));
  let cold = nothing;
  const warm: Timed[] = [];
  let rolled = nothing;
  let exchanged = nothing;
  const busy = await loopDelays(async () => {
    cold = await plan(site.problem);
    for (const problem of later) warm.push(await plan(problem));
    const afterSlot = site.later(slotMinutes + 1);
    rolled = await plan(afterSlot);
    exchanged = await plan(site.exchanged(5, afterSlot));
  });
  await thread.stop();
  const highs = await highsTimes(site.problem, later);
  compareCosts([cold, ...warm], highs.costs);
  return {
    sessions,
    slots: site.problem.slotMs.length - 1,
    glpkColdMs: cold.ms,
    glpkWarmMs: medianOf(warm, 'ms'),
    glpkSlotOverMs: rolled.ms,
    glpkFiveArrivalsMs: exchanged.ms,
    glpkCpuMs: [cold.cpuMs, medianOf(warm, 'cpuMs'), rolled.cpuMs, exchanged.cpuMs].map(Math.round).join(' '),
    highsColdMs: highs.coldMs,
    highsWarmMs: highs.warmMs,
    highsCpuMs: [highs.coldCpuMs, highs.warmCpuMs].map(Math.round).join(' '),
    mainBlockedMs,
    loopDelayMsMax: busy,
    idleLoopDelayMsMax: idle,
  };
}

function medianOf(list: readonly Timed[], what: 'ms' | 'cpuMs'): number {
  const values = list.map((each) => each[what]);
  return quantile(values, 0.5);
}

/** Starts now; tells the processor time of this process since then. */
function cpuTimer(): () => number {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
}

/** The longest delay of the event loop while something goes on, in ms, less the timer's own millisecond. */
async function loopDelays(during: () => Promise<void>): Promise<number> {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  await during();
  delays.disable();
  return delays.max / 1e6 - 1;
}

/** The same linear programs in one persistent HiGHS model: bounds change, the basis stays. */
async function highsTimes(
  first: PlanProblem,
  later: readonly PlanProblem[],
): Promise<{ coldMs: number; warmMs: number; coldCpuMs: number; warmCpuMs: number; costs: number[] }> {
  const highs: Highs = await bootHighs();
  const planModel = new PlanModel(first);
  const lps = [first, ...later].map((problem) => planModel.update(problem, Infinity));
  const last = planModel.update(later.at(-1) ?? first, Infinity);
  const data: ModelData = highsModel(last);
  return highs.withModel(data, (model) => {
    model.options.set({ output_flag: false });
    const times: number[] = [];
    const cpuTimes: number[] = [];
    const costs: number[] = [];
    for (const lp of lps) {
      const { columnLower, columnUpper, rowLower, rowUpper } = bounds(lp, last);
      const cpu = cpuTimer();
      const startedAt = performance.now();
      model.changeColsBounds(
        { kind: 'range', from: 0, to: columnLower.length - 1 },
        columnLower,
        columnUpper,
      );
      model.changeRowsBounds({ kind: 'range', from: 0, to: rowLower.length - 1 }, rowLower, rowUpper);
      model.run();
      times.push(performance.now() - startedAt);
      cpuTimes.push(cpu());
      costs.push(model.getObjectiveValue());
    }
    const [coldMs = 0, ...warmMs] = times;
    const [coldCpuMs = 0, ...warmCpuMs] = cpuTimes;
    const median = (list: number[]): number => quantile(list, 0.5);
    return { coldMs, warmMs: median(warmMs), coldCpuMs, warmCpuMs: median(warmCpuMs), costs };
  });
}

type Bounds = Pick<Lp, 'columnLower' | 'columnUpper' | 'rowLower' | 'rowUpper'>;

/** Rows that a later minute adds are free before it. */
function bounds(lp: Lp, last: Lp): Bounds {
  const padded = (values: Float64Array, length: number, filler: number): Float64Array => {
    const longer = new Float64Array(length).fill(filler);
    longer.set(values);
    return longer;
  };
  return {
    columnLower: padded(lp.columnLower, last.cost.length, 0),
    columnUpper: padded(lp.columnUpper, last.cost.length, 0),
    rowLower: padded(lp.rowLower, last.rowLower.length, -Infinity),
    rowUpper: padded(lp.rowUpper, last.rowLower.length, Infinity),
  };
}

function compareCosts(ours: readonly { cost: number }[], highs: readonly number[]): void {
  ours.forEach(({ cost }, index) => {
    const theirs = highs[index] ?? Number.NaN;
    if (!(Math.abs(cost - theirs) < 1e-6 * theirs))
      throw new Error(`GLPK's cost is ${cost}, that of HiGHS ${theirs}`);
  });
}
