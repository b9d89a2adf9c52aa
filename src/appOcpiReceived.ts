import type { AppPorts } from './app.ts';
import type { OcpiParty } from './appOcpiParty.ts';
import type { Logger } from './log.ts';
import type { OcpiModule } from './ocpi/modules/module.ts';
import { sessionsReceiver } from './ocpi/modules/sessionsReceiver.ts';
import { ReceivedSessions } from './ocpi/received/receivedSessions.ts';
import { SessionSync } from './ocpi/received/sessionSync.ts';
import type { Store } from './store/openStore.ts';

/** What other operators tell us of their stations. */
export interface Received {
  readonly modules: readonly OcpiModule[];
  readonly sessions: ReceivedSessions;
  /** May be called twice. */
  stop(): Promise<void>;
}

/** Takes the sessions of other operators, pushed or asked for. */
export function startReceived(
  { ports: { clock }, store }: { readonly ports: Pick<AppPorts, 'clock'>; readonly store: Store },
  { own, client, book }: OcpiParty,
  log: Logger,
): Received {
  const sessions = new ReceivedSessions({ objects: store, nowMs: () => clock.nowMs() });
  const sync = new SessionSync({ clock, log, client, book, sessions, own });
  sync.start();
  return { modules: [sessionsReceiver(sessions)], sessions, stop: () => sync.stop() };
}
