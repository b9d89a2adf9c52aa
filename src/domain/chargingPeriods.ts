import { registerCount } from './meterRegister.ts';
import type { RunningState } from './sessionFact.ts';
import { quarterMs, type SessionPoint } from './sessionPoints.ts';

/** A part of a session in which nothing changed that a price may depend on. */
export interface ChargingPeriod {
  readonly fromMs: number;
  readonly untilMs: number;
  /**
   * Who holds a pause: in `suspended-by-ev` the vehicle asks for no power, in `suspended-by-us` it would take more than
   * it gets, and must not be billed for parking.
   */
  readonly state: RunningState;
  readonly energyWh: number;
}

/** A hundred days. A longer one has a wrong clock, and is cut at its changes alone. */
const quartersMax = 9_600;

/**
 * A session cut wherever its state changes and at every quarter of an hour. Energy between two readings of the meter is
 * spread evenly over the time between them.
 */
export function chargingPeriods(
  points: readonly SessionPoint[],
  { startedAtMs, untilMs }: { readonly startedAtMs: number; readonly untilMs: number },
): readonly ChargingPeriod[] {
  const changes = changesOf(points);
  const edges = new Set([startedAtMs, untilMs]);
  for (const { atMs } of changes) if (atMs > startedAtMs && atMs < untilMs) edges.add(atMs);
  const firstQuarterMs = Math.ceil((startedAtMs + 1) / quarterMs) * quarterMs;
  const isLong = untilMs - startedAtMs > quartersMax * quarterMs;
  for (let atMs = firstQuarterMs; atMs < untilMs && !isLong; atMs += quarterMs) edges.add(atMs);
  const sorted = [...edges].sort((a, b) => a - b);
  const countedWh = counterOf(points);
  return sorted.slice(1).map((edgeMs, index) => {
    const fromMs = sorted[index] ?? startedAtMs;
    return {
      fromMs,
      untilMs: edgeMs,
      state: changes.findLast(({ atMs }) => atMs <= fromMs)?.state ?? 'authorised',
      // Rounded to a milliwatt-hour: what is left is the noise of the arithmetic.
      energyWh: Math.round((countedWh(edgeMs) - countedWh(fromMs)) * 1000) / 1000,
    };
  });
}

function changesOf(
  points: readonly SessionPoint[],
): readonly { readonly atMs: number; readonly state: RunningState }[] {
  const told = points.flatMap(({ atMs, state }) => (state === undefined ? [] : [{ atMs, state }]));
  return told.filter(({ state }, index) => state !== told[index - 1]?.state);
}

/** Energy delivered up to an instant. */
function counterOf(points: readonly SessionPoint[]): (atMs: number) => number {
  const read = points.flatMap(({ atMs, registerWh }) =>
    registerWh === undefined ? [] : [{ atMs, registerWh }],
  );
  const { countedWh } = registerCount(read.map(({ registerWh }) => registerWh));
  return (atMs) => {
    const next = read.findIndex((reading) => reading.atMs >= atMs);
    if (next === -1) return countedWh.at(-1) ?? 0;
    const [from, to] = [read[next - 1], read[next]];
    const [fromWh = 0, toWh = 0] = [countedWh[next - 1], countedWh[next]];
    if (from === undefined || to === undefined) return toWh;
    return fromWh + ((toWh - fromWh) * (atMs - from.atMs)) / (to.atMs - from.atMs);
  };
}
