import type { PlanAnswer, PlanProblem } from '../../solver/planProblem.ts';

export const hourMs = 3_600_000;

/** One car over four hours on one circuit of 16 A per phase; each test changes what it is about. */
export const givenPlan = (change: Partial<PlanProblem> = {}): PlanProblem => ({
  nowMs: 0,
  slotMs: Float64Array.of(0, hourMs, 2 * hourMs, 3 * hourMs, 4 * hourMs),
  pricePerKwh: Float64Array.of(4, 3, 1, 2),
  parent: Int32Array.of(-1),
  limit: Float64Array.from([1, 2, 3, 4].flatMap(() => [16, 16, 16, Infinity])),
  id: Float64Array.of(7),
  circuit: Int32Array.of(0),
  wiring: Uint8Array.of(1),
  phaseVolts: Float64Array.of(250),
  maxAmps: Float64Array.of(16),
  needKwh: Float64Array.of(4),
  startMs: Float64Array.of(0),
  departureMs: Float64Array.of(4 * hourMs),
  weight: Float64Array.of(1),
  peak: undefined,
  ...change,
});

export const planned = (answer: PlanAnswer): Extract<PlanAnswer, { status: 'planned' }> => {
  if (answer.status === 'failed') throw new Error(answer.reason);
  return answer;
};
