import type { EvseId, SiteId, StationId } from '../domain/ids.ts';
import type { LeaseForm, StationTraits } from '../domain/traits.ts';

/** Time as the control code sees it: real in `app.ts`, virtual in tests and in the twin. */
export interface Clock {
  /** Wall time in milliseconds since the epoch, for validity and for people. It may be set and jump. */
  nowMs(): number;
  /**
   * For ages, leases and everything that must not be fooled by a clock being set: runs on evenly from the wall
   * time at which the process started.
   */
  monotonicMs(): number;
  /** Calls back once. The returned function cancels, and may be called twice. */
  after(delayMs: number, callback: () => void): () => void;
}

/**
 * What a station is told, as a plain value: it may travel to another process, arrive late or never. The
 * receiver drops it when `expiresAtMs` has passed or when it has seen a higher `epoch` for the site.
 */
export type StationCommand = {
  readonly siteId: SiteId;
  readonly stationId: StationId;
  readonly evseId: EvseId;
  readonly evseNumber: number;
  readonly epoch: number;
  /** Unique and rising within an epoch. */
  readonly sequence: number;
  /** This and the next on our monotonic clock. */
  readonly sentAtMs: number;
  /** Past it the command must not be put on the wire. */
  readonly expiresAtMs: number;
} & (
  | LeaseCommand
  | StandingCommand
  | StationMaximumCommand
  | EndPriorityCommand
  | ClearCommand
  | RemoteStopCommand
  | RemoteStartCommand
);

/** The setpoint of a running session: one TxProfile whose schedule falls by itself. */
export interface LeaseCommand {
  readonly kind: 'lease';
  readonly transactionId: string;
  /** On the station's clock: where schedules count from the start of the session. */
  readonly startedAtMs?: number;
  readonly setpointAmps: number;
  /** In force once `leaseMs` have passed without a newer lease. */
  readonly tailAmps: number;
  readonly leaseMs: number;
  /** The station may not have the profile any more, or its car waits for one: its limit alone would not do. */
  readonly isAnew?: boolean;
  readonly schedule: ScheduleForm;
}

/** The standing TxDefaultProfile below all leases, for every session that has none. */
export interface StandingCommand {
  readonly kind: 'standing';
  readonly amps: number;
  readonly schedule: ScheduleForm;
}

/**
 * A bound on the station as a whole, for one that does not obey the setpoints of its EVSEs. It ends by itself, so
 * nobody has to remember to lift it.
 */
export interface StationMaximumCommand {
  readonly kind: 'station maximum';
  readonly amps: number;
  readonly durationMs: number;
  readonly schedule: ScheduleForm;
}

/** Ends a session: the last thing that can be asked of a station. */
export interface RemoteStopCommand {
  readonly kind: 'remote stop';
  readonly transactionId: string;
}

/** Begins a charge again that was ended by a remote stop. */
export interface RemoteStartCommand {
  readonly kind: 'remote start';
  readonly tokenId: string;
  /** The most that may flow then. */
  readonly amps: number;
}

/** Has a session go on under its setpoint, which another profile prevails over [OCPP 2.1 K21]. */
export interface EndPriorityCommand {
  readonly kind: 'end priority';
  readonly transactionId: string;
}

/** Takes away what lies where setpoints lay before, while they are written elsewhere: it would go on bounding its car. */
export interface ClearCommand {
  readonly kind: 'clear';
  readonly rung: LeftRung;
}

/** What bounds beside a setpoint of another rung. On the others the standing profile takes the place of what was left. */
export type LeftRung = 'transaction' | 'station maximum';

/** How the schedule is written for this EVSE: by the traits of its station, or as is usual where they are left out. */
export interface ScheduleForm extends Partial<StationTraits> {
  readonly unit: 'A' | 'W';
  readonly phaseVolts: number;
  readonly phaseCount: number;
  readonly stackLevel: number;
  /** How a lease ends by itself. */
  readonly leaseForm: LeaseForm;
  /** Which of the ways to write it this is: an answer to another says nothing about it. */
  readonly attempt?: number;
}

/** What became of a command. `unsent`: it never reached the wire, so nothing changed at the station. */
export interface CommandAnswer {
  readonly stationId: StationId;
  readonly evseId: EvseId;
  readonly epoch: number;
  readonly sequence: number;
  readonly atMs: number;
  readonly outcome: 'accepted' | 'rejected' | 'timed-out' | 'unsent';
  /** The station's own word, or why it could not be sent. */
  readonly reason: string;
}

/** The way to the stations. `send` never throws and never waits; the answer comes to the site state. */
export interface StationLink {
  send(command: StationCommand): void;
}
