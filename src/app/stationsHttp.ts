import type { EvseView, SiteView } from '../control/siteView.ts';
import { type EvseAvailability, evseAvailability } from '../domain/evseAvailability.ts';
import type { StationsPort } from '../http/stationPorts.ts';
import { messageCatalogue } from '../ocpp/preparedMessage.ts';
import type { Running } from './app.ts';
import { commandStation, sendMessage } from './stationCommands.ts';
import { rewire, wiringOf } from './wiring.ts';

/** What the API asks of and about stations. */
export function stationsHttp(running: Running): StationsPort {
  const { store, state, board, stations } = running;
  return {
    command: (stationId, request, actor) => commandStation(running, stationId, request, actor),
    messages: messageCatalogue,
    send: (stationId, message, actor) => sendMessage(running, stationId, message, actor),
    now: (stationId) => {
      const record = state.station(stationId)?.record;
      const seenAtMs = record?.lastSeenAtMs ?? 0;
      return {
        isOnline: state.isOnline(stationId),
        protocol: record?.protocol,
        hardware: record?.hardware,
        lastSeenAtMs: seenAtMs === 0 ? undefined : seenAtMs,
        evses: board.views.flatMap((site) =>
          site.evses
            .filter((evse) => evse.stationId === stationId)
            .map((evse) => ({
              id: evse.id,
              number: evse.number,
              availability: availabilityOf(running, site, evse),
            })),
        ),
        faults: stations.faults.open(stationId),
        readings: stations.notes.readings(stationId),
        work: stations.notes.work(stationId),
      };
    },
    commands: (stationId, page) => store.listCommands(stationId, page),
    faults: (stationId, query) => store.listFaults(stationId, query),
    reservations: (stationId) => store.listReservations(stationId),
    reports: (stationId) => stations.notes.reports(stationId),
    messageLog: (stationId) => running.gateway.messages(stationId),
    wiring: (stationId) => wiringOf(running, stationId),
    rewire: (stationId, confirmed, actor) => rewire(running, stationId, confirmed, actor),
  };
}

/** Whether a driver can charge there, as other operators are told. */
export function availabilityOf(
  { state, stations, ports: { clock } }: Pick<Running, 'state' | 'stations' | 'ports'>,
  { stop }: SiteView,
  { id, stationId, number, session }: EvseView,
): EvseAvailability {
  const isHere = ({ evseNumber }: { readonly evseNumber: number }): boolean =>
    evseNumber === 0 || evseNumber === number;
  return evseAvailability({
    isOnline: state.isOnline(stationId),
    status: state.evse(id).status,
    hasSession: session !== undefined,
    isStopped: stop !== undefined,
    isReserved:
      stations.reservations.isReserved(stationId, number) ||
      stations.booked.isKept(stationId, number, clock.nowMs()),
    isBayOccupied: isBayOccupied(stations.notes.readings(stationId).filter(isHere)),
    faults: stations.faults.open(stationId).filter(isHere),
  });
}

/** A sensor tells it as a component of 2.x. [OCPP 2.0.1 Part 2 appendices, BayOccupancySensor] */
const isBayOccupied = (readings: ReturnType<Running['stations']['notes']['readings']>): boolean =>
  readings.some(({ name, value }) => /^BayOccupancySensor(\[.*\])?\.Active$/.test(name) && value === 'true');
