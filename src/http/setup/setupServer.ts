import type { Clock } from '../../control/ports.ts';
import type { Logger } from '../../log.ts';
import { consolePage } from '../console.ts';
import { emptyApi } from '../emptyApi.ts';
import { defaultLimits, type HttpServer, listen, serverWith } from '../listening.ts';
import { answerProblems } from '../problemAnswers.ts';
import { onTrial } from '../signIn.ts';
import { type SetupPorts, setupRoutes } from './setupRoutes.ts';

export interface SetupServerOptions {
  /** On loopback: whoever sets the service up sits at its machine. 0 for any free one. */
  readonly port: number;
  /** Where the pages were built. */
  readonly consoleFolder: string;
}

const host = '127.0.0.1';

/** Serves the page of the first start. Throws when the port cannot be had. */
export async function startSetupServer(
  { port, consoleFolder }: SetupServerOptions,
  { clock, log, ...ports }: SetupPorts & { readonly clock: Clock; readonly log: Logger },
): Promise<HttpServer> {
  const api = emptyApi({ ...defaultLimits, serverFactory: serverWith(defaultLimits, undefined) }, log);
  answerProblems(api);
  api.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    if (request.routeOptions.config.right !== 'open') onTrial(request, () => true);
  });
  await api.register(setupRoutes(ports), { prefix: '/api/v1' });
  await api.register(consolePage(consoleFolder, 'setup.html'));
  return listen(api, { host, port }, clock);
}
