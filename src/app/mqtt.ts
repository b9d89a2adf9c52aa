import type { Config } from '../config/schema.ts';
import type { SiteId } from '../domain/ids.ts';
import { startEmbeddedBroker } from '../meters/embeddedBroker.ts';
import { connectMqtt, type MqttConnection } from '../meters/mqttClient.ts';
import { startGridMqttIntake, startMqttIntake } from '../meters/mqttIntake.ts';
import { startMqttMeters } from '../meters/mqttMeters.ts';
import type { AppPorts, Running } from './app.ts';
import { gridLimitOverMqtt } from './grid.ts';
import { limitOverMqtt } from './limits.ts';
import { metersOf } from './options.ts';
import type { Parts } from './parts.ts';

/** Connects to the broker of the config, or to our own where it says so; `port` is our own's. */
export async function startMqtt(
  config: Config['mqtt'],
  { clock, log, random }: AppPorts,
  parts: Parts,
): Promise<{ readonly mqtt: MqttConnection; readonly port: number | undefined }> {
  const { embedded, ...client } = config;
  const broker = embedded && parts.add(await startEmbeddedBroker(embedded));
  const url = broker?.url ?? client.url;
  const mqtt = connectMqtt({ ...client, ...(url !== undefined && { url }) }, { clock, log, random });
  return { mqtt: parts.add(mqtt), port: broker?.port };
}

/** Listens to the meters. The map that comes back counts the messages that were refused, by reason. */
export function startMeters(
  { loaded, ports, mqtt, inputs }: Pick<Running, 'loaded' | 'ports' | 'mqtt' | 'inputs'>,
  parts: Parts,
): Running['refusedReadings'] {
  const { clock, log } = ports;
  const refused = new Map<string, number>();
  parts.add(
    startMqttMeters(mqtt, metersOf(loaded.config), {
      clock,
      log,
      onReading: (reading) => inputs.applyReading(reading),
      onRefused: (_circuit, reason) => refused.set(reason, (refused.get(reason) ?? 0) + 1),
    }),
  );
  return refused;
}

/** Takes limits of sites and connections. The map that comes back says when each site's sender was last heard, monotonic ms. */
export function startIntakes(
  { loaded, ports, mqtt, desk, grid }: Pick<Running, 'loaded' | 'ports' | 'mqtt' | 'desk' | 'grid'>,
  parts: Parts,
): Map<SiteId, number> {
  const { clock, log } = ports;
  const heartbeatsMs = new Map<SiteId, number>();
  const siteIds = loaded.sites.map(({ id }) => id);
  const connectionIds = loaded.connections.map(({ id }) => id);
  parts.add(
    startMqttIntake(mqtt, siteIds, {
      clock,
      log,
      setLimit: (site, body) => limitOverMqtt({ loaded, ports, desk }, site, body),
      heartbeat: (site) => void heartbeatsMs.set(site, clock.monotonicMs()),
    }),
  );
  parts.add(
    startGridMqttIntake(mqtt, connectionIds, {
      clock,
      log,
      take: (id, body, text) => gridLimitOverMqtt(grid, id, body, text),
      heartbeat: (id) => grid.ports.heartbeat(id),
      gone: (id) => grid.ports.gone(id),
    }),
  );
  return heartbeatsMs;
}
