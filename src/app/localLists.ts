import type { LoadedConfig } from '../config/config.ts';
import { type ListOutcome, LocalLists } from '../control/localLists.ts';
import type { TokenDesk } from '../control/tokenDesk.ts';
import { sha256 } from '../credentials.ts';
import type { SiteId, StationId } from '../domain/ids.ts';
import type { OcppGateway } from '../ocpp/gateway.ts';
import type { StationReply } from '../ocpp/requests.ts';
import type { AppPorts } from './app.ts';

/** Keeps the local lists of all stations of the config. */
export function localListsOf(
  { sites }: Pick<LoadedConfig, 'sites'>,
  { clock, log }: Pick<AppPorts, 'clock' | 'log'>,
  {
    gateway,
    tokens,
  }: {
    readonly gateway: Pick<OcppGateway, 'request'>;
    readonly tokens: Pick<TokenDesk, 'revision' | 'list'>;
  },
): LocalLists {
  const sitesOf = new Map<StationId, Set<SiteId>>();
  for (const { id, evses } of sites)
    for (const { station } of evses) sitesOf.set(station, (sitesOf.get(station) ?? new Set()).add(id));
  return new LocalLists({
    clock,
    log,
    stations: [...sitesOf].map(([id, fed]) => ({ id, sites: [...fed] })),
    tokens,
    digest: sha256,
    versionAt: async (id) => {
      const reply = await gateway.request(id, { kind: 'local list version' });
      return outcomeOf(
        reply,
        reply.outcome === 'accepted' && reply.data?.kind === 'local list' ? reply.data.version : 0,
      );
    },
    boundsAt: async (id) => {
      const reply = await gateway.request(id, { kind: 'local list bounds' });
      return outcomeOf(
        reply,
        reply.outcome === 'accepted' && reply.data?.kind === 'local list bounds' ? reply.data.bounds : {},
      );
    },
    sendTo: async (id, part) =>
      outcomeOf(await gateway.request(id, { kind: 'send local list', ...part }), undefined),
  });
}

const outcomeOf = <Value>(reply: StationReply, value: Value): ListOutcome<Value> =>
  reply.outcome === 'accepted'
    ? { outcome: 'accepted', value }
    : { outcome: reply.outcome, reason: reply.reason };
