import type { Party } from '../../domain/roaming/common.ts';
import { type Codec, listOf } from '../codec.ts';
import { answerDecoder } from '../envelope.ts';
import { PartnerUnreachableError } from '../transport/outgoing.ts';
import { instant } from '../values.ts';
import type { PartnerClient } from './client.ts';
import type { RegisteredPartner } from './partnerBook.ts';
import { partyOf } from './tell.ts';

/** Each object is read on its own: one that nobody understands must not hide the others. */
const anything: Codec<unknown> = { schema: {}, read: (wire) => wire, write: (value) => value };
const readPage = answerDecoder(listOf(anything));

/** A partner whose list never ends is left here: it is asked again with a later `date_from`. */
const pagesMax = 10_000;

/** Where a partner's own objects of a module are listed; undefined where it lists none. */
export const listUrl = ({ state }: RegisteredPartner, module: string): string | undefined =>
  state.endpoints.find((each) => each.module === module && each.role === 'SENDER')?.url;

/**
 * The objects of a partner that changed since `fromMs`, page by page, as they came. Throws a PartnerUnreachableError or a
 * PartnerRefusalError.
 */
export async function* pulled(
  { client, own }: { readonly client: Pick<PartnerClient, 'page'>; readonly own: Party },
  partner: RegisteredPartner,
  module: string,
  fromMs: number,
): AsyncGenerator<readonly unknown[]> {
  const { access, roles } = partner.state;
  const first = listUrl(partner, module);
  if (first === undefined) return;
  const route = { from: own, to: partyOf(roles, 'CPO') };
  const asked = new URL(first);
  asked.searchParams.set('date_from', String(instant.write(fromMs)));
  let url: string | undefined = asked.href;
  for (let page = 0; url !== undefined; page += 1) {
    if (page >= pagesMax) throw new PartnerUnreachableError(url, `its list has more than ${pagesMax} pages`);
    const answer: Awaited<ReturnType<typeof client.page<readonly unknown[]>>> = await client.page(access, {
      ...{ method: 'GET', url, route, read: readPage },
    });
    yield answer.data ?? [];
    if (answer.next === url) throw new PartnerUnreachableError(url, 'its next page is the same one');
    url = answer.next;
  }
}
