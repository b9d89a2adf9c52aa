import type { Clock } from '../../control/ports.ts';
import { type BackOff, backOffMs, spread } from '../../domain/backOff.ts';
import type { Party } from '../../domain/roaming/common.ts';
import { isSameParty } from '../../domain/roaming/partner.ts';
import type { Logger } from '../../log.ts';
import type { PartnerClient } from '../partners/client.ts';
import type { PartnerBook, RegisteredPartner } from '../partners/partnerBook.ts';
import { listUrl, pulled } from '../partners/pulled.ts';
import { sessionOf } from '../versions.ts';
import type { ReceivedSessions } from './receivedSessions.ts';
import { periodsMax } from './sessionChange.ts';

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

/** Partners that have come are found this often. */
const sweepMs = 5_000;
/** What was pushed while nobody listened is asked for this often. */
const askEveryMs = 900_000;
const again: BackOff = { firstMs: 5_000, maxMs: 60_000 };
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
  /** By partner: when it was last asked and told everything, and when it is asked next. */
  readonly #askedAtMs = new Map<string, number>();
  readonly #dueAtMs = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #underWay = new Map<string, Promise<void>>();
  #cancelSweep = (): void => undefined;
  #isStopped = false;

  constructor(ports: SessionSyncPorts) {
    this.#ports = ports;
  }

  /** Asks whoever is due, now and from then on. */
  start(): void {
    if (this.#isStopped) return;
    const { book, clock } = this.#ports;
    for (const partner of book.registered()) {
      const isDue = clock.monotonicMs() >= (this.#dueAtMs.get(partner.id) ?? 0);
      if (isDue && listUrl(partner, 'sessions') !== undefined) void this.#ask(partner);
    }
    for (const id of this.#dueAtMs.keys()) if (book.find(id) === undefined) this.#forget(id);
    this.#cancelSweep = clock.after(sweepMs, () => this.start());
  }

  /** What this partner told may be old: it is asked with the next sweep. */
  doubt(partnerId: string): void {
    this.#dueAtMs.delete(partnerId);
  }

  #forget(partnerId: string): void {
    this.#failures.delete(partnerId);
    this.#dueAtMs.delete(partnerId);
    this.#askedAtMs.delete(partnerId);
  }

  /** Resolves when what is under way is done with. May be called twice. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelSweep();
    await Promise.allSettled(this.#underWay.values());
  }

  /** Never rejects: who cannot be asked now is asked again. */
  async #ask(partner: RegisteredPartner): Promise<void> {
    const { clock, log } = this.#ports;
    if (this.#underWay.has(partner.id)) return;
    const beganAtMs = clock.nowMs();
    const asking = this.#takeAll(partner).then(
      () => {
        this.#askedAtMs.set(partner.id, beganAtMs);
        this.#dueAtMs.set(partner.id, clock.monotonicMs() + askEveryMs);
        this.#failures.delete(partner.id);
        this.#ports.onHeard?.(partner.id);
      },
      (error: unknown) => {
        const failures = (this.#failures.get(partner.id) ?? 0) + 1;
        this.#failures.set(partner.id, failures);
        const pauseMs = spread(backOffMs(again, failures), this.#ports.random());
        this.#dueAtMs.set(partner.id, clock.monotonicMs() + pauseMs);
        log.warn({ err: error, partner: partner.id }, 'partner could not be asked for its sessions');
      },
    );
    this.#underWay.set(partner.id, asking);
    await asking;
    this.#underWay.delete(partner.id);
  }

  async #takeAll(partner: RegisteredPartner): Promise<void> {
    const { clock, log } = this.#ports;
    const askedAtMs = this.#askedAtMs.get(partner.id);
    const fromMs = askedAtMs === undefined ? clock.nowMs() - firstLookBackMs : askedAtMs - overlapMs;
    let refused = 0;
    for await (const page of pulled(this.#ports, partner, 'sessions', fromMs)) {
      if (this.#isStopped) return;
      for (const wire of page) refused += (await this.#take(partner, wire)) ? 0 : 1;
    }
    if (refused > 0)
      log.warn({ partner: partner.id, refused }, 'some of the sessions of a partner were not taken');
  }

  /** False for what is no session of the partner's, or none at all. */
  async #take({ id, state }: RegisteredPartner, wire: unknown): Promise<boolean> {
    const decoded = sessionOf(state.version).read(wire);
    if (decoded.status === 'refused') return false;
    const session = decoded.value;
    const isTheirs = state.roles.some((role) => isSameParty(role, session));
    if (!isTheirs || session.periods.length > periodsMax) return false;
    return (await this.#ports.sessions.put(id, session)) !== 'full';
  }
}
