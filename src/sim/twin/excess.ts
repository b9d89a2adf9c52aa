import type { Topology } from '../../control/topology.ts';
import { type PhaseAmps, phases } from '../../domain/phases.ts';
import type { NodeLimit } from './limitTruth.ts';

/** Why more flowed than the limit, the first that fits. */
export const excessCauses = [
  'background alone',
  'reaction',
  'disobedient station',
  'lying or silent meter',
  'service away',
  'station out of reach',
  'unexplained',
] as const;
export type ExcessCause = (typeof excessCauses)[number];

/** After a step the real load is under the limit again by then: meter, tick, command and car [P2]. */
export const reactionMs = 15_000;
/** A background that rises by this much within one step of the simulation is a step. */
const backgroundStepAmps = 2;
const toleranceAmps = 0.05;

interface NodeExcess {
  sinceMs: number | undefined;
  /** What caused it so far, and for how long. */
  readonly secondsBy: Map<ExcessCause, number>;
  /** When a step last gave it a reason. */
  steppedAtMs: number;
  limit: NodeLimit;
  background: PhaseAmps;
}

export interface ExcessFigures {
  readonly seconds: Record<ExcessCause, number>;
  /** Beyond the reaction time, whatever the cause. */
  worstAmps: number;
  /** Of one excess, past the reaction time. */
  readonly longestS: Record<ExcessCause, number>;
  /** The instant of the first second nobody can explain. */
  unexplainedAtMs: number | undefined;
}

export const byCause = (value: (cause: ExcessCause) => number): Record<ExcessCause, number> =>
  Object.fromEntries(excessCauses.map((cause) => [cause, value(cause)])) as Record<ExcessCause, number>;

export const noExcess = (): ExcessFigures => ({
  seconds: byCause(() => 0),
  worstAmps: 0,
  longestS: byCause(() => 0),
  unexplainedAtMs: undefined,
});

/** Why, past the reaction time. It may ask whether less than what flows would be over as well. */
type CauseOfExcess = (node: number, isOver: (flow: Flow) => boolean) => ExcessCause;

/** What really flows against what may flow [P2]. */
export class ExcessMeter {
  readonly figures = noExcess();
  readonly #nodes: NodeExcess[];
  readonly #cause: CauseOfExcess;

  constructor(topology: Topology, cause: CauseOfExcess) {
    this.#cause = cause;
    this.#nodes = topology.nodes.map(() => ({
      sinceMs: undefined,
      secondsBy: new Map(),
      steppedAtMs: Number.NEGATIVE_INFINITY,
      limit: { amps: Number.POSITIVE_INFINITY, watts: Number.POSITIVE_INFINITY },
      background: [0, 0, 0],
    }));
  }

  /** One node after `dtMs`. */
  judge(
    node: number,
    now: {
      readonly total: Flow;
      readonly background: Flow;
      readonly limit: NodeLimit;
      /** Of a phase in the star that the supply has, if only on paper: how many watts an ampere is. */
      readonly starVolts: number;
      readonly nowMs: number;
      readonly dtMs: number;
    },
  ): void {
    const at = this.#nodes[node];
    if (at === undefined) return;
    const { total, background, limit, starVolts, nowMs, dtMs } = now;
    const isCut = limit.amps < at.limit.amps || limit.watts < at.limit.watts;
    const hasRisen = phases.some(
      (phase) => background.amps[phase] > at.background[phase] + backgroundStepAmps,
    );
    if (isCut || hasRisen) at.steppedAtMs = nowMs;
    at.limit = limit;
    at.background = background.amps;
    const overAmps = over(total, limit, starVolts);
    if (overAmps <= toleranceAmps) {
      at.sinceMs = undefined;
      at.secondsBy.clear();
      return;
    }
    at.sinceMs ??= nowMs - dtMs;
    const cause =
      over(background, limit, starVolts) > 0
        ? 'background alone'
        : nowMs - Math.max(at.sinceMs, at.steppedAtMs) <= reactionMs
          ? 'reaction'
          : this.#cause(node, (flow) => over(flow, limit, starVolts) > 0);
    this.figures.seconds[cause] += dtMs / 1000;
    if (cause === 'background alone' || cause === 'reaction') return;
    this.figures.worstAmps = Math.max(this.figures.worstAmps, overAmps);
    const { longestS } = this.figures;
    const lastedS = (at.secondsBy.get(cause) ?? 0) + dtMs / 1000;
    at.secondsBy.set(cause, lastedS);
    longestS[cause] = Math.max(longestS[cause], lastedS);
    if (cause === 'unexplained') this.figures.unexplainedAtMs ??= nowMs;
  }
}

/** What flows through a node: on each line, and over all of them. */
export interface Flow {
  readonly amps: PhaseAmps;
  readonly watts: number;
}

const over = ({ amps, watts }: Flow, limit: NodeLimit, starVolts: number): number => {
  const byWatts =
    limit.watts === Number.POSITIVE_INFINITY ? -Infinity : (watts - limit.watts) / starVolts / 3;
  return Math.max(amps[0] - limit.amps, amps[1] - limit.amps, amps[2] - limit.amps, byWatts);
};
