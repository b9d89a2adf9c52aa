import type { LimitSource } from '../domain/gridLimit.ts';
import type { AreaId, CircuitId, EvseId, LimitId, SiteId, StationId } from '../domain/ids.ts';
import type { MeterVerdict } from '../domain/meterQuality.ts';
import type { Phase, PhaseAmps } from '../domain/phases.ts';
import type { Session } from '../domain/session.ts';
import type { SiteStop } from '../domain/siteStop.ts';
import type { EvseStatus } from '../domain/stationEvent.ts';
import type { Rung } from './escalation.ts';

/** Everything one tick publishes about one site: for the API, the console, MQTT, time series, the terminal. */
export interface SiteView {
  readonly siteId: SiteId;
  readonly name: string;
  readonly timeZone: string;
  readonly tick: TickView;
  readonly state: SiteState;
  /** Who stopped the site by hand; undefined while it runs. */
  readonly stop: SiteStop | undefined;
  readonly circuits: readonly CircuitView[];
  readonly evses: readonly EvseView[];
}

/**
 * `starting`: held at failsafe until meters and stations were heard. `assumed`: a metered circuit is planned on
 * its assumed background. `failsafe`: a plan broke a limit and the safe allocation is in force. `stopped`: a person
 * stopped it, and every EVSE is set to 0 until it is released.
 */
export type SiteState = 'starting' | 'normal' | 'assumed' | 'failsafe' | 'stopped';

export interface TickView {
  readonly number: number;
  readonly atMs: number;
  readonly durationMs: number;
  /** What made the loop run: its own pace, or a drop of a limit or of headroom. */
  readonly cause: 'pace' | 'drop';
}

export interface CircuitView {
  readonly id: CircuitId;
  readonly parent: CircuitId | undefined;
  readonly breakerAmps: number;
  /** The effective limit now, over all sources. */
  readonly limitAmps: PhaseAmps;
  /** What imposes the effective limit. */
  readonly limitedBy: LimitOrigin;
  /** Measured where there is a meter, else the sum of what is known to flow below. */
  readonly drawAmps: PhaseAmps;
  readonly backgroundAmps: PhaseAmps;
  /**
   * What flows over what may flow, under whichever limit is closest: above 1 the circuit is over it. Not the same as draw
   * over `limitAmps` where watts bind and the phases differ.
   */
  readonly loadShare: number;
  /** What our EVSEs may have in force, summed [P1]. */
  readonly exposureAmps: PhaseAmps;
  /** Free under this circuit's own limit: limit less background less exposure. Negative when over. */
  readonly headroomAmps: PhaseAmps;
  readonly basis: 'measured' | 'assumed' | 'unmetered';
  /** Age of the oldest field in use; undefined when nothing was heard. */
  readonly readingAgeMs: number | undefined;
  /** What speaks against its meter; undefined when nothing does. */
  readonly meterVerdict: MeterVerdict | undefined;
  /** Kept free for steps of the background as they were seen before, in addition to what flows. */
  readonly marginAmps: PhaseAmps;
  /** What its EVSEs fall to together when they no longer hear from us. */
  readonly failsafeAmps: PhaseAmps;
}

export type LimitOrigin =
  | { readonly kind: 'breaker' }
  | { readonly kind: 'rating' }
  | {
      readonly kind: 'limit';
      readonly limitId: LimitId;
      readonly source: LimitSource;
      readonly reason: string;
      readonly untilMs: number | undefined;
    };

export interface EvseView {
  readonly id: EvseId;
  readonly stationId: StationId;
  readonly number: number;
  readonly circuit: CircuitId;
  readonly wiring: readonly Phase[];
  readonly state: EvseState;
  /** What we last told the station for this session; undefined when no session holds a lease. */
  readonly setpointAmps: number | undefined;
  /** Per phase of the circuit. */
  readonly drawAmps: PhaseAmps;
  readonly exposureAmps: number;
  /** What the plan wants it to have. */
  readonly allocatedAmps: number;
  /** What it falls to when it no longer hears from us. */
  readonly failsafeAmps: number;
  /** Of the hardware; below the minimum it is only ever 0. */
  readonly minAmps: number;
  readonly maxAmps: number;
  readonly session: Session | undefined;
  /** It keeps its last setpoint for ever when it no longer hears from us, and so costs the others room. */
  readonly isNonLeasing: boolean;
  /** How far its station's clock is ahead of ours; undefined as long as that is not known. */
  readonly clockSkewMs: number | undefined;
  readonly reason: EvseReason;
}

export type EvseState =
  | 'offline'
  | EvseStatus
  | 'unknown'
  /** A session that draws current, is offered none, or takes none. */
  | 'charging'
  | 'paused'
  | 'suspended-by-ev';

/** Why an EVSE has the current it has: the answer to "why does it charge so slowly?". */
export type EvseReason =
  | { readonly kind: 'no session' }
  /** It has all it can use. */
  | { readonly kind: 'own maximum'; readonly amps: number }
  /** The car was seen to draw less; the rest is lent to others until it ramps. */
  | { readonly kind: 'car takes less'; readonly amps: number }
  /** A roaming partner lets its driver's session take no more; below its minimum the car gets nothing. */
  | { readonly kind: 'bound by a partner'; readonly amps: number }
  | {
      readonly kind: 'circuit full';
      readonly circuit: CircuitId;
      /** undefined: the total watts of the circuit bind. */
      readonly phase: Phase | undefined;
      readonly limitedBy: LimitOrigin;
    }
  | { readonly kind: 'area full'; readonly area: AreaId }
  /** No room for its minimum current: it waits for its turn. */
  | { readonly kind: 'paused'; readonly circuit: CircuitId | undefined; readonly phase: Phase | undefined }
  /** The plan over the coming hours holds it back. `needsWh` is what it still wants by `departureMs`. */
  | {
      readonly kind: 'planned later';
      readonly why: 'cheaper' | 'greener' | 'peak' | 'others first' | 'has enough';
      readonly amps: number;
      readonly untilMs: number | undefined;
      readonly needsWh: number;
      readonly departureMs: number;
    }
  | { readonly kind: 'starting' }
  /** A person stopped the site. */
  | { readonly kind: 'stopped'; readonly by: string; readonly why: string }
  | { readonly kind: 'offline' }
  /** It was measured above what it may; `rung` is what was done about it last. */
  | { readonly kind: 'not obeying'; readonly amps: number; readonly rung: Rung | undefined }
  /**
   * The station refused its last command or did not answer it: it counts as it is until it is asked again. `rung`: what was
   * done last because the others could not make room for it.
   */
  | { readonly kind: 'not answering'; readonly rung?: Rung | undefined }
  /** Its session was ended by us, because its station did not do what it was told, and begins again when there is room. */
  | { readonly kind: 'interrupted' }
  /** Its driver may not charge. */
  | { readonly kind: 'token refused' }
  /** Its station writes what it is told to a memory that wears out, and was told as often as it may be within the hour. */
  | { readonly kind: 'memory spared' }
  /** Capacity is not proven free yet: others must confirm their decrease first. */
  | { readonly kind: 'waiting for others' };
