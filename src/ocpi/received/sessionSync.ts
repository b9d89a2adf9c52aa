import type { Clock } from '../../control/ports.ts';
import type { Party } from '../../domain/roaming/common.ts';
import type { Logger } from '../../log.ts';
import type { PartnerClient } from '../partners/client.ts';
import { type PartnerBook, type RegisteredPartner, speaksFor } from '../partners/partnerBook.ts';
import { isThere, pulled } from '../partners/pulled.ts';
import { sessionOf } from '../versions.ts';
import type { ReceivedSessions } from './receivedSessions.ts';
import { periodsMax } from './sessionChange.ts';
import { Turns } from './turns.ts';

export interface SessionSyncPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly client: Pick<PartnerClient, 'page'>;
  readonly book: PartnerBook;
  readonly sessions: Pick<ReceivedSessions, 'put'>;
  readonly own: Party;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** The partner has told all of its sessions. Must not throw. */
  onHeard?(partnerId: string): void;
}

/** What was pushed while nobody listened is asked for this often. */
const turns = { sweepMs: 5_000, askEveryMs: 900_000, again: { firstMs: 5_000, maxMs: 60_000 } };
/** Longer than we are ever away: what changed before is asked for no more. */
const firstLookBackMs = 3 * 86_400_000;
/** Clocks of two platforms differ, and an object may be stamped before it is listed. */
const overlapMs = 600_000;

/**
 * Asks partners for the sessions that they told nobody while we, or they, were away: nothing that is pushed is pushed
 * again [OCPI 2.2.1 transport and format, offline behaviour].
 */
export class SessionSync {
  readonly #ports: SessionSyncPorts;
  readonly #turns: Turns<RegisteredPartner>;
  /** By partner: when it was last asked and told everything. */
  readonly #askedAtMs = new Map<string, number>();
  #isStopped = false;

  constructor(ports: SessionSyncPorts) {
    const { clock, random, log } = ports;
    this.#ports = ports;
    const onFailure = ({ id }: RegisteredPartner, err: unknown): void =>
      log.warn({ err, partner: id }, 'partner could not be asked for its sessions');
    this.#turns = new Turns(
      { clock, random, all: () => this.#all(), ask: (partner) => this.#takeAll(partner), onFailure },
      turns,
    );
  }

  /** Asks whoever is due, now and from then on. */
  start(): void {
    this.#turns.start();
  }

  /** What this partner told may be old: it is asked with the next sweep. */
  doubt(partnerId: string): void {
    this.#turns.doubt(partnerId);
  }

  /** Resolves when what is under way is done with. May be called twice. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#turns.stop();
  }

  #all(): ReadonlyMap<string, RegisteredPartner> {
    const { book } = this.#ports;
    for (const id of this.#askedAtMs.keys()) if (book.find(id) === undefined) this.#askedAtMs.delete(id);
    const partners = book.registered().filter((partner) => isThere(partner, 'sessions'));
    return new Map(partners.map((partner) => [partner.id, partner]));
  }

  async #takeAll(partner: RegisteredPartner): Promise<void> {
    const { clock, log } = this.#ports;
    const beganAtMs = clock.nowMs();
    const askedAtMs = this.#askedAtMs.get(partner.id);
    const fromMs = askedAtMs === undefined ? beganAtMs - firstLookBackMs : askedAtMs - overlapMs;
    let refused = 0;
    for await (const page of pulled(this.#ports, partner, { module: 'sessions' }, fromMs)) {
      if (this.#isStopped) return;
      for (const wire of page) refused += (await this.#take(partner, wire)) ? 0 : 1;
    }
    if (refused > 0)
      log.warn({ partner: partner.id, refused }, 'some of the sessions of a partner were not taken');
    this.#askedAtMs.set(partner.id, beganAtMs);
    this.#ports.onHeard?.(partner.id);
  }

  /** False for what is no session of the partner's, or none at all. */
  async #take(partner: RegisteredPartner, wire: unknown): Promise<boolean> {
    const decoded = sessionOf(partner.state.version).read(wire);
    if (decoded.status === 'refused') return false;
    const session = decoded.value;
    if (!speaksFor(partner, session) || session.periods.length > periodsMax) return false;
    return (await this.#ports.sessions.put(partner.id, session)) !== 'full';
  }
}
