import { type RunningCount, withReading } from '../domain/meterRegister.ts';
import type { RunningState } from '../domain/sessionFact.ts';
import type { SampledMeasurement } from './sampledValues.ts';

/** A transaction that runs, as far as its station told. */
export interface OpenTransaction {
  readonly evseNumber: number;
  readonly startedAtMs: number;
  /** False when it ran before we first heard of it. */
  wasSeenStarting: boolean;
  /** It began before the one that runs at its EVSE now: it was told late, and is over. */
  readonly isLate: boolean;
  tokenId: string | undefined;
  isRefused: boolean;
  state: RunningState;
  /** undefined as long as no register of its beginning is known. */
  count: RunningCount | undefined;
  countedAtMs: number;
  /** The highest number of a message, where its version numbers them. */
  newestSequence: number;
}

export interface StartedTransaction {
  readonly transactionId: string;
  readonly evseNumber: number;
  readonly tokenId: string | undefined;
  readonly startedAtMs: number;
  readonly startRegisterWh: number | undefined;
}

export const newTransaction = (
  begin: Omit<StartedTransaction, 'transactionId'> & { readonly wasSeenStarting: boolean },
  now: { readonly state: RunningState; readonly isLate: boolean },
): OpenTransaction => ({
  evseNumber: begin.evseNumber,
  startedAtMs: begin.startedAtMs,
  wasSeenStarting: begin.wasSeenStarting,
  tokenId: begin.tokenId,
  isRefused: false,
  count: begin.startRegisterWh === undefined ? undefined : { lastWh: begin.startRegisterWh, totalWh: 0 },
  countedAtMs: Number.NEGATIVE_INFINITY,
  newestSequence: Number.NEGATIVE_INFINITY,
  ...now,
});

/**
 * What was delivered since the transaction began. Without a register of the beginning there is no answer, and none for
 * what was measured before the newest.
 */
export function energyWh(
  transaction: OpenTransaction,
  { registerWh, beginRegisterWh }: Pick<SampledMeasurement, 'registerWh' | 'beginRegisterWh'>,
  takenAtMs: number,
): number | undefined {
  const firstWh = beginRegisterWh ?? (transaction.wasSeenStarting ? registerWh : undefined);
  if (transaction.count === undefined && firstWh !== undefined)
    transaction.count = { lastWh: firstWh, totalWh: 0 };
  if (transaction.count === undefined || registerWh === undefined) return undefined;
  if (takenAtMs < transaction.countedAtMs) return undefined;
  transaction.countedAtMs = takenAtMs;
  transaction.count = withReading(transaction.count, registerWh);
  return transaction.count.totalWh;
}
