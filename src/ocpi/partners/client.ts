import type { Clock } from '../../control/ports.ts';
import type { Party } from '../../domain/roaming/common.ts';
import type { PartnerAccess } from '../../domain/roaming/partner.ts';
import type { Decoded } from '../codec.ts';
import { type Envelope, isSuccess } from '../envelope.ts';
import { type Outgoing, type OutgoingAnswer, PartnerUnreachableError } from '../transport/outgoing.ts';
import { authorization } from '../transport/tokens.ts';

/** A partner answered, and refused. */
export class PartnerRefusalError extends Error {
  readonly code = 'partner-refused';
  readonly httpStatus: number;
  readonly statusCode: number | undefined;

  constructor(
    url: string,
    httpStatus: number,
    answer?: Pick<Envelope<unknown>, 'statusCode' | 'statusMessage'>,
  ) {
    const told = answer === undefined ? '' : `, OCPI ${answer.statusCode} ${answer.statusMessage ?? ''}`;
    super(`${url.slice(0, 200)} was answered with HTTP ${httpStatus}${told}`);
    this.name = 'PartnerRefusalError';
    this.httpStatus = httpStatus;
    this.statusCode = answer?.statusCode;
  }

  /** Whether the same may be taken later: the partner is overloaded or broken, not of another mind. */
  get isFleeting(): boolean {
    const { httpStatus, statusCode = 0 } = this;
    return httpStatus >= 500 || [408, 429].includes(httpStatus) || statusCode >= 3000;
  }
}

export interface PartnerCall<Data> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly body?: unknown;
  /** From and to whom, in every module but versions and credentials [OCPI 2.2.1 transport and format, routing]. */
  readonly route?: { readonly from: Party; readonly to: Party };
  readonly read: (body: unknown) => Decoded<Envelope<Data>>;
  /** How long an answer is awaited, where somebody waits for us meanwhile. */
  readonly timeoutMs?: number;
}

export interface ClientPorts {
  readonly outgoing: Outgoing;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Asks partners, and understands their answers. */
export class PartnerClient {
  readonly #ports: ClientPorts;

  constructor(ports: ClientPorts) {
    this.#ports = ports;
  }

  /** What the partner answered as data, where it did. Throws a PartnerUnreachableError or a PartnerRefusalError. */
  async call<Data>(access: PartnerAccess, call: PartnerCall<Data>): Promise<Data | undefined> {
    return told(call, await this.#send(access, call));
  }

  /** A page of a list, and where the next one is. Throws as `call` does. */
  async page<Data>(
    access: PartnerAccess,
    call: PartnerCall<Data>,
  ): Promise<{ readonly data: Data | undefined; readonly next: string | undefined }> {
    const answer = await this.#send(access, call);
    return { data: told(call, answer), next: nextLink.exec(answer.headers['link'] ?? '')?.[1] };
  }

  #send<Data>(access: PartnerAccess, call: PartnerCall<Data>): Promise<OutgoingAnswer> {
    const { method, url, body, route, timeoutMs } = call;
    if (access.isAway === true)
      return Promise.reject(
        new PartnerUnreachableError(url, 'its hub tells that the party is not connected'),
      );
    return this.#ports.outgoing.send({
      method,
      url,
      origin: access.origin,
      headers: {
        accept: 'application/json',
        authorization: authorization(access.token, access.tokenForm),
        'x-request-id': this.#ports.newId(),
        'x-correlation-id': this.#ports.newId(),
        ...(route !== undefined && routeHeaders(route)),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
  }
}

/** [OCPI 2.2.1 transport and format, paginated response]. */
const nextLink = /<([^<>]{1,2000})>\s*;\s*rel="?next"?/i;

const routeHeaders = ({
  from,
  to,
}: {
  readonly from: Party;
  readonly to: Party;
}): Record<string, string> => ({
  'ocpi-from-country-code': from.countryCode,
  'ocpi-from-party-id': from.partyId,
  'ocpi-to-country-code': to.countryCode,
  'ocpi-to-party-id': to.partyId,
});

function told<Data>({ url, read }: PartnerCall<Data>, { status, body }: OutgoingAnswer): Data | undefined {
  const isFine = status >= 200 && status < 300;
  const decoded = read(parsed(body));
  if (decoded.status === 'refused') {
    if (!isFine) throw new PartnerRefusalError(url, status);
    const [fault] = decoded.faults;
    throw new PartnerUnreachableError(url, `the answer is not OCPI: ${fault?.path} ${fault?.message}`);
  }
  if (!isFine || !isSuccess(decoded.value.statusCode)) {
    throw new PartnerRefusalError(url, status, decoded.value);
  }
  return decoded.value.data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
