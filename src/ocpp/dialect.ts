import type { StationCommand } from '../control/ports.ts';
import type { CompositeQuery } from '../domain/compositeSchedule.ts';
import type { StationId } from '../domain/ids.ts';
import type { ToldInstant } from '../domain/sessionFact.ts';
import type { StationEvent } from '../domain/stationEvent.ts';
import type { ReportBody } from '../domain/stationReport.ts';
import type { Authorization, TokenRequest } from '../domain/token.ts';
import type { StationTraits } from '../domain/traits.ts';
import type { Logger } from '../log.ts';
import type { CallOutcome, CallQueue } from './callQueue.ts';
import type { FollowUp } from './followUp.ts';
import type { Messages, StationMessage } from './messages.ts';
import type { ProfileBook } from './profileBook.ts';
import type { StationReply, StationRequest } from './requests.ts';
import type { RpcRules } from './rpc.ts';
import type { ToldFact } from './sessionFacts.ts';
import type { Soon } from './soon.ts';
import type { StationMemory } from './stationMemory.ts';

/** One OCPP version: everything that differs between them, behind one face. */
export interface Dialect extends RpcRules {
  readonly subprotocol: string;
  /** What stations may call, by action. */
  readonly handlers: ReadonlyMap<string, Handler>;
  /** Every action the version knows, to tell NotSupported from NotImplemented. */
  readonly actions: ReadonlySet<string>;
  /** What somebody may want sent as it is in the specification. */
  readonly messages: Messages;
  /** Puts a setpoint on the wire. */
  command(calls: CallQueue, command: StationCommand, nowMs: () => number): Promise<StationReply>;
  /** What is asked of a station, as the message that asks for it. */
  requestMessage(request: StationRequest): RequestTranslation;
  /** What became of it. */
  reply(request: StationRequest, outcome: CallOutcome<object>): StationReply;
  /** Has the station measure what we plan with. Returns what it refused. */
  configureMeters(calls: CallQueue, intervalS: number): Promise<readonly Refusal[]>;
  /** What its configuration says that it can be told. */
  readTraits(calls: CallQueue): Promise<Partial<StationTraits>>;
  /** Has it report every profile it holds; 1.6 has no message for that. */
  readonly askForProfiles?: (calls: CallQueue, requestId: number) => Promise<StationReply>;
  /** Has a station that came back without booting tell its state. */
  askForState(calls: CallQueue): Promise<void>;
  /** Has an EVSE tell its meter values, and with them the transaction we do not know. */
  askForMeterValues(calls: CallQueue, evseNumber: number): Promise<void>;
}

/** `why`: this version cannot ask for it. */
export type RequestTranslation = StationMessage | { readonly why: string };

/** A setting the station would not take. */
export interface Refusal {
  readonly key: string;
  readonly value: string;
  readonly reason: string;
}

/** Answers one call of a station. Throws `CallRefusal` when the payload does not fit the published schema. */
export type Handler = (payload: unknown, station: StationScope) => Soon<Handled<unknown>>;

export interface Handled<Response> {
  readonly response: Response;
  /** Told to the domain once the answer is on its way: a setpoint that overtook it would be refused. */
  readonly news?: readonly StationNews[];
  /** For the history of sessions. The answer waits a moment for it: a station forgets what was answered. */
  readonly facts?: readonly ToldFact[];
  /** Told beside it: what charging does not depend on. */
  readonly reports?: readonly ReportBody[];
  /** What the station is sent once the answer is on its way. */
  readonly followUp?: FollowUp;
}

/** A station event before it is stamped with the station and the time. */
export type StationNews = WithoutStamp<StationEvent>;
type WithoutStamp<Event> = Event extends StationEvent ? Omit<Event, 'stationId' | 'atMs'> : never;

/** `chainPem`: the certificate, and what is between it and the root. */
export type SignedCertificate =
  | { readonly status: 'signed'; readonly chainPem: string }
  | { readonly status: 'refused'; readonly why: string };

/** What identifies the start of a 1.6 transaction, so that a repeated one gets the same number. */
export interface TransactionStart {
  readonly evseNumber: number;
  /** On the station's clock. */
  readonly startedAtMs: number;
  readonly meterStartWh: number;
  readonly tokenId: string;
}

/** What a handler may use of the station it serves and of the world. */
export interface StationScope {
  readonly stationId: StationId;
  readonly memory: StationMemory;
  readonly profiles: ProfileBook;
  readonly log: Logger;
  readonly heartbeatIntervalS: number;
  nowMs(): number;
  /** An instant as the station wrote it, on our clock; now where it is none. */
  instant(text: string): ToldInstant;
  authorize(request: Omit<TokenRequest, 'stationId'>): Promise<Authorization>;
  transactionNumber(start: TransactionStart): Promise<number>;
  /** Has our authority sign what a station asks to have signed. */
  signCertificate(csrPem: string): SignedCertificate;
  /** What the service for contracts of cars answers a call of the station; undefined where there is none, or no answer. */
  askContracts(action: string, request: unknown): Promise<unknown>;
  /** Monitors that stream their values to us, by stream [OCPP 2.1]. */
  readonly streams: Map<number, number>;
  /** Whether an EVSE is given its setpoints as charging profiles. */
  givesProfiles(evseNumber: number): boolean;
  /** Has the station tell what profiles it holds. */
  readProfiles(): void;
  /** What a dynamic profile of ours allows now, in its unit; undefined where we gave none of this id [OCPP 2.1 K28]. */
  pulledLimit(profileId: number): number | undefined;
  /** What a calculation for an EVSE starts from; undefined where no setpoint was taken there yet. */
  scheduleQuery(
    evseNumber: number,
    window: Pick<CompositeQuery, 'fromMs' | 'durationS' | 'unit'>,
  ): CompositeQuery | undefined;
  /** Something charges there that we know no transaction of. */
  askForMeterValues(evseNumber: number): void;
}
