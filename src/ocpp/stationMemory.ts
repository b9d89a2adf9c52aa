import type { RunningState } from '../domain/sessionFact.ts';
import type { EvseStatus } from '../domain/stationEvent.ts';
import { ConnectorStatuses } from './connectorStatuses.ts';
import type { StationNews } from './dialect.ts';
import { keepNewest } from './keepNewest.ts';
import { nothingLive } from './liveNews.ts';
import {
  energyWh,
  newTransaction,
  type OpenTransaction,
  type StartedTransaction,
} from './openTransaction.ts';
import type { SampledMeasurement } from './sampledValues.ts';

/** Transactions of one station at a time; a station has one per EVSE, the rest were never ended. */
const maxOpenTransactions = 64;
/** Ended transactions that are recognised when their last messages are repeated. */
const maxEndedTransactions = 64;
/** EVSEs whose state is remembered. */
const maxEvses = 256;

/** A transaction as it was when an earlier process ended. */
export interface ResumedTransaction extends StartedTransaction {
  readonly wasSeenStarting: boolean;
  readonly state: RunningState;
  readonly energyWh: number;
  readonly lastRegisterWh: number | undefined;
  readonly isRefused: boolean;
}

export interface MeasuredInstant {
  readonly takenAtMs: number;
  readonly values: SampledMeasurement;
}

export interface MeasuredEvse {
  readonly evseNumber: number;
  readonly transactionId: string | undefined;
  /** False for what was queued while the station was offline: its energy counts, its current is long gone. */
  readonly isLive: boolean;
}

/**
 * What has to be remembered of a station to tell the domain sessions instead of messages: which transactions run,
 * where, and from which register. It outlives the connection. A transaction whose start we never saw is adopted at its
 * first sign of life.
 */
export class StationMemory {
  readonly #open = new Map<string, OpenTransaction>();
  readonly #ended = new Set<string>();
  /** Ended though their station never said so: a sign of life brings them back. */
  readonly #presumed = new Map<string, OpenTransaction>();
  /** By EVSE, as the last status of 1.6 told it: it may come before the start of its transaction. */
  readonly #evseStates = new Map<number, RunningState>();
  readonly #connectors = new ConnectorStatuses();

  /** What an earlier process knew. It tells nothing new. */
  resume(resumed: readonly ResumedTransaction[]): void {
    for (const { transactionId, lastRegisterWh, energyWh: totalWh, state, isRefused, ...begin } of resumed) {
      const transaction = newTransaction(begin, { state, isLate: false });
      transaction.isRefused = isRefused;
      if (lastRegisterWh !== undefined) transaction.count = { lastWh: lastRegisterWh, totalWh };
      this.#open.set(transactionId, transaction);
    }
  }

  /** A transaction began. Told again, it tells nothing new. */
  started(started: StartedTransaction): readonly StationNews[] {
    const { transactionId, tokenId, startRegisterWh } = started;
    const known = this.#open.get(transactionId);
    if (known !== undefined) {
      // Adopted before its start came.
      if (startRegisterWh !== undefined) known.count ??= { lastWh: startRegisterWh, totalWh: 0 };
      known.wasSeenStarting = true;
      return tokenId === undefined ? [] : this.identified(transactionId, tokenId);
    }
    if (this.#ended.has(transactionId)) return [];
    return this.#begin({ ...started, wasSeenStarting: true });
  }

  /** A message of a transaction arrived that tells neither its start nor its end. */
  heardOf(transactionId: string, evseNumber: number, atMs: number): readonly StationNews[] {
    if (this.#open.has(transactionId) || this.#ended.has(transactionId)) return [];
    const presumed = this.#presumed.get(transactionId);
    if (presumed !== undefined) {
      this.#presumed.delete(transactionId);
      this.#open.set(transactionId, presumed);
      return sessionStarted(transactionId, presumed);
    }
    const unknown = { tokenId: undefined, startedAtMs: atMs, startRegisterWh: undefined };
    return this.#begin({ transactionId, evseNumber, ...unknown, wasSeenStarting: false });
  }

  /**
   * Whether a message came out of its order, so that how things are now is known better. One that is repeated may be taken
   * again: it tells the same. There are stations that give every message the same number.
   */
  isLate(transactionId: string, sequence: number): boolean {
    const transaction = this.#open.get(transactionId);
    if (transaction === undefined) return false;
    const isLate = sequence < transaction.newestSequence;
    if (!isLate) transaction.newestSequence = sequence;
    return isLate;
  }

  /** What an EVSE measured, one measurement for each instant. */
  measured(
    instants: readonly MeasuredInstant[],
    { evseNumber, transactionId, isLive }: MeasuredEvse,
  ): readonly StationNews[] {
    const [first] = instants;
    if (first === undefined) return [];
    const adoption =
      transactionId === undefined ? [] : this.heardOf(transactionId, evseNumber, first.takenAtMs);
    const transaction = transactionId === undefined ? undefined : this.#open.get(transactionId);
    const told = instants.map(({ takenAtMs, values }) => {
      // Current that was told late is long gone.
      const live = isLive && transaction?.isLate !== true ? values : nothingLive;
      return {
        kind: 'measured',
        evseNumber,
        transactionId,
        takenAtMs,
        energyWh: transaction && energyWh(transaction, values, takenAtMs),
        amps: live.amps,
        isPerPhase: live.isPerPhase,
        powerWatts: live.powerWatts,
        offeredAmps: live.offeredAmps,
        stateOfChargePercent: live.stateOfChargePercent,
      } as const;
    });
    return [...adoption, ...told];
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
    if (transaction === undefined || transaction.tokenId !== undefined) return [];
    transaction.tokenId = tokenId;
    return [{ ...sessionChanged(transactionId, transaction), tokenId }];
  }

  /** Its token was judged. */
  judged(transactionId: string, isRefused: boolean): readonly StationNews[] {
    const transaction = this.#open.get(transactionId);
    if (transaction === undefined || transaction.isRefused === isRefused) return [];
    transaction.isRefused = isRefused;
    return [{ ...sessionChanged(transactionId, transaction), isRefused }];
  }

  /** The state of whatever runs at an EVSE; undefined where its status tells nothing about a session. */
  evseStateChanged(evseNumber: number, state: RunningState | undefined): readonly StationNews[] {
    if (state === undefined) this.#evseStates.delete(evseNumber);
    else if (this.#evseStates.size < maxEvses) this.#evseStates.set(evseNumber, state);
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
    const transaction = this.#open.get(transactionId);
    const energy = transaction && energyWh(transaction, end.values, Number.POSITIVE_INFINITY);
    this.#open.delete(transactionId);
    this.#presumed.delete(transactionId);
    keepNewest(this.#ended, maxEndedTransactions - 1);
    this.#ended.add(transactionId);
    const { reason, endedAtMs } = end;
    return [{ kind: 'session ended', transactionId, reason, endedAtMs, energyWh: energy }];
  }

  /** A transaction is over, though its station does not say so. */
  presumedEnded(transactionId: string, end: { reason: string; endedAtMs: number }): readonly StationNews[] {
    const transaction = this.#open.get(transactionId);
    if (transaction === undefined) return [];
    this.#open.delete(transactionId);
    keepNewest(this.#presumed, maxEndedTransactions - 1);
    this.#presumed.set(transactionId, transaction);
    return [{ kind: 'session ended', transactionId, ...end, energyWh: undefined }];
  }

  /** Every transaction that runs. */
  get transactions(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** The transaction that began last at an EVSE and still runs. */
  transactionAt(evseNumber: number): string | undefined {
    return this.#runningAt(evseNumber)?.[0];
  }

  evseOf(transactionId: string): number | undefined {
    return this.#open.get(transactionId)?.evseNumber;
  }

  /** See `ConnectorStatuses`. */
  get onlyEvse(): number | undefined {
    return this.#connectors.onlyEvse;
  }

  /** See `ConnectorStatuses`. */
  connectorChanged(evseNumber: number, connectorId: number, status: EvseStatus): EvseStatus {
    return this.#connectors.changed(evseNumber, connectorId, status);
  }

  #runningAt(evseNumber: number): readonly [string, OpenTransaction] | undefined {
    if (this.#open.size === 0) return undefined;
    return [...this.#open].findLast(([, { evseNumber: at, isLate }]) => at === evseNumber && !isLate);
  }

  #begin(begin: StartedTransaction & { readonly wasSeenStarting: boolean }): readonly StationNews[] {
    const { transactionId, evseNumber, startedAtMs } = begin;
    const running = this.#runningAt(evseNumber)?.[1];
    const isLate = running !== undefined && startedAtMs < running.startedAtMs;
    const state = (isLate ? undefined : this.#evseStates.get(evseNumber)) ?? 'authorised';
    const transaction = newTransaction(begin, { state, isLate });
    keepNewest(this.#open, maxOpenTransactions - 1);
    this.#open.set(transactionId, transaction);
    return sessionStarted(transactionId, transaction);
  }
}

/** What began before the one that runs was told too late to be anybody's concern but the history's. */
function sessionStarted(transactionId: string, transaction: OpenTransaction): readonly StationNews[] {
  const { evseNumber, tokenId, startedAtMs, state, isLate } = transaction;
  if (isLate) return [];
  const started: StationNews = { kind: 'session started', evseNumber, transactionId, tokenId, startedAtMs };
  return state === 'authorised' ? [started] : [started, sessionChanged(transactionId, transaction)];
}

const sessionChanged = (
  transactionId: string,
  { evseNumber, state }: OpenTransaction,
): Extract<StationNews, { kind: 'session changed' }> => ({
  kind: 'session changed',
  transactionId,
  evseNumber,
  state,
});
