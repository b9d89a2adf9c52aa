import type { Clock } from '../../control/ports.ts';
import { type EvseId, type SessionId, sessionId } from '../../domain/ids.ts';
import { inTurn } from '../../domain/inTurn.ts';
import { isHeld, type Reservation } from '../../domain/reservation.ts';
import { awaited, cdrFrom } from '../../domain/roaming/charge.ts';
import type { Token } from '../../domain/roaming/token.ts';
import type { Session } from '../../domain/session.ts';
import type { Logger } from '../../log.ts';
import type { PartnerBook } from '../partners/partnerBook.ts';
import type { Pushes } from '../partners/pushes.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import { type ChargePlace, chargeOf, movedTo } from './begunCharge.ts';
import { billed } from './chargeBills.ts';
import { keepCharge } from './keepCharge.ts';
import { type KeptCharge, keptChargeIn } from './keptCharge.ts';

export interface ReservedDeskPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly objects: RoamingObjects;
  readonly book: Pick<PartnerBook, 'owners'>;
  readonly pushes: Pick<Pushes, 'to'>;
  placeOf(evseId: EvseId): ChargePlace | undefined;
  /** By our number, as it is kept now. */
  reservationOf(number: number): Promise<Reservation | undefined>;
  /** A CDR of this partner waits to be sent. */
  onCdr(partnerId: string): void;
}

/** What a station has accepted for a partner's driver. */
interface ReservedFor {
  readonly partnerId: string;
  readonly number: number;
  /** The number of the one in whose place it is. */
  readonly before: number | undefined;
  readonly evse: EvseId;
  readonly token: Token;
  readonly reference: string | undefined;
}

interface Open {
  readonly partnerId: string;
  readonly evse: string;
  readonly fromMs: number;
  claimedBy?: SessionId;
  /** On our monotonic clock: a reservation that was used, without a session by then, has none. */
  endsAtMs?: number;
}

/** What a station tells of the begin of a charge comes in several messages, and its clock may be off. */
const claimMs = 300_000;
const retryMs = 60_000;
const openMax = 10_000;

/**
 * Tells partners of the reservations of their drivers as sessions of the status RESERVATION. The session that makes use of one
 * goes on from it; one that nobody came for is billed by itself, where its tariff has a price for that.
 */
export class ReservedDesk {
  readonly #ports: ReservedDeskPorts;
  readonly #open = new Map<number, Open>();
  readonly #cancels = new Map<number, () => void>();
  /** A charge that begins and a reservation that ends must not both have it. */
  readonly #inTurn = inTurn();
  #isStopped = false;

  constructor(ports: ReservedDeskPorts) {
    this.#ports = ports;
  }

  /** Takes up what an earlier process left. */
  start(): Promise<void> {
    return this.#inTurn(async () => {
      const { book, objects } = this.#ports;
      for (const { id: partnerId } of book.owners()) {
        const due = await objects.dueRoamingObjects({ kind: 'session', partnerId }, openMax);
        for (const object of due) {
          const number = numberIn(object.alias);
          if (number === undefined) continue;
          const { session } = keptChargeIn(object).charge;
          this.#open.set(number, { partnerId, evse: session.evseUid, fromMs: session.startedAtMs });
          this.take(number);
        }
      }
    });
  }

  /** Durable once it resolves. Told again it is changed, at another EVSE too. */
  begin({ partnerId, number, before = number, evse, token, reference }: ReservedFor): Promise<void> {
    return this.#inTurn(async () => {
      const { objects, clock, placeOf, reservationOf } = this.#ports;
      const [place, reservation] = [placeOf(evse), await reservationOf(number)];
      if (place === undefined || reservation === undefined) return;
      const permission = {
        ...{ partnerId, token, method: 'COMMAND' as const },
        ...(reference !== undefined && { reference }),
      };
      const [found] = await objects.roamingObjectsByAlias('session', aliasOf(before));
      const known = found?.isDue === true ? keptChargeIn(found) : undefined;
      const fromMs = known?.charge.session.startedAtMs ?? reservation.madeAtMs;
      const charge =
        known === undefined
          ? chargeOf(sessionId(aliasOf(number)), fromMs, place, permission)
          : movedTo(known.charge, place, permission);
      const createdAtMs = known?.createdAtMs ?? clock.nowMs();
      await this.#keepWaiting({
        ...{ partnerId, sessionId: aliasOf(number), createdAtMs, charge, isDone: false },
      });
      this.#open.delete(before);
      this.#open.set(number, { partnerId, evse, fromMs });
      // It may have ended before we knew whose it is.
      if (!isHeld(reservation)) this.take(number);
    });
  }

  /** What this session goes on from; undefined where nobody had reserved for it. */
  claim(partnerId: string, { id, evseId: evse, startedAtMs }: Session): Promise<KeptCharge | undefined> {
    return this.#inTurn(async () => {
      const match = [...this.#open].find(
        ([, open]) =>
          open.partnerId === partnerId &&
          open.evse === evse &&
          startedAtMs >= open.fromMs - claimMs &&
          (open.claimedBy ?? id) === id,
      );
      if (match === undefined) return undefined;
      const [number, open] = match;
      const [found] = await this.#ports.objects.roamingObjectsByAlias('session', aliasOf(number));
      if (found?.isDue !== true) return undefined;
      const reservation = await this.#ports.reservationOf(number);
      if (reservation === undefined || startedAtMs >= reservation.expiresAtMs) return undefined;
      if (!isHeld(reservation) && reservation.state !== 'used') return undefined;
      open.claimedBy = id;
      return keptChargeIn(found);
    });
  }

  /** Something about this reservation changed. */
  take(number: number): void {
    if (this.#isStopped || !this.#open.has(number)) return;
    this.#inTurn(() => this.#look(number)).catch((error: unknown) => {
      this.#ports.log.error({ err: error, reservationId: number }, 'reservation of a partner was not told');
      this.#takeLater(number, retryMs);
    });
  }

  /** May be called twice. */
  stop(): void {
    this.#isStopped = true;
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }

  async #look(number: number): Promise<void> {
    const { objects, reservationOf } = this.#ports;
    const open = this.#open.get(number);
    const [found] = await objects.roamingObjectsByAlias('session', aliasOf(number));
    if (open === undefined || found?.isDue !== true) {
      this.#open.delete(number);
      return;
    }
    const reservation = await reservationOf(number);
    if (reservation !== undefined && isHeld(reservation)) {
      await this.#keepWaiting(keptChargeIn(found));
      return;
    }
    if (reservation?.state === 'used' && this.#mayComeStill(number, open)) return;
    await this.#end(keptChargeIn(found), reservation);
    this.#open.delete(number);
  }

  /** Whether the session of a reservation that was used may be told yet; if so it is looked at again. */
  #mayComeStill(number: number, open: Open): boolean {
    const nowMs = this.#ports.clock.monotonicMs();
    open.endsAtMs ??= nowMs + claimMs;
    const restMs = open.endsAtMs - nowMs;
    if (restMs > 0) this.#takeLater(number, restMs);
    return restMs > 0;
  }

  /** The CDR first, as of a session. What costs nothing has none. */
  async #end(known: KeptCharge, reservation: Reservation | undefined): Promise<void> {
    const { objects, clock, onCdr, log } = this.#ports;
    const nowMs = clock.nowMs();
    const endedAtMs = Math.min(reservation?.endedAtMs ?? nowMs, reservation?.expiresAtMs ?? nowMs);
    const fromMs = known.charge.session.startedAtMs;
    const charge = awaited(
      { ...known.charge, reserved: { fromMs, isExpired: reservation?.state === 'expired' } },
      { untilMs: endedAtMs, status: 'COMPLETED', nowMs },
    );
    const cdr = cdrFrom(charge, { marks: [] });
    const isFree = cdr.totalCost.beforeTaxes.numerator === 0n;
    if (!isFree) await billed({ objects, nowMs }, known, cdr);
    await keepCharge(this.#ports, { ...known, charge, isDone: true });
    if (isFree) return;
    log.info({ partner: known.partnerId, cdrId: cdr.id }, 'CDR of a reservation made');
    onCdr(known.partnerId);
  }

  async #keepWaiting(known: KeptCharge): Promise<void> {
    const { clock } = this.#ports;
    const nowMs = clock.nowMs();
    const reserved = { fromMs: known.charge.session.startedAtMs, isExpired: false };
    const charge = awaited({ ...known.charge, reserved }, { untilMs: nowMs, status: 'RESERVATION', nowMs });
    await keepCharge(this.#ports, { ...known, charge });
  }

  #takeLater(number: number, delayMs: number): void {
    if (this.#isStopped) return;
    this.#cancels.get(number)?.();
    const cancel = this.#ports.clock.after(delayMs, () => {
      this.#cancels.delete(number);
      this.take(number);
    });
    this.#cancels.set(number, cancel);
  }
}

const prefix = 'reservation~';
/** What stands in the place of a session's id until there is a session. */
const aliasOf = (number: number): string => `${prefix}${number}`;

function numberIn(alias: string): number | undefined {
  const number = Number(alias.slice(prefix.length));
  return alias.startsWith(prefix) && Number.isInteger(number) ? number : undefined;
}
