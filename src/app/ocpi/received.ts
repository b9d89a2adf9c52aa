import type { StationLink } from '../../control/ports.ts';
import type { StationId } from '../../domain/ids.ts';
import type { SessionFact } from '../../domain/sessionFact.ts';
import { loadCount } from '../../domain/supply.ts';
import type { Logger } from '../../log.ts';
import { chargingProfilesSender } from '../../ocpi/modules/chargingProfilesSender.ts';
import type { OcpiModule } from '../../ocpi/modules/module.ts';
import { sessionsReceiver } from '../../ocpi/modules/sessionsReceiver.ts';
import { ReceivedSessions } from '../../ocpi/received/receivedSessions.ts';
import { SessionSync } from '../../ocpi/received/sessionSync.ts';
import { PartnerStations } from '../../ocpi/scsp/partnerStations.ts';
import type { PlacedEvse } from '../../ocpi/scsp/placedEvse.ts';
import { ProfileSender } from '../../ocpi/scsp/profileSender.ts';
import type { Running } from '../app.ts';
import type { OcpiParty } from './party.ts';

/** What other operators tell us of their stations, and how those of them on our circuits are limited. */
export interface Received {
  readonly modules: readonly OcpiModule[];
  readonly sessions: ReceivedSessions;
  /** The way to stations of partners. */
  readonly link: StationLink;
  /** May be called twice. */
  stop(): Promise<void>;
}

export type ReceivedNeeds = Pick<
  Running,
  'loaded' | 'ports' | 'store' | 'state' | 'ledger' | 'inputs' | 'sessions'
>;

/** Takes the sessions of other operators, pushed or asked for, and limits those that are on circuits of ours. */
export function startReceived(
  needs: ReceivedNeeds,
  { own, client, book }: OcpiParty,
  { log, baseUrl }: { readonly log: Logger; baseUrl(): string },
): Received {
  const { loaded, ports, store, inputs } = needs;
  const { clock, newId, random } = ports;
  const placed = placedEvses(loaded);
  const sessions = new ReceivedSessions({ objects: store, nowMs: () => clock.nowMs() });
  const apply = inputs.applyStationEvent;
  const known = knownPlaces(needs, placed);
  const note = (fact: SessionFact): void => {
    needs.sessions.take([fact]).catch((error: unknown) => {
      log.warn({ err: error, sessionOf: fact.stationId }, 'session of a partner was not written down');
    });
  };
  const stations = new PartnerStations({ clock, log, book, sessions, apply, note, ...known }, placed);
  const onHeard = (partnerId: string): void => {
    stations.heard(partnerId).catch((error: unknown) => {
      log.error({ err: error, partner: partnerId }, 'sessions of a partner could not be read');
      sync.doubt(partnerId);
    });
  };
  const sync = new SessionSync({ clock, log, client, book, sessions, own, random, onHeard });
  const sender = new ProfileSender(
    {
      ...{ clock, log, client, book, own, newId, onAnswer: inputs.applyAnswer },
      moduleUrl: ({ state }) => `${baseUrl()}/${state.version}/sender/chargingprofiles`,
      onDoubt: (partnerId, why) => {
        if (why === 'no answer') stations.lost(partnerId);
        sync.doubt(partnerId);
      },
    },
    placed,
  );
  sync.start();
  const told = chargingProfilesSender({
    result: (...heard) => sender.settle(...heard),
    active: (...heard) => stations.told(...heard),
  });
  return {
    modules: [sessionsReceiver(sessions), told],
    sessions,
    link: sender,
    stop: async () => {
      sender.stop();
      stations.stop();
      await sync.stop();
    },
  };
}

/** EVSEs of partners on circuits of ours. */
const placedEvses = ({ sites }: Running['loaded']): readonly PlacedEvse[] =>
  sites.flatMap(({ evses, supply }) =>
    evses.flatMap(({ partner, station: stationId, number: evseNumber, maxAmps, wiring }) => {
      const conductorCount = loadCount(supply, wiring);
      const own = { stationId, evseNumber, maxAmps, conductorCount, phaseVolts: supply.phaseVolts };
      return partner === undefined ? [] : { ...partner, ...own };
    }),
  );

/** What the state knows of each place, which has one EVSE. */
function knownPlaces({ loaded, state, ledger, ports }: ReceivedNeeds, placed: readonly PlacedEvse[]) {
  const all = loaded.sites.flatMap(({ evses }) => evses);
  const ids = new Map(
    placed.flatMap(({ stationId }) => {
      const evse = all.find(({ station }) => station === stationId);
      return evse === undefined ? [] : [[stationId, evse.id] as const];
    }),
  );
  return {
    isOnline: (id: StationId) => state.isOnline(id),
    runningAt: (id: StationId) => {
      const evseId = ids.get(id);
      const session = evseId && state.evse(evseId).session;
      return session && { id: session.transactionId, startedAtMs: session.startedAtMs };
    },
    mostAmps: (id: StationId) => {
      const evseId = ids.get(id);
      const nowMs = ports.clock.monotonicMs();
      return evseId === undefined ? 0 : ledger.exposureAmps(evseId, state.presence(evseId), nowMs);
    },
  };
}
