import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../control/ports.ts';
import { backOffMs } from '../../domain/backOff.ts';
import { type EvseId, type SessionId, sessionId } from '../../domain/ids.ts';
import { compare, zero } from '../../domain/pricing/fraction.ts';
import { cdrFrom, followed, type RoamingCharge } from '../../domain/roaming/charge.ts';
import { signedDataOf } from '../../domain/roaming/signedData.ts';
import type { SignedValue } from '../../domain/sessionFact.ts';
import type { SessionRecord } from '../../domain/sessionRecord.ts';
import type { Logger } from '../../log.ts';
import type { BookingDesk } from '../bookings/bookingDesk.ts';
import type { PartnerBook } from '../partners/partnerBook.ts';
import type { Pushes } from '../partners/pushes.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import type { PartnerTokens } from '../tokens/partnerTokens.ts';
import { type ChargePlace, chargeOf, claimedBy } from './begunCharge.ts';
import { billed } from './chargeBills.ts';
import { keepCharge } from './keepCharge.ts';
import { type KeptCharge, keptChargeIn } from './keptCharge.ts';
import { noteReference } from './references.ts';
import type { ReservedDesk } from './reservedDesk.ts';

export interface SessionDeskPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly objects: RoamingObjects;
  readonly book: Pick<PartnerBook, 'owners'>;
  readonly tokens: Pick<PartnerTokens, 'ownerOf' | 'spent'>;
  readonly pushes: Pick<Pushes, 'to'>;
  readonly reserved: Pick<ReservedDesk, 'claim'>;
  readonly bookings: Pick<BookingDesk, 'claim'>;
  /** The newest that is known of a session, in memory or not. */
  recordOf(id: SessionId): Promise<SessionRecord | undefined>;
  /** Sessions whose partner may not have been looked for yet: those that run, and those that ended lately. */
  recentSessions(): Promise<readonly SessionId[]>;
  signedValuesOf(id: SessionId): Promise<readonly SignedValue[]>;
  placeOf(evseId: EvseId): ChargePlace | undefined;
  /** Drivers of our own list are none of a partner's. */
  isOurs(tokenId: string): boolean;
  /** A CDR of this partner waits to be sent. */
  onCdr(partnerId: string): void;
}

/** What a station tells in one message comes together: its end is believed after that. */
const settleMs = 5_000;
/** Stations that were away tell what they kept bit by bit: a bill is corrected once, when all of it is there. */
const correctionSettleMs = 3_600_000;
/** An end that nobody told falls with a sign of life after it. */
const presumedSettleMs = 3_600_000;
const openMax = 10_000;
/** Looked at together: their changes are one wait for the disk. */
const batchMax = 64;
const retry = { firstMs: 1_000, maxMs: 300_000 };

/**
 * Tells partners of the sessions of their drivers, and makes the CDR of each that ended, once: whatever of it is lost with
 * the process is found again at the next start.
 */
export class SessionDesk {
  readonly #ports: SessionDeskPorts;
  /** To be looked at. */
  readonly #waiting = new Set<SessionId>();
  /** When an end is believed, on our monotonic clock. */
  readonly #believedAtMs = new Map<SessionId, number>();
  readonly #tries = new Map<SessionId, number>();
  readonly #cancels = new Map<SessionId, () => void>();
  #isRunning = false;
  #isStopped = false;

  constructor(ports: SessionDeskPorts) {
    this.#ports = ports;
  }

  /** Takes up what an earlier process left. */
  async start(): Promise<void> {
    const { book, objects, recentSessions } = this.#ports;
    for (const { id: partnerId } of book.owners()) {
      const open = await objects.dueRoamingObjects({ kind: 'session', partnerId }, openMax);
      for (const { alias } of open) this.take(sessionId(alias));
    }
    for (const id of await recentSessions()) this.take(id);
  }

  /** Something about this session changed. */
  take(id: SessionId): void {
    if (this.#isStopped) return;
    this.#waiting.add(id);
    if (!this.#isRunning) void this.#run();
  }

  /** May be called twice. */
  stop(): void {
    this.#isStopped = true;
    this.#waiting.clear();
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.size > 0) {
      const batch: SessionId[] = [];
      for (const id of this.#waiting) {
        if (batch.length === batchMax) break;
        this.#waiting.delete(id);
        batch.push(id);
      }
      await Promise.all(batch.map((id) => this.#look(id)));
      // A database in this thread answers without ever letting anybody else have a turn.
      await nextTurn();
    }
    this.#isRunning = false;
  }

  /** Never rejects. */
  async #look(id: SessionId): Promise<void> {
    try {
      await this.#follow(id);
      this.#tries.delete(id);
    } catch (error) {
      this.#tryLater(id, error);
    }
  }

  #tryLater(id: SessionId, error: unknown): void {
    if (this.#isStopped) return;
    const tries = this.#tries.get(id) ?? 0;
    this.#tries.set(id, tries + 1);
    this.#ports.log.error({ err: error, sessionId: id, tries }, 'session of a partner could not be followed');
    this.#takeLater(id, backOffMs(retry, tries + 1));
  }

  #takeLater(id: SessionId, delayMs: number): void {
    this.#cancels.get(id)?.();
    const cancel = this.#ports.clock.after(delayMs, () => {
      this.#cancels.delete(id);
      this.take(id);
    });
    this.#cancels.set(id, cancel);
  }

  async #follow(id: SessionId): Promise<void> {
    const { objects, recordOf } = this.#ports;
    const record = await recordOf(id);
    if (record === undefined) return;
    const [found] = await objects.roamingObjectsByAlias('session', id);
    const known = found === undefined ? await this.#begun(record) : keptChargeIn(found);
    if (known === undefined) return;
    if (found === undefined) await noteReference(objects, known);
    if (known.isDone) return this.#correct(known, record);
    if (record.session.isRefused === true) return this.#put(known, record, 'INVALID');
    if (!this.#isOver(record)) return this.#put(known, record, 'ACTIVE');
    await this.#bill({ ...known, charge: this.#over(known, record) }, record);
  }

  /** Bills it again where its history has changed since, and stays so. */
  async #correct(known: KeptCharge, record: SessionRecord): Promise<void> {
    const { id, endedAtMs } = record.session;
    const charge = this.#over(known, record);
    if (endedAtMs === undefined || !isOtherBill(known.charge, charge)) this.#believedAtMs.delete(id);
    else if (this.#isBelieved(id, correctionSettleMs)) await this.#bill({ ...known, charge }, record);
  }

  #over({ charge }: KeptCharge, record: SessionRecord): RoamingCharge {
    return followed(charge, record, { status: 'COMPLETED', nowMs: this.#ports.clock.nowMs() });
  }

  /** undefined where it is no partner's driver. */
  async #begun({ session }: SessionRecord): Promise<KeptCharge | undefined> {
    const { tokens, placeOf, isOurs, clock, reserved, bookings } = this.#ports;
    const { id, evseId, stationId, tokenId, startedAtMs, isRefused } = session;
    const place = placeOf(evseId);
    if (tokenId === undefined || isRefused === true || place === undefined) return undefined;
    const permission =
      (await bookings.claim(session)) ??
      (isOurs(tokenId) ? undefined : await tokens.ownerOf(stationId, tokenId, startedAtMs));
    if (permission === undefined) return undefined;
    tokens.spent(stationId, tokenId);
    const { partnerId } = permission;
    const claimed = await reserved.claim(partnerId, session);
    const createdAtMs = claimed?.createdAtMs ?? clock.nowMs();
    const charge =
      claimed === undefined
        ? chargeOf(id, startedAtMs, place, permission)
        : claimedBy(claimed.charge, permission);
    return { partnerId, sessionId: id, createdAtMs, charge, isDone: false };
  }

  /** Whether its end is believed by now; where it is not, it is looked at again. */
  #isOver({ session: { id, endedAtMs }, story }: SessionRecord): boolean {
    const { clock } = this.#ports;
    if (endedAtMs === undefined) {
      this.#believedAtMs.delete(id);
      return false;
    }
    const waitMs =
      story.end?.isPresumed === true
        ? Math.min(presumedSettleMs, Math.max(settleMs, endedAtMs + presumedSettleMs - clock.nowMs()))
        : settleMs;
    return this.#isBelieved(id, waitMs);
  }

  /** Whether so long has passed since it was asked first; where it has not, the session is looked at again then. */
  #isBelieved(id: SessionId, waitMs: number): boolean {
    const nowMs = this.#ports.clock.monotonicMs();
    const believedAtMs = Math.min(this.#believedAtMs.get(id) ?? Number.POSITIVE_INFINITY, nowMs + waitMs);
    this.#believedAtMs.set(id, believedAtMs);
    const restMs = believedAtMs - nowMs;
    if (restMs > 0) this.#takeLater(id, restMs);
    return restMs <= 0;
  }

  async #put(known: KeptCharge, record: SessionRecord, status: 'ACTIVE' | 'INVALID'): Promise<void> {
    const charge = followed(known.charge, record, { status, nowMs: this.#ports.clock.nowMs() });
    await keepCharge(this.#ports, { ...known, charge, isDone: status === 'INVALID' });
  }

  /** The CDR first: a process that ends between the two finds the session open, and the CDR there. */
  async #bill(known: KeptCharge, record: SessionRecord): Promise<void> {
    const { objects, clock, onCdr, log, signedValuesOf } = this.#ports;
    const { partnerId, sessionId: alias, charge } = known;
    const signedData = signedDataOf(await signedValuesOf(record.session.id));
    const cdr = { ...cdrFrom(charge, record), ...(signedData !== undefined && { signedData }) };
    const outcome = await billed({ objects, nowMs: clock.nowMs() }, known, cdr);
    await keepCharge(this.#ports, { ...known, isDone: true });
    this.#believedAtMs.delete(record.session.id);
    const told = { sessionId: alias, partner: partnerId, cdrId: cdr.id };
    if (outcome === 'corrected') log.warn(told, 'session changed after its CDR, which was credited');
    else if (outcome === 'too often') log.error(told, 'session changed again after its CDR, which stands');
    else if (outcome === 'by hand')
      log.warn(told, 'session changed after a person corrected its CDR, which stands');
    else log.info(told, 'CDR made');
    onCdr(partnerId);
  }
}

const isOtherBill = ({ session: a }: RoamingCharge, { session: b }: RoamingCharge): boolean =>
  a.status === 'COMPLETED' &&
  (a.endedAtMs !== b.endedAtMs ||
    compare(a.energyKwh, b.energyKwh) !== 0 ||
    compare(a.totalCost?.beforeTaxes ?? zero, b.totalCost?.beforeTaxes ?? zero) !== 0);
