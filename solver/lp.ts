/**
 * A linear program as typed arrays: minimise `cost · x` subject to bounds on columns and rows. Bounds may be
 * infinite; the matrix is a list of entries without duplicates.
 */
export interface Lp {
  readonly cost: Float64Array;
  readonly columnLower: Float64Array;
  readonly columnUpper: Float64Array;
  readonly rowLower: Float64Array;
  readonly rowUpper: Float64Array;
  readonly entryRow: Int32Array;
  readonly entryColumn: Int32Array;
  readonly entryValue: Float64Array;
  /** 1 where a column must be a whole number. Absent: an LP. */
  readonly isInteger?: Uint8Array;
}

/** A failure is a value with a reason: GLPK itself answers zeros for most of them. */
export type LpAnswer =
  | {
      readonly status: 'optimal';
      readonly x: Float64Array;
      /** Change of the cost per unit of a row's bound; undefined for whole-number problems. */
      readonly rowDual: Float64Array | undefined;
      readonly cost: number;
    }
  /** Whole-number problems only: stopped before the best was proven. */
  | { readonly status: 'feasible'; readonly x: Float64Array; readonly cost: number }
  | { readonly status: 'failed'; readonly reason: string };

/** Why this LP must not be given to a solver; undefined when it may. */
export function faultOf(lp: Lp): string | undefined {
  for (const value of lp.cost) if (!Number.isFinite(value)) return 'a cost is not finite';
  for (const value of lp.entryValue) if (!Number.isFinite(value)) return 'a matrix entry is not finite';
  return boundFault(lp.columnLower, lp.columnUpper, 'column') ?? boundFault(lp.rowLower, lp.rowUpper, 'row');
}

function boundFault(lower: Float64Array, upper: Float64Array, what: string): string | undefined {
  for (let index = 0; index < lower.length; index++) {
    const least = lower[index]!;
    const most = upper[index]!;
    // Written so that NaN fails, too.
    if (!(least <= most) || least === Infinity || most === -Infinity)
      return `${what} ${index} has no possible value`;
  }
  return undefined;
}

/** The most by which `x` breaks a bound of a column or a row, relative to that bound where it is above 1. */
export function worstViolation(lp: Lp, x: Float64Array): number {
  const sums = new Float64Array(lp.rowLower.length);
  for (let entry = 0; entry < lp.entryRow.length; entry++) {
    const row = lp.entryRow[entry]!;
    sums[row] = sums[row]! + lp.entryValue[entry]! * x[lp.entryColumn[entry]!]!;
  }
  return Math.max(
    worstOutside(x, lp.columnLower, lp.columnUpper),
    worstOutside(sums, lp.rowLower, lp.rowUpper),
  );
}

function worstOutside(values: Float64Array, lower: Float64Array, upper: Float64Array): number {
  let worst = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (!Number.isFinite(value)) return Infinity;
    const below = (lower[index]! - value) / Math.max(1, Math.abs(lower[index]!));
    const over = (value - upper[index]!) / Math.max(1, Math.abs(upper[index]!));
    // An infinite bound gives NaN or -Infinity here, and neither is above `worst`.
    if (below > worst) worst = below;
    if (over > worst) worst = over;
  }
  return worst;
}

/** GLPK's own tolerance is 1e-7. */
export const feasibilityTolerance = 1e-6;

/** Collects an LP row by row. Bounds and costs of what is there may still change, and more may come behind. */
export class LpBuilder {
  readonly #cost: number[] = [];
  readonly #columnLower: number[] = [];
  readonly #columnUpper: number[] = [];
  readonly #isInteger: number[] = [];
  readonly #rowLower: number[] = [];
  readonly #rowUpper: number[] = [];
  readonly #entryRow: number[] = [];
  readonly #entryColumn: number[] = [];
  readonly #entryValue: number[] = [];

  get columns(): number {
    return this.#cost.length;
  }

  /** Returns the new column's index. */
  column(lower: number, upper: number, cost: number, isInteger = false): number {
    this.#columnLower.push(lower);
    this.#columnUpper.push(upper);
    this.#isInteger.push(isInteger ? 1 : 0);
    return this.#cost.push(cost) - 1;
  }

  /** Returns the new row's index. Its entries come by `entry`. */
  row(lower: number, upper: number): number {
    this.#rowLower.push(lower);
    return this.#rowUpper.push(upper) - 1;
  }

  entry(row: number, column: number, value: number): void {
    this.#entryRow.push(row);
    this.#entryColumn.push(column);
    this.#entryValue.push(value);
  }

  setColumn(column: number, lower: number, upper: number, cost: number): void {
    this.#columnLower[column] = lower;
    this.#columnUpper[column] = upper;
    this.#cost[column] = cost;
  }

  setRow(row: number, lower: number, upper: number): void {
    this.#rowLower[row] = lower;
    this.#rowUpper[row] = upper;
  }

  build(): Lp {
    const lp: Lp = {
      cost: new Float64Array(this.#cost),
      columnLower: new Float64Array(this.#columnLower),
      columnUpper: new Float64Array(this.#columnUpper),
      rowLower: new Float64Array(this.#rowLower),
      rowUpper: new Float64Array(this.#rowUpper),
      entryRow: new Int32Array(this.#entryRow),
      entryColumn: new Int32Array(this.#entryColumn),
      entryValue: new Float64Array(this.#entryValue),
    };
    return this.#isInteger.includes(1) ? { ...lp, isInteger: new Uint8Array(this.#isInteger) } : lp;
  }
}
