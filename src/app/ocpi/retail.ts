import { type Party, partyKey } from '../../domain/roaming/common.ts';
import type { Location } from '../../domain/roaming/location.ts';
import type { OcpiVersion, RoamingKind } from '../../domain/roaming/partner.ts';
import type { Tariff } from '../../domain/roaming/tariff.ts';
import type { ReceivedList, RetailPort } from '../../http/retailPorts.ts';
import { cdrsReceiver } from '../../ocpi/modules/cdrsReceiver.ts';
import { commandsSender } from '../../ocpi/modules/commandsSender.ts';
import { locationsReceiver } from '../../ocpi/modules/locationsReceiver.ts';
import type { OcpiModule } from '../../ocpi/modules/module.ts';
import { tariffsReceiver } from '../../ocpi/modules/tariffsReceiver.ts';
import { tokensSender } from '../../ocpi/modules/tokensSender.ts';
import type { Pushes } from '../../ocpi/partners/pushes.ts';
import { cdrList, locationList, tariffList } from '../../ocpi/received/listSources.ts';
import type { ListSource } from '../../ocpi/received/listSync.ts';
import { PartnerShelf } from '../../ocpi/received/partnerShelf.ts';
import { ReceivedCdrs } from '../../ocpi/received/receivedCdrs.ts';
import { CommandsSent } from '../../ocpi/retail/commandsSent.ts';
import { IssuedTokens } from '../../ocpi/retail/issuedTokens.ts';
import { location as locationCodec } from '../../ocpi/v230/location.ts';
import { tariff as tariffCodec } from '../../ocpi/v230/tariff.ts';
import { token as tokenCodec } from '../../ocpi/v230/token.ts';
import type { Running } from '../app.ts';
import { retailBills } from './bills.ts';
import { retailCommand } from './drivers.ts';
import type { OcpiParty } from './party.ts';

/** Our side as an eMSP. */
export interface OcpiRetail {
  readonly modules: readonly OcpiModule[];
  /** What partners are asked for when it may have been missed. */
  readonly lists: readonly ListSource[];
  readonly port: RetailPort;
  /** May be called twice. */
  stop(): Promise<void>;
}

/** More than the largest operator of a country has. */
const locationsMax = 200_000;
const tariffsMax = 50_000;

const kinds: Readonly<Record<ReceivedList, RoamingKind>> = {
  locations: 'received location',
  tariffs: 'received tariff',
  sessions: 'received session',
  cdrs: 'received cdr',
};

/** undefined where the config makes us no retailer. */
export function startRetail(
  { loaded, ports, store }: Pick<Running, 'loaded' | 'ports' | 'store'>,
  { own, book, client }: OcpiParty,
  { pushes, baseUrl }: { readonly pushes: Pushes; readonly baseUrl: () => string },
): OcpiRetail | undefined {
  const { clock, newId } = ports;
  const { ocpi } = loaded.config;
  if (ocpi?.retailer === undefined) return undefined;
  const keyOf = (object: Party & { readonly id: string }): string => partyKey(object, object.id);
  const locations = new PartnerShelf<Location>(
    { kind: 'received location', codec: locationCodec, countMax: locationsMax, keyOf },
    store,
    clock,
  );
  const tariffs = new PartnerShelf<Tariff>(
    { kind: 'received tariff', codec: tariffCodec, countMax: tariffsMax, keyOf },
    store,
    clock,
  );
  const cdrs = new ReceivedCdrs({ objects: store, clock, own });
  const tokens = new IssuedTokens({ clock, objects: store, pushes, own });
  const responseUrl = (version: OcpiVersion): string => `${baseUrl()}/${version}/sender/commands`;
  const commands = new CommandsSent({ clock, client, own, newId, responseUrl });
  const { stop, ...bills } = retailBills({ ports, store }, { ocpi, retailer: ocpi.retailer }, tokens);
  return {
    stop: async () => {
      commands.stop();
      await stop();
    },
    modules: [
      locationsReceiver(locations),
      tariffsReceiver(tariffs),
      cdrsReceiver(cdrs),
      commandsSender(commands),
      tokensSender({ objects: store, tokens, newId }),
    ],
    lists: [locationList(locations), tariffList(tariffs), cdrList(cdrs)],
    port: {
      ...bills,
      command: retailCommand({ ports, store }, { book, tokens, commands }),
      issuer: ocpi.party.name.slice(0, 64),
      tokens: async (page) => {
        const found = await store.pageRoamingObjects({ kind: 'issued token', partnerId: '', ...page });
        return { ...found, items: found.items.map(({ document }) => tokenCodec.read(document)) };
      },
      issue: async (given, actor) => {
        const issued = await tokens.issue(given);
        if (issued === 'full') return { status: 'refused', why: 'there are as many tokens as can be kept' };
        if (issued === 'other contract')
          return {
            ...{ status: 'refused', field: 'energyContract' },
            why: `contract ${given.contractId} is on another electricity contract, for good: give a new contractId`,
          };
        const { token, outcome } = issued;
        const { uid: _, ...told } = given;
        await store.appendAudit({
          ...{ atMs: clock.nowMs(), actor: actor.name, action: 'driver token issued' },
          ...{ target: given.contractId, before: undefined, after: told },
        });
        return { status: 'issued', token, isNew: outcome === 'added' };
      },
      received: async (partnerId, list, page) => {
        if (book.find(partnerId) === undefined) return undefined;
        const found = await store.pageRoamingObjects({ kind: kinds[list], partnerId, ...page });
        return { ...found, items: found.items.map(({ document }) => document) };
      },
    },
  };
}
