import type { PlanBody } from '../../http/planSchemas.ts';

type PlannedCircuit = PlanBody['circuits'][number];

/** A slot of the plan on the phase of a circuit where most flows; null where nobody told it. */
export interface SlotFigures {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly backgroundAmps: number;
  readonly plannedAmps: number;
  readonly limitAmps: number | null;
  readonly pricePerKwh: number | null;
}

export function slotFigures({ slots }: PlanBody, circuit: PlannedCircuit): readonly SlotFigures[] {
  return slots.map(({ from, until, pricePerKwh }, slot) => {
    const background = circuit.backgroundAmps[slot] ?? [0, 0, 0];
    const planned = circuit.plannedAmps[slot] ?? [0, 0, 0];
    const limit = circuit.limitAmps[slot] ?? null;
    const phase = fullest(background, planned, limit);
    return {
      fromMs: Date.parse(from),
      untilMs: Date.parse(until),
      backgroundAmps: background[phase],
      plannedAmps: planned[phase],
      limitAmps: limit === null ? null : limit[phase],
      pricePerKwh,
    };
  });
}

type Amps = readonly [number, number, number];

/** Where least is left under the limit; without one, where most flows. */
function fullest(background: Amps, planned: Amps, limit: Amps | null): 0 | 1 | 2 {
  const load = (phase: 0 | 1 | 2): number => background[phase] + planned[phase] - (limit?.[phase] ?? 0);
  if (load(0) >= load(1) && load(0) >= load(2)) return 0;
  return load(1) >= load(2) ? 1 : 2;
}

/** Columns for a chart of steps: the last slot is drawn to its end. */
export function columnsOf(
  figures: readonly SlotFigures[],
  values: readonly ((slot: SlotFigures) => number | null)[],
): readonly (readonly (number | null)[])[] {
  const last = figures.at(-1);
  const ends = last === undefined ? [] : [last];
  return [
    [...figures.map(({ fromMs }) => fromMs / 1000), ...ends.map(({ untilMs }) => untilMs / 1000)],
    ...values.map((value) => [...figures, ...ends].map(value)),
  ];
}
