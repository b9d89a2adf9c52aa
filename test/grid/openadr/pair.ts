import { createServer, type Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type OpenAdrConfig, openAdrConfig } from '../../../src/domain/openAdrConfig.ts';
import type { OpenAdrResource } from '../../../src/grid/openadr/addressees.ts';
import type { ConnectBroker } from '../../../src/grid/openadr/brokerLine.ts';
import { type OpenAdrVen, startOpenAdrVen } from '../../../src/grid/openadr/ven.ts';
import { compileConfig } from '../../../src/schema.ts';
import { startVtn, type Vtn, type VtnOptions } from '../../../src/sim/vtn/vtnServer.ts';
import type { VtnVersion } from '../../../src/sim/vtn/vtnStore.ts';
import { patienceMs } from '../../eventually.ts';
import { VirtualClock } from '../../virtualClock.ts';
import { garage, type RecordedPorts, recordedPorts } from './given.ts';

const isConfig = compileConfig(openAdrConfig);

/** A config with its defaults filled in. */
export function givenConfig(change: Record<string, unknown>): OpenAdrConfig {
  const config: unknown = { venName: 'ven-1', ...change };
  if (!isConfig.check(config)) throw new Error(JSON.stringify(isConfig.faults()));
  return config;
}

/** Waits for something that real sockets bring about; virtual time stands still meanwhile. */
export async function until(
  holds: () => boolean,
  what = holds.toString(),
  withinMs = patienceMs,
): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`never came: ${what}`);
    await pause(2);
  }
}

export interface Pair {
  readonly vtn: Vtn;
  readonly ven: OpenAdrVen;
  readonly ports: RecordedPorts;
  readonly clock: VirtualClock;
  /** Lets this much time pass and waits until the VEN has looked again, whatever came of it. */
  readonly look: (afterMs?: number) => Promise<void>;
  readonly programId: string;
  readonly callback: { readonly url: string };
}

export interface PairOptions {
  readonly version: VtnVersion;
  readonly config?: Record<string, unknown>;
  readonly vtn?: Partial<VtnOptions>;
  readonly resources?: readonly OpenAdrResource[];
  readonly clock?: VirtualClock;
  readonly program?: object;
  readonly hasWebhook?: boolean;
  readonly script?: (vtn: Vtn, programId: string) => void;
  readonly connectBroker?: ConnectBroker;
}

export const callbackToken = 'a-callback-token-of-some-length';

/** A VTN and a VEN on real sockets, on one virtual clock, after their first look. */
export async function startPair(options: PairOptions): Promise<Pair> {
  const clock = options.clock ?? new VirtualClock();
  const vtn = await startVtn({ version: options.version, clock, ...options.vtn });
  onTestFinished(() => vtn.stop());
  const program = vtn.store.create('programs', options.program ?? { programName: 'limits' });
  if (program === 'conflict') throw new Error('the program is there already');
  options.script?.(vtn, program.id);
  const ports = recordedPorts(clock);
  const handler: { ven?: OpenAdrVen } = {};
  const callback = await startCallback(handler);
  const config = givenConfig({
    url: vtn.url,
    version: options.version,
    allowPrivateAddresses: true,
    ...(options.hasWebhook === true
      ? { webhook: { callbackUrl: callback.url, bearerToken: callbackToken } }
      : {}),
    ...options.config,
  });
  const ven = startOpenAdrVen(
    {
      connectionId: 'dso',
      config,
      resources: options.resources ?? [garage],
      boundary: 'connection',
      ...(options.connectBroker && { connectBroker: options.connectBroker }),
    },
    ports,
  );
  handler.ven = ven;
  onTestFinished(() => ven.stop());
  const look = async (afterMs = 33_000): Promise<void> => {
    const before = ports.looks();
    clock.advance(afterMs);
    await until(() => ports.looks() > before, 'a look of the VEN');
  };
  await look(1);
  return { vtn, ven, ports, clock, look, programId: program.id, callback };
}

/** What the HTTP server of the service does for the callback address. */
async function startCallback(handler: { ven?: OpenAdrVen }): Promise<{ readonly url: string }> {
  const server: Server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://here');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const text = Buffer.concat(chunks).toString('utf8');
    const answer = await handler.ven?.webhook({
      method: request.method ?? 'GET',
      query: Object.fromEntries(url.searchParams),
      authorization: request.headers.authorization,
      body: text === '' ? undefined : JSON.parse(text),
    });
    response.writeHead(answer?.status ?? 503).end(answer?.text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}/openadr/dso` };
}
