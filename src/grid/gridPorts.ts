import type { Clock } from '../control/ports.ts';
import type { LimitTarget } from '../domain/gridLimit.ts';
import type { PhaseAmps } from '../domain/phases.ts';
import type { Logger } from '../log.ts';

// What a protocol of grid operators and the rest of the service tell each other. A protocol speaks its own language
// outside and only this inside; which limits bind, when silence means failsafe and what is evidence is not its business.

/** A power or current as a grid operator gives it: never negative. `phaseAmps` leaves a phase it says nothing of undefined. */
export type GridValue =
  | { readonly watts: number }
  | { readonly amps: number }
  | { readonly phaseAmps: Readonly<Partial<Record<'L1' | 'L2' | 'L3', number>>> };

/** One limit as heard, its target already found in the config. In force over [fromMs, untilMs) of our wall clock. */
export interface HeardLimit {
  /** The sender's own name of it, unique within its connection; one external message with many intervals gives each its own. */
  readonly externalId: string;
  /**
   * Rises with each change by the sender: a version number or the time of modification. An older one is ignored.
   * undefined: the sender counts none, and what is heard last is the newest, whatever our clock shows.
   */
  readonly version: number | undefined;
  readonly target: LimitTarget;
  readonly direction: 'import' | 'export';
  /** `connection`: the building counts too. `controllable`: the cars alone. */
  readonly boundary: 'connection' | 'controllable';
  /** `cap` binds. `baseline` is the contract, `reservation` adds to it, `target` is a wish. */
  readonly kind: 'cap' | 'baseline' | 'reservation' | 'target';
  /** `default` when no event is in force; `failsafe` when the sender is silent. */
  readonly role: 'event' | 'default' | 'failsafe';
  readonly value: GridValue;
  readonly averaging:
    | { readonly mode: 'instant' }
    | { readonly mode: 'mean'; readonly windowS: number; readonly isAligned: boolean };
  readonly fromMs: number;
  readonly untilMs: number | undefined;
  /** 0 is the highest; only among limits of the same connection. */
  readonly priority: number;
  /** The load must be under it so long after it was heard or began. */
  readonly complyWithinS: number;
  readonly reason: string;
}

/** A price per kWh that the plan may use. */
export interface HeardPrice {
  readonly target: LimitTarget;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly perKwh: number;
  readonly currency: string;
}

export type GridChange =
  /** Adds, or replaces what has the same external id. */
  | { readonly kind: 'update'; readonly limits: readonly HeardLimit[] }
  /** Everything the sender has: what is missing here was withdrawn. */
  | { readonly kind: 'everything'; readonly limits: readonly HeardLimit[] }
  | { readonly kind: 'withdraw'; readonly externalIds: readonly string[] };

export interface GridVerdict {
  readonly externalId: string;
  readonly outcome: 'accepted' | 'unchanged' | 'outdated' | 'refused';
  readonly why?: string;
}

/** Where the load stands against a limit; told once for each step. */
export interface GridProgress {
  readonly connectionId: string;
  readonly externalId: string;
  readonly phase: 'applied' | 'effective' | 'infeasible' | 'violated' | 'released';
  readonly atMs: number;
  readonly measuredWatts: number | undefined;
  readonly why?: string;
}

/** What is measured at a target, building and cars together, and the cars alone. `undefined` where no meter tells. */
export interface GridMeasurement {
  readonly atMs: number;
  readonly watts: number | undefined;
  readonly amps: PhaseAmps | undefined;
  readonly carWatts: number;
  /** Rising import register, where it is measured or can be integrated. */
  readonly energyWh: number | undefined;
  readonly carEnergyWh: number;
  readonly activeSessions: number;
  /** Limit in force and most that the plan foresees, for reports. */
  readonly limitWatts: number | undefined;
  readonly quality: 'measured' | 'assumed' | 'missing';
}

export interface GridPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly newId: () => string;
  /**
   * In force at once; resolves when it is durable, which is when it may be acknowledged. `raw` is what came over the
   * wire, kept for evidence.
   */
  hear(connectionId: string, change: GridChange, raw: string): Promise<readonly GridVerdict[]>;
  hearPrices(connectionId: string, prices: readonly HeardPrice[]): void;
  /** The sender is alive; `aliveUntilMs` (wall clock) where it says itself until when. */
  heartbeat(connectionId: string, aliveUntilMs?: number): void;
  /** After a silence the sender is in touch again and everything it has was heard. */
  resynchronised(connectionId: string): void;
  acknowledged(connectionId: string, externalIds: readonly string[], atMs: number): void;
  measurement(target: LimitTarget): GridMeasurement;
  onProgress(listener: (progress: GridProgress) => void): () => void;
}

/** The same for a protocol that says much at once: it need not wait for the disk before it goes on to the next message. */
export interface PromptGridPorts extends GridPorts {
  /**
   * In force when it returns. `kept` resolves when it is durable, never before what was heard earlier, and rejects when it
   * cannot be kept: then it is not in force any more.
   */
  hearNow(
    connectionId: string,
    change: GridChange,
    raw: string,
  ): { readonly verdicts: readonly GridVerdict[]; readonly kept: Promise<void> };
}
