import type { Cdr } from '../../domain/roaming/cdr.ts';
import { partyKey } from '../../domain/roaming/common.ts';
import { statusCodes } from '../envelope.ts';
import { speaksFor } from '../partners/partnerBook.ts';
import type { ReceivedCdrs } from '../received/receivedCdrs.ts';
import { joined } from '../transport/partnerUrl.ts';
import {
  done,
  invalid,
  notAllowed,
  notFound,
  OcpiRefusal,
  type Reply,
  understood,
} from '../transport/reply.ts';
import { cdrOf } from '../versions.ts';
import type { OcpiModule, PartnerModuleCall } from './module.ts';

/** Takes the CDRs of our drivers at other operators' stations [OCPI 2.2.1 cdrs, receiver interface]. */
export const cdrsReceiver = (cdrs: ReceivedCdrs): OcpiModule => ({
  identifier: 'cdrs',
  role: 'RECEIVER',
  handle: async (call) => {
    const { method, segments, version, partner } = call;
    if (method === 'POST' && segments.length === 0) return posted(cdrs, call);
    if (method !== 'GET') throw notAllowed('a CDR is POSTed, and read where that answer says');
    const [countryCode = '', partyId = '', id = '', ...more] = segments;
    const party = { countryCode, partyId };
    if (!speaksFor(partner, party) || id === '' || more.length > 0) throw unknownCdr();
    const cdr = await cdrs.find(partner.id, partyKey(party, id));
    if (cdr === undefined) throw unknownCdr();
    return done(cdrOf(version).codec.write(cdr));
  },
});

/** Whoever posts it again, because our answer was lost, is told the same. */
async function posted(
  cdrs: ReceivedCdrs,
  { partner, version, body, url }: PartnerModuleCall,
): Promise<Reply> {
  const cdr: Cdr = understood(cdrOf(version).read(body));
  const outcome = await cdrs.take(partner, cdr);
  switch (outcome) {
    case 'added':
    case 'same': {
      const where = joined(url, cdr.countryCode, cdr.partyId, cdr.id);
      return { ...done(undefined, outcome === 'added' ? 201 : 200), headers: { Location: where } };
    }
    case 'not theirs':
      throw invalid('the CDR is of none of your parties');
    case 'not ours': {
      const reply = { httpStatus: 200, statusCode: statusCodes.unknownToken };
      throw new OcpiRefusal(reply, 'the token of the CDR is none of ours');
    }
    case 'conflict':
      throw invalid('we hold a CDR of that id with other contents: credit it, and send another');
    case 'too long':
      throw invalid('a CDR has at most 10,000 charging periods here');
    case 'full':
      throw new OcpiRefusal(
        { httpStatus: 503, statusCode: statusCodes.serverError },
        'there are as many CDRs of yours as can be kept: send it later',
      );
    default:
      return outcome satisfies never;
  }
}

const unknownCdr = () => notFound('there is no such CDR of yours');
