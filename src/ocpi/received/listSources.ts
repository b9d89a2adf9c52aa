import type { Party } from '../../domain/roaming/common.ts';
import type { Location } from '../../domain/roaming/location.ts';
import type { OcpiVersion } from '../../domain/roaming/partner.ts';
import type { Tariff } from '../../domain/roaming/tariff.ts';
import { type Codec, decoder } from '../codec.ts';
import { hubClient } from '../objects/partner.ts';
import type { HubClients } from '../partners/hubClients.ts';
import { type RegisteredPartner, speaksFor } from '../partners/partnerBook.ts';
import type { PaymentDesk } from '../payments/paymentDesk.ts';
import type { TokenShelf } from '../tokens/tokenShelf.ts';
import { financialAdviceConfirmation, terminal } from '../v230/payment.ts';
import { cdrOf, locationOf, type Spoken, tariffOf, tokenOf } from '../versions.ts';
import type { ListSource } from './listSync.ts';
import type { PartnerShelf } from './partnerShelf.ts';
import type { ReceivedCdrs } from './receivedCdrs.ts';

type Outcome = Awaited<ReturnType<ListSource['take']>>;

/** A list of objects that parties own: those of other parties are refused. */
const listOf = <Value extends Party>(
  module: string,
  spoken: (version: OcpiVersion) => Pick<Spoken<Value>, 'read'>,
  put: (partner: RegisteredPartner, value: Value) => Promise<string>,
): ListSource => ({
  module,
  take: async (partner, wire): Promise<Outcome> => {
    const decoded = spoken(partner.state.version).read(wire);
    if (decoded.status === 'refused' || !speaksFor(partner, decoded.value)) return 'refused';
    const outcome = await put(partner, decoded.value);
    if (outcome === 'full') return 'full';
    return refusals.has(outcome) ? 'refused' : 'taken';
  },
});

/** Of a payment provider: a list of what it alone owns. */
const paymentsOf = <Value>(
  below: string,
  codec: Codec<Value>,
  put: (partnerId: string, value: Value) => Promise<string>,
): ListSource => {
  const read = decoder(codec);
  return {
    ...{ module: 'payments', below },
    take: async (partner, wire) => {
      const decoded = read(wire);
      if (decoded.status === 'refused') return 'refused';
      return (await put(partner.id, decoded.value)) === 'full' ? 'full' : 'taken';
    },
  };
};

export const paymentLists = ({ terminals, confirmations }: PaymentDesk): readonly ListSource[] => [
  paymentsOf('terminals', terminal, (id, value) => terminals.renew(id, value)),
  paymentsOf('financial-advice-confirmations', financialAdviceConfirmation, (id, value) =>
    confirmations.renew(id, value),
  ),
];

const refusals: ReadonlySet<string> = new Set(['conflict', 'not theirs', 'not ours', 'too long']);

export const tokenList = (shelf: TokenShelf): ListSource =>
  listOf('tokens', tokenOf, (partner, token) => shelf.renew(partner.id, token));

/** Who is behind a hub. */
export const hubClientList = (clients: HubClients): ListSource => ({
  module: 'hubclientinfo',
  isOfHubs: true,
  take: async ({ id }, wire): Promise<Outcome> => {
    const decoded = readHubClient(wire);
    if (decoded.status === 'refused') return 'refused';
    return (await clients.take(id, decoded.value)) === 'full' ? 'full' : 'taken';
  },
});

const readHubClient = decoder(hubClient);

export const locationList = (shelf: PartnerShelf<Location>): ListSource =>
  listOf('locations', locationOf, (partner, location) => shelf.renew(partner.id, location));

export const tariffList = (shelf: PartnerShelf<Tariff>): ListSource =>
  listOf('tariffs', tariffOf, (partner, tariff) => shelf.renew(partner.id, tariff));

export const cdrList = (cdrs: ReceivedCdrs): ListSource =>
  listOf('cdrs', cdrOf, (partner, cdr) => cdrs.take(partner, cdr));
