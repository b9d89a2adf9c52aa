import type { Clock, CommandAnswer } from '../control/ports.ts';
import type { StationId } from '../domain/ids.ts';
import type { StationEvent } from '../domain/stationEvent.ts';
import type { StationReport } from '../domain/stationReport.ts';
import type { Authorization, TokenRequest } from '../domain/token.ts';
import type { Logger } from '../log.ts';
import type { Connection } from './connection.ts';
import type { Dialect, SignedCertificate, StationNews, StationScope, TransactionStart } from './dialect.ts';
import type { StationMessages } from './messageLog.ts';
import type { MissingStopLimits } from './missingStops.ts';
import { Relay, type RelayStore, type Upstream } from './proxy/relay.ts';
import { RefusedSessions } from './refusedSessions.ts';
import { RestartWatch } from './restartWatch.ts';
import { StationClock } from './stationClock.ts';
import { StationHistory, type TakeFacts } from './stationHistory.ts';
import { type ResumedTransaction, StationMemory } from './stationMemory.ts';
import { StationProfiles } from './stationProfiles.ts';
import { TokenGate } from './tokenGate.ts';

export interface StationsPorts {
  readonly clock: Clock;
  readonly log: Logger;
  onEvent(event: StationEvent): void;
  onAnswer(answer: CommandAnswer): void;
  /** What charging does not depend on. */
  onReport?(report: StationReport): void;
  /** Left away: there is no authority to sign with. */
  signCertificate?(stationId: StationId, csrPem: string): SignedCertificate;
  /** Left away: there is no service for contracts of cars. Never rejects; undefined: it gave no answer. */
  askContracts?(stationId: StationId, action: string, request: unknown): Promise<unknown>;
  /** Whether an EVSE is given its setpoints as charging profiles. Left away: every one is. */
  givesProfiles?(stationId: StationId, evseNumber: number): boolean;
  authorize(request: TokenRequest): Promise<Authorization>;
  transactionNumber(start: TransactionStart & { readonly stationId: StationId }): Promise<number>;
  readonly takeFacts: TakeFacts;
  /** What ran at a station when an earlier process ended. */
  resumed(stationId: StationId): readonly ResumedTransaction[];
  readonly proxy?: ProxyPorts | undefined;
}

/** Stations that have a CSMS of their own behind us. */
export interface ProxyPorts {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly store: RelayStore;
  upstreamOf(stationId: StationId): Upstream | undefined;
}

/** How a station came in. */
export interface Arrival {
  readonly dialect: Dialect;
  readonly address: string;
  /** The header with its password, which its own CSMS wants to see as well. */
  readonly authorization: string | undefined;
}

/** A station that authenticated once. */
export interface KnownStation {
  readonly id: StationId;
  readonly log: Logger;
  readonly memory: StationMemory;
  readonly profiles: StationProfiles;
  readonly clock: StationClock;
  /** See `StationScope`. */
  readonly streams: Map<number, number>;
  /** Where it has a CSMS of its own behind us. */
  readonly relay: Relay | undefined;
  readonly history: StationHistory;
  readonly tokens: TokenGate;
  readonly refused: RefusedSessions;
  readonly restarts: RestartWatch;
  /** The newest that it said and was told. */
  readonly messages: StationMessages;
  line: Line | undefined;
  isConfigured: boolean;
}

/** What we reach a station by. Identity is the generation: a new connection is a new line. */
export interface Line {
  readonly connection: Connection;
  readonly dialect: Dialect;
  readonly address: string;
  readonly cancelIntroduction: () => void;
  readonly askedForMeterValues: Set<number>;
  /** What its calls are answered with. */
  readonly scope: StationScope;
  isConfiguring: boolean;
}

/** A station that is heard of for the first time. */
export function knownStation(
  id: StationId,
  limits: MissingStopLimits,
  ports: StationsPorts & {
    /** What its own clock shows. */
    stationNowMs(): number;
    tell(news: StationNews): void;
    stopTransaction(transactionId: string): void;
    readonly messages: StationMessages;
  },
): KnownStation {
  const { clock, takeFacts, authorize, tell, proxy, stationNowMs } = ports;
  const log = ports.log.child({ stationId: id });
  const memory = new StationMemory();
  const resumed = ports.resumed(id);
  memory.resume(resumed);
  const refused = new RefusedSessions(clock, (transactionId) => ports.stopTransaction(transactionId));
  for (const { transactionId, evseNumber, state, isRefused } of resumed) {
    if (isRefused) refused.follow({ kind: 'session changed', transactionId, evseNumber, state, isRefused });
  }
  const upstream = proxy?.upstreamOf(id);
  return {
    id,
    log,
    memory,
    profiles: new StationProfiles({ clock, log, stationNowMs, tell }),
    clock: new StationClock(),
    streams: new Map(),
    relay:
      proxy &&
      upstream &&
      new Relay(upstream, {
        stationId: id,
        clock,
        log,
        tell,
        random: proxy.random,
        store: proxy.store,
        transactionAt: (evseNumber) => memory.transactionAt(evseNumber),
      }),
    history: new StationHistory(limits, { stationId: id, clock, log, memory, takeFacts, tell }),
    tokens: new TokenGate({ clock, log }, authorize),
    refused,
    restarts: new RestartWatch(),
    messages: ports.messages,
    line: undefined,
    isConfigured: false,
  };
}
