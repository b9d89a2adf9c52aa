import type { Clock } from '../../control/ports.ts';
import type { Party } from '../../domain/roaming/common.ts';
import type { Logger } from '../../log.ts';
import type { PartnerClient } from '../partners/client.ts';
import type { PartnerBook, RegisteredPartner } from '../partners/partnerBook.ts';
import { isThere, pulled } from '../partners/pulled.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import { Turns } from './turns.ts';

/** A list of partners that we keep a copy of. */
export interface ListSource {
  readonly module: string;
  /** Hubs are asked for it themselves, and nobody else. */
  readonly isOfHubs?: boolean;
  /** Below the URL of the module, where that has several lists. */
  readonly below?: string;
  /** `refused`: it is none of the partner's, or nothing that can be understood. `full`: no other will be taken either. */
  take(partner: RegisteredPartner, wire: unknown): Promise<'taken' | 'refused' | 'full'>;
}

export interface ListSyncPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly client: Pick<PartnerClient, 'page'>;
  readonly book: PartnerBook;
  readonly objects: Pick<RoamingObjects, 'findRoamingObject' | 'saveRoamingObject'>;
  readonly own: Party;
  readonly sources: readonly ListSource[];
}

interface Asked {
  readonly partner: RegisteredPartner;
  readonly source: ListSource;
}

/** What was told while nobody listened is asked for this often, and those that could not be asked sooner. */
const askEveryMs = 900_000;
const turns = { sweepMs: 2_000, askEveryMs, again: { firstMs: 4_000, maxMs: askEveryMs } };
/** Clocks of two platforms differ, and what is listed late may be stamped early. */
const overlapMs = 86_400_000;

/**
 * Asks partners for what changed since they were asked before, over restarts too: what was pushed while we, or they, were
 * away is not pushed again [OCPI 2.2.1 transport and format, offline behaviour].
 */
export class ListSync {
  readonly #ports: ListSyncPorts;
  readonly #turns: Turns<Asked>;
  #isStopped = false;

  constructor(ports: ListSyncPorts) {
    const { clock, random, log } = ports;
    this.#ports = ports;
    const onFailure = ({ partner, source: { module } }: Asked, err: unknown, failures: number): void =>
      log.warn({ err, partner: partner.id, module, failures }, 'partner could not be asked for a list');
    this.#turns = new Turns(
      { clock, random, all: () => this.#all(), ask: (asked) => this.#takeAll(asked), onFailure },
      turns,
    );
  }

  /** Asks whoever is due, now and from then on. */
  start(): void {
    this.#turns.start();
  }

  /** Nothing is taken once it resolves. May be called twice. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#turns.stop();
  }

  #all(): ReadonlyMap<string, Asked> {
    const { book, sources } = this.#ports;
    return new Map(
      sources.flatMap((source) =>
        (source.isOfHubs === true ? book.hubs() : book.registered())
          .filter((partner) => isThere(partner, source.module))
          .map((partner) => [`${partner.id} ${nameOf(source)}`, { partner, source }] as const),
      ),
    );
  }

  async #takeAll({ partner, source }: Asked): Promise<void> {
    const { clock, log, objects } = this.#ports;
    const { module } = source;
    const shelf = { kind: 'asked', partnerId: partner.id } as const;
    const beganAtMs = clock.nowMs();
    const id = nameOf(source);
    const before = await objects.findRoamingObject(shelf, id);
    const fromMs = Math.max(0, (before?.lastUpdatedMs ?? 0) - overlapMs);
    let refused = 0;
    for await (const page of pulled(this.#ports, partner, source, fromMs)) {
      for (const wire of page) {
        if (this.#isStopped) return;
        const outcome = await source.take(partner, wire);
        if (outcome === 'full') throw new Error('there are as many of its objects as can be kept');
        if (outcome === 'refused') refused += 1;
      }
    }
    if (refused > 0)
      log.warn({ partner: partner.id, module, refused }, 'some of the list of a partner was not taken');
    const times = { createdAtMs: beganAtMs, lastUpdatedMs: beganAtMs };
    await objects.saveRoamingObject({
      ...shelf,
      id,
      alias: '',
      ...times,
      isDue: false,
      document: null,
    });
  }
}

const nameOf = ({ module, below }: ListSource): string =>
  below === undefined ? module : `${module}/${below}`;
