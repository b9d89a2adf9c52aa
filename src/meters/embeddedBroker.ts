import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { Aedes } from 'aedes';

const maxConnections = 100;

/** A running broker; `stop` may be called twice. */
export interface EmbeddedBroker {
  readonly port: number;
  /** Where clients on this machine reach it. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * A broker in this process (MQTT 3.1.1, nothing kept over a restart), to try Lastvakt without installing one.
 *
 * It asks nobody for a password, so it listens on a loopback address only. Throws on any other, and when the
 * port is taken.
 */
export async function startEmbeddedBroker(options: { host: string; port: number }): Promise<EmbeddedBroker> {
  const { host } = options;
  if (!isLoopback(host)) {
    throw new Error(
      `mqtt.embedded.host: "${host}" is not a loopback address: use 127.0.0.1, or a real broker with passwords (mqtt.url)`,
    );
  }
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle);
  server.maxConnections = maxConnections;
  server.listen(options.port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    broker.close();
    throw new Error(`mqtt.embedded: cannot listen on ${host}:${options.port}: is the port taken?`, { cause });
  }
  let stopping: Promise<void> | undefined;
  const port = portOf(server);
  return {
    port,
    url: `mqtt://${host.includes(':') ? `[${host}]` : host}:${port}`,
    stop: () => {
      stopping ??= stop(broker, server);
      return stopping;
    },
  };
}

async function stop(broker: Aedes, server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await new Promise<void>((resolve) => broker.close(resolve));
  await closed;
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
