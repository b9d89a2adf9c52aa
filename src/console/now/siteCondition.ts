import type { CircuitSummaryBody, EvseBody, LimitOriginBody } from '../../http/schemas.ts';
import type { SiteHead, SiteStore } from '../sites.ts';

/** What a site is, in one word: the worst that is true of it. */
export type Condition =
  | { readonly kind: 'normal' | 'failsafe' | 'starting' }
  | { readonly kind: 'stopped'; readonly stop: NonNullable<SiteHead['stop']> }
  | { readonly kind: 'assumed'; readonly circuits: readonly string[] }
  | { readonly kind: 'limited'; readonly circuit: CircuitSummaryBody; readonly by: LimitOriginBody };

export function condition({ state, stop }: SiteHead, circuits: readonly CircuitSummaryBody[]): Condition {
  if (stop !== null) return { kind: 'stopped', stop };
  if (state === 'failsafe' || state === 'starting') return { kind: state };
  const silent = circuits.filter(({ basis }) => basis === 'assumed').map(({ id }) => id);
  if (silent.length > 0) return { kind: 'assumed', circuits: silent };
  // The highest in the tree: what limits the most cars.
  const limited = circuits.find(({ limitedBy }) => limitedBy.kind === 'limit');
  return limited === undefined
    ? { kind: 'normal' }
    : { kind: 'limited', circuit: limited, by: limited.limitedBy };
}

/** What somebody should look into, beside the state of the site. */
export interface Troubles {
  readonly offline: number;
  readonly disobeys: number;
  readonly faulted: number;
  readonly unanswered: number;
  readonly meters: readonly CircuitSummaryBody[];
  readonly over: readonly CircuitSummaryBody[];
}

/** A meter shows this much more than a limit that is kept. */
const toleranceAmps = 1;

export function troubles(circuits: readonly CircuitSummaryBody[], evses: readonly EvseBody[]): Troubles {
  const count = (fits: (evse: EvseBody) => boolean): number => evses.filter(fits).length;
  return {
    offline: count(({ state }) => state === 'offline'),
    disobeys: count(({ reason }) => reason.kind === 'not obeying'),
    faulted: count(({ state }) => state === 'faulted'),
    unanswered: count(({ reason }) => reason.kind === 'not answering'),
    meters: circuits.filter(({ meterVerdict }) => meterVerdict !== null),
    over: circuits.filter(({ drawAmps, limitAmps }) =>
      drawAmps.some((amps, phase) => amps > (limitAmps[phase] ?? 0) + toleranceAmps),
    ),
  };
}

export interface Totals {
  readonly fullest: {
    readonly phase: 'L1' | 'L2' | 'L3';
    readonly loadAmps: number;
    readonly limitAmps: number;
    readonly headroomAmps: number;
  };
  readonly chargingAmps: number;
  readonly charging: number;
  readonly connected: number;
  readonly waiting: number;
}

const phaseNames = ['L1', 'L2', 'L3'] as const;

/** The few figures that tell how a site does. */
export function totals(root: CircuitSummaryBody, evses: readonly EvseBody[]): Totals {
  const { limitAmps, drawAmps } = root;
  const left = [limitAmps[0] - drawAmps[0], limitAmps[1] - drawAmps[1], limitAmps[2] - drawAmps[2]] as const;
  const index = left[0] <= left[1] && left[0] <= left[2] ? 0 : left[1] <= left[2] ? 1 : 2;
  const withCar = evses.filter(({ session }) => session !== null);
  return {
    fullest: {
      phase: phaseNames[index],
      loadAmps: drawAmps[index],
      limitAmps: limitAmps[index],
      headroomAmps: Math.max(0, left[index]),
    },
    chargingAmps: evses.reduce((sum, evse) => sum + evse.drawAmps[index], 0),
    charging: withCar.filter(({ state }) => state === 'charging').length,
    connected: withCar.length,
    waiting: withCar.filter(({ state }) => state === 'paused').length,
  };
}

export const circuitsOf = ({ circuits }: SiteStore): readonly CircuitSummaryBody[] =>
  [...circuits.values()].map(({ circuit }) => circuit.value);
export const evsesOf = ({ evses }: SiteStore): readonly EvseBody[] =>
  [...evses.values()].map((row) => row.value);
