import type { HorizonView } from '../control/horizonView.ts';
import type { Clock } from '../control/ports.ts';
import type { EvseView, SiteView } from '../control/siteView.ts';
import type { ChainVerdict } from '../domain/chainVerdict.ts';
import type { ChargingPeriod } from '../domain/chargingPeriods.ts';
import type { ChargingProfile } from '../domain/chargingProfile.ts';
import type { ConnectionPhase } from '../domain/gridConnection.ts';
import type { GridLimit, LimitSource, LimitTarget } from '../domain/gridLimit.ts';
import type { AreaId, CircuitId, EvseId, LimitId, SessionId, SiteId, StationId } from '../domain/ids.ts';
import type { LimitRequest, Refusal } from '../domain/limitRequest.ts';
import type { Minute, MinuteSeries } from '../domain/minutes.ts';
import type { PriceRequest } from '../domain/priceRequest.ts';
import type { OcpiVersion, Partner, TokenForm } from '../domain/roaming/partner.ts';
import type { ProfileType } from '../domain/roaming/token.ts';
import type { ScheduleDifference } from '../domain/scheduleDifference.ts';
import type { Session } from '../domain/session.ts';
import type { SignedValue } from '../domain/sessionFact.ts';
import type { SessionRecord } from '../domain/sessionRecord.ts';
import type { Area } from '../domain/site.ts';
import type { SiteStop } from '../domain/siteStop.ts';
import type { StationHardware } from '../domain/stationEvent.ts';
import type { Token } from '../domain/token.ts';
import type { ExplainedTrait } from '../domain/traits.ts';
import type { Logger } from '../log.ts';
import type { AuditPort } from './auditPort.ts';
import type { Actor } from './auth.ts';
import type { BookingsPort } from './bookingPorts.ts';
import type { PartnerBillsPort } from './partnerBillPorts.ts';
import type { PeoplePort } from './peoplePorts.ts';
import type { RawHandler } from './rawHandlers.ts';
import type { RetailPort } from './retailPorts.ts';
import type { StationAnswer, StationsPort } from './stationPorts.ts';
import type { TerminalsPort } from './terminalPorts.ts';

/**
 * What the HTTP side needs of the rest. Who may ask was judged before any of these is called; the actor comes
 * along for the audit.
 */
export interface HttpPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly areas: readonly Area[];
  /** The newest view of every site, in the config's order, from before the first tick on. */
  views(): readonly SiteView[];
  /** Calls back with the view of each site after each tick. The returned function ends that, and may be called twice. */
  onView(listener: (view: SiteView) => void): () => void;
  /** The reason of an EVSE's current as a sentence. */
  explanation(evse: EvseView, site: SiteView): string;
  readonly limits: LimitsPort;
  readonly sessions: SessionsPort;
  readonly siteStops: SiteStopsPort;
  readonly planning: PlanningPort;
  /** Resolves when the file is written. */
  writeIncident(site: SiteId, actor: Actor): Promise<IncidentOutcome>;
  /** A sign of life of the grid operator for these sites. */
  heartbeat(sites: readonly SiteId[], actor: Actor): Promise<void>;
  readonly stations: StationsPort;
  rotatePassword(stationId: StationId, actor: Actor): Promise<StationAnswer>;
  readonly tokens: TokensPort;
  /** undefined where OCPI is not configured. */
  readonly partners?: PartnersPort;
  readonly partnerBills?: PartnerBillsPort;
  readonly terminals?: TerminalsPort;
  readonly bookings?: BookingsPort;
  /** undefined where we are no retailer. */
  readonly retail?: RetailPort;
  readonly people: PeoplePort;
  readonly audit: AuditPort;
  readonly devices: DevicesPort;
  /** Other protocols over the same port. */
  readonly rawHandlers?: readonly RawHandler[];
  readonly grid: GridPort;
  timeSeries(): TimeSeriesNow;
  /** In order, from `fromMs` up to `untilMs`, which is not included. */
  history(
    series: MinuteSeries,
    span: { readonly fromMs: number; readonly untilMs: number },
  ): AsyncIterable<Minute>;
  health(): Health;
  /** Figures of other parts, read at each scrape. */
  figures(): readonly Figure[];
}

interface LimitsPort {
  /** Everything not yet expired. */
  list(): Promise<readonly GridLimit[]>;
  /** Resolves when the limit is durable, and not before. */
  set(request: LimitRequest, source: LimitSource, actor: Actor): Promise<LimitOutcome>;
  /** What it would do, and nothing of it is done. */
  preview(request: LimitRequest, source: LimitSource, actor: Actor): LimitPreview | Refusal;
  /** Resolves when the end is durable. `unknown`: it ended meanwhile. */
  end(id: LimitId, actor: Actor): Promise<{ readonly status: 'ended' | 'unknown' }>;
}

export interface LimitPreview {
  readonly status: 'previewed';
  /** Every car, with the view of its EVSE as it would be. */
  readonly evses: readonly { readonly site: SiteView; readonly evse: EvseView; readonly nowAmps: number }[];
  /** Circuits where the background alone is above what they would be allowed. */
  readonly over: readonly { readonly site: SiteView; readonly circuit: CircuitId; readonly byAmps: number }[];
}

type LimitOutcome = { readonly status: 'accepted'; readonly limit: GridLimit } | Refusal;

/** Connections to grid operators. Whoever calls has found the connection. */
interface GridPort {
  connections(): readonly GridConnectionNow[];
  /** Resolves when it is durable. */
  take(connectionId: string, body: unknown, raw: string): Promise<GridAnswer>;
  withdraw(connectionId: string, externalId: string): Promise<{ readonly outcome: string }>;
  heartbeat(connectionId: string, aliveUntilMs: number | undefined): void;
  takeSchedule(
    connectionId: string,
    table: {
      readonly csv: string;
      readonly name: string;
      readonly kind: 'cap' | 'baseline';
      readonly target?: string;
    },
  ): Promise<GridScheduleAnswer>;
  /** Of the connections that the actor may see. */
  evidence(query: EvidenceQuery, actor: Actor): Promise<readonly EvidenceRow[]>;
  verifyEvidence(): Promise<ChainVerdict>;
}

export interface GridConnectionNow {
  readonly id: string;
  readonly profile: string;
  readonly phase: ConnectionPhase;
  readonly sinceMs: number;
  readonly heardAtMs: number | undefined;
  readonly limitCount: number;
  /** Every site that it limits. */
  readonly sites: readonly SiteId[];
  readonly targets: readonly {
    readonly target: LimitTarget;
    readonly externalIds: readonly string[];
    readonly measurement: {
      readonly watts: number | undefined;
      readonly carWatts: number;
      readonly limitWatts: number | undefined;
      readonly quality: 'measured' | 'assumed' | 'missing';
    };
  }[];
  readonly shares: readonly GridShare[];
}

/** What a site has of a limit that it shares. */
export interface GridShare {
  readonly node: CircuitId | AreaId;
  readonly site: SiteId;
  readonly allocatedWatts: number;
  readonly carWatts: number;
}

type GridAnswer =
  | {
      readonly status: 'heard';
      readonly externalId: string;
      readonly outcome: 'accepted' | 'unchanged' | 'outdated' | 'refused';
      readonly why?: string;
    }
  | Refusal;

type GridScheduleAnswer =
  | { readonly status: 'heard'; readonly accepted: number; readonly unchanged: number }
  | {
      readonly status: 'refused';
      readonly faults: readonly { readonly line: number; readonly why: string }[];
    };

export interface EvidenceQuery {
  readonly fromMs: number;
  /** Not included. */
  readonly untilMs: number;
  readonly connectionId: string | undefined;
  readonly kind: string | undefined;
  /** Records after this one. */
  readonly after: number | undefined;
  readonly limit: number;
}

export interface EvidenceRow {
  readonly sequence: number;
  readonly atMs: number;
  readonly kind: string;
  readonly connectionId: string;
  readonly node: string | undefined;
  readonly externalId: string | undefined;
  readonly body: unknown;
  readonly hash: string;
}

interface SiteStopsPort {
  /** In force at once; resolves when it is durable too. */
  stop(site: SiteId, reason: string, actor: Actor): Promise<SiteStop>;
  /** False when the site is not stopped. */
  release(site: SiteId, actor: Actor): Promise<boolean>;
}

interface PlanningPort {
  /** undefined for a site that is not in the config. */
  view(site: SiteId): HorizonView | undefined;
  /** Resolves when the prices are durable, and not before. */
  setPrices(
    site: SiteId,
    request: PriceRequest,
    actor: Actor,
  ): Promise<{ readonly status: 'accepted' } | Refusal>;
}

type IncidentOutcome =
  | { readonly status: 'written'; readonly file: string; readonly bytes: number; readonly atMs: number }
  | { readonly status: 'unavailable'; readonly why: string };

interface SessionsPort {
  /** The newest first. */
  list(query: SessionQuery): Promise<SessionPage>;
  find(id: SessionId): Promise<SessionDetail | undefined>;
  change(id: SessionId, change: SessionChange, actor: Actor): Promise<SessionOutcome>;
}

interface SessionQuery {
  /** Never empty. */
  readonly evseIds: readonly EvseId[];
  readonly isFinished?: boolean;
  /** Started from then on. */
  readonly fromMs?: number;
  /** Started before. */
  readonly untilMs?: number;
  readonly count: number;
  readonly before?: SessionCursor;
}

/** All that is known of a session. */
export interface SessionDetail extends Omit<SessionRecord, 'story'> {
  readonly periods: readonly ChargingPeriod[];
  readonly signed: readonly SignedValue[];
}

interface SessionPage {
  readonly sessions: readonly Session[];
  /** Where the next page begins; undefined on the last one. */
  readonly next: SessionCursor | undefined;
}

/** A place in the list: start and id of the last session of a page. */
export interface SessionCursor {
  readonly atMs: number;
  readonly id: string;
}

/** An absent key leaves what is; undefined takes the wish back. */
export interface SessionChange {
  readonly wantedEnergyWh?: number | undefined;
  readonly departureAtMs?: number | undefined;
  readonly priority?: number | undefined;
  readonly profile?: ProfileType | undefined;
}

/** `unknown`: it ended meanwhile. */
type SessionOutcome =
  | { readonly status: 'changed'; readonly session: Session }
  | { readonly status: 'unknown' }
  | Refusal;

interface TokensPort {
  list(): readonly Token[];
  find(key: string): Token | undefined;
  keyOf(id: string): string;
  /** Resolves when it is durable and in force; undefined when there is no room for more. */
  set(token: Omit<Token, 'key' | 'setAtMs' | 'setBy'>, actor: Actor): Promise<Token | undefined>;
  remove(token: Token, actor: Actor): Promise<void>;
}

interface PartnersPort {
  list(): readonly Partner[];
  find(id: string): Partner | undefined;
  /** Those whom a hub speaks for; nobody where it is none. */
  behind(partner: Partner): readonly { readonly id: string; readonly isAway: boolean }[];
  /** The token is told here once. */
  invite(
    id: string,
    actor: Actor,
  ): Promise<PartnerOutcome<{ readonly token: string; readonly versionsUrl: string }>>;
  register(
    invitation: {
      readonly id: string;
      readonly versionsUrl: string;
      readonly token: string;
      readonly tokenForm: TokenForm;
      readonly version?: OcpiVersion;
    },
    actor: Actor,
  ): Promise<PartnerOutcome>;
  rotate(partner: Partner, actor: Actor): Promise<PartnerOutcome>;
  remove(partner: Partner, actor: Actor): Promise<void>;
}

/** `failed`: the partner did not answer, or not as OCPI has it. */
type PartnerOutcome<More = object> =
  | ({ readonly status: 'done'; readonly partner: Partner } & More)
  | { readonly status: 'refused' | 'failed'; readonly why: string };

interface DevicesPort {
  /** undefined for a station that feeds no EVSE. */
  device(stationId: StationId): DeviceView | undefined;
  /** undefined for a station that has not connected yet. */
  profiles(stationId: StationId): ProfilesView | undefined;
}

/** The charging profiles that lie on a station as far as we know, and where its own calculation departs from ours. */
export interface ProfilesView {
  readonly profiles: readonly {
    readonly profile: ChargingProfile;
    readonly isForeign: boolean;
    readonly from: 'sent' | 'reported';
    readonly source: string | undefined;
    readonly atMs: number;
  }[];
  /** When the station last told all of them. */
  readonly readAtMs: number | undefined;
  readonly checks: readonly {
    readonly evseNumber: number;
    readonly atMs: number;
    readonly difference: ScheduleDifference | undefined;
  }[];
}

/** What a station can be told, line by line. */
export interface DeviceView {
  readonly protocol: string | undefined;
  readonly hardware: StationHardware | undefined;
  readonly isTrying: boolean;
  readonly isExhausted: boolean;
  readonly traits: readonly ExplainedTrait[];
}

/**
 * `isAlive`: the loop ticks, its last tick is younger than three periods. `isReady`: limits are loaded and what the
 * loop must have is there; a lost time-series database is a reason, not unreadiness.
 */
export interface Health {
  readonly isAlive: boolean;
  readonly isReady: boolean;
  readonly reasons: readonly HealthReason[];
}

/** A closed list, because it is shown without a key: it cannot name a site or a station. */
export type HealthReason =
  | 'tick overdue'
  | 'starting'
  | 'limits not loaded'
  | 'database unreachable'
  | 'broker unreachable'
  | 'time series unreachable'
  | 'failsafe in force';

/** What became of every point since the start: `offered` is the sum of the others. */
export type TimeSeriesNow =
  | { readonly status: 'off' }
  | {
      readonly status: 'working' | 'failing';
      readonly counters: {
        readonly offered: number;
        readonly written: number;
        readonly waiting: number;
        readonly lostToOverflow: number;
        readonly lostToRefusal: number;
        readonly lostAtStop: number;
      };
      /** First and last instant of what the newest outage cost. */
      readonly lostSpan: { readonly fromMs: number; readonly untilMs: number } | undefined;
    };

/** A metric of another part. `name` comes without the prefix, in base units; labels must be bounded (site, never session). */
export interface Figure {
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'gauge';
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}
