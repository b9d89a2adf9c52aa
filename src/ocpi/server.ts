import type { Clock } from '../control/ports.ts';
import { RateLimit } from '../domain/rateLimit.ts';
import type { Party } from '../domain/roaming/common.ts';
import { type Endpoint, isHub, type OcpiVersion, ocpiVersions } from '../domain/roaming/partner.ts';
import type { Logger } from '../log.ts';
import { statusCodes } from './envelope.ts';
import type { CredentialsCall, ModuleCall, OcpiModule } from './modules/module.ts';
import { offeredVersions, versionDetails } from './objects/partner.ts';
import { type BehindHubPorts, behindHub } from './partners/behindHub.ts';
import { isRegistered, type PartnerBook, type Presented } from './partners/partnerBook.ts';
import { done, notAllowed, notFound, OcpiRefusal, type Reply, unauthorised } from './transport/reply.ts';
import { isParty, routeReplied } from './transport/routing.ts';
import { presentedTokens } from './transport/tokens.ts';
import { instant } from './values.ts';

/** An HTTP request below our base address, as any server can tell it. */
interface OcpiRequest {
  readonly method: string;
  /** Without the base address, beginning with a slash; without the query. */
  readonly path: string;
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

interface OcpiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface OcpiServerPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly book: PartnerBook;
  /** Under which all of this is found. */
  baseUrl(): string;
  readonly modules: readonly OcpiModule[];
  readonly hubs: BehindHubPorts;
  credentials(call: CredentialsCall): Promise<Reply>;
}

/** A partner's requests: so many at once, and then so many a second. */
const partnerRate = { burst: 400, forgiveEveryMs: 5, maxKeys: 1_000 };
/** Requests without a good token, all strangers together: whoever guesses finds a wall. */
const strangerRate = { burst: 100, forgiveEveryMs: 100, maxKeys: 1 };
/** Strangers are logged this seldom: whoever guesses must not fill the disk. */
const strangersEveryMs = 60_000;

/** Answers every request below our base address. Never rejects. */
export function ocpiServer(ports: OcpiServerPorts): (request: OcpiRequest) => Promise<OcpiAnswer> {
  const { clock, log } = ports;
  const authenticated = gate(ports);
  return async (request) => {
    const seal = (reply: Reply): OcpiAnswer => sealed(request, reply, clock.nowMs());
    try {
      const presented = authenticated(request);
      await ports.book.seen(presented);
      const reply = await dispatched(ports, request, presented);
      return seal(reply);
    } catch (error) {
      if (error instanceof OcpiRefusal) {
        log.debug({ path: request.path, ...error.reply }, 'OCPI request refused');
        return seal(error.reply);
      }
      log.error({ err: error, path: request.path }, 'OCPI request failed');
      return seal({ httpStatus: 500, statusCode: statusCodes.serverError, message: 'it failed here' });
    }
  };
}

/** Finds who asks, or throws the refusal of a stranger or of somebody who asks too often. */
function gate({ clock, log, book }: OcpiServerPorts): (request: OcpiRequest) => Presented {
  const partners = new RateLimit(partnerRate);
  const strangers = new RateLimit(strangerRate);
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  const counted = (limit: RateLimit, key: string): void => {
    const nowMs = clock.monotonicMs();
    const waitMs = limit.waitMs(key, nowMs);
    if (waitMs > 0) throw tooOften(waitMs);
    limit.count(key, nowMs);
  };
  return ({ headers, method }) => {
    const presented = book.presented(presentedTokens(headers['authorization']));
    if (presented !== undefined) {
      counted(partners, presented.partner.id);
      return presented;
    }
    if (clock.monotonicMs() >= quietUntilMs) {
      quietUntilMs = clock.monotonicMs() + strangersEveryMs;
      log.warn({ method }, 'OCPI request without a good token refused');
    }
    counted(strangers, '');
    throw unauthorised();
  };
}

const tooOften = (waitMs: number): OcpiRefusal =>
  new OcpiRefusal(
    {
      httpStatus: 429,
      statusCode: statusCodes.clientError,
      headers: { 'Retry-After': String(Math.ceil(waitMs / 1000)) },
    },
    'too many requests: wait a moment',
  );

function dispatched(ports: OcpiServerPorts, request: OcpiRequest, presented: Presented): Promise<Reply> {
  const [first = '', ...rest] = segmentsOf(request.path);
  if (first === 'versions' && rest.length === 0) return Promise.resolve(versionsReply(ports, request.method));
  const version = ocpiVersions.find((each) => each === first);
  if (version === undefined) throw notFound(`there is no /${first.slice(0, 50)} here: GET versions`);
  const [module, ...segments] = rest;
  if (module === undefined) return Promise.resolve(detailsReply(ports, version, request.method));
  const url = `${ports.baseUrl()}${request.path}`;
  const head = { version, method: request.method, query: new URLSearchParams(request.query), url };
  const call = (own: readonly string[]): ModuleCall => ({ ...head, segments: own, body: bodyOf(request) });
  if (module === 'credentials' && segments.length === 0) return ports.credentials({ ...call([]), presented });
  const { partner } = presented;
  // The first token is good for a registration and nothing else, and a version other than the agreed one is a new handshake.
  if (!isRegistered(partner)) throw unauthorised();
  if (partner.state.version !== version)
    throw notFound(`we agreed on ${partner.state.version}: use PUT credentials`);
  const [identifier, ...inner] = segments;
  const found = modulesOf(ports, version).find(
    (each) => each.role.toLowerCase() === module && each.identifier === identifier,
  );
  if (found === undefined) throw notFound('there is no such module here: GET the version details');
  const partnerCall = call(inner);
  if (found.isOfPlatform === true || !isHub(partner.state)) return found.handle({ ...partnerCall, partner });
  const urlParty = found.role === 'RECEIVER' ? partyNamed(inner) : undefined;
  const { headers } = request;
  return behindHub(ports.hubs, partner, { headers, urlParty }).then((actor) =>
    found.handle({ ...partnerCall, partner: actor }),
  );
}

/** Objects of others are found by their party [OCPI 2.2.1 transport and format, client owned object push]. */
const partyNamed = ([countryCode = '', partyId = '']: readonly string[]): Party | undefined =>
  isParty(countryCode, partyId) ? { countryCode, partyId } : undefined;

function segmentsOf(path: string): readonly string[] {
  try {
    return path
      .split('/')
      .slice(1)
      .filter((part, index, all) => part !== '' || index < all.length - 1)
      .map(decodeURIComponent);
  } catch {
    throw notFound('the path is not properly percent-encoded');
  }
}

function bodyOf({ method, body }: OcpiRequest): unknown {
  // Some requests may come without one, and whoever needs one says so.
  if (body === '' || !['POST', 'PUT', 'PATCH'].includes(method)) return undefined;
  try {
    return JSON.parse(body);
  } catch {
    throw new OcpiRefusal(
      { httpStatus: 400, statusCode: statusCodes.invalidParameters },
      'the body is not JSON',
    );
  }
}

function versionsReply({ baseUrl }: OcpiServerPorts, method: string): Reply {
  if (method !== 'GET') throw notAllowed(`${method} is not possible here`);
  return done(
    offeredVersions.write(ocpiVersions.map((version) => ({ version, url: `${baseUrl()}/${version}` }))),
  );
}

const modulesOf = ({ modules }: OcpiServerPorts, version: OcpiVersion): readonly OcpiModule[] =>
  modules.filter(({ versions }) => versions?.includes(version) ?? true);

function detailsReply(ports: OcpiServerPorts, version: OcpiVersion, method: string): Reply {
  if (method !== 'GET') throw notAllowed(`${method} is not possible here`);
  const base = `${ports.baseUrl()}/${version}`;
  const endpoints = modulesOf(ports, version).map(
    ({ identifier, role }): Endpoint => ({
      module: identifier,
      role,
      url: `${base}/${role.toLowerCase()}/${identifier}`,
    }),
  );
  const own: Endpoint = { module: 'credentials', role: 'SENDER', url: `${base}/credentials` };
  return done(versionDetails.write({ version, endpoints: [own, ...endpoints] }));
}

/** The reply in its envelope, with the ids of the request and its way turned round. */
function sealed({ headers }: OcpiRequest, reply: Reply, nowMs: number): OcpiAnswer {
  const { httpStatus, statusCode, message, data } = reply;
  const body = {
    ...(data !== undefined && { data }),
    status_code: statusCode,
    ...(message !== undefined && { status_message: message }),
    timestamp: instant.write(nowMs),
  };
  return {
    status: httpStatus,
    headers: {
      'content-type': 'application/json',
      ...(httpStatus === 401 && { 'www-authenticate': 'Token' }),
      ...routeReplied(headers),
      ...reply.headers,
    },
    body: JSON.stringify(body),
  };
}
