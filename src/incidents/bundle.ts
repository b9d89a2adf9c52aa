import type { ControlLoopOptions, TickResult } from '../control/controlLoop.ts';
import type { HorizonTarget } from '../control/horizonTargets.ts';
import type { StationCommand } from '../control/ports.ts';
import type { SiteInput } from '../control/siteInput.ts';
import type { ControlSnapshot } from '../control/snapshot.ts';
import type { GridConnection } from '../domain/gridConnection.ts';
import type { EvseId, SiteId } from '../domain/ids.ts';
import type { Area, Site } from '../domain/site.ts';

// What a bundle holds, a line each: the header, the snapshot, then what happened, the oldest first.

/** Why a bundle was written. */
export interface IncidentCause {
  readonly kind:
    | 'plan refused'
    | 'raise refused'
    | 'over limit'
    | 'station disobeys'
    | 'allocation differs'
    | 'asked for';
  /** undefined when it is about all of them. */
  readonly siteId: SiteId | undefined;
  /** For people. */
  readonly detail: string;
}

export interface BundleHeader {
  /** Version of the program that wrote it. */
  readonly program: string;
  readonly writtenAtMs: number;
  readonly cause: IncidentCause;
  readonly sites: readonly Site[];
  readonly areas: readonly Area[];
  readonly connections: readonly GridConnection[];
  readonly options: ControlLoopOptions;
  readonly epoch: number;
}

/** When something happened: on the clock that runs evenly, and on the wall. */
export interface Instant {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export type BundleEntry = { readonly at: Instant } & (
  | { readonly snapshot: ControlSnapshot; readonly targets: readonly PlannedTarget[] }
  | { readonly input: SiteInput }
  | { readonly target: PlannedTarget }
  | { readonly tick: TickRecord }
);

/** What the plan over the coming hours, which has a thread and a time of its own, wants of an EVSE from now on. */
export interface PlannedTarget {
  readonly evseId: EvseId;
  readonly target: HorizonTarget | undefined;
}

/** What a tick decided; arrays in the order of the topologies and their EVSEs. */
export interface TickRecord {
  readonly number: number;
  readonly cause: TickResult['tick']['cause'];
  readonly allocatedAmps: readonly number[];
  readonly commands: readonly StationCommand[];
  readonly failures: readonly string[];
  /** EVSEs whose raise the validator kept back. */
  readonly refused: readonly string[];
}

export const tickRecord = ({ tick, plans, sent, refused }: TickResult): TickRecord => ({
  number: tick.number,
  cause: tick.cause,
  allocatedAmps: plans.flatMap(({ evses }) => evses.map(({ allocatedAmps }) => allocatedAmps)),
  commands: sent.map(({ command }) => command),
  failures: plans.flatMap(({ failure }) => failure ?? []),
  refused: refused.map(({ dispatched }) => dispatched.command.evseId),
});
