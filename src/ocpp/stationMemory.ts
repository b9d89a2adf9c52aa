import type { SessionState } from '../domain/session.ts';
import type { EvseStatus } from '../domain/stationEvent.ts';
import type { StationNews } from './dialect.ts';
import { nothingLive } from './liveNews.ts';
import type { SampledMeasurement } from './sampledValues.ts';

/** Transactions of one station at a time; a station has one per EVSE, the rest were never ended. */
const maxOpenTransactions = 64;
/** Ended transactions that are recognised when their last messages are repeated. */
const maxEndedTransactions = 64;
/** Connectors whose status is remembered. */
const maxConnectors = 256;

type RunningState = Exclude<SessionState, 'finished'>;

interface OpenTransaction {
  readonly evseNumber: number;
  /** False when it ran before we first heard of it. */
  readonly wasSeenStarting: boolean;
  hasToken: boolean;
  startRegisterWh: number | undefined;
  state: RunningState;
}

export interface StartedTransaction {
  readonly transactionId: string;
  readonly evseNumber: number;
  readonly tokenId: string | undefined;
  readonly startedAtMs: number;
  readonly startRegisterWh: number | undefined;
}

export interface MeasuredEvse {
  readonly evseNumber: number;
  readonly transactionId: string | undefined;
  readonly takenAtMs: number;
  readonly values: SampledMeasurement;
  /** False for what was queued while the station was offline: its energy counts, its current is long gone. */
  readonly isLive: boolean;
}

/**
 * What has to be remembered of a station to tell the domain sessions instead of messages: which transactions run,
 * where, and from which register. It outlives the connection. After a restart of ours it is empty, so a
 * transaction whose start we never saw is adopted at its first sign of life.
 */
export class StationMemory {
  readonly #open = new Map<string, OpenTransaction>();
  readonly #ended = new Set<string>();
  /** By EVSE, as the last status of 1.6 told it: it may come before the start of its transaction. */
  readonly #evseStates = new Map<number, RunningState>();
  readonly #connectors = new Map<string, { readonly evseNumber: number; readonly status: EvseStatus }>();

  /** A transaction began. Told again, it tells nothing new. */
  started(started: StartedTransaction): readonly StationNews[] {
    const { transactionId, evseNumber, tokenId, startedAtMs, startRegisterWh } = started;
    if (this.#open.has(transactionId) || this.#ended.has(transactionId)) return [];
    return this.#begin(transactionId, { evseNumber, tokenId, startedAtMs, startRegisterWh }, true);
  }

  /** A message of a transaction arrived that tells neither its start nor its end. */
  heardOf(transactionId: string, evseNumber: number, atMs: number): readonly StationNews[] {
    if (this.#open.has(transactionId) || this.#ended.has(transactionId)) return [];
    const unknown = { evseNumber, tokenId: undefined, startedAtMs: atMs, startRegisterWh: undefined };
    return this.#begin(transactionId, unknown, false);
  }

  measured({ evseNumber, transactionId, takenAtMs, values, isLive }: MeasuredEvse): readonly StationNews[] {
    const adoption = transactionId === undefined ? [] : this.heardOf(transactionId, evseNumber, takenAtMs);
    const energyWh = transactionId === undefined ? undefined : this.#energyWh(transactionId, values);
    const { amps, isPerPhase, powerWatts, offeredAmps, stateOfChargePercent } = values;
    const live = { amps, isPerPhase, powerWatts, offeredAmps, stateOfChargePercent };
    return [
      ...adoption,
      {
        kind: 'measured',
        evseNumber,
        transactionId,
        takenAtMs,
        energyWh,
        ...(isLive ? live : nothingLive),
      },
    ];
  }

  /** A transaction is in another state. */
  changed(transactionId: string, state: RunningState): readonly StationNews[] {
    const transaction = this.#open.get(transactionId);
    if (transaction === undefined || transaction.state === state) return [];
    transaction.state = state;
    return [sessionChanged(transactionId, transaction)];
  }

  /** A transaction told whose it is, after it began without. */
  identified(transactionId: string, tokenId: string): readonly StationNews[] {
    const transaction = this.#open.get(transactionId);
    if (transaction === undefined || transaction.hasToken) return [];
    transaction.hasToken = true;
    return [{ ...sessionChanged(transactionId, transaction), tokenId }];
  }

  /** The state of whatever runs at an EVSE; undefined where its status tells nothing about a session. */
  evseStateChanged(evseNumber: number, state: RunningState | undefined): readonly StationNews[] {
    if (state === undefined) this.#evseStates.delete(evseNumber);
    else if (this.#evseStates.size < maxConnectors) this.#evseStates.set(evseNumber, state);
    const transactionId = this.transactionAt(evseNumber);
    return state === undefined || transactionId === undefined ? [] : this.changed(transactionId, state);
  }

  /** A transaction ended. Told again, it tells nothing new. */
  ended(
    transactionId: string,
    end: {
      readonly reason: string;
      readonly endedAtMs: number;
      readonly values: Pick<SampledMeasurement, 'registerWh' | 'beginRegisterWh'>;
    },
  ): readonly StationNews[] {
    if (this.#ended.has(transactionId)) return [];
    const energyWh = this.#energyWh(transactionId, end.values);
    this.#open.delete(transactionId);
    keepNewest(this.#ended, maxEndedTransactions - 1);
    this.#ended.add(transactionId);
    return [{ kind: 'session ended', transactionId, reason: end.reason, endedAtMs: end.endedAtMs, energyWh }];
  }

  /** The transaction that began last at an EVSE and still runs. */
  transactionAt(evseNumber: number): string | undefined {
    const here = [...this.#open].filter(([, transaction]) => transaction.evseNumber === evseNumber);
    return here.at(-1)?.[0];
  }

  evseOf(transactionId: string): number | undefined {
    return this.#open.get(transactionId)?.evseNumber;
  }

  /** The only EVSE the station ever spoke of; undefined where there are none or several. */
  get onlyEvse(): number | undefined {
    const [first, ...others] = new Set([...this.#connectors.values()].map(({ evseNumber }) => evseNumber));
    return others.length === 0 ? first : undefined;
  }

  /** The status of an EVSE after one of its connectors told its own: a car at any of them occupies it. */
  connectorChanged(evseNumber: number, connectorId: number, status: EvseStatus): EvseStatus {
    const key = `${evseNumber}.${connectorId}`;
    if (!this.#connectors.has(key) && this.#connectors.size >= maxConnectors) return status;
    this.#connectors.set(key, { evseNumber, status });
    const ours = [...this.#connectors.values()].filter((connector) => connector.evseNumber === evseNumber);
    const strongest = statusOrder.find((candidate) =>
      ours.some((connector) => connector.status === candidate),
    );
    return strongest ?? status;
  }

  #begin(
    transactionId: string,
    begin: Omit<StartedTransaction, 'transactionId'>,
    wasSeenStarting: boolean,
  ): readonly StationNews[] {
    const { evseNumber, tokenId, startedAtMs, startRegisterWh } = begin;
    const state = this.#evseStates.get(evseNumber) ?? 'authorised';
    const hasToken = tokenId !== undefined;
    const transaction = { evseNumber, wasSeenStarting, hasToken, startRegisterWh, state };
    keepNewest(this.#open, maxOpenTransactions - 1);
    this.#open.set(transactionId, transaction);
    const news: StationNews = { kind: 'session started', evseNumber, transactionId, tokenId, startedAtMs };
    return state === 'authorised' ? [news] : [news, sessionChanged(transactionId, transaction)];
  }

  /**
   * What was delivered since the transaction began. Without a register of the beginning there is no answer, and
   * none either when the meter was reset meanwhile.
   */
  #energyWh(
    transactionId: string,
    { registerWh, beginRegisterWh }: Pick<SampledMeasurement, 'registerWh' | 'beginRegisterWh'>,
  ): number | undefined {
    const transaction = this.#open.get(transactionId);
    const firstRegisterWh = transaction?.wasSeenStarting === true ? registerWh : undefined;
    const startRegisterWh = transaction?.startRegisterWh ?? beginRegisterWh ?? firstRegisterWh;
    if (transaction !== undefined) transaction.startRegisterWh = startRegisterWh;
    if (startRegisterWh === undefined || registerWh === undefined) return undefined;
    return registerWh >= startRegisterWh ? registerWh - startRegisterWh : undefined;
  }
}

/** What holds for an EVSE of several connectors, the strongest first. */
const statusOrder: readonly EvseStatus[] = ['occupied', 'available', 'reserved', 'unavailable', 'faulted'];

const sessionChanged = (
  transactionId: string,
  { evseNumber, state }: OpenTransaction,
): Extract<StationNews, { kind: 'session changed' }> => ({
  kind: 'session changed',
  transactionId,
  evseNumber,
  state,
});

/** Maps and sets keep the order of insertion: what came first goes first. */
function keepNewest<Key>(
  collection: { readonly size: number; keys(): IterableIterator<Key>; delete(key: Key): boolean },
  size: number,
): void {
  for (const oldest of collection.keys()) {
    if (collection.size <= size) return;
    collection.delete(oldest);
  }
}
