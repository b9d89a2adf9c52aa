import type { Running } from './app.ts';
import type { OcpiParty } from './appOcpiParty.ts';
import { startReceived } from './appOcpiReceived.ts';
import { type OcpiRetail, startRetail } from './appOcpiRetail.ts';
import type { Logger } from './log.ts';
import type { OcpiModule } from './ocpi/modules/module.ts';
import type { Pushes } from './ocpi/partners/pushes.ts';
import { tokenList } from './ocpi/received/listSources.ts';
import { ListSync } from './ocpi/received/listSync.ts';

/** Everything that partners tell us of their own. */
interface Inbound {
  readonly modules: readonly OcpiModule[];
  readonly retail: OcpiRetail | undefined;
  /** May be called twice. */
  stop(): Promise<void>;
}

/** Takes what partners tell, and asks for what may have been missed: tokens always, the rest as our roles want it. */
export function startInbound(
  needs: Pick<Running, 'loaded' | 'ports' | 'store'>,
  party: OcpiParty,
  { pushes, log, baseUrl }: { readonly pushes: Pushes; readonly log: Logger; readonly baseUrl: () => string },
): Inbound {
  const { loaded, ports, store } = needs;
  const { ocpi } = loaded.config;
  const isListener = ocpi?.retailer !== undefined || ocpi?.roles.some((role) => role !== 'CPO') === true;
  const received = isListener ? startReceived(needs, party, log) : undefined;
  const retail = startRetail(needs, party, { pushes, baseUrl });
  const sources = [tokenList(party.shelf), ...(retail?.lists ?? [])];
  const { client, book, own } = party;
  const sync = new ListSync({ clock: ports.clock, log, client, book, objects: store, own, sources });
  sync.start();
  return {
    modules: [...(received?.modules ?? []), ...(retail?.modules ?? [])],
    retail,
    stop: async () => {
      await Promise.all([received?.stop(), sync.stop(), retail?.stop()]);
    },
  };
}
