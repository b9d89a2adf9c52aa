import type { LoadedConfig } from '../config/config.ts';
import type { GridPorts } from '../grid/gridPorts.ts';
import { connectionResources } from '../grid/openadr/connectionResources.ts';
import { connectBroker } from '../grid/openadr/mqttBroker.ts';
import { startSwitchReadings } from '../grid/openadr/switchReadings.ts';
import { type OpenAdrVen, startOpenAdrVen } from '../grid/openadr/ven.ts';
import { switchClient } from '../grid/openadr/vtnClient.ts';
import type { RawHandler } from '../http/rawHandlers.ts';

export interface OpenAdrService {
  /** Callback addresses: `/openadr/<connection>`. */
  readonly handler: RawHandler;
  stop(): void;
}

const noticeMaxBytes = 1024 * 1024;

/** A VEN for each connection that has an `openadr`. */
export function openAdrService({ config, connections }: LoadedConfig, ports: GridPorts): OpenAdrService {
  const vens = new Map<string, OpenAdrVen>();
  const readings: { stop(): void }[] = [];
  for (const { id, openadr } of config.grid.connections) {
    const connection = connections.find((each) => each.id === id);
    if (openadr === undefined || connection === undefined) continue;
    const resources = connectionResources(connection, openadr);
    const about = { connectionId: id, resources, boundary: connection.boundary };
    vens.set(id, startOpenAdrVen({ ...about, config: openadr, connectBroker }, ports));
    const { switchReadings } = openadr;
    if (switchReadings !== undefined) {
      const client = switchClient(switchReadings, ports.clock);
      readings.push(startSwitchReadings({ ...about, config: switchReadings, client }, ports));
    }
  }
  return {
    handler: callbacks(vens),
    stop: () => {
      for (const each of [...vens.values(), ...readings]) each.stop();
    },
  };
}

const callbacks = (vens: ReadonlyMap<string, OpenAdrVen>): RawHandler => ({
  prefix: '/openadr',
  bodyLimitBytes: noticeMaxBytes,
  async handle({ method, path, query, headers, body }) {
    const ven = vens.get(path.slice(1));
    const answer = await ven?.webhook({
      method,
      query: Object.fromEntries(new URLSearchParams(query)),
      authorization: headers['authorization'],
      body: parsed(body),
    });
    const { status, text } = answer ?? { status: 404, text: 'there is no such connection' };
    return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: text };
  },
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
