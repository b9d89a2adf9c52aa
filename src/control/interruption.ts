import {
  asked,
  type InterruptedCharge,
  isDue,
  isSameCar,
  openWish,
  seen,
} from '../domain/interruptedCharge.ts';
import type { Session } from '../domain/session.ts';
import type { Evse } from '../domain/site.ts';
import type { EvseBook } from './evseBook.ts';
import type { EvseRecord } from './evseRecord.ts';
import type { ExposureLedger } from './exposure.ts';

/** A station that was asked to end a session does so within this, or it ended for another reason. */
const stopTakesMs = 60_000;
/** The reason that a session has which was ended from afar, in every version. */
const fromAfar = 'Remote';

/** A session ended: whether that was our doing, and its car still waits for what it did not get. */
export function noteEnd(book: EvseBook, record: EvseRecord, session: Session, reason: string): void {
  const { stopping, interrupted } = record;
  const nowMs = book.ports.clock.monotonicMs();
  const isOurs = stopping !== undefined && nowMs - stopping.atMs < stopTakesMs && reason === fromAfar;
  const { tokenId } = session;
  if (!isOurs || tokenId === undefined) {
    keep(book, record, undefined);
    return;
  }
  const attempts = interrupted?.tokenId === tokenId ? interrupted.attempts : 0;
  const { drawAmps } = stopping;
  keep(book, record, { tokenId, drawAmps, wish: openWish(session), atMs: nowMs, attempts, seenAtMs: nowMs });
}

/** A session began: the interrupted one, or another car's. */
export function noteBegin(book: EvseBook, record: EvseRecord, session: Session): void {
  const { interrupted, evse } = record;
  if (interrupted === undefined) return;
  if (interrupted.tokenId !== session.tokenId) {
    keep(book, record, undefined);
    return;
  }
  book.setSession(record, { ...session, ...interrupted.wish });
  // It took more than it was told: until it is measured to obey, it counts as it did then.
  const { drawAmps = 0 } = interrupted;
  record.overdrawAmps = Math.max(0, Math.min(drawAmps, evse.maxAmps) - heldAmps(evse, book.ports.ledger));
}

/** The car left. */
export function noteLeft(book: EvseBook, record: EvseRecord): void {
  keep(book, record, undefined);
}

/** Its station connected: while it was away its car may have left. */
export function noteBack(book: EvseBook, record: EvseRecord): void {
  const { interrupted } = record;
  if (interrupted !== undefined && !isSameCar(interrupted, book.ports.clock.monotonicMs()))
    keep(book, record, undefined);
}

/** Time passes at a station that would tell if the car left. */
export function noteWaiting(book: EvseBook, record: EvseRecord): void {
  const { interrupted, evse } = record;
  if (interrupted !== undefined && book.isOnline(evse.station))
    keep(book, record, seen(interrupted, book.ports.clock.monotonicMs()));
}

/** Its session was asked to begin again. */
export function noteAsked(book: EvseBook, record: EvseRecord): void {
  const { interrupted } = record;
  if (interrupted !== undefined) keep(book, record, asked(interrupted, book.ports.clock.monotonicMs()));
}

function keep(book: EvseBook, record: EvseRecord, charge: InterruptedCharge | undefined): void {
  if (record.interrupted === charge) return;
  record.interrupted = charge;
  book.ports.onInterrupted(record.evse.id, charge);
}

/**
 * What an interrupted charge needs to begin again now: the most its car may take by what its station holds, and what it took
 * before. undefined where nothing is to begin.
 */
export function beginAmps(
  { evse, session, status, interrupted }: EvseRecord,
  { ledger, nowMs }: { readonly ledger: ExposureLedger; readonly nowMs: number },
): number | undefined {
  const isWaiting = session === undefined && status === 'occupied' && interrupted !== undefined;
  if (!isWaiting || !isDue(interrupted, nowMs)) return undefined;
  const mostAmps = Math.max(evse.minAmps, heldAmps(evse, ledger), interrupted.drawAmps ?? 0);
  return Math.min(evse.maxAmps, mostAmps);
}

/** What its station holds for a session that begins. */
const heldAmps = (evse: Evse, ledger: ExposureLedger): number => ledger.standingAmps(evse.id) ?? evse.maxAmps;
