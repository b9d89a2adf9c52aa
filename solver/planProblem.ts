import type { ProblemEvse, Supply } from './problem.ts';

/**
 * A receding-horizon problem as typed arrays, so that it reaches the worker thread in a fraction of a
 * millisecond. C circuits, S slots, N sessions. Times are milliseconds on one clock, money is in whatever unit
 * the prices have.
 */
export interface PlanProblem {
  readonly nowMs: number;
  /** S + 1 instants. The grid stays the same for as long as possible: then the plan is re-solved, not begun again. */
  readonly slotMs: Float64Array;
  /** Per slot. */
  readonly pricePerKwh: Float64Array;
  /** session * S + slot: what counts for each session in its place, such as emissions. `pricePerKwh` where absent. */
  readonly ownPricePerKwh?: Float64Array;
  /** Per circuit; -1 for a root. Parents first. */
  readonly parent: Int32Array;
  /** Per circuit, an index into `supplies`; TN where absent. */
  readonly supply?: Uint8Array;
  /** Per circuit, for IT: see `ProblemCircuit`. Resistive loads where absent. */
  readonly powerFactorMin?: Float64Array;
  /**
   * 4 * (slot * C + circuit): amps on L1, L2, L3 and watts that charging may use then, forecast background and
   * planned limits already out. `Infinity` for no limit.
   */
  readonly limit: Float64Array;
  /**
   * Per circuit: the most by which the currents of two phases may differ, background included; `Infinity` or absent:
   * by anything. For TN.
   */
  readonly unbalanceAmps?: Float64Array;
  /** 3 * (slot * C + circuit): what flows on L1, L2, L3 without charging; only the unbalance asks. 0 where absent. */
  readonly backgroundAmps?: Float64Array;
  /** Per session: any number that stays with it. */
  readonly id: Float64Array;
  readonly circuit: Int32Array;
  /** See `wiringBits`. */
  readonly wiring: Uint8Array;
  readonly phaseVolts: Float64Array;
  readonly maxAmps: Float64Array;
  /** Below this a car does not charge: then the plan has 0 or at least as much in every slot. 0 where absent. */
  readonly minAmps?: Float64Array;
  readonly needKwh: Float64Array;
  readonly startMs: Float64Array;
  readonly departureMs: Float64Array;
  /** How much a missing kWh of this session counts. */
  readonly weight: Float64Array;
  readonly peak: PeakTariff | undefined;
}

/**
 * A power charge on the mean of the `count` highest hours on distinct days of a month. The hours of one day
 * are those of the tariff's window; hours outside it are left out.
 */
export interface PeakTariff {
  readonly circuit: number;
  readonly pricePerKw: number;
  readonly count: number;
  /** The highest hour of each earlier day of the month, where known: only the `count` highest matter. */
  readonly pastKw: Float64Array;
  /**
   * The hours ahead that count: start, the number of their day, mean background, and what was drawn already. The
   * highest hour of today so far is one more of them, with its mean as background.
   */
  readonly hourMs: Float64Array;
  readonly hourDay: Int32Array;
  readonly hourBackgroundKw: Float64Array;
  /** kWh already charged in that hour: other than zero only for the present one. */
  readonly hourChargedKwh: Float64Array;
}

export type PlanAnswer =
  | {
      readonly status: 'planned';
      /** session * S + slot: amps per conductor; 0 or at least the minimum. */
      readonly amps: Float64Array;
      /** Per session: what cannot be delivered by its departure. */
      readonly shortfallKwh: Float64Array;
      /** 4 * circuit: what one more ampere or watt for an hour would save there in the present slot. */
      readonly shadowPrice: Float64Array;
      /** Of the linear program, before minima were settled. */
      readonly cost: number;
      readonly isWarm: boolean;
    }
  | { readonly status: 'failed'; readonly reason: string };

export const supplies: readonly Supply[] = ['TN', 'IT', 'delta-wye primary'];

/** Bits 1, 2, 4 for L1, L2, L3; times 8, which line comes third (it matters on IT alone). */
export const wiringBits = (wiring: ProblemEvse['wiring']): number =>
  wiring.reduce<number>((sum, phase) => sum + 2 ** phase, 8 * (wiring[2] ?? 0));

/** The wiring of these bits, in an order that stands for the same currents. */
export function wiringOf(bits: number): (0 | 1 | 2)[] {
  const lines = ([0, 1, 2] as const).filter((line) => ((bits >> line) & 1) === 1);
  const third = bits >> 3;
  return lines.length < 3 ? lines : lines.toSorted((a, b) => Number(a === third) - Number(b === third));
}

/** Why this problem must not be planned; undefined when it may. */
export function planFault(problem: PlanProblem): string | undefined {
  const { slotMs, parent, limit, circuit, peak } = problem;
  const slots = slotMs.length - 1;
  if (slots < 1 || limit.length !== 4 * slots * parent.length) return 'the sizes do not fit each other';
  if (problem.ownPricePerKwh !== undefined && problem.ownPricePerKwh.length !== slots * problem.id.length)
    return 'the prices of the sessions do not fit the slots';
  for (let slot = 0; slot < slots; slot++)
    if (!(slotMs[slot]! < slotMs[slot + 1]!)) return 'the slots are not in order';
  for (const value of limit) if (!(value >= 0)) return 'a limit is below zero or no number';
  const finite = [problem.pricePerKwh, problem.phaseVolts, problem.maxAmps, problem.needKwh, problem.startMs];
  const { minAmps, backgroundAmps, powerFactorMin, ownPricePerKwh } = problem;
  const present = [minAmps, backgroundAmps, powerFactorMin, ownPricePerKwh].filter(
    (list) => list !== undefined,
  );
  for (const list of [...finite, ...present, problem.departureMs, problem.weight, slotMs]) {
    for (const value of list) if (!Number.isFinite(value)) return 'a number is not finite';
  }
  for (const value of problem.unbalanceAmps ?? [])
    if (!(value >= 0)) return 'an unbalance limit is below zero';
  for (const value of circuit)
    if (!(value >= 0 && value < parent.length)) return 'a session is on no circuit';
  return peak === undefined ? undefined : peakFault(problem, peak);
}

function peakFault({ parent }: PlanProblem, peak: PeakTariff): string | undefined {
  if (!(peak.circuit >= 0 && peak.circuit < parent.length)) return 'the peak is on no circuit';
  if (!(peak.count >= 1)) return 'the peak counts no hours';
  const numbers = [peak.hourMs, peak.hourBackgroundKw, peak.hourChargedKwh, peak.pastKw];
  const areFinite = numbers.every((list) => list.every(Number.isFinite));
  return areFinite && Number.isFinite(peak.pricePerKw) ? undefined : 'a number of the peak is not finite';
}

/** Fine steps soon, coarse ones later: 6 of 10 minutes, 8 of 15, 6 of 30, then hours; 38 over 24 hours. */
export function slotGrid(fromMs: number, hours: number, breakpointsMs: readonly number[] = []): Float64Array {
  const minuteMs = 60_000;
  const edges = new Set([fromMs]);
  const untilMs = fromMs + hours * 60 * minuteMs;
  let at = fromMs;
  for (const [count, minutes] of [
    [6, 10],
    [8, 15],
    [6, 30],
    [Infinity, 60],
  ] as const) {
    for (let step = 0; step < count && at < untilMs; step++) {
      at += minutes * minuteMs;
      edges.add(Math.min(at, untilMs));
    }
  }
  for (const edge of breakpointsMs) if (edge > fromMs && edge < untilMs) edges.add(edge);
  return Float64Array.from(edges).sort();
}
