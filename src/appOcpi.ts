import type { AppPorts } from './app.ts';
import type { LoadedConfig } from './config.ts';
import type { Partner, PartyRole } from './domain/roaming/partner.ts';
import { isPrivateAddress } from './grid/privateAddress.ts';
import type { HttpPorts } from './http/ports.ts';
import type { RawHandler } from './http/rawHandlers.ts';
import { credentialsModule } from './ocpi/modules/credentials.ts';
import { PartnerClient, PartnerRefusalError } from './ocpi/partners/client.ts';
import { Handshake, HandshakeError } from './ocpi/partners/handshake.ts';
import { isRegistered, PartnerBook } from './ocpi/partners/partnerBook.ts';
import { ocpiServer } from './ocpi/server.ts';
import { Outgoing, PartnerUnreachableError } from './ocpi/transport/outgoing.ts';
import { newToken, sha256 } from './ocpi/transport/tokens.ts';
import type { Store } from './store/openStore.ts';

export interface OcpiService {
  readonly handlers: readonly RawHandler[];
  readonly partners: HttpPorts['partners'];
  /** The port of the HTTP server, once it is known: our address where the config tells none. */
  listensAt(httpPort: number): void;
  /** May be called twice. */
  stop(): void;
}

interface OcpiNeeds {
  readonly loaded: LoadedConfig;
  readonly ports: AppPorts;
  readonly store: Store;
}

const prefix = '/ocpi';
/** A token or a command: nobody sends us more. */
const bodyLimitBytes = 256 * 1024;

/** Everything that partners reach, and what reaches partners. undefined where the config has no `ocpi`. */
export async function startOcpi(needs: OcpiNeeds): Promise<OcpiService | undefined> {
  const { loaded, ports, store } = needs;
  const { ocpi, http } = loaded.config;
  if (ocpi === undefined) return undefined;
  const { clock, newId } = ports;
  const log = ports.log.child({ part: 'ocpi' });
  const scheme = http.tls === undefined ? 'http' : 'https';
  let httpPort = http.port;
  const baseUrl = (): string => ocpi.url ?? `${scheme}://${http.host}:${httpPort}${prefix}`;
  const versionsUrl = (): string => `${baseUrl()}/versions`;
  const policy = { allowsPrivate: ocpi.allowPrivatePartners, isPrivateAddress };
  const outgoing = new Outgoing({ clock, policy });
  const client = new PartnerClient({ outgoing, clock, newId });
  const book = new PartnerBook(store, await store.partners());
  const roles = [ownRole(ocpi.party)];
  const handshake = new Handshake({ clock, log, book, client, policy, roles, versionsUrl });
  const credentials = credentialsModule({ handshake, book });
  const handle = ocpiServer({ clock, log, book, baseUrl, modules: [], credentials });
  return {
    handlers: [{ prefix, bodyLimitBytes, handle }],
    partners: partnersPort(needs, { book, handshake, versionsUrl }),
    listensAt: (port) => {
      httpPort = port;
    },
    stop: () => outgoing.stop(),
  };
}

type OwnParty = NonNullable<LoadedConfig['config']['ocpi']>['party'];

const ownRole = ({ countryCode, partyId, name, website }: OwnParty): PartyRole => ({
  role: 'CPO',
  countryCode,
  partyId,
  businessDetails: { name, ...(website !== undefined && { website }) },
});

interface Partners {
  readonly book: PartnerBook;
  readonly handshake: Handshake;
  versionsUrl(): string;
}

/** Partners as the API sees them. Every change leaves an audit entry, without tokens. */
function partnersPort(
  { ports: { clock, log }, store }: OcpiNeeds,
  { book, handshake, versionsUrl }: Partners,
): NonNullable<HttpPorts['partners']> {
  const audit = (actor: { readonly name: string }, action: string, target: string): Promise<void> =>
    store.appendAudit({
      atMs: clock.nowMs(),
      actor: actor.name,
      action,
      target,
      before: undefined,
      after: undefined,
    });
  const isTaken = (id: string): boolean =>
    ['registered', 'registering'].includes(book.find(id)?.state.kind ?? '');
  const taken = { status: 'refused', why: 'it is registered already: remove it first' } as const;
  return {
    list: () => book.list(),
    find: (id) => book.find(id),
    invite: async (id, actor) => {
      if (isTaken(id)) return taken;
      const token = newToken();
      const state = { kind: 'invited', issuedSha256: sha256(token) } as const;
      const partner: Partner = { id, addedAtMs: clock.nowMs(), addedBy: actor.name, state };
      const outcome = await book.alone(id, () => book.put(partner));
      if (outcome !== 'kept') return { status: 'refused', why: `it cannot be kept: ${outcome}` };
      await audit(actor, 'partner invited', id);
      return { status: 'done', partner, token, versionsUrl: versionsUrl() };
    },
    register: async (invitation, actor) => {
      if (isTaken(invitation.id)) return taken;
      const outcome = await attempted(() => handshake.register(invitation, actor.name));
      if (outcome.status === 'done') await audit(actor, 'partner registered', invitation.id);
      return outcome;
    },
    rotate: async (partner, actor) => {
      if (!isRegistered(partner)) return { status: 'refused', why: 'it is not registered' };
      const outcome = await attempted(() => handshake.rotate(partner));
      if (outcome.status === 'done') await audit(actor, 'partner tokens renewed', partner.id);
      return outcome;
    },
    remove: async (partner, actor) => {
      // Its tokens end here first: whether it hears of it or not.
      await book.remove(partner.id);
      await audit(actor, 'partner removed', partner.id);
      if (!isRegistered(partner)) return;
      await handshake.unregister(partner).catch((error: unknown) => {
        log.warn({ err: error, partner: partner.id }, 'partner could not be told that it was removed');
      });
    },
  };
}

async function attempted(
  act: () => Promise<Partner>,
): Promise<
  { readonly status: 'done'; readonly partner: Partner } | { readonly status: 'failed'; readonly why: string }
> {
  try {
    return { status: 'done', partner: await act() };
  } catch (error) {
    const isTheirs =
      error instanceof HandshakeError ||
      error instanceof PartnerRefusalError ||
      error instanceof PartnerUnreachableError;
    if (isTheirs) return { status: 'failed', why: error.message };
    throw error;
  }
}
