import { type LpSolver, loadGlpk } from './glpk.ts';
import { type GlpkExports, loadGlpkRaw, RawProblem } from './glpkRaw.ts';
import type { Lp, LpAnswer } from './lp.ts';
import { PlanModel } from './planModel.ts';
import { type PlanAnswer, type PlanProblem, planFault } from './planProblem.ts';

/** Solves one plan after the other on this thread. For the worker, tests and benches. */
export interface Planner {
  plan(problem: PlanProblem, timeLimitMs: number): PlanAnswer;
  /** Why each plan is solved from scratch through the public interface; undefined when it need not be. */
  readonly coldReason: string | undefined;
}

/** A shortfall below this is rounding. */
const shortfallTolerance = 1e-6;

export async function createPlanner(rawSource?: string): Promise<Planner> {
  const raw = await loadGlpkRaw(rawSource);
  if ('exports' in raw) return new WarmPlanner(raw.exports, await loadGlpk());
  return new WarmPlanner(undefined, await loadGlpk(), raw.reason);
}

class WarmPlanner implements Planner {
  readonly coldReason: string | undefined;
  readonly #exports: GlpkExports | undefined;
  readonly #solveLp: LpSolver;
  #model: PlanModel | undefined;
  #money: RawProblem | undefined;
  #shortfall: RawProblem | undefined;

  constructor(exports: GlpkExports | undefined, solveLp: LpSolver, coldReason?: string) {
    this.#exports = exports;
    this.#solveLp = solveLp;
    this.coldReason = coldReason;
  }

  plan(problem: PlanProblem, timeLimitMs: number): PlanAnswer {
    const fault = planFault(problem);
    if (fault !== undefined) return { status: 'failed', reason: fault };
    const isWarm = this.#canContinue(problem);
    const answer = this.#planFrom(problem, timeLimitMs, isWarm);
    // A basis may have gone bad over many plans. From scratch it gets one more chance.
    return answer.status === 'failed' && isWarm ? this.#planFrom(problem, timeLimitMs, false) : answer;
  }

  #canContinue(problem: PlanProblem): boolean {
    return this.#money !== undefined && this.#model?.canContinue(problem) === true;
  }

  #planFrom(problem: PlanProblem, timeLimitMs: number, isWarm: boolean): PlanAnswer {
    if (!isWarm) this.#begin(problem);
    const model = this.#model ?? new PlanModel(problem);
    const lp = model.update(problem, Infinity);
    const answer = this.#stages(model, problem, lp, timeLimitMs);
    if (answer.status !== 'optimal') {
      // Whatever state the simplex stopped in, the next plan does not start from it.
      this.#forget();
      return {
        status: 'failed',
        reason: answer.status === 'failed' ? answer.reason : 'not solved to the end',
      };
    }
    const x = model.settled(problem, lp, answer.x);
    return {
      status: 'planned',
      amps: model.ampsOf(problem, x),
      shortfallKwh: model.shortfallOf(problem, x),
      shadowPrice: model.shadowPrices(problem, answer.rowDual ?? new Float64Array()),
      cost: answer.cost,
      isWarm,
    };
  }

  /**
   * Money first with a price on what is missing. Only when something is, the least that must be is found by
   * itself, and money once more below that: the order of the stages does not hang on the price.
   */
  #stages(model: PlanModel, problem: PlanProblem, lp: Lp, timeLimitMs: number): LpAnswer {
    const money = this.#solve(lp, timeLimitMs);
    if (money.status !== 'optimal') return money;
    const found = weighted(problem, model.shortfallOf(problem, money.x));
    if (found <= shortfallTolerance) return money;
    const least = this.#solveShortfall(model.shortfallOnly(problem, lp), timeLimitMs);
    if (least.status !== 'optimal') return this.#settleFor(money);
    const bound = least.cost * (1 + shortfallTolerance);
    if (found <= bound + shortfallTolerance) return money;
    const below = this.#solve(model.update(problem, bound), timeLimitMs);
    return below.status === 'optimal' ? below : this.#settleFor(money);
  }

  /** A later stage was not solved to the end: the first one's plan is whole, but its memory is not to be gone on from. */
  #settleFor(money: LpAnswer): LpAnswer {
    this.#free();
    return money;
  }

  #begin(problem: PlanProblem): void {
    this.#forget();
    this.#model = new PlanModel(problem);
  }

  #forget(): void {
    this.#free();
    this.#model = undefined;
  }

  #free(): void {
    this.#money?.free();
    this.#shortfall?.free();
    this.#money = undefined;
    this.#shortfall = undefined;
  }

  #solve(lp: Lp, timeLimitMs: number): LpAnswer {
    if (this.#exports === undefined) return this.#solveLp(lp, timeLimitMs);
    this.#money = this.#take(this.#exports, this.#money, lp);
    return this.#money.solve(timeLimitMs);
  }

  /** Has a problem of its own: with its own costs, its last basis is the better start. */
  #solveShortfall(lp: Lp, timeLimitMs: number): LpAnswer {
    if (this.#exports === undefined) return this.#solveLp(lp, timeLimitMs);
    this.#shortfall = this.#take(this.#exports, this.#shortfall, lp);
    return this.#shortfall.solve(timeLimitMs);
  }

  #take(exports: GlpkExports, kept: RawProblem | undefined, lp: Lp): RawProblem {
    kept?.update(lp);
    return kept ?? new RawProblem(exports, lp);
  }
}

const weighted = (problem: PlanProblem, shortfallKwh: Float64Array): number =>
  shortfallKwh.reduce((sum, kwh, session) => sum + kwh * problem.weight[session]!, 0);
