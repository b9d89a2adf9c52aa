import createGlpk, { type GLPK, type LP } from 'glpk.js/node';
import { faultOf, feasibilityTolerance, type Lp, type LpAnswer, worstViolation } from './lp.ts';

/** Solves one LP. */
export type LpSolver = (lp: Lp, timeLimitMs: number) => LpAnswer;

/** GLPK by its public interface. It blocks this thread while it solves: for workers and tests. */
export async function loadGlpk(): Promise<LpSolver> {
  const glpk = await createGlpk();
  return (lp, timeLimitMs) => solveByName(glpk, lp, timeLimitMs);
}

function solveByName(glpk: GLPK, lp: Lp, timeLimitMs: number): LpAnswer {
  const fault = faultOf(lp);
  if (fault !== undefined) return { status: 'failed', reason: fault };
  const isWhole = lp.isInteger !== undefined;
  const { result } = glpk.solve(namedLp(glpk, lp), {
    msglev: glpk.GLP_MSG_OFF,
    tmlim: timeLimitMs / 1000,
    // The presolver takes rows for redundant that are not by a thousandth; whole-number problems need it.
    presol: isWhole,
  });
  const isAccepted = result.status === glpk.GLP_OPT || (isWhole && result.status === glpk.GLP_FEAS);
  // Infeasible, unbounded and late problems come with variables all the same: zeros, or any point.
  if (!isAccepted) return { status: 'failed', reason: `GLPK ended with status ${result.status}` };
  const x = Float64Array.from(lp.cost, (_, column) => result.vars[`x${column}`] ?? Number.NaN);
  const violation = worstViolation(lp, x);
  if (violation > feasibilityTolerance) {
    return { status: 'failed', reason: `GLPK's answer breaks a bound by ${violation}` };
  }
  if (isWhole && result.status === glpk.GLP_FEAS) return { status: 'feasible', x, cost: result.z };
  const { dual } = result;
  const rowDual =
    isWhole || dual === undefined
      ? undefined
      : Float64Array.from(lp.rowLower, (_, row) => dual[`r${row}`] ?? 0);
  return { status: 'optimal', x, rowDual, cost: result.z };
}

function namedLp(glpk: GLPK, lp: Lp): LP {
  const rows: { name: string; coef: number }[][] = Array.from(lp.rowLower, () => []);
  for (let entry = 0; entry < lp.entryRow.length; entry++) {
    rows[lp.entryRow[entry]!]!.push({ name: `x${lp.entryColumn[entry]!}`, coef: lp.entryValue[entry]! });
  }
  const whole = lp.isInteger;
  return {
    name: 'lp',
    objective: {
      direction: glpk.GLP_MIN,
      name: 'cost',
      vars: Array.from(lp.cost, (coef, column) => ({ name: `x${column}`, coef })),
    },
    subjectTo: rows.map((vars, row) => ({
      name: `r${row}`,
      vars,
      bnds: glpkBounds(glpk, lp.rowLower[row]!, lp.rowUpper[row]!),
    })),
    bounds: Array.from(lp.cost, (_, column) => ({
      name: `x${column}`,
      ...glpkBounds(glpk, lp.columnLower[column]!, lp.columnUpper[column]!),
    })),
    ...(whole === undefined
      ? {}
      : {
          generals: Array.from(lp.cost, (_, column) => `x${column}`).filter(
            (_, column) => whole[column] === 1,
          ),
        }),
  };
}

/** Written out for all cases: GLPK takes an upper bound alone to mean that there is no lower one. */
function glpkBounds(glpk: GLPK, lower: number, upper: number): { type: number; lb: number; ub: number } {
  const hasLower = lower > -Infinity;
  const hasUpper = upper < Infinity;
  if (hasLower && hasUpper)
    return { type: lower === upper ? glpk.GLP_FX : glpk.GLP_DB, lb: lower, ub: upper };
  if (hasLower) return { type: glpk.GLP_LO, lb: lower, ub: 0 };
  if (hasUpper) return { type: glpk.GLP_UP, lb: 0, ub: upper };
  return { type: glpk.GLP_FR, lb: 0, ub: 0 };
}
