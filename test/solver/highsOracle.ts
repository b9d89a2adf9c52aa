import bootHighsModule, { type Highs, type ModelData } from 'highs';
import type { LpSolver } from '../../solver/glpk.ts';
import type { Lp, LpAnswer } from '../../solver/lp.ts';

// Its types describe the CommonJS build; what an ES module gets is the function itself.
export const bootHighs = bootHighsModule as unknown as () => Promise<Highs>;

/** HiGHS behind the same interface as GLPK: a second opinion for tests and benches. */
export async function loadHighsSolver(): Promise<LpSolver> {
  const highs = await bootHighs();
  return (lp, timeLimitMs) => solveLp(highs, lp, timeLimitMs);
}

function solveLp(highs: Highs, lp: Lp, timeLimitMs: number): LpAnswer {
  return highs.withModel(highsModel(lp), (model): LpAnswer => {
    model.options.set({ output_flag: false, time_limit: timeLimitMs / 1000 });
    model.run();
    const status = model.getModelStatus();
    if (status !== highs.constants.modelStatus.optimal)
      return { status: 'failed', reason: `HiGHS status ${status}` };
    const { colValue, rowDual } = model.getSolution();
    const isWhole = lp.isInteger !== undefined;
    return {
      status: 'optimal',
      x: colValue,
      rowDual: isWhole ? undefined : rowDual,
      cost: model.getObjectiveValue(),
    };
  });
}

/** HiGHS wants the matrix by columns. */
export function highsModel(lp: Lp): ModelData {
  const columns = lp.cost.length;
  const starts = new Int32Array(columns + 1);
  for (const column of lp.entryColumn) starts[column + 1]!++;
  for (let column = 0; column < columns; column++) starts[column + 1]! += starts[column]!;
  const next = starts.slice();
  const indices = new Int32Array(lp.entryRow.length);
  const values = new Float64Array(lp.entryRow.length);
  for (let entry = 0; entry < lp.entryRow.length; entry++) {
    const at = next[lp.entryColumn[entry]!]!++;
    indices[at] = lp.entryRow[entry]!;
    values[at] = lp.entryValue[entry]!;
  }
  return {
    numCols: columns,
    numRows: lp.rowLower.length,
    colCost: lp.cost,
    colLower: lp.columnLower,
    colUpper: lp.columnUpper,
    rowLower: lp.rowLower,
    rowUpper: lp.rowUpper,
    matrix: { format: 'csc', numRows: lp.rowLower.length, numCols: columns, starts, indices, values },
    ...(lp.isInteger === undefined ? {} : { integrality: Int32Array.from(lp.isInteger) }),
  };
}
