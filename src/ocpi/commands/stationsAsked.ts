import type { EvseId, SessionId } from '../../domain/ids.ts';
import type { Token } from '../../domain/roaming/token.ts';

/** What a station made of it; `reason` is its own word, or why it has none. */
export interface Commanded {
  readonly outcome: 'accepted' | 'rejected' | 'timed-out' | 'unsent' | 'kept back';
  readonly reason: string;
}

/** Who asks: kept with every command. */
interface Asking {
  readonly partnerId: string;
}

export interface ReservationAsked extends Asking {
  readonly evse: EvseId;
  readonly token: Pick<Token, 'uid' | 'groupId'>;
  readonly expiresAtMs: number;
  /** Our number of the one that is to be changed. */
  readonly number?: number;
}

/** The stations as commands of partners reach them. */
export interface StationsAsked {
  start(
    asked: Asking & {
      readonly evse: EvseId;
      readonly token: Token;
      readonly reference: string | undefined;
    },
  ): Promise<Commanded>;
  stop(asked: Asking & { readonly session: SessionId }): Promise<Commanded>;
  unlock(asked: Asking & { readonly evse: EvseId }): Promise<Commanded>;
  /** With our number of it, where it may be held. */
  reserve(asked: ReservationAsked): Promise<Commanded & { readonly number?: number }>;
  /** undefined where it is held no more. */
  cancel(asked: Asking & { readonly evse: EvseId; readonly number: number }): Promise<Commanded | undefined>;
  /** Whose session runs at the EVSE: our name for it. */
  runningAt(evse: EvseId): SessionId | undefined;
}
