import { facets, reachDegrees } from './phasor.ts';
import { type PlanProblem, supplies, wiringOf } from './planProblem.ts';
import type { Supply } from './problem.ts';
import { lineLoads } from './rows.ts';

/** One linear row that every slot may have: a phase, a facet of a line's circle, the watts, or two phases against each other. */
export interface RowForm {
  readonly circuit: number;
  /** A line, or 3 for the watts. */
  readonly kind: 0 | 1 | 2 | 3;
  /** The line whose current counts against that of `kind`: an unbalance limit. */
  readonly less: 0 | 1 | 2 | undefined;
  /** What of a phasor counts; a plain sum is all along. */
  readonly along: number;
  readonly across: number;
  /** From the limit as given to the bound of the row. */
  readonly unit: number;
  /** The same form one circuit up, -1 at a root; undefined where currents do not simply add up. */
  readonly above: number | undefined;
}

const lines = [0, 1, 2] as const;

/** All forms that a problem's rows can have; the same for every slot. */
export function formsOf(problem: PlanProblem): RowForm[] {
  const { parent } = problem;
  const isStar = parent.every((_, circuit) => supplyOf(problem, circuit) === 'TN');
  const circuits = Array.from(parent, (up, circuit) => ({ up, circuit }));
  const limits = circuits.flatMap(({ up, circuit }) =>
    isStar ? starForms(circuit, up) : facetForms(problem, circuit),
  );
  const unbalances = circuits.flatMap(({ circuit }) =>
    hasUnbalanceLimit(problem, circuit) ? unbalanceForms(circuit) : [],
  );
  return [...limits, ...unbalances];
}

const plain = { less: undefined, along: 1, across: 0, unit: 1 } as const;
/** In kilowatts: GLPK's tolerances like numbers of one size. */
const watts = { ...plain, kind: 3, unit: 1e-3 } as const;

/** Four forms per circuit, so that the same form one circuit up is four places per circuit away. */
const starForms = (circuit: number, up: number): RowForm[] =>
  [...lines.map((kind) => ({ ...plain, kind })), watts].map((form) => ({
    ...form,
    circuit,
    above: up < 0 ? -1 : 4 * up + form.kind,
  }));

function facetForms(problem: PlanProblem, circuit: number): RowForm[] {
  const supply = supplyOf(problem, circuit);
  const faces = supply === 'TN' ? [{ along: 1, across: 0, shrink: 1 }] : facets(reachDegrees[supply]);
  const onLines = lines.flatMap((kind) =>
    faces.map(({ along, across, shrink }) => ({ ...plain, kind, along, across, unit: shrink })),
  );
  return [...onLines, watts].map((form) => ({ ...form, circuit, above: undefined }));
}

const unbalanceForms = (circuit: number): RowForm[] =>
  lines.flatMap((kind) =>
    lines
      .filter((less) => less !== kind)
      .map((less) => ({ ...plain, kind, less, circuit, above: undefined })),
  );

export const hasUnbalanceLimit = ({ unbalanceAmps }: PlanProblem, circuit: number): boolean =>
  (unbalanceAmps?.[circuit] ?? Infinity) < Infinity;

/** What one ampere of a session puts on each form of row above it. */
export function factorsOf(
  problem: PlanProblem,
  forms: readonly RowForm[],
  session: number,
): Map<number, number> {
  const factors = new Map<number, number>();
  const wiring = wiringOf(problem.wiring[session]!);
  const watts = { turned: [kwhPerAmpHour(problem, session), 0], straight: 0 } as const;
  forms.forEach(({ circuit, kind, less, along, across, unit }, form) => {
    if (!isBelow(problem, problem.circuit[session]!, circuit)) return;
    const onLine = lineLoads(supplyAndAngles(problem, circuit), wiring);
    const { turned, straight } = kind === 3 ? watts : onLine[kind];
    const against = less === undefined ? 0 : onLine[less].turned[0];
    // What adds up as a number leaves a smaller circle to the rest.
    const factor = along * turned[0] + across * turned[1] + unit * straight - against;
    if (Math.abs(factor) > 1e-12) factors.set(form, factor);
  });
  return factors;
}

/** The bound of a row of this form in a slot, per hour. */
export function boundOf(problem: PlanProblem, form: RowForm, slot: number): number {
  const { circuit, kind, less, unit } = form;
  const place = slot * problem.parent.length + circuit;
  if (less === undefined || kind === 3) return problem.limit[4 * place + kind]! * unit;
  const amps = (line: number): number => problem.backgroundAmps?.[3 * place + line] ?? 0;
  // Where the background alone is over the limit, charging may not add to it.
  return Math.max(0, problem.unbalanceAmps![circuit]! - (amps(kind) - amps(less)));
}

/** Kilowatts of one ampere. */
export function kwhPerAmpHour(problem: PlanProblem, session: number): number {
  const { length } = wiringOf(problem.wiring[session]!);
  const volts = problem.phaseVolts[session]!;
  const isDelta = supplyOf(problem, problem.circuit[session]!) !== 'TN';
  return ((isDelta ? (length - 1) * Math.sqrt(3) : length) * volts) / 1000;
}

const supplyOf = ({ supply }: PlanProblem, circuit: number): Supply =>
  supplies[supply?.[circuit] ?? 0] ?? 'TN';

function supplyAndAngles(problem: PlanProblem, circuit: number): Parameters<typeof lineLoads>[0] {
  const supply = supplyOf(problem, circuit);
  const powerFactorMin = problem.powerFactorMin?.[circuit];
  return powerFactorMin === undefined ? { supply } : { supply, powerFactorMin };
}

export function isBelow({ parent }: PlanProblem, circuit: number, top: number): boolean {
  let at = circuit;
  while (at > top) at = parent[at]!;
  return at === top;
}
