import type { Boundary, LimitTarget, LimitValue } from './gridLimit.ts';

/** A grid operator's way to us: what it may limit, how its limits supersede each other, what its silence means. */
export interface GridConnection {
  readonly id: string;
  readonly profile: ConnectionProfile;
  readonly targets: readonly ConnectionTarget[];
  /** Silent for longer, the sender is not there. undefined: it need not say that it is alive. */
  readonly heartbeatTimeoutMs: number | undefined;
  /** Of the failsafe limit in the config. */
  readonly boundary: Boundary;
  /** How long the failsafe limit holds at least while the sender stays silent. */
  readonly minDurationMs: number;
  /** And then: the failsafe limit still, the contract, or nothing but what was scheduled with an end. */
  readonly afterMin: 'hold' | 'baseline' | 'unlimited';
  /** Which of several limits in force binds; of those that are equal the lowest does. */
  readonly supersede: 'lowest' | 'priority' | 'latest' | 'version';
  /** Whether an event may allow more than the contract. */
  readonly mayRaiseAboveContract: boolean;
  /** How far above a limit on a mean the load may be for a while, as a factor; 1: never. */
  readonly meanCeiling: number;
  readonly release: ReleaseOptions;
  /** What each step of a relay limits to; null: nothing. */
  readonly levelsWatts: readonly (number | null)[];
  /** Controllable devices behind it to which German law leaves a minimum; undefined: it leaves none. */
  readonly devices14a: number | undefined;
}

/** Which way out of silence its sender knows. */
export type ConnectionProfile = 'lpc' | 'oscp' | 'openadr3' | 'generic';

export interface ConnectionTarget {
  readonly target: LimitTarget;
  /** What the grid operator calls it: EAN, MPAN, group, resource. */
  readonly externalIds: readonly string[];
  readonly failsafe: LimitValue;
}

export interface ReleaseOptions {
  /** A rise waits for a random part of this, so that a neighbourhood does not come back at once. */
  readonly randomMs: number;
  /** And then takes this long from nothing to the rating of the circuit. */
  readonly rampMs: number;
}

/**
 * `init`: nothing was heard since the start, the failsafe limit holds. `failsafe`: the sender is silent.
 * `autonomous`: it was for longer than the failsafe limit must hold.
 */
export type ConnectionPhase = 'init' | 'limited' | 'unlimited' | 'failsafe' | 'autonomous';

/** Where a connection stands. All instants on the monotonic clock. */
export interface ConnectionState {
  readonly phase: ConnectionPhase;
  readonly sinceMs: number;
  /** Last sign of life. */
  readonly heardAtMs: number | undefined;
  /** Until when the sender said it is alive. */
  readonly aliveUntilMs: number | undefined;
  /** A heartbeat is back while the failsafe limit still holds. */
  readonly backAtMs: number | undefined;
}

export type ConnectionEvent =
  | { readonly kind: 'heartbeat'; readonly aliveUntilMs: number | undefined }
  | { readonly kind: 'limits heard' }
  /** It is known to be gone: its last will came. */
  | { readonly kind: 'gone' }
  /** In touch again, and everything the sender has was heard. */
  | { readonly kind: 'resynchronised' }
  | { readonly kind: 'time passed' };

/** After a heartbeat a limit has so long to follow [EEBUS LPC: 120 s]; none means there is none. */
const graceMs = 120_000;

export const initialState = (nowMs: number): ConnectionState => ({
  phase: 'init',
  sinceMs: nowMs,
  heardAtMs: undefined,
  aliveUntilMs: undefined,
  backAtMs: undefined,
});

/**
 * What a state that was kept over a restart is worth. Silence goes on as silence. A controllable system of EEBUS LPC
 * starts in its failsafe limit whatever was before; the others go on with what they had been told.
 */
export function restoredState(
  { profile }: Pick<GridConnection, 'profile'>,
  kept: ConnectionState,
  nowMs: number,
): ConnectionState {
  if (profile === 'lpc' && !isInFailsafe(kept)) return initialState(nowMs);
  const { heardAtMs, aliveUntilMs } = kept;
  // What was heard after now was written while the clock stood wrong, and so was until when it holds.
  const aheadMs = Math.max(0, (heardAtMs ?? nowMs) - nowMs);
  return {
    ...kept,
    sinceMs: Math.min(kept.sinceMs, nowMs),
    heardAtMs: heardAtMs === undefined ? undefined : heardAtMs - aheadMs,
    aliveUntilMs: aliveUntilMs === undefined ? undefined : aliveUntilMs - aheadMs,
    backAtMs: undefined,
  };
}

interface Now {
  readonly nowMs: number;
  /** Whether a cap that was scheduled is in force. */
  readonly isLimited: boolean;
}

/** The state after something was heard of the sender, or after time has passed without. */
export function connectionAfter(
  state: ConnectionState,
  event: ConnectionEvent,
  connection: Pick<GridConnection, 'profile' | 'heartbeatTimeoutMs' | 'minDurationMs'>,
  now: Now,
): ConnectionState {
  const alive = { ...state, heardAtMs: now.nowMs };
  switch (event.kind) {
    case 'heartbeat': {
      const heard = { ...alive, aliveUntilMs: event.aliveUntilMs ?? state.aliveUntilMs };
      return isHeld(state) ? { ...heard, backAtMs: state.backAtMs ?? now.nowMs } : settled(heard, now);
    }
    case 'limits heard':
      return isHeld(state) && !leavesOnLimit(state, connection.profile) ? alive : settled(alive, now);
    case 'resynchronised':
      return settled({ ...alive, aliveUntilMs: undefined }, now);
    case 'gone':
      return isHeld(state) ? { ...state, backAtMs: undefined } : silent(state, now.nowMs);
    case 'time passed':
      return isHeld(state) ? held(state, connection, now) : watched(state, connection, now);
    default:
      return event satisfies never;
  }
}

/** Whether its sender is known to be silent. */
export const isInFailsafe = ({ phase }: ConnectionState): boolean =>
  phase === 'failsafe' || phase === 'autonomous';

/** Until it was heard what the sender wants now. */
const isHeld = ({ phase }: ConnectionState): boolean => phase !== 'limited' && phase !== 'unlimited';

function leavesOnLimit({ phase, backAtMs }: ConnectionState, profile: ConnectionProfile): boolean {
  if (phase === 'init' || profile === 'generic') return true;
  return profile === 'lpc' && backAtMs !== undefined;
}

function settled(state: ConnectionState, { nowMs, isLimited }: Now): ConnectionState {
  const phase = isLimited ? 'limited' : 'unlimited';
  const sinceMs = state.phase === phase ? state.sinceMs : nowMs;
  return { ...state, phase, sinceMs, backAtMs: undefined };
}

type Rules = Parameters<typeof connectionAfter>[2];

function isSilent(
  { heardAtMs, aliveUntilMs, sinceMs }: ConnectionState,
  rules: Rules,
  nowMs: number,
): boolean {
  if (aliveUntilMs !== undefined) return nowMs > aliveUntilMs;
  if (rules.heartbeatTimeoutMs === undefined) return false;
  return nowMs - (heardAtMs ?? sinceMs) > rules.heartbeatTimeoutMs;
}

/** In touch: silence ends that. What OpenADR has scheduled outlives its silence. */
function watched(state: ConnectionState, rules: Rules, now: Now): ConnectionState {
  const isCovered = rules.profile === 'openadr3' && now.isLimited;
  if (!isSilent(state, rules, now.nowMs) || isCovered) return settled(state, now);
  return silent(state, now.nowMs);
}

const silent = (state: ConnectionState, nowMs: number): ConnectionState => ({
  ...state,
  phase: 'failsafe',
  sinceMs: nowMs,
  aliveUntilMs: undefined,
  backAtMs: undefined,
});

/** The failsafe limit holds: the sender comes back without a limit, or does not come back. */
function held(state: ConnectionState, rules: Rules, now: Now): ConnectionState {
  const { nowMs } = now;
  const { backAtMs } = state;
  if (backAtMs !== undefined) {
    if (isSilent(state, rules, nowMs)) return { ...state, backAtMs: undefined, aliveUntilMs: undefined };
    const needsNoMore = rules.profile === 'lpc' || rules.profile === 'generic';
    return needsNoMore && nowMs - backAtMs >= graceMs ? settled(state, now) : state;
  }
  if (state.phase !== 'failsafe' || nowMs - state.sinceMs < rules.minDurationMs) return state;
  return { ...state, phase: 'autonomous', sinceMs: nowMs };
}
