import { allocate, createAllocator } from '../../solver/allocate.ts';
import { type LpSolver, loadGlpk } from '../../solver/glpk.ts';
import { sumLoads } from '../../solver/layer.ts';
import { prepare, solve } from '../../solver/prepared.ts';
import type { Problem } from '../../solver/problem.ts';
import { progressiveFairShare } from '../../solver/progressive.ts';
import { loadHighsSolver } from '../solver/highsOracle.ts';
import { bigSite, seeded } from '../solver/sites.ts';
import { quantile, report } from './figures.ts';

// The tick on trees of growing size, in one run with the same fair share by progressive linear programs and with
// one evaluation of the tree, which is the least that anybody must do who wants to know whether limits hold.

const sizes = [10, 50, 200, 1_000, 5_000, 10_000, 100_000];
/** Beyond these a single chain of linear programs takes many minutes. */
const progressiveMax = 1_000;
const lpLimitMs = 60_000;
/** Of a measurement, per size. */
const budgetMs = 4_000;

const glpk = await loadGlpk();
const highs = await loadHighsSolver();
const rows = sizes.map(measure);
report('solver (ms)', rows, { rssMb: process.memoryUsage().rss / 2 ** 20 });

function measure(n: number): Record<string, number | null> {
  const site = bigSite(n, 1);
  const prepareStartedAt = performance.now();
  const prepared = prepare(site);
  const prepareMs = performance.now() - prepareStartedAt;
  const random = seeded(2);
  const limits = prepared.limits.slice();
  const maxAmps = prepared.maxAmps.slice();
  const layer = prepared.stages[0]?.layer;
  if (layer === undefined) throw new Error('a site without EVSEs');
  const loads = new Float64Array(layer.noRow + 1);
  const amps = new Float64Array(n);
  const ticks: number[] = [];
  const cpu: number[] = [];
  const trees: number[] = [];
  const until = performance.now() + budgetMs;
  // Limits move with the background at every tick, and a tenth of the cars change what they can take.
  for (let tick = 0; tick < 3_000 && (tick < 20 || performance.now() < until); tick++) {
    limits.forEach((limit, row) => {
      prepared.limits[row] = limit * (0.97 + 0.06 * random());
    });
    maxAmps.forEach((most, evse) => {
      if (random() < 0.1)
        prepared.maxAmps[evse] = Math.max(6, Math.min(32, most + Math.floor(6 * random()) - 3));
    });
    const before = process.cpuUsage();
    const startedAt = performance.now();
    solve(prepared, undefined);
    ticks.push(performance.now() - startedAt);
    // On a machine shared with others the clock tells their work, too; this is ours alone.
    const { user, system } = process.cpuUsage(before);
    cpu.push((user + system) / 1000);
    layer.evses.forEach((from, evse) => {
      amps[evse] = prepared.amps[from] ?? 0;
    });
    const treeStartedAt = performance.now();
    sumLoads(layer, amps, loads);
    let over = 0;
    for (let row = 0; row < layer.noRow; row++)
      if ((loads[row] ?? 0) > (prepared.limits[row] ?? 0) + 1e-6) over++;
    trees.push(performance.now() - treeStartedAt);
    // The big site's circuits are in depth-first order already, so rows of the layer are rows of the problem.
    if (over > 0 && n < 100) throw new Error(`${over} rows are over their limit`);
  }
  const warmed = ticks.slice(Math.floor(ticks.length / 5));
  const warmedCpu = cpu.slice(Math.floor(cpu.length / 5));
  return {
    n,
    tickMedianMs: quantile(warmed, 0.5),
    tickP99Ms: quantile(warmed, 0.99),
    tickCpuMedianMs: quantile(warmedCpu, 0.5),
    tickCpuP99Ms: quantile(warmedCpu, 0.99),
    treeMs: quantile(trees, 0.5),
    timesTree: quantile(warmed, 0.5) / quantile(trees, 0.5),
    prepareMs,
    doorMs: doorMs(site),
    glpkProgressiveMs: n <= progressiveMax ? progressiveMs(site, glpk) : null,
    highsProgressiveMs: n <= progressiveMax ? progressiveMs(site, highs) : null,
    rssMb: process.memoryUsage().rss / 2 ** 20,
  };
}

/** By way of plain objects: checked, solved, explained. */
function doorMs(site: Problem): number {
  const allocator = createAllocator();
  const times = Array.from({ length: site.evses.length > 20_000 ? 5 : 30 }, () => {
    const startedAt = performance.now();
    allocator(site);
    return performance.now() - startedAt;
  });
  return quantile(times, 0.5);
}

/** Null where a linear program did not finish. The answers are compared. */
function progressiveMs(site: Problem, solveLp: LpSolver): number | null {
  const allocation = allocate(site);
  const startedAt = performance.now();
  const reference = progressiveFairShare(site, allocation, solveLp, lpLimitMs);
  const tookMs = performance.now() - startedAt;
  if (reference.status === 'failed') return null;
  reference.amps.forEach((amps, evse) => {
    const ours = allocation.evses[evse]?.continuousAmps ?? Number.NaN;
    if (!(Math.abs(amps - ours) < 1e-6))
      throw new Error(`evse ${evse}: ${ours} A, by linear programs ${amps} A`);
  });
  return tookMs;
}
