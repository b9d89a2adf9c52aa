import { isSameParty } from '../../domain/roaming/partner.ts';
import { speaksFor } from '../partners/partnerBook.ts';
import type { ReceivedSessionId, ReceivedSessions, Taken } from '../received/receivedSessions.ts';
import { periodsMax } from '../received/sessionChange.ts';
import { done, invalid, notAllowed, notFound, type Reply, understood } from '../transport/reply.ts';
import { sessionOf, sessionPatchOf } from '../versions.ts';
import type { OcpiModule, PartnerModuleCall } from './module.ts';

/** Takes the sessions at other operators' stations [OCPI 2.2.1 sessions, receiver interface]. */
export const sessionsReceiver = (sessions: ReceivedSessions): OcpiModule => ({
  identifier: 'sessions',
  role: 'RECEIVER',
  handle: async (call) => {
    const { partner, version, method, body } = call;
    const id = sessionIdOf(call);
    switch (method) {
      case 'GET': {
        const session = await sessions.find(partner.id, id);
        if (session === undefined) throw unknownSession();
        return done(sessionOf(version).codec.write(session));
      }
      case 'PUT': {
        const session = understood(sessionOf(version).read(body));
        checkSame(id, session);
        if (session.periods.length > periodsMax) throw tooLong();
        return taken(await sessions.put(partner.id, session));
      }
      case 'PATCH': {
        const { lastUpdatedMs, ...change } = understood(sessionPatchOf(version).read(body));
        if (lastUpdatedMs === undefined) throw invalid('a PATCH must contain last_updated');
        checkSame(id, { ...id, ...change });
        return taken(await sessions.patch(partner.id, id, { ...change, lastUpdatedMs }));
      }
      default:
        throw notAllowed(`${method} is not possible here`);
    }
  },
});

/** Throws where the party in the URL is not one of the partner's: whose objects those are is none of its business. */
function sessionIdOf({ segments, partner }: PartnerModuleCall): ReceivedSessionId {
  const [countryCode = '', partyId = '', id = '', ...more] = segments;
  if (!speaksFor(partner, { countryCode, partyId }) || id === '' || more.length > 0) throw unknownSession();
  return { countryCode, partyId, id };
}

function checkSame(id: ReceivedSessionId, session: ReceivedSessionId): void {
  const isSame = isSameParty(id, session) && session.id.toUpperCase() === id.id.toUpperCase();
  if (!isSame) throw invalid('the session in the body is not the one in the URL');
}

/** What is older than what we hold is answered as taken: the partner has told us more since. */
function taken(outcome: Taken): Reply {
  if (outcome === 'unknown') throw unknownSession();
  if (outcome === 'full') throw invalid('there are as many sessions of yours as can be kept');
  if (outcome === 'too long') throw tooLong();
  return done(undefined, outcome === 'added' ? 201 : 200);
}

const unknownSession = () => notFound('there is no such session of yours');
const tooLong = () => invalid(`a session has at most ${periodsMax} charging periods here`);
