import type { LoadedConfig } from '../config/config.ts';
import type { StationId } from '../domain/ids.ts';
import type { ProxyPorts } from '../ocpp/knownStation.ts';
import type { KeptMessage } from '../ocpp/proxy/keptMessages.ts';
import type { RelayMemory, RelayStore, Upstream } from '../ocpp/proxy/relay.ts';
import type { Store } from '../store/openStore.ts';

/** The stations that have a CSMS of their own behind us; undefined where none has. */
export function proxyPorts(loaded: LoadedConfig, store: Store, random: () => number): ProxyPorts | undefined {
  const upstreams = upstreamsOf(loaded);
  if (upstreams.size === 0) return undefined;
  return { random, store: relayStore(store), upstreamOf: (stationId) => upstreams.get(stationId) };
}

function upstreamsOf({ config, sites }: LoadedConfig): ReadonlyMap<string, Upstream> {
  return new Map(
    config.stations.flatMap(({ id, upstream }) => {
      const site = sites.find(({ evses }) => evses.some(({ station }) => station === id));
      if (upstream === undefined || site === undefined) return [];
      const evses = site.evses
        .filter(({ station }) => station === id)
        .map(({ number, wiring }) => ({ number, conductorCount: wiring.length }));
      const { timeZone, supply } = site;
      const { url, password } = upstream;
      return [[id, { url, password, timeZone, phaseVolts: supply.phaseVolts, evses }]];
    }),
  );
}

/** The store keeps documents; only what we wrote ourselves comes back. */
const relayStore = (store: Store): RelayStore => ({
  relayMemory: async (id: StationId) => (await store.upstreamMemory(id)) as RelayMemory | undefined,
  saveRelayMemory: (id, memory) => store.saveUpstreamMemory(id, memory),
  keptMessages: async (id) => (await store.upstreamMessages(id)) as KeptMessage[],
  keepMessage: (id, message) => store.insertUpstreamMessage(id, message.sequence, message),
  dropMessage: (id, sequence) => store.deleteUpstreamMessage(id, sequence),
});
