import { inTurnByKey } from '../../domain/inTurn.ts';
import { type Party, partyKey } from '../../domain/roaming/common.ts';
import type { RoamingObject } from '../../domain/roaming/partner.ts';
import type { RoamingSession } from '../../domain/roaming/session.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import { session as codec } from '../v230/session.ts';
import { withChange } from './sessionChange.ts';

/** What names a session: unique by its owner and id. */
export interface ReceivedSessionId extends Party {
  readonly id: string;
}

/** A session at another operator's station, as that operator told it. */
export interface ReceivedSession {
  readonly partnerId: string;
  readonly session: RoamingSession;
}

/** `outdated`: we hold a newer state of it, and keep that. */
export type Taken = 'added' | 'changed' | 'outdated' | 'full' | 'unknown' | 'too long';

export interface ReceivedSessionsPorts {
  readonly objects: RoamingObjects;
  nowMs(): number;
}

/** Kept for each partner: more than a large operator has in the months that we keep them. */
const sessionsMax = 1_000_000;
const openMax = 10_000;

/** The sessions that other operators told us, each partner its own. Changes of one session are taken one after the other. */
export class ReceivedSessions {
  readonly #ports: ReceivedSessionsPorts;
  readonly #listeners = new Set<(received: ReceivedSession) => void>();
  readonly #inTurn = inTurnByKey();

  constructor(ports: ReceivedSessionsPorts) {
    this.#ports = ports;
  }

  async find(partnerId: string, id: ReceivedSessionId): Promise<RoamingSession | undefined> {
    const found = await this.#ports.objects.findRoamingObject(shelfOf(partnerId), keyOf(id));
    return found && sessionIn(found);
  }

  /** Those of a partner that have not ended, the oldest first. */
  async open(partnerId: string): Promise<readonly RoamingSession[]> {
    const due = await this.#ports.objects.dueRoamingObjects(shelfOf(partnerId), openMax);
    return due.map(sessionIn);
  }

  /** Durable when it resolves; whoever listens has heard of it then. */
  put(partnerId: string, session: RoamingSession): Promise<Taken> {
    return this.#alone(partnerId, session, async () => {
      const known = await this.find(partnerId, session);
      if (known !== undefined && session.lastUpdatedMs < known.lastUpdatedMs) return 'outdated';
      const isFull = known === undefined && (await this.#count(partnerId)) >= sessionsMax;
      return isFull ? 'full' : this.#keep(partnerId, session, known);
    });
  }

  /** Charging periods are added to those we hold [OCPI 2.2.1 sessions, PATCH method]. */
  patch(
    partnerId: string,
    id: ReceivedSessionId,
    change: Partial<RoamingSession> & Pick<RoamingSession, 'lastUpdatedMs'>,
  ): Promise<Taken> {
    return this.#alone(partnerId, id, async () => {
      const known = await this.find(partnerId, id);
      if (known === undefined) return 'unknown';
      if (change.lastUpdatedMs < known.lastUpdatedMs) return 'outdated';
      const session = withChange(known, change);
      return session === undefined ? 'too long' : this.#keep(partnerId, session, known);
    });
  }

  /** Hears of every session that was added or changed. The returned function ends it. */
  onTaken(listener: (received: ReceivedSession) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async #keep(
    partnerId: string,
    session: RoamingSession,
    known: RoamingSession | undefined,
  ): Promise<'added' | 'changed'> {
    const { nowMs, objects } = this.#ports;
    await objects.saveRoamingObject(keptAs(partnerId, session, nowMs()));
    for (const listener of this.#listeners) listener({ partnerId, session });
    return known === undefined ? 'added' : 'changed';
  }

  #count(partnerId: string): Promise<number> {
    return this.#ports.objects.countRoamingObjects(shelfOf(partnerId));
  }

  #alone<T>(partnerId: string, id: ReceivedSessionId, work: () => Promise<T>): Promise<T> {
    return this.#inTurn(`${partnerId} ${keyOf(id)}`, work);
  }
}

/** Whether it may still draw, or will. */
export const isOpen = ({ status }: RoamingSession): boolean => status === 'ACTIVE' || status === 'PENDING';

const shelfOf = (partnerId: string) => ({ kind: 'received session', partnerId }) as const;

const keyOf = (session: ReceivedSessionId): string => partyKey(session, session.id);

/** It is found by the EVSE too; of what has ended nothing is due. */
const keptAs = (partnerId: string, session: RoamingSession, createdAtMs: number): RoamingObject => ({
  ...shelfOf(partnerId),
  id: keyOf(session),
  alias: `${session.locationId}/${session.evseUid}`.toUpperCase(),
  createdAtMs,
  lastUpdatedMs: session.lastUpdatedMs,
  isDue: isOpen(session),
  document: codec.write(session),
});

const sessionIn = ({ document }: RoamingObject): RoamingSession => codec.read(document);
