import type { Clock } from '../../control/ports.ts';
import {
  type Credentials,
  type Endpoint,
  type OcpiVersion,
  ocpiVersions,
  type Partner,
  type PartnerAccess,
  type PartyRole,
  type Registered,
  type TokenForm,
} from '../../domain/roaming/partner.ts';
import type { Logger } from '../../log.ts';
import { answerDecoder } from '../envelope.ts';
import { offeredVersions, versionDetails } from '../objects/partner.ts';
import { PartnerUnreachableError } from '../transport/outgoing.ts';
import { type AddressPolicy, partnerUrl } from '../transport/partnerUrl.ts';
import { newToken, sha256 } from '../transport/tokens.ts';
import { credentialsOf } from '../versions.ts';
import type { PartnerClient } from './client.ts';
import type { PartnerBook, RegisteredPartner } from './partnerBook.ts';

export interface HandshakePorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly book: PartnerBook;
  readonly client: PartnerClient;
  readonly policy: AddressPolicy;
  /** Who we are. */
  readonly roles: readonly PartyRole[];
  /** Where our versions are found. */
  versionsUrl(): string;
}

/** What a partner gave out of band for us to register with. */
export interface Invitation {
  readonly id: string;
  readonly versionsUrl: string;
  readonly token: string;
  readonly tokenForm: TokenForm;
  /** The newest that both speak, where it is missing. */
  readonly version?: OcpiVersion;
}

/** Why a handshake came to nothing; the kinds are OCPI's own [OCPI 2.2.1 status codes 3001 to 3003]. */
export class HandshakeError extends Error {
  readonly code = 'handshake-failed';
  readonly kind: 'unusable api' | 'no common version' | 'endpoints missing' | 'busy' | 'party taken';

  constructor(kind: HandshakeError['kind'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'HandshakeError';
    this.kind = kind;
  }
}

const readVersions = answerDecoder(offeredVersions);
const readDetails = answerDecoder(versionDetails);

/** The two sides of a registration [OCPI 2.2.1 credentials, registration]. */
export class Handshake {
  readonly #ports: HandshakePorts;

  constructor(ports: HandshakePorts) {
    this.#ports = ports;
  }

  /** What we tell of ourselves with a token of ours. */
  credentials(token: string): Credentials {
    return { token, versionsUrl: this.#ports.versionsUrl(), roles: this.#ports.roles };
  }

  /**
   * Registers with a partner that invited us. It is registered, durably, when it resolves; after a failure it is forgotten.
   * Throws a HandshakeError, or the error of the client.
   */
  async register(invitation: Invitation, addedBy: string): Promise<RegisteredPartner> {
    const { book, clock } = this.#ports;
    const { id, versionsUrl, token, tokenForm } = invitation;
    return this.#alone(id, async () => {
      const access = { origin: this.#originOf(versionsUrl), token, tokenForm };
      const offer = await this.#offer(access, versionsUrl, invitation.version);
      const issued = newToken();
      const head = { id, addedAtMs: clock.nowMs(), addedBy };
      // It looks at our versions with this token while it handles our request.
      const begun = { ...head, state: { kind: 'registering', issuedSha256: sha256(issued) } } as const;
      if ((await book.put(begun)) === 'full')
        throw new HandshakeError('busy', 'there are as many partners as can be kept: remove some');
      try {
        const theirs = await this.#exchange('POST', access, offer, issued);
        const taken = book.takenBy(id, theirs);
        if (taken !== undefined) {
          await this.#goodbye({ ...access, token: theirs.token }, offer);
          throw partyTaken(taken);
        }
        return await this.#keep(head, offer, theirs, { issued, tokenForm });
      } catch (error) {
        await book.remove(id);
        throw error;
      }
    });
  }

  /** Gives a registered partner a new token and takes a new one from it; each should be renewed every month at least. */
  async rotate(partner: RegisteredPartner): Promise<RegisteredPartner> {
    const { access, versionsUrl, version, issuedSha256 } = partner.state;
    return this.#alone(partner.id, async () => {
      const offer = await this.#offer(access, versionsUrl, version);
      const issued = newToken();
      const next = { ...partner.state, issuedSha256: sha256(issued), earlierSha256: issuedSha256 };
      await this.#ports.book.put({ ...partner, state: next });
      const told = await this.#exchange('PUT', access, offer, issued);
      const taken = this.#ports.book.takenBy(partner.id, told);
      // The tokens are exchanged and must be kept; who the partner is stays as it was.
      if (taken !== undefined) this.#ports.log.warn({ partner: partner.id, ...taken }, 'party is taken');
      const theirs = taken === undefined ? told : { ...told, roles: partner.state.roles };
      const { tokenForm } = access;
      return this.#keep(partner, offer, theirs, { issued, tokenForm, earlierSha256: issuedSha256 });
    });
  }

  /** Tells a partner that we are through with it. */
  async unregister({ state: { access, ...offer } }: RegisteredPartner): Promise<void> {
    await this.#unregister(access, offer);
  }

  async #unregister(
    access: PartnerAccess,
    { endpoints, version }: Pick<Offer, 'endpoints' | 'version'>,
  ): Promise<void> {
    const url = credentialsUrl(endpoints);
    await this.#ports.client.call(access, { method: 'DELETE', url, read: credentialsOf(version).readAnswer });
  }

  /** Never rejects: it is registered with nobody here, whether it hears of that or not. */
  async #goodbye(access: PartnerAccess, offer: Offer): Promise<void> {
    await this.#unregister(access, offer).catch((error: unknown) => {
      this.#ports.log.warn({ err: error }, 'partner could not be told that it is not registered');
    });
  }

  /**
   * Takes what a partner told of itself, looks at its versions with the token it gave, and gives it a token of ours. The
   * token that it showed is good for nothing afterwards, or until the new one is seen where it was registered before.
   */
  async accept(partner: Partner, theirs: Credentials, version: OcpiVersion): Promise<Credentials> {
    return this.#alone(partner.id, async () => {
      const before = partner.state.kind === 'registered' ? partner.state : undefined;
      const tokenForm = before?.access.tokenForm ?? 'base64';
      const access = { origin: this.#originOf(theirs.versionsUrl), token: theirs.token, tokenForm };
      const offer = await this.#offer(access, theirs.versionsUrl, version);
      const taken = this.#ports.book.takenBy(partner.id, theirs);
      if (taken !== undefined) throw partyTaken(taken);
      const issued = newToken();
      const earlierSha256 = before?.issuedSha256;
      await this.#keep(partner, offer, theirs, {
        issued,
        tokenForm,
        ...(earlierSha256 !== undefined && { earlierSha256 }),
      });
      return this.credentials(issued);
    });
  }

  async #alone<T>(id: string, work: () => Promise<T>): Promise<T> {
    const outcome = await this.#ports.book.alone(id, work);
    if (outcome === 'busy')
      throw new HandshakeError('busy', 'a handshake with this partner is under way: try again');
    return outcome;
  }

  /** Throws where the address is none that we may call. */
  #originOf(versionsUrl: string): string {
    const address = partnerUrl(versionsUrl, this.#ports.policy);
    if ('url' in address) return address.url.origin;
    throw new HandshakeError('unusable api', `the versions URL is refused: ${address.why}`);
  }

  /** What the partner offers in the version asked for, or in the newest that both speak. */
  async #offer(access: PartnerAccess, versionsUrl: string, asked?: OcpiVersion): Promise<Offer> {
    const { client } = this.#ports;
    const offered =
      (await client.call(access, { method: 'GET', url: versionsUrl, read: readVersions })) ?? [];
    const spoken = asked === undefined ? [...ocpiVersions].reverse() : [asked];
    const version = spoken.find((each) => offered.some((offer) => offer.version === each));
    const url = offered.find((offer) => offer.version === version)?.url;
    if (version === undefined || url === undefined)
      throw new HandshakeError('no common version', `the partner does not offer ${spoken.join(' or ')}`);
    const details = await client.call(access, { method: 'GET', url, read: readDetails });
    const endpoints = details?.endpoints ?? [];
    credentialsUrl(endpoints);
    for (const endpoint of endpoints) {
      const address = partnerUrl(endpoint.url, this.#ports.policy, access.origin);
      if ('why' in address)
        throw new HandshakeError(
          'unusable api',
          `its endpoint ${endpoint.module} is refused: ${address.why}`,
        );
    }
    return { version, versionsUrl, endpoints };
  }

  async #exchange(
    method: 'POST' | 'PUT',
    access: PartnerAccess,
    { version, endpoints }: Offer,
    issued: string,
  ): Promise<Credentials> {
    const { codec, readAnswer } = credentialsOf(version);
    const body = codec.write(this.credentials(issued));
    const url = credentialsUrl(endpoints);
    const theirs = await this.#ports.client.call(access, { method, url, body, read: readAnswer });
    if (theirs === undefined) throw new PartnerUnreachableError(url, 'the answer holds no credentials');
    return theirs;
  }

  async #keep(
    head: Pick<Partner, 'id' | 'addedAtMs' | 'addedBy'>,
    { version, versionsUrl, endpoints }: Offer,
    theirs: Credentials,
    ours: { readonly issued: string; readonly tokenForm: TokenForm; readonly earlierSha256?: string },
  ): Promise<RegisteredPartner> {
    const { id, addedAtMs, addedBy } = head;
    const { issued, tokenForm, earlierSha256 } = ours;
    const access = { origin: this.#originOf(versionsUrl), token: theirs.token, tokenForm };
    const state: Registered = {
      ...{ kind: 'registered', issuedSha256: sha256(issued), version, access, versionsUrl, endpoints },
      ...(earlierSha256 !== undefined && { earlierSha256 }),
      roles: theirs.roles,
      ...(theirs.hubPartyId !== undefined && { hubPartyId: theirs.hubPartyId }),
    };
    const partner = { id, addedAtMs, addedBy, state };
    await this.#ports.book.put(partner);
    const parties = theirs.roles.map(({ role, countryCode, partyId }) => `${role} ${countryCode}-${partyId}`);
    this.#ports.log.info({ partner: id, version, parties: parties.slice(0, 20) }, 'partner registered');
    return partner;
  }
}

/** Whose it is, is nobody's business. */
const partyTaken = ({ role, countryCode, partyId }: PartyRole): HandshakeError =>
  new HandshakeError(
    'party taken',
    `${countryCode}-${partyId} is registered with us as ${role} by another platform: end that registration first`,
  );

interface Offer {
  readonly version: OcpiVersion;
  readonly versionsUrl: string;
  readonly endpoints: readonly Endpoint[];
}

/** Its role means nothing [OCPI 2.2.1 versions, interface roles]. */
function credentialsUrl(endpoints: readonly Endpoint[]): string {
  const found = endpoints.find(({ module }) => module === 'credentials');
  if (found !== undefined) return found.url;
  throw new HandshakeError('endpoints missing', 'the partner offers no credentials module');
}
