import type { FaultWords } from './fault.ts';
import type { StationId } from './ids.ts';

/**
 * What a station told about itself that charging does not depend on, in no version's words. `atMs` is when it arrived
 * here, on our clock; all other instants are the station's.
 */
export type StationReport = { readonly stationId: StationId; readonly atMs: number } & ReportBody;

export type ReportBody =
  /** A fault began, goes on, or has ended: `fault` is undefined when nothing is wrong under this key. */
  | {
      readonly kind: 'condition';
      readonly source: 'status' | 'event';
      readonly evseNumber: number;
      readonly key: string;
      readonly sinceMs: number;
      readonly fault: FaultWords | undefined;
    }
  | { readonly kind: 'security event'; readonly fault: FaultWords; readonly happenedAtMs: number }
  /** A value of one of its components: a temperature, a door, a fan. */
  | {
      readonly kind: 'reading';
      readonly evseNumber: number;
      readonly name: string;
      readonly value: string;
      readonly takenAtMs: number;
    }
  | {
      readonly kind: 'progress';
      readonly of: Work;
      /** That of the request it goes back to, where it was told. */
      readonly requestId: number | undefined;
      readonly status: string;
      readonly detail: string | undefined;
    }
  | {
      readonly kind: 'reservation ended';
      readonly reservationId: number;
      readonly how: 'expired' | 'removed' | 'used';
    }
  | {
      readonly kind: 'report part';
      readonly of: ReportSubject;
      readonly requestId: number;
      /** From 0; undefined where the parts are not numbered. */
      readonly sequence: number | undefined;
      readonly isLast: boolean;
      /** As the station wrote them: what they mean is its version's matter. */
      readonly items: readonly unknown[];
    };

/** What a station works on after it said yes. */
export type Work = 'firmware' | 'firmware publication' | 'log upload' | 'certificate';

/** What a station tells in parts after it was asked for it. */
export type ReportSubject =
  | 'device model'
  | 'monitors'
  | 'display messages'
  | 'customer information'
  | 'grid support controls';
