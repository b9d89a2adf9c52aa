import { buildApi } from './api.ts';
import { defaultLimits, type HttpLimits, type HttpServer, listen, serverWith } from './listening.ts';
import type { HttpPorts } from './ports.ts';
import type { AccessKey } from './signIn.ts';

export interface HttpOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly keys: readonly AccessKey[];
  /** Of the service. */
  readonly version: string;
  /** PEM texts. Without it the server speaks plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly limits?: Partial<HttpLimits>;
  /** Where the operator's page was built; left away: no page. */
  readonly consoleFolder?: string;
}

/** Serves the API. Throws when the port cannot be had, or when it would be open to other machines without a key. */
export async function startHttpServer(options: HttpOptions, ports: HttpPorts): Promise<HttpServer> {
  const limits = { ...defaultLimits, ...options.limits };
  const api = await buildApi(
    {
      ...options,
      ...limits,
      events: { maxClients: limits.maxEventClients, maxUnreadBytes: limits.maxUnreadEventBytes },
      serverFactory: serverWith(limits, options.tls),
    },
    ports,
  );
  return listen(api, options, ports.clock);
}
