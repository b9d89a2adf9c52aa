import { plugIn, stepStation } from '../../src/sim/station.ts';
import { connected, nextNotice, type Reply, replied } from '../../src/sim/stationLink.ts';
import { setProfile } from '../../src/sim/stationRequests.ts';
import {
  createStation,
  drawnAmps,
  type Notice,
  type Station,
  type StationModel,
} from '../../src/sim/stationState.ts';
import { carModel, standing, stationModel } from './givenStation.ts';

// How a station's story is told in a test: somebody plugs in, time goes by, and a friendly server answers.

export const t0 = Date.parse('2026-03-01T12:00:00Z');

/** Answers everything as a friendly server does, and gives what was told. */
export function exchange(station: Station): { station: Station; told: readonly Notice[] } {
  const told: Notice[] = [];
  let exchanged = station;
  for (let notice = nextNotice(exchanged); notice !== undefined; notice = nextNotice(exchanged)) {
    told.push(notice);
    exchanged = replied(exchanged, notice, friendly(notice));
  }
  return { station: exchanged, told };
}

export function friendly(notice: Notice): Reply {
  switch (notice.kind) {
    case 'boot':
      return { kind: 'booted', isAccepted: true, intervalS: 300 };
    case 'authorise':
      return { kind: 'authorised', isAccepted: true };
    case 'started':
      return { kind: 'started', transactionName: '41', isAccepted: true };
    default:
      return { kind: 'done' };
  }
}

export const online = (change: Partial<StationModel> = {}): Station =>
  exchange(connected(createStation(stationModel(change), t0))).station;

/** Online, with a car that charges under a standing 6 A and no lease yet. */
export function charging(change: Partial<StationModel> = {}): Station {
  const { station } = setProfile(online(change), standing(6, t0));
  return exchange(plugIn(station, 1, carModel(), 'TAG')).station;
}

/** Both sides go on for so long. */
export const later = (station: Station, ms: number): Station =>
  exchange(stepStation(station, station.nowMs + ms)).station;
export const offered = (station: Station): number | undefined => station.evses[0]?.offeredAmps;
export const drawn = (station: Station): readonly number[] | undefined =>
  station.evses[0] && drawnAmps(station.evses[0]);
export const kinds = (notices: readonly Notice[]): readonly string[] => notices.map(({ kind }) => kind);
