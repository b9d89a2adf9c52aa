import type { StationId } from './ids.ts';
import type { SessionState } from './session.ts';

export type RunningState = Exclude<SessionState, 'finished'>;

/**
 * An instant that a station told, on our clock. `corrected`: its clock is known to be ahead by `aheadMs`, negative when
 * behind. `guessed`: it has lost the time (1970), and how far it is off is known no better than by what it told last.
 */
export interface ToldInstant {
  readonly atMs: number;
  readonly clock: 'right' | 'corrected' | 'guessed';
  readonly aheadMs: number;
}

/** A meter value with the meter's signature, word for word. Whoever checks a bill needs nothing else of it. */
export interface SignedValue {
  readonly atMs: number;
  /** Why it was taken, such as Transaction.Begin. */
  readonly context: string | undefined;
  readonly data: string;
  readonly signingMethod: string | undefined;
  readonly encodingMethod: string | undefined;
  readonly publicKey: string | undefined;
}

/**
 * Something a station told about one transaction. Told twice, late, or in another order, the same facts give the same
 * history.
 */
export interface SessionFact {
  readonly stationId: StationId;
  readonly transactionId: string;
  /** undefined where the station named none, and had named none before. */
  readonly evseNumber: number | undefined;
  readonly at: ToldInstant;
  /** It was kept while the station was offline. */
  readonly isOffline?: boolean | undefined;
  /** The station's number for the message, from 0 on, where its version has one. */
  readonly sequence?: number | undefined;
  readonly tokenId?: string | undefined;
  /** Whether that token may not charge, as it was judged. */
  readonly isRefused?: boolean | undefined;
  /** Whether a profile prevails at its station over what we set. */
  readonly hasPriority?: boolean | undefined;
  readonly begins?: boolean | undefined;
  /** From then on. */
  readonly state?: RunningState | undefined;
  /** The energy register then, which counts on from session to session. */
  readonly registerWh?: number | undefined;
  /** Presumed: the station never told, and what came after shows that it is over. */
  readonly ends?: { readonly reason: string; readonly isPresumed: boolean } | undefined;
  readonly signed?: readonly SignedValue[] | undefined;
}
