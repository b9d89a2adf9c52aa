import type { StationLink } from '../../control/ports.ts';
import type { Logger } from '../../log.ts';
import type { OcpiModule } from '../../ocpi/modules/module.ts';
import type { Pushes } from '../../ocpi/partners/pushes.ts';
import type { PaymentDesk } from '../../ocpi/payments/paymentDesk.ts';
import { hubClientList, paymentLists, tokenList } from '../../ocpi/received/listSources.ts';
import { ListSync } from '../../ocpi/received/listSync.ts';
import type { OcpiParty } from './party.ts';
import { type ReceivedNeeds, startReceived } from './received.ts';
import { type OcpiRetail, startRetail } from './retail.ts';

/** Everything that partners tell us of their own. */
interface Inbound {
  readonly modules: readonly OcpiModule[];
  readonly retail: OcpiRetail | undefined;
  /** The way to stations of partners; undefined where none is limited. */
  readonly link: StationLink | undefined;
  /** May be called twice. */
  stop(): Promise<void>;
}

/** Takes what partners tell, and asks for what may have been missed: tokens always, the rest as our roles want it. */
export function startInbound(
  needs: ReceivedNeeds,
  party: OcpiParty,
  {
    pushes,
    log,
    baseUrl,
    payments,
  }: {
    readonly pushes: Pushes;
    readonly log: Logger;
    readonly baseUrl: () => string;
    readonly payments: PaymentDesk;
  },
): Inbound {
  const { loaded, ports, store } = needs;
  const { ocpi } = loaded.config;
  const isListener = ocpi?.retailer !== undefined || ocpi?.roles.some((role) => role !== 'CPO') === true;
  const received = isListener ? startReceived(needs, party, { log, baseUrl }) : undefined;
  const retail = startRetail(needs, party, { pushes, baseUrl });
  const sources = [
    hubClientList(party.clients),
    tokenList(party.shelf),
    ...paymentLists(payments),
    ...(retail?.lists ?? []),
  ];
  const { client, book, own } = party;
  const { clock, random } = ports;
  const sync = new ListSync({ clock, random, log, client, book, objects: store, own, sources });
  sync.start();
  return {
    modules: [...(received?.modules ?? []), ...(retail?.modules ?? [])],
    retail,
    link: received?.link,
    stop: async () => {
      await Promise.all([received?.stop(), sync.stop(), retail?.stop()]);
    },
  };
}
