import type { Party } from '../../domain/roaming/common.ts';
import type { Registered } from '../../domain/roaming/partner.ts';
import { type Codec, listOf } from '../codec.ts';
import { answerDecoder } from '../envelope.ts';
import { PartnerUnreachableError } from '../transport/outgoing.ts';
import { joined } from '../transport/partnerUrl.ts';
import { instant } from '../values.ts';
import type { PartnerClient } from './client.ts';
import { endpointUrl, type RegisteredPartner } from './partnerBook.ts';
import { partyOf } from './tell.ts';

/** Each object is read on its own: one that nobody understands must not hide the others. */
const anything: Codec<unknown> = { schema: {}, read: (wire) => wire, write: (value) => value };
const readPage = answerDecoder(listOf(anything));

/** A partner whose list never ends is left here: it is asked again with a later `date_from`. */
const pagesMax = 10_000;

/** Where a partner's own objects of a module are listed; undefined where it lists none. */
const listUrl = ({ state }: RegisteredPartner, module: string): string | undefined =>
  mayOwn(state, module) ? endpointUrl(state, module, 'SENDER') : undefined;

/** Who owns the objects of a module, where that is not the operator of charge points. */
const owners: Readonly<Record<string, string>> = { tokens: 'EMSP', payments: 'PTP' };

/** A hub offers what any party behind it may have: an operator has no tokens, and an eMSP no places. */
const mayOwn = ({ isBehindHub, roles }: Registered, module: string): boolean => {
  const owner = owners[module] ?? 'CPO';
  return isBehindHub !== true || roles.some(({ role }) => role === owner || role === 'OTHER');
};

/** Whether a partner can be asked for its list of a module: a hub may tell that the party behind it is away. */
export const isThere = (partner: RegisteredPartner, module: string): boolean =>
  partner.state.access.isAway !== true && listUrl(partner, module) !== undefined;

/**
 * The objects of a partner that changed since `fromMs`, page by page, as they came. Throws a PartnerUnreachableError or a
 * PartnerRefusalError.
 */
export async function* pulled(
  { client, own }: { readonly client: Pick<PartnerClient, 'page'>; readonly own: Party },
  partner: RegisteredPartner,
  { module, below }: { readonly module: string; readonly below?: string },
  fromMs: number,
): AsyncGenerator<readonly unknown[]> {
  const { access, roles } = partner.state;
  const first = listUrl(partner, module);
  if (first === undefined) return;
  // What a hub tells of its parties goes to nobody else [OCPI 2.2.1 transport and format, message routing headers].
  const routed = module === 'hubclientinfo' ? {} : { route: { from: own, to: partyOf(roles, 'CPO') } };
  const asked = new URL(below === undefined ? first : joined(first, below));
  asked.searchParams.set('date_from', String(instant.write(fromMs)));
  let url: string | undefined = asked.href;
  for (let page = 0; url !== undefined; page += 1) {
    if (page >= pagesMax) throw new PartnerUnreachableError(url, `its list has more than ${pagesMax} pages`);
    const answer: Awaited<ReturnType<typeof client.page<readonly unknown[]>>> = await client.page(access, {
      ...{ method: 'GET', url, ...routed, read: readPage },
    });
    yield answer.data ?? [];
    if (answer.next === url) throw new PartnerUnreachableError(url, 'its next page is the same one');
    url = answer.next;
  }
}
