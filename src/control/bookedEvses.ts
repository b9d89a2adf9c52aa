import type { EvseId, StationId } from '../domain/ids.ts';
import { type TokenRequest, tokenName } from '../domain/token.ts';

/** An EVSE that somebody has booked, for the time in which that means something at its station. */
export interface BookingHold {
  readonly bookingId: string;
  readonly evseId: EvseId;
  readonly stationId: StationId;
  readonly evseNumber: number;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Good there, also where nobody else knows them. */
  readonly tokenIds: readonly string[];
  /** Whether others are kept away; not once its driver has come. */
  readonly isExclusive: boolean;
}

/** What is booked, by whom: what stations are answered is judged by it before anything else. */
export class BookedEvses {
  readonly #stationOf = new Map<string, StationId>();
  /** By station, and there by booking. */
  readonly #holds = new Map<StationId, Map<string, BookingHold>>();

  put(hold: BookingHold): void {
    const { bookingId, stationId } = hold;
    this.remove(bookingId);
    this.#stationOf.set(bookingId, stationId);
    const here = this.#holds.get(stationId) ?? new Map<string, BookingHold>();
    this.#holds.set(stationId, here.set(bookingId, hold));
  }

  remove(bookingId: string): void {
    const stationId = this.#stationOf.get(bookingId);
    if (stationId === undefined) return;
    this.#stationOf.delete(bookingId);
    this.#holds.get(stationId)?.delete(bookingId);
  }

  /** Whether an EVSE is kept for somebody now. */
  isKept(stationId: StationId, evseNumber: number, nowMs: number): boolean {
    return this.#at(stationId, nowMs).some((hold) => hold.isExclusive && hold.evseNumber === evseNumber);
  }

  /** `theirs`: who asks has booked it. `kept`: somebody else has. undefined: it is not booked, or nobody knows yet which it is. */
  verdict(
    { stationId, evseNumber, tokenId }: Pick<TokenRequest, 'stationId' | 'evseNumber' | 'tokenId'>,
    nowMs: number,
  ): 'theirs' | 'kept' | undefined {
    const here = this.#at(stationId, nowMs).filter(
      (hold) => evseNumber === undefined || hold.evseNumber === evseNumber,
    );
    const name = tokenName(tokenId);
    if (here.some(({ tokenIds }) => tokenIds.some((id) => tokenName(id) === name))) return 'theirs';
    return evseNumber !== undefined && here.some(({ isExclusive }) => isExclusive) ? 'kept' : undefined;
  }

  #at(stationId: StationId, nowMs: number): readonly BookingHold[] {
    const here = this.#holds.get(stationId)?.values() ?? [];
    return [...here].filter(({ fromMs, untilMs }) => fromMs <= nowMs && nowMs < untilMs);
  }
}
