import type { Credentials, Partner } from '../../domain/roaming/partner.ts';
import { statusCodes } from '../envelope.ts';
import { type Handshake, HandshakeError } from '../partners/handshake.ts';
import type { PartnerBook } from '../partners/partnerBook.ts';
import { done, notAllowed, OcpiRefusal, type Reply, understood } from '../transport/reply.ts';
import { credentialsOf } from '../versions.ts';
import type { CredentialsCall } from './module.ts';

interface CredentialsPorts {
  readonly handshake: Handshake;
  readonly book: PartnerBook;
}

/** GET, POST, PUT and DELETE of credentials [OCPI 2.2.1 credentials, interface]. */
export const credentialsModule =
  ({ handshake, book }: CredentialsPorts) =>
  async (call: CredentialsCall): Promise<Reply> => {
    const { presented, version, method } = call;
    const { partner, token } = presented;
    const write = (credentials: Credentials): unknown => credentialsOf(version).codec.write(credentials);
    switch (method) {
      case 'GET':
        return done(write(handshake.credentials(token)));
      case 'POST':
        if (partner.state.kind !== 'invited') throw notAllowed('you are registered already: use PUT');
        return done(write(await accepted(handshake, partner, call)));
      case 'PUT':
        if (partner.state.kind !== 'registered') throw notAllowed('you are not registered: use POST');
        return done(write(await accepted(handshake, partner, call)));
      case 'DELETE': {
        if (partner.state.kind !== 'registered') throw notAllowed('you are not registered');
        const left = { ...partner, state: { kind: 'left' } } as const;
        if ((await book.alone(partner.id, () => book.put(left))) === 'busy')
          throw new OcpiRefusal(busy, 'a handshake is under way: try again');
        return done();
      }
      default:
        throw notAllowed(`${method} is not possible here`);
    }
  };

async function accepted(handshake: Handshake, partner: Partner, call: CredentialsCall): Promise<Credentials> {
  const theirs = understood(credentialsOf(call.version).read(call.body));
  try {
    return await handshake.accept(partner, theirs, call.version);
  } catch (error) {
    throw refusalOf(error);
  }
}

const busy = { httpStatus: 200, statusCode: statusCodes.serverError };

const codes = {
  'unusable api': statusCodes.unusableApi,
  'no common version': statusCodes.unsupportedVersion,
  'endpoints missing': statusCodes.noMatchingEndpoints,
  busy: statusCodes.serverError,
  'party taken': statusCodes.invalidParameters,
} as const;

/** What went wrong is told in words of ours: what stood in a partner's answer may be anybody's. */
function refusalOf(error: unknown): unknown {
  if (error instanceof HandshakeError)
    return new OcpiRefusal({ httpStatus: 200, statusCode: codes[error.kind] }, error.message);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'partner-unreachable' && code !== 'partner-refused') return error;
  const reply = { httpStatus: 200, statusCode: statusCodes.unusableApi };
  return new OcpiRefusal(reply, 'your versions could not be read with the token that you gave');
}
