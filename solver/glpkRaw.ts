import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import createGlpk from 'glpk.js/node';
import { faultOf, type Lp, type LpAnswer, worstViolation } from './lp.ts';

/**
 * GLPK's own functions inside glpk.js's WebAssembly. The package exposes only a one-shot `solve`; the problem
 * object behind it keeps its basis, so that a changed problem is re-solved from the last answer.
 */
export interface GlpkExports {
  /** Its buffer is another one after it grew. */
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly call: Readonly<Record<RawName, (...args: number[]) => number>>;
}

const rawNames = [
  ...(['glp_create_prob', 'glp_delete_prob', 'glp_set_obj_dir', 'glp_add_rows', 'glp_add_cols'] as const),
  ...([
    'glp_set_row_bnds',
    'glp_set_col_bnds',
    'glp_set_obj_coef',
    'glp_load_matrix',
    'glp_simplex',
  ] as const),
  ...(['glp_get_status', 'glp_get_obj_val', 'glp_get_col_prim', 'glp_get_row_dual'] as const),
  ...(['get_glp_smcp', 'malloc', 'free'] as const),
] as const;
type RawName = (typeof rawNames)[number];

/**
 * Finds the functions at boot and proves them on a problem whose answer is known. Undefined with a reason when
 * anything is not as expected: then only the public interface may be used.
 */
export async function loadGlpkRaw(
  source: string = packageSource(),
): Promise<{ readonly exports: GlpkExports } | { readonly reason: string }> {
  const captured = await captureInstance();
  if (captured === undefined) return { reason: 'glpk.js did not start a WebAssembly instance' };
  const exports = bind(captured, source);
  if (typeof exports === 'string') return { reason: exports };
  try {
    const fault = selfTest(exports);
    return fault === undefined ? { exports } : { reason: fault };
  } catch (error) {
    // A wrong function traps or throws something of its own; any of it means that the names do not fit.
    return { reason: `the self-test ended with ${String(error)}` };
  }
}

/** The text of glpk.js, which tells what the minified exports are. */
const packageSource = (): string =>
  readFileSync(createRequire(import.meta.url).resolve('glpk.js/node'), 'utf8');

type WasmExports = Readonly<Record<string, unknown>>;
type InstanceConstructor = new (module: object, imports: object) => { readonly exports: WasmExports };
// The compiler's library without a browser does not know WebAssembly; Node has it.
const wasmHost = globalThis as unknown as { WebAssembly: { Instance: InstanceConstructor } };

/** Starts glpk.js while watching which WebAssembly instance it makes. */
async function captureInstance(): Promise<WasmExports | undefined> {
  const original = wasmHost.WebAssembly.Instance;
  let captured: WasmExports | undefined;
  wasmHost.WebAssembly.Instance = new Proxy(original, {
    construct(target, [module, imports]: [object, object]) {
      const instance = new target(module, imports);
      captured = instance.exports;
      return instance;
    },
  });
  try {
    await createGlpk();
  } finally {
    wasmHost.WebAssembly.Instance = original;
  }
  return captured;
}

function bind(wasm: WasmExports, source: string): GlpkExports | string {
  const exportOf = new Map<string, string>();
  for (const [, name, key] of source.matchAll(/\b_(\w+)=\w+\.([\w$]+)/g)) exportOf.set(name!, key!);
  const memory = Object.values(wasm).find(isMemory);
  if (memory === undefined) return 'the WebAssembly exports no memory';
  const call: Partial<Record<RawName, (...args: number[]) => number>> = {};
  for (const name of rawNames) {
    const found = wasm[exportOf.get(name) ?? ''];
    if (typeof found !== 'function') return `the WebAssembly exports no ${name}`;
    call[name] = found as (...args: number[]) => number;
  }
  return { memory, call: call as GlpkExports['call'] };
}

const isMemory = (value: unknown): value is GlpkExports['memory'] =>
  typeof value === 'object' && value !== null && 'buffer' in value && value.buffer instanceof ArrayBuffer;

/** max x + 2y with x + y <= 4, y <= 3, then with x + y <= 5 from the old basis: (1, 3), then (2, 3). */
function selfTest(exports: GlpkExports): string | undefined {
  const problem = new RawProblem(exports, {
    cost: Float64Array.of(-1, -2),
    columnLower: Float64Array.of(0, 0),
    columnUpper: Float64Array.of(10, 3),
    rowLower: Float64Array.of(-Infinity),
    rowUpper: Float64Array.of(4),
    entryRow: Int32Array.of(0, 0),
    entryColumn: Int32Array.of(0, 1),
    entryValue: Float64Array.of(1, 1),
  });
  const isAt = (answer: LpAnswer, x: number, y: number): boolean =>
    answer.status === 'optimal' && Math.abs(answer.x[0]! - x) < 1e-9 && Math.abs(answer.x[1]! - y) < 1e-9;
  try {
    if (!isAt(problem.solve(1_000), 1, 3)) return 'the self-test was solved wrongly';
    problem.update({ ...problem.lp, rowUpper: Float64Array.of(5) });
    return isAt(problem.solve(1_000), 2, 3) ? undefined : 'the self-test was re-solved wrongly';
  } finally {
    problem.free();
  }
}

// GLPK 5.0, glpk.h.
const boundType = { free: 1, lower: 2, upper: 3, double: 4, fixed: 5 } as const;
const statusOptimal = 5;
const messagesOff = 0;
const iterationsMax = 2 ** 31 - 1;
/** Places of fields in `glp_smcp`, in 32-bit words. */
const smcp = { method: 1, timeLimitMs: 15, presolve: 18 } as const;
const methodPrimal = 1;
const methodDualThenPrimal = 2;

/** An LP that stays in GLPK's memory. Bounds and costs may change; rows and columns may be added. */
export class RawProblem {
  readonly #exports: GlpkExports;
  #pointer: number;
  #lp: Lp;
  #isWarm = false;

  constructor(exports: GlpkExports, lp: Lp) {
    this.#exports = exports;
    this.#lp = emptyLp();
    this.#pointer = exports.call.glp_create_prob();
    exports.call.glp_set_obj_dir(this.#pointer, 1);
    this.update(lp);
  }

  get lp(): Lp {
    return this.#lp;
  }

  /**
   * Takes an LP that begins with the columns and rows there are, with any bounds and costs, and may have more of
   * both behind. The basis is kept.
   */
  update(lp: Lp): void {
    const fault = faultOf(lp);
    if (fault !== undefined) throw new RangeError(`this LP must not reach GLPK: ${fault}`);
    const { call } = this.#exports;
    const was = this.#lp;
    const columns = lp.cost.length - was.cost.length;
    const rows = lp.rowLower.length - was.rowLower.length;
    if (columns > 0) call.glp_add_cols(this.#pointer, columns);
    if (rows > 0) call.glp_add_rows(this.#pointer, rows);
    this.#lp = lp;
    for (let column = 0; column < lp.cost.length; column++) {
      const lower = lp.columnLower[column]!;
      const upper = lp.columnUpper[column]!;
      const cost = lp.cost[column]!;
      if (lower !== was.columnLower[column] || upper !== was.columnUpper[column]) {
        call.glp_set_col_bnds(
          this.#pointer,
          column + 1,
          typeOf(lower, upper),
          finiteOr0(lower),
          finiteOr0(upper),
        );
      }
      if (cost !== was.cost[column]) call.glp_set_obj_coef(this.#pointer, column + 1, cost);
    }
    for (let row = 0; row < lp.rowLower.length; row++) {
      const lower = lp.rowLower[row]!;
      const upper = lp.rowUpper[row]!;
      if (lower === was.rowLower[row] && upper === was.rowUpper[row]) continue;
      call.glp_set_row_bnds(this.#pointer, row + 1, typeOf(lower, upper), finiteOr0(lower), finiteOr0(upper));
    }
    if (lp.entryRow.length !== was.entryRow.length) this.#loadMatrix(lp);
  }

  /** Cold by the primal simplex behind the presolver, afterwards by the dual one from the last basis. */
  solve(timeLimitMs: number): LpAnswer {
    const fault = faultOf(this.#lp);
    if (fault !== undefined) return { status: 'failed', reason: fault };
    const wasWarm = this.#isWarm;
    const answer = this.#simplex(timeLimitMs);
    // The presolver takes rows for redundant that are not by a thousandth. From its basis the rest is a few steps.
    return answer === 'imprecise' && !wasWarm ? settled(this.#simplex(timeLimitMs)) : settled(answer);
  }

  #simplex(timeLimitMs: number): LpAnswer | 'imprecise' {
    const { call, memory } = this.#exports;
    const limitMs = Math.max(1, Math.floor(timeLimitMs));
    const parameters = call.get_glp_smcp(iterationsMax, messagesOff, limitMs, 0);
    const words = new Int32Array(memory.buffer);
    words[parameters / 4 + smcp.method] = this.#isWarm ? methodDualThenPrimal : methodPrimal;
    words[parameters / 4 + smcp.timeLimitMs] = limitMs;
    words[parameters / 4 + smcp.presolve] = this.#isWarm ? 0 : 1;
    const code = call.glp_simplex(this.#pointer, parameters);
    call.free(parameters);
    const status = call.glp_get_status(this.#pointer);
    if (code !== 0 || status !== statusOptimal) {
      return { status: 'failed', reason: `GLPK's simplex ended with code ${code}, status ${status}` };
    }
    this.#isWarm = true;
    return this.#answer();
  }

  /** Gives GLPK's memory back. May be called twice. */
  free(): void {
    if (this.#pointer !== 0) this.#exports.call.glp_delete_prob(this.#pointer);
    this.#pointer = 0;
  }

  #answer(): LpAnswer | 'imprecise' {
    const { call } = this.#exports;
    const x = new Float64Array(this.#lp.cost.length);
    for (let column = 0; column < x.length; column++)
      x[column] = call.glp_get_col_prim(this.#pointer, column + 1);
    if (!(worstViolation(this.#lp, x) <= warmTolerance)) return 'imprecise';
    const rowDual = new Float64Array(this.#lp.rowLower.length);
    for (let row = 0; row < rowDual.length; row++)
      rowDual[row] = call.glp_get_row_dual(this.#pointer, row + 1);
    return { status: 'optimal', x, rowDual, cost: call.glp_get_obj_val(this.#pointer) };
  }

  #loadMatrix({ entryRow, entryColumn, entryValue }: Lp): void {
    const { call, memory } = this.#exports;
    const count = entryRow.length;
    // GLPK counts from 1: the first place of each array stays unused.
    const rows = call.malloc(4 * (count + 1));
    const columns = call.malloc(4 * (count + 1));
    const values = call.malloc(8 * (count + 1));
    const words = new Int32Array(memory.buffer);
    const doubles = new Float64Array(memory.buffer);
    for (let entry = 0; entry < count; entry++) {
      words[rows / 4 + entry + 1] = entryRow[entry]! + 1;
      words[columns / 4 + entry + 1] = entryColumn[entry]! + 1;
      doubles[values / 8 + entry + 1] = entryValue[entry]!;
    }
    call.glp_load_matrix(this.#pointer, count, rows, columns, values);
    for (const pointer of [rows, columns, values]) call.free(pointer);
  }
}

const settled = (answer: LpAnswer | 'imprecise'): LpAnswer =>
  answer === 'imprecise' ? { status: 'failed', reason: "GLPK's answer breaks a bound" } : answer;

/** Looser than for one-shot answers: a basis kept for hours collects rounding, and the tick checks by itself. */
const warmTolerance = 1e-5;

const finiteOr0 = (bound: number): number => (Number.isFinite(bound) ? bound : 0);

function typeOf(lower: number, upper: number): number {
  if (lower === upper) return boundType.fixed;
  if (lower > -Infinity) return upper < Infinity ? boundType.double : boundType.lower;
  return upper < Infinity ? boundType.upper : boundType.free;
}

const emptyLp = (): Lp => ({
  cost: new Float64Array(),
  columnLower: new Float64Array(),
  columnUpper: new Float64Array(),
  rowLower: new Float64Array(),
  rowUpper: new Float64Array(),
  entryRow: new Int32Array(),
  entryColumn: new Int32Array(),
  entryValue: new Float64Array(),
});
