import type { DisplayText } from './common.ts';
import type { Token } from './token.ts';

/** What a partner may ask of a station. `responseUrl` is where the outcome is awaited. */
export interface StartSession {
  readonly responseUrl: string;
  readonly token: Token;
  readonly locationId: string;
  readonly evseUid?: string;
  readonly connectorId?: string;
  readonly authorizationReference?: string;
}

export interface StopSession {
  readonly responseUrl: string;
  readonly sessionId: string;
}

/** Sent again with the same id it changes the reservation. */
export interface ReserveNow {
  readonly responseUrl: string;
  readonly token: Token;
  readonly expiresAtMs: number;
  readonly reservationId: string;
  readonly locationId: string;
  readonly evseUid?: string;
  readonly authorizationReference?: string;
}

export interface CancelReservation {
  readonly responseUrl: string;
  readonly reservationId: string;
}

export interface UnlockConnector {
  readonly responseUrl: string;
  readonly locationId: string;
  readonly evseUid: string;
  readonly connectorId: string;
}

/** Any of them, with the word that the specification has for it. */
export type PartnerCommand =
  | ({ readonly kind: 'START_SESSION' } & StartSession)
  | ({ readonly kind: 'STOP_SESSION' } & StopSession)
  | ({ readonly kind: 'RESERVE_NOW' } & ReserveNow)
  | ({ readonly kind: 'CANCEL_RESERVATION' } & CancelReservation)
  | ({ readonly kind: 'UNLOCK_CONNECTOR' } & UnlockConnector);

/** What we say at once: whether it is forwarded, and how long to wait for the outcome. */
export interface CommandResponse {
  readonly result: 'NOT_SUPPORTED' | 'REJECTED' | 'ACCEPTED' | 'UNKNOWN_SESSION';
  readonly timeoutS: number;
  readonly message: readonly DisplayText[];
}

/** What came of it, told later. A word of a newer version is kept as it is. */
export interface CommandResult {
  readonly result: string;
  readonly message: readonly DisplayText[];
}
