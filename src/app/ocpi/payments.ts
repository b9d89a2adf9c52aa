import type { Actor } from '../../http/auth.ts';
import type { TerminalAssignment, TerminalsPort } from '../../http/terminalPorts.ts';
import { PartnerRefusalError } from '../../ocpi/partners/client.ts';
import { isRegistered, type RegisteredPartner } from '../../ocpi/partners/partnerBook.ts';
import type { Pushes } from '../../ocpi/partners/pushes.ts';
import { receiverUrl, type Told, tell } from '../../ocpi/partners/tell.ts';
import { PaymentDesk } from '../../ocpi/payments/paymentDesk.ts';
import { PartnerUnreachableError } from '../../ocpi/transport/outgoing.ts';
import { financialAdviceConfirmation, terminal } from '../../ocpi/v230/payment.ts';
import { instant } from '../../ocpi/values.ts';
import type { Running } from '../app.ts';
import type { OcpiParty } from './party.ts';

type PaymentNeeds = Pick<Running, 'ports' | 'store'>;

/** The terminals of payment providers, as they tell them and as the API sees them. */
export function payments(
  { ports: { clock }, store }: PaymentNeeds,
  party: OcpiParty,
  pushes: Pushes,
): { readonly desk: PaymentDesk; readonly port: TerminalsPort } {
  const { book, places } = party;
  const desk = new PaymentDesk({ clock, objects: store, pushes });
  const audit = (actor: Actor, action: string, target: string, after?: object): Promise<void> =>
    store.appendAudit({
      ...{ atMs: clock.nowMs(), actor: actor.name, action, target },
      before: undefined,
      after,
    });
  const provider = (partnerId: string): RegisteredPartner | undefined => {
    const partner = book.find(partnerId);
    if (partner === undefined || !isRegistered(partner)) return undefined;
    return receiverUrl(partner.state, 'payments') === undefined ? undefined : partner;
  };
  const asked = async (partnerId: string, told: Told) => {
    const partner = provider(partnerId);
    if (partner === undefined) return noProvider;
    return attempted(() => tell(party, partner, 'payments', told));
  };
  return {
    desk,
    port: {
      terminals: async (partnerId, page) => {
        const { items, total } = await store.pageRoamingObjects({ kind: 'terminal', partnerId, ...page });
        return { items: items.map(({ document }) => document), total };
      },
      payments: async (partnerId, page) => {
        const { items, total } = await store.pageRoamingObjects({ kind: 'payment', partnerId, ...page });
        const found = items.map(async ({ document }) => {
          const confirmation = financialAdviceConfirmation.read(document);
          return { confirmation: document, ...(await desk.about(partnerId, confirmation)) };
        });
        return { items: await Promise.all(found), total };
      },
      assign: async (partnerId, id, given, actor) => {
        const why = faultOf(places, given);
        if (why !== undefined) return { status: 'refused', why };
        const assigned = await desk.assign(partnerId, id, given);
        if (assigned === undefined) return { status: 'unknown' };
        await audit(actor, 'terminal assigned', `${partnerId} ${id}`, given);
        return { status: 'done', terminal: terminal.write(assigned) };
      },
      activate: async (partnerId, { reference, ...given }, actor) => {
        const why = faultOf(places, given);
        if (why !== undefined) return { status: 'refused', why };
        const { locationIds = [], evseUids = [], customerReference, invoiceBaseUrl } = given;
        const body = {
          ...{ reference, location_ids: locationIds, evse_uids: evseUids },
          ...(customerReference !== undefined && { customer_reference: customerReference }),
          ...(invoiceBaseUrl !== undefined && { invoice_base_url: invoiceBaseUrl }),
          last_updated: instant.write(clock.nowMs()),
        };
        const outcome = await asked(partnerId, { method: 'POST', path: ['terminals', 'activate'], body });
        if (outcome.status === 'done') await audit(actor, 'terminal activated', `${partnerId} ${reference}`);
        return outcome;
      },
      deactivate: async (partnerId, id, actor) => {
        if ((await desk.terminals.find(partnerId, id.toUpperCase())) === undefined)
          return { status: 'unknown' };
        const path = ['terminals', id, 'deactivate'];
        const outcome = await asked(partnerId, { method: 'POST', path, body: {} });
        if (outcome.status === 'done') await audit(actor, 'terminal deactivated', `${partnerId} ${id}`);
        return outcome;
      },
    },
  };
}

const noProvider = { status: 'refused', why: 'no payment provider is registered under that name' } as const;

/** What of it is none of our places; undefined where all is. */
function faultOf(
  { locations }: OcpiParty['places'],
  { locationIds = [], evseUids = [] }: TerminalAssignment,
): string | undefined {
  const location = locationIds.find((id) => !locations.some((each) => each.id === id));
  if (location !== undefined) return `there is no site "${location}" that partners see`;
  const evses = locations.flatMap((each) => each.evses);
  const evse = evseUids.find((uid) => !evses.some((each) => each.uid === uid));
  return evse === undefined ? undefined : `there is no EVSE "${evse}" that partners see`;
}

async function attempted(act: () => Promise<void>) {
  try {
    await act();
    return { status: 'done', terminal: null } as const;
  } catch (error) {
    const isTheirs = error instanceof PartnerRefusalError || error instanceof PartnerUnreachableError;
    if (isTheirs) return { status: 'failed', why: error.message } as const;
    throw error;
  }
}
