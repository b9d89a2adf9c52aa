import type { PartedReport, StationReading, WorkState } from '../control/stationNotes.ts';
import type { CommandRecord } from '../domain/commandRecord.ts';
import type { EvseAvailability } from '../domain/evseAvailability.ts';
import type { Fault, FaultSource } from '../domain/fault.ts';
import type { EvseId, StationId } from '../domain/ids.ts';
import type { LoggedMessage } from '../domain/loggedMessage.ts';
import type { Phase, PhaseName } from '../domain/phases.ts';
import type { Reservation } from '../domain/reservation.ts';
import type { StationHardware } from '../domain/stationEvent.ts';
import type { WiringFinding } from '../domain/wiringEvidence.ts';
import type { Actor } from './auth.ts';
import type { StationRequest } from './stationCommandBodies.ts';

/** What the HTTP side asks of and about stations. Whoever calls has found the station on a site of the actor. */
export interface StationsPort {
  command(stationId: StationId, request: StationRequest, actor: Actor): Promise<StationAnswer>;
  /** Every message of the specifications that a station may be sent, with the versions that have it. */
  messages(): ReadonlyMap<string, readonly string[]>;
  /** Sends one as it is. */
  send(stationId: StationId, message: Message, actor: Actor): Promise<MessageAnswer>;
  now(stationId: StationId): StationNow;
  /** The newest first, as all of these. */
  commands(stationId: StationId, page: PageQuery): Promise<Listed<CommandRecord>>;
  faults(
    stationId: StationId,
    query: PageQuery & { readonly source?: FaultSource | undefined },
  ): Promise<Listed<Fault>>;
  reservations(stationId: StationId): Promise<readonly Reservation[]>;
  reports(stationId: StationId): readonly PartedReport[];
  /** The newest that it said and was told over OCPP; the oldest first. */
  messageLog(stationId: StationId): readonly LoggedMessage[];
  wiring(stationId: StationId): readonly EvseWiring[];
  /** Writes what somebody confirmed into the config: it is in force when the service starts again. */
  rewire(
    stationId: StationId,
    confirmed: { readonly evse: string; readonly phases: readonly PhaseName[] },
    actor: Actor,
  ): Promise<Rewired>;
}

export interface EvseWiring {
  readonly evse: EvseId;
  /** As `Evse.wiring` has it. */
  readonly configured: readonly Phase[];
  /** undefined before any step could tell. */
  readonly found: WiringFinding | undefined;
}

export type Rewired =
  | { readonly status: 'kept'; readonly file: string }
  | { readonly status: 'refused'; readonly why: string };

interface Message {
  readonly action: string;
  readonly payload: unknown;
}

/** `reason` is the station's own word, or why there is none. `timed-out` leaves open whether the station did it. */
export type StationAnswer =
  | { readonly outcome: 'accepted'; readonly reason: string; readonly data?: unknown }
  | { readonly outcome: 'rejected'; readonly reason: string }
  | { readonly outcome: 'timed-out' | 'unsent' | 'kept back'; readonly reason: string };

export type MessageAnswer =
  | { readonly outcome: 'answered'; readonly protocol: string; readonly answer: object }
  /** The station answered with an error of the protocol. */
  | {
      readonly outcome: 'failed';
      readonly protocol: string;
      readonly code: string;
      readonly description: string;
    }
  /** For now: there may be room for it at another time. */
  | {
      readonly outcome: 'timed-out' | 'unsent' | 'kept back';
      readonly reason: string;
      readonly isForNow?: boolean;
    }
  | { readonly outcome: 'invalid'; readonly path: string; readonly reason: string }
  | {
      readonly outcome: 'not in version';
      readonly protocol: string;
      readonly protocols: readonly string[];
    };

export interface StationNow {
  readonly isOnline: boolean;
  /** undefined until it connected. */
  readonly protocol: string | undefined;
  /** undefined until it booted. */
  readonly hardware: StationHardware | undefined;
  readonly lastSeenAtMs: number | undefined;
  readonly evses: readonly {
    readonly id: EvseId;
    readonly number: number;
    readonly availability: EvseAvailability;
  }[];
  readonly faults: readonly Fault[];
  readonly readings: readonly StationReading[];
  readonly work: readonly WorkState[];
}

export interface PageQuery {
  readonly count: number;
  readonly before?: PageCursor | undefined;
}

/** A place in a list: the instant and the id of the last item of a page. */
export interface PageCursor {
  readonly atMs: number;
  readonly id: string;
}

interface Listed<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins; undefined on the last one. */
  readonly next: PageCursor | undefined;
}
