import type { ChargingNews } from './chargingNews.ts';
import type { StationId } from './ids.ts';
import type { SessionState } from './session.ts';

/**
 * What a station told, in the domain's words. The OCPP side translates every version into these; the
 * site state takes them one by one. `atMs` is when it arrived here, on our clock.
 */
export type StationEvent = { readonly stationId: StationId; readonly atMs: number } & (
  | { readonly kind: 'connected'; readonly protocol: string }
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'booted'; readonly hardware: StationHardware }
  | {
      readonly kind: 'evse status';
      /** 0 is the station as a whole. */
      readonly evseNumber: number;
      readonly status: EvseStatus;
      readonly fault: string | undefined;
    }
  | {
      readonly kind: 'session started';
      readonly evseNumber: number;
      readonly transactionId: string;
      readonly tokenId: string | undefined;
      /** On the station's clock. */
      readonly startedAtMs: number;
    }
  /** It agreed to begin a session under a limit, which holds until that session gets its first setpoint. */
  | { readonly kind: 'start limited'; readonly evseNumber: number; readonly amps: number }
  | {
      readonly kind: 'session changed';
      readonly transactionId: string;
      readonly evseNumber: number;
      readonly state: Exclude<SessionState, 'finished'>;
      /** Where the station told it only now: a 2.x session may start with the cable, before its token. */
      readonly tokenId?: string;
      /** Whether its token may not charge, where that was judged now. */
      readonly isRefused?: boolean;
    }
  | {
      readonly kind: 'session ended';
      readonly transactionId: string;
      readonly reason: string;
      /** On the station's clock. */
      readonly endedAtMs: number;
      /** Delivered in the whole session, where the station told. */
      readonly energyWh: number | undefined;
    }
  /** The most that the CSMS behind us lets it take, per phase; undefined: it says nothing. */
  | {
      readonly kind: 'bounded by its own CSMS';
      readonly evseNumber: number;
      readonly amps: number | undefined;
    }
  /** The most that a roaming partner lets its session take, per phase; undefined: no bound. Ends with the session. */
  | {
      readonly kind: 'bounded by a partner';
      readonly transactionId: string;
      readonly amps: number | undefined;
    }
  | ChargingNews
  | ({ readonly kind: 'measured' } & EvseMeasurement)
);

export interface StationHardware {
  readonly vendor: string;
  readonly model: string;
  readonly serialNumber: string | undefined;
  readonly firmware: string | undefined;
}

/**
 * `occupied`: a vehicle is plugged in, whether it charges or not. `unknown` is never sent: it is what the
 * site state holds before the first status.
 */
export type EvseStatus = 'available' | 'occupied' | 'reserved' | 'unavailable' | 'faulted';

/** What an EVSE measured about its own draw. */
export interface EvseMeasurement {
  readonly evseNumber: number;
  readonly transactionId: string | undefined;
  /** On the station's clock. */
  readonly takenAtMs: number;
  /**
   * Current on the EVSE's own L1, L2, L3 in that order (its wiring maps them to the circuit's phases). A
   * station that tells one number without a phase is a one-phase draw or the same on all, see `isPerPhase`.
   */
  readonly amps: readonly (number | undefined)[] | undefined;
  /** False when the station gave one current for all phases. */
  readonly isPerPhase: boolean;
  /** Sum over the phases. */
  readonly powerWatts: number | undefined;
  /** Delivered in the session so far. */
  readonly energyWh: number | undefined;
  /** What the station says it signals to the vehicle. */
  readonly offeredAmps: number | undefined;
  readonly stateOfChargePercent: number | undefined;
}
