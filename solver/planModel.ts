import { type Lp, LpBuilder } from './lp.ts';
import {
  boundOf,
  factorsOf,
  formsOf,
  hasUnbalanceLimit,
  isBelow,
  kwhPerAmpHour,
  type RowForm,
} from './planForms.ts';
import { type MinimaMember, settleMinima } from './planMinima.ts';
import type { PeakTariff, PlanProblem } from './planProblem.ts';

/** A session's places in the LP. */
interface Member {
  /** Per slot: its column, or -1. */
  readonly columns: Int32Array;
  readonly shortColumn: number;
  readonly needRow: number;
  readonly shape: string;
}

const hourMs = 3_600_000;

/** A row stays out only while this share of its limit would suffice: limits move a little from plan to plan. */
const bindingMargin = 0.9;

/** Per kWh and slot: an early slot is preferred, but no price difference is given up for it. */
const speedCostPerKwh = 1e-5;

/** A shortfall below this is rounding. */
const roundingKwh = 1e-7;

/** Sessions that left keep their columns. Past this share of the columns the problem is begun again. */
const deadShareMax = 0.5;

/**
 * The LP of a plan, kept from one plan to the next. Columns are ampere-hours per conductor and slot, so that time
 * that passes changes bounds only, never the matrix; sessions that come are appended, and those that go are fixed
 * at zero. So the simplex can always start from its last basis.
 */
export class PlanModel {
  readonly #builder = new LpBuilder();
  readonly #first: PlanProblem;
  readonly #members = new Map<number, Member>();
  /** The columns of each slot with what one ampere-hour of them puts on each form of row. */
  readonly #bySlot: {
    readonly column: number;
    readonly circuit: number;
    readonly factors: ReadonlyMap<number, number>;
  }[][];
  readonly #forms: readonly RowForm[];
  /** slot * forms + form: its row, or -1 where it cannot bind. */
  readonly #limitRow: Int32Array;
  readonly #shortRow: number;
  readonly #shortCost: number;
  #hourRows: readonly number[] = [];
  #pastRows: readonly number[] = [];
  /** Per column of a session: the most it may draw while it is there. */
  readonly #mostAmps = new Map<number, number>();
  #deadColumns = 0;

  constructor(problem: PlanProblem) {
    this.#first = problem;
    this.#bySlot = Array.from({ length: problem.slotMs.length - 1 }, () => []);
    this.#forms = formsOf(problem);
    this.#limitRow = new Int32Array(this.#bySlot.length * this.#forms.length).fill(-1);
    this.#shortRow = this.#builder.row(-Infinity, Infinity);
    this.#shortCost = shortfallCost(problem);
    if (problem.peak !== undefined) this.#addPeak(problem, problem.peak);
  }

  /** Whether `update` may go on from here. Otherwise the problem is begun again, cold. */
  canContinue(problem: PlanProblem): boolean {
    const was = this.#first;
    const isSame = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
      a.length === b.length && Array.prototype.every.call(a, (value, index) => value === b[index]);
    return (
      isSame(was.slotMs, problem.slotMs) &&
      isSame(was.parent, problem.parent) &&
      was.parent.every((_, at) => hasUnbalanceLimit(was, at) === hasUnbalanceLimit(problem, at)) &&
      isSame(was.peak?.hourMs ?? [], problem.peak?.hourMs ?? []) &&
      was.peak?.pastKw.length === problem.peak?.pastKw.length &&
      was.peak?.circuit === problem.peak?.circuit &&
      was.peak?.count === problem.peak?.count &&
      was.peak?.pricePerKw === problem.peak?.pricePerKw &&
      isSame(was.peak?.hourDay ?? [], problem.peak?.hourDay ?? []) &&
      isSame(was.supply ?? [], problem.supply ?? []) &&
      isSame(was.powerFactorMin ?? [], problem.powerFactorMin ?? []) &&
      shortfallCost(problem) <= this.#shortCost &&
      this.#deadColumns <= deadShareMax * this.#builder.columns
    );
  }

  /** The LP of this problem. `shortfallMax` bounds the weighted shortfall to what a first stage found. */
  update(problem: PlanProblem, shortfallMax: number): Lp {
    this.#builder.setRow(this.#shortRow, -Infinity, shortfallMax);
    this.#dropDeparted(problem);
    for (let session = 0; session < problem.id.length; session++) this.#updateSession(problem, session);
    this.#updateLimits(problem);
    this.#updatePeak(problem);
    return this.#builder.build();
  }

  /** The cost of a first stage: the weighted shortfall and nothing else. */
  shortfallOnly(problem: PlanProblem, lp: Lp): Lp {
    const cost = new Float64Array(lp.cost.length);
    problem.id.forEach((id, session) => {
      cost[this.#members.get(id)!.shortColumn] = problem.weight[session]!;
    });
    return { ...lp, cost };
  }

  /** The LP's answer with every session at nothing or at its minimum and above in every slot. */
  settled(problem: PlanProblem, lp: Lp, x: Float64Array): Float64Array {
    const { minAmps, id, departureMs } = problem;
    if (minAmps === undefined || minAmps.every((amps) => amps === 0)) return x;
    const sessions = Array.from(id, (_, session) => session);
    sessions.sort((a, b) => departureMs[a]! - departureMs[b]! || id[a]! - id[b]!);
    const rows = { limits: this.#limitRow.filter((row) => row >= 0), soft: this.#hourRows };
    const members = sessions.map((session): MinimaMember => {
      const slots = Array.from(this.#members.get(id[session]!)!.columns, (column, slot) => ({
        column,
        hours: hoursOf(problem, session, slot),
      })).filter(({ column, hours }) => column >= 0 && hours > 0);
      return {
        columns: slots.map(({ column }) => column),
        hours: slots.map(({ hours }) => hours),
        minAmps: minAmps[session]!,
        maxAmps: problem.maxAmps[session]!,
        kwhPerAmpHour: kwhPerAmpHour(problem, session),
      };
    });
    return settleMinima(lp, x, members, rows);
  }

  /** session * S + slot: amps per conductor while the session is there. */
  ampsOf(problem: PlanProblem, x: Float64Array): Float64Array {
    const slots = this.#bySlot.length;
    const amps = new Float64Array(problem.id.length * slots);
    problem.id.forEach((id, session) => {
      this.#members.get(id)!.columns.forEach((column, slot) => {
        const hours = hoursOf(problem, session, slot);
        if (column >= 0 && hours > 0) amps[session * slots + slot] = Math.max(0, x[column]! / hours);
      });
    });
    return amps;
  }

  shortfallOf(problem: PlanProblem, x: Float64Array): Float64Array {
    return problem.id.map((id, session) => {
      const { columns } = this.#members.get(id)!;
      const ampHours = columns.reduce((sum, column) => sum + (column < 0 ? 0 : x[column]!), 0);
      const missing = problem.needKwh[session]! - ampHours * kwhPerAmpHour(problem, session);
      return missing > roundingKwh ? missing : 0;
    });
  }

  /** Per row (four per circuit) of the slot in force: what one more ampere or watt for an hour would save. */
  shadowPrices(problem: PlanProblem, rowDual: Float64Array): Float64Array {
    const prices = new Float64Array(4 * problem.parent.length);
    const slot = Math.max(
      0,
      problem.slotMs.findLastIndex((fromMs) => fromMs <= problem.nowMs),
    );
    this.#forms.forEach(({ circuit, kind, unit, less }, form) => {
      if (less !== undefined) return;
      const row = this.#limitRow[slot * this.#forms.length + form] ?? -1;
      if (row >= 0) prices[4 * circuit + kind]! += Math.max(0, -rowDual[row]!) * unit;
    });
    return prices;
  }

  #dropDeparted(problem: PlanProblem): void {
    const present = new Set(problem.id);
    for (const [id, member] of this.#members) if (!present.has(id)) this.#drop(id, member);
  }

  #drop(id: number, { columns, shortColumn, needRow }: Member): void {
    this.#members.delete(id);
    for (const column of [...columns, shortColumn]) {
      if (column < 0) continue;
      this.#builder.setColumn(column, 0, 0, 0);
      this.#mostAmps.delete(column);
      this.#deadColumns++;
    }
    this.#builder.setRow(needRow, 0, 0);
  }

  #updateSession(problem: PlanProblem, session: number): void {
    const id = problem.id[session]!;
    const known = this.#members.get(id);
    const fits =
      known !== undefined && known.shape === shapeOf(problem, session) && covers(problem, session, known);
    if (known !== undefined && !fits) this.#drop(id, known);
    const member = fits ? known : this.#addSession(problem, session);
    const kwh = kwhPerAmpHour(problem, session);
    const priceIn = pricesOf(problem, session);
    member.columns.forEach((column, slot) => {
      if (column < 0) return;
      const hours = hoursOf(problem, session, slot);
      this.#mostAmps.set(column, hours > 0 ? problem.maxAmps[session]! : 0);
      const most = problem.maxAmps[session]! * hours;
      this.#builder.setColumn(column, 0, most, (priceIn[slot]! + speedCostPerKwh * slot) * kwh);
    });
    const need = Math.max(0, problem.needKwh[session]!);
    this.#builder.setRow(member.needRow, need, need);
    this.#builder.setColumn(member.shortColumn, 0, Infinity, this.#shortCost * problem.weight[session]!);
  }

  #addSession(problem: PlanProblem, session: number): Member {
    const circuit = problem.circuit[session]!;
    const kwh = kwhPerAmpHour(problem, session);
    const needRow = this.#builder.row(0, 0);
    const factors = factorsOf(problem, this.#forms, session);
    const columns = Int32Array.from(this.#bySlot, (present, slot) => {
      if (hoursOf(problem, session, slot) === 0) return -1;
      const column = this.#builder.column(0, 0, 0);
      this.#builder.entry(needRow, column, kwh);
      present.push({ column, circuit, factors });
      this.#enterLimits(slot, column, factors);
      this.#enterHours(problem, slot, column, circuit, kwh);
      return column;
    });
    const shortColumn = this.#builder.column(0, Infinity, 0);
    this.#builder.entry(needRow, shortColumn, 1);
    this.#builder.entry(this.#shortRow, shortColumn, problem.weight[session]!);
    const member = { columns, shortColumn, needRow, shape: shapeOf(problem, session) };
    this.#members.set(problem.id[session]!, member);
    return member;
  }

  /** Puts a new column into the rows that exist; rows that come later find it in `#bySlot`. */
  #enterLimits(slot: number, column: number, factors: ReadonlyMap<number, number>): void {
    for (const [form, factor] of factors) {
      const row = this.#limitRow[slot * this.#forms.length + form]!;
      if (row >= 0) this.#builder.entry(row, column, factor);
    }
  }

  #updateLimits(problem: PlanProblem): void {
    const forms = this.#forms.length;
    const most = new Float64Array(forms);
    for (let slot = 0; slot < this.#bySlot.length; slot++) {
      const hours = hoursLeft(problem, slot);
      this.#sumMost(slot, most);
      for (let form = forms - 1; form >= 0; form--) {
        const { above } = this.#forms[form]!;
        const limit = boundOf(problem, this.#forms[form]!, slot);
        const at = slot * forms + form;
        if (this.#limitRow[at] === -1 && most[form]! > bindingMargin * limit) this.#addLimit(slot, form);
        if (this.#limitRow[at]! >= 0) this.#builder.setRow(this.#limitRow[at]!, -Infinity, limit * hours);
        // What the children let through is all that can arrive.
        if (above !== undefined && above >= 0) most[above]! += Math.min(most[form]!, limit / bindingMargin);
      }
    }
  }

  /** The most that the sessions could put on each form of row in a slot; below star supply, each only at home. */
  #sumMost(slot: number, most: Float64Array): void {
    most.fill(0);
    for (const { column, circuit, factors } of this.#bySlot[slot]!) {
      const amps = this.#mostAmps.get(column) ?? 0;
      if (amps === 0) continue;
      for (const [form, factor] of factors) {
        const { above, circuit: at } = this.#forms[form]!;
        if (above === undefined || at === circuit) most[form]! += Math.max(0, factor) * amps;
      }
    }
  }

  #addLimit(slot: number, form: number): void {
    const row = this.#builder.row(-Infinity, Infinity);
    this.#limitRow[slot * this.#forms.length + form] = row;
    for (const { column, factors } of this.#bySlot[slot]!) {
      const factor = factors.get(form);
      if (factor !== undefined) this.#builder.entry(row, column, factor);
    }
  }

  /**
   * The power charge: `price / count * (sum of the count highest day peaks)`. The sum of the highest ones is the
   * least of `count * t + sum over days of max(0, peak - t)` over t, which is linear.
   */
  #addPeak(problem: PlanProblem, peak: PeakTariff): void {
    const cost = peak.pricePerKw / peak.count;
    const threshold = this.#builder.column(0, Infinity, peak.pricePerKw);
    const addOver = (): number => {
      const over = this.#builder.column(0, Infinity, cost);
      const row = this.#builder.row(0, Infinity);
      this.#builder.entry(row, over, 1);
      this.#builder.entry(row, threshold, 1);
      return row;
    };
    this.#pastRows = Array.from(peak.pastKw, addOver);
    const dayColumn = new Map<number, number>();
    this.#hourRows = Array.from(problem.peak?.hourMs ?? [], (_, hour) => {
      const day = peak.hourDay[hour]!;
      const dayPeak = dayColumn.get(day) ?? this.#builder.column(0, Infinity, 0);
      if (!dayColumn.has(day)) this.#builder.entry(addOver(), dayPeak, -1);
      dayColumn.set(day, dayPeak);
      const row = this.#builder.row(-Infinity, 0);
      this.#builder.entry(row, dayPeak, -1);
      return row;
    });
  }

  #updatePeak({ peak }: PlanProblem): void {
    if (peak === undefined) return;
    this.#pastRows.forEach((row, index) => {
      this.#builder.setRow(row, peak.pastKw[index]!, Infinity);
    });
    this.#hourRows.forEach((row, hour) => {
      this.#builder.setRow(row, -Infinity, -peak.hourBackgroundKw[hour]! - peak.hourChargedKwh[hour]!);
    });
  }

  /** A slot lies within one hour when hours are among the grid's breakpoints; else its energy is spread evenly. */
  #enterHours(problem: PlanProblem, slot: number, column: number, circuit: number, kwh: number): void {
    const { peak, slotMs } = problem;
    if (peak === undefined || !isBelow(problem, circuit, peak.circuit)) return;
    const from = slotMs[slot]!;
    const until = slotMs[slot + 1]!;
    this.#hourRows.forEach((row, hour) => {
      const startMs = peak.hourMs[hour]!;
      const share = (Math.min(until, startMs + hourMs) - Math.max(from, startMs)) / (until - from);
      if (share > 0) this.#builder.entry(row, column, share * kwh);
    });
  }
}

/** Far more than money could be saved by leaving one kWh out. */
const shortfallFactor = 10;

/**
 * Price of a missing kWh. Where something is missing all the same, a stage of its own finds the least that must
 * be, so that nothing depends on how large this is.
 */
function shortfallCost({ pricePerKwh, ownPricePerKwh = pricePerKwh, peak }: PlanProblem): number {
  const most = (prices: Float64Array): number =>
    prices.reduce((highest, price) => Math.max(highest, Math.abs(price)), 0);
  const highest = Math.max(most(pricePerKwh), most(ownPricePerKwh));
  // In powers of two, so that another day's prices need not be another problem.
  return 2 ** Math.ceil(Math.log2(shortfallFactor * (1 + highest + (peak?.pricePerKw ?? 0))));
}

/** Per slot: what a kWh counts for a session. */
function pricesOf({ pricePerKwh, ownPricePerKwh }: PlanProblem, session: number): Float64Array {
  const slots = pricePerKwh.length;
  return ownPricePerKwh?.subarray(session * slots, (session + 1) * slots) ?? pricePerKwh;
}

const shapeOf = ({ circuit, wiring, phaseVolts, weight }: PlanProblem, session: number): string =>
  [circuit[session], wiring[session], phaseVolts[session], weight[session]].join();

/** Whether there is a column for every slot in which the session is there. */
const covers = (problem: PlanProblem, session: number, { columns }: Member): boolean =>
  columns.every((column, slot) => column >= 0 || hoursOf(problem, session, slot) === 0);

/** Hours of a slot that are still to come. */
const hoursLeft = ({ slotMs, nowMs }: PlanProblem, slot: number): number =>
  Math.max(0, slotMs[slot + 1]! - Math.max(slotMs[slot]!, nowMs)) / hourMs;

/** Hours of a slot in which a session is there. */
function hoursOf(
  { slotMs, nowMs, startMs, departureMs }: PlanProblem,
  session: number,
  slot: number,
): number {
  const from = Math.max(slotMs[slot]!, nowMs, startMs[session]!);
  const until = Math.min(slotMs[slot + 1]!, departureMs[session]!);
  return Math.max(0, until - from) / hourMs;
}
