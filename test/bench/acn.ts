import { PlanModel } from '../../solver/planModel.ts';
import { createPlanner } from '../../solver/planner.ts';
import { loadHighsSolver } from '../solver/highsOracle.ts';
import { laxity, play, readGarage, roundRobin, sorted } from './acnGarage.ts';
import { inSteps, offlineProblems, planned } from './acnOurs.ts';
import { quantile, report } from './figures.ts';

// A month of the Caltech garage under transformer capacities of 10 to 150 kW: percent of the wanted energy.

const capsKw = [10, 20, 30, 40, 50, 60, 70, 80, 150];
const highsLimitMs = 60_000;

const garage = readGarage();
if (garage === undefined) {
  console.log('bench:acn needs data/acn in the folder LASTVAKT_SHARED (default ../shared); it is not there.');
  process.exit(0);
}
const planner = await createPlanner();
const solveLp = await loadHighsSolver();

const rows = capsKw.map((capKw) => {
  const planMs: number[] = [];
  const ours = play(
    garage,
    capKw,
    planned(planner, (ms) => planMs.push(ms)),
  );
  const stepped = play(garage, capKw, inSteps(planner));
  return {
    capKw,
    ours: ours.percent,
    oursStepped: stepped.percent,
    edf: play(
      garage,
      capKw,
      sorted(({ session }) => session.departure),
    ).percent,
    llf: play(garage, capKw, sorted(laxity)).percent,
    fcfs: play(
      garage,
      capKw,
      sorted(({ session }) => session.arrival),
    ).percent,
    rr: play(garage, capKw, roundRobin).percent,
    offline: offline(capKw),
    starts: stepped.starts,
    planMedianMs: quantile(planMs, 0.5),
    planMaxMs: Math.max(...planMs),
  };
});
report(`ACN, Caltech garage, March 2019: percent of ${garage.wantedKwh.toFixed(1)} kWh`, rows);

/** Everything known beforehand; null when HiGHS does not finish. */
function offline(capKw: number): number | null {
  let shortKwh = 0;
  for (const problem of offlineProblems(garage?.sessions ?? [], capKw)) {
    const model = new PlanModel(problem);
    const answer = solveLp(model.update(problem, Infinity), highsLimitMs);
    if (answer.status !== 'optimal') return null;
    shortKwh += model.shortfallOf(problem, answer.x).reduce((sum, kwh) => sum + kwh, 0);
  }
  return 100 * (1 - shortKwh / (garage?.wantedKwh ?? 1));
}
