import type { Clock } from '../../control/ports.ts';
import type { Cdr } from '../../domain/roaming/cdr.ts';
import { type Party, partyKey } from '../../domain/roaming/common.ts';
import { isSameBill } from '../../domain/roaming/credit.ts';
import { isSameParty } from '../../domain/roaming/partner.ts';
import { type RegisteredPartner, speaksFor } from '../partners/partnerBook.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import { cdr as codec } from '../v230/cdr.ts';
import { PartnerShelf } from './partnerShelf.ts';

/** `not theirs`, `not ours`: the CDR of a party that the partner does not speak for; of a driver who is not ours. */
export type CdrTaken = 'added' | 'same' | 'conflict' | 'full' | 'not theirs' | 'not ours' | 'too long';

/** More than a large operator bills us in years. */
const countMax = 2_000_000;
/** A period every five minutes for a month. */
const periodsMax = 10_000;

/** The bills of other operators for our drivers, each kept as it first came: a CDR never changes. */
export class ReceivedCdrs {
  readonly #shelf: PartnerShelf<Cdr>;
  readonly #own: Party;

  constructor({
    objects,
    clock,
    own,
  }: { readonly objects: RoamingObjects; readonly clock: Clock; readonly own: Party }) {
    const kind = {
      kind: 'received cdr',
      codec,
      countMax,
      keyOf: (cdr: Cdr) => partyKey(cdr, cdr.id),
    } as const;
    this.#shelf = new PartnerShelf(kind, objects, clock);
    this.#own = own;
  }

  find(partnerId: string, key: string): Promise<Cdr | undefined> {
    return this.#shelf.find(partnerId, key);
  }

  /** Durable when it resolves, once however often it comes. */
  async take(partner: RegisteredPartner, cdr: Cdr): Promise<CdrTaken> {
    if (!speaksFor(partner, cdr)) return 'not theirs';
    if (!isSameParty(this.#own, cdr.token)) return 'not ours';
    if (cdr.periods.length > periodsMax) return 'too long';
    let known: Cdr | undefined;
    const outcome = await this.#shelf.change(partner.id, partyKey(cdr, cdr.id), (held) => {
      known = held;
      return held === undefined ? cdr : undefined;
    });
    if (known !== undefined) return isSameBill(known, cdr) ? 'same' : 'conflict';
    return outcome === 'full' ? 'full' : 'added';
  }
}
