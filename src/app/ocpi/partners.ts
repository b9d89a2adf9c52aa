import { isHub, type Partner } from '../../domain/roaming/partner.ts';
import type { HttpPorts } from '../../http/ports.ts';
import { PartnerRefusalError } from '../../ocpi/partners/client.ts';
import { type Handshake, HandshakeError } from '../../ocpi/partners/handshake.ts';
import type { HubClients } from '../../ocpi/partners/hubClients.ts';
import { isRegistered, type PartnerBook } from '../../ocpi/partners/partnerBook.ts';
import { PartnerUnreachableError } from '../../ocpi/transport/outgoing.ts';
import { newToken, sha256 } from '../../ocpi/transport/tokens.ts';
import type { Running } from '../app.ts';

interface Partners {
  readonly book: PartnerBook;
  readonly clients: HubClients;
  readonly handshake: Handshake;
  versionsUrl(): string;
}

/** Partners as the API sees them. Every change leaves an audit entry, without tokens. */
export function partnersPort(
  { ports: { clock, log }, store }: Pick<Running, 'ports' | 'store'>,
  { book, clients, handshake, versionsUrl }: Partners,
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
  /** Who comes under the name of a partner that was removed must not read what was that one's. */
  const putAside = async (id: string): Promise<void> => {
    if (book.platform(id) !== undefined) return;
    await store.moveRoamingObjects(id, `${id}~${clock.nowMs()}`);
    clients.forget(id);
  };
  const isTaken = (id: string): boolean =>
    ['registered', 'registering'].includes(book.platform(id)?.state.kind ?? '');
  const taken = { status: 'refused', why: 'it is registered already: remove it first' } as const;
  const tooMany = {
    status: 'refused',
    why: 'there are as many partners as can be kept: remove one first',
  } as const;
  return {
    list: () => book.list(),
    find: (id) => book.platform(id),
    behind: (partner) => {
      if (!isRegistered(partner) || !isHub(partner.state)) return [];
      const members = [...clients.members(partner).values()];
      return members.map(({ id, state }) => ({ id, isAway: state.access.isAway === true }));
    },
    invite: async (id, actor) => {
      if (isTaken(id)) return taken;
      await putAside(id);
      const token = newToken();
      const state = { kind: 'invited', issuedSha256: sha256(token) } as const;
      const partner: Partner = { id, addedAtMs: clock.nowMs(), addedBy: actor.name, state };
      const outcome = await book.alone(id, () => book.put(partner));
      if (outcome !== 'kept') return tooMany;
      await audit(actor, 'partner invited', id);
      return { status: 'done', partner, token, versionsUrl: versionsUrl() };
    },
    register: async (invitation, actor) => {
      if (isTaken(invitation.id)) return taken;
      await putAside(invitation.id);
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
