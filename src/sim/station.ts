import { arrive, type CarModel, cutPower, stepCar } from './car.ts';
import { stepJobs } from './stationCare.ts';
import {
  beginTransaction,
  type EvseState,
  endTransaction,
  findEvse,
  idleStatus,
  offeredAmps,
  quirksOf,
  type Station,
  statusOf,
  tell,
  tellTransaction,
  withEvse,
} from './stationState.ts';

/** A longer time is simulated in steps of this, as far as `stepsMax` reach, so that cars follow in good time. */
const stepMsMax = 1000;
const stepsMax = 3600;

/** The station at `nowMs`: current has flowed, profiles have run out, meters were read, changes are in the outbox. */
export function stepStation(station: Station, nowMs: number): Station {
  const spanMs = nowMs - station.nowMs;
  if (spanMs <= 0) return station;
  const steps = Math.min(stepsMax, Math.ceil(spanMs / stepMsMax));
  let stepped = station;
  for (let step = 1; step <= steps; step += 1) {
    stepped = stepOnce(stepped, station.nowMs + Math.round((spanMs * step) / steps));
  }
  return stepped;
}

/** A car arrives. With a token it asks to charge, without one it waits to be started from afar. */
export function plugIn(
  station: Station,
  evseNumber: number,
  car: CarModel,
  token: string | undefined,
): Station {
  const plugged = withEvse(station, evseNumber, { car: arrive(car), hasFinished: false });
  if (token === undefined) return settle(plugged);
  // Without a server the station trusts every token; the server may end the transaction later.
  if (station.link !== 'online') return settle(beginTransaction(plugged, evseNumber, token, undefined));

  const waiting = settle(withEvse(plugged, evseNumber, { pendingToken: token }));
  return tell(waiting, { kind: 'authorise', atMs: station.nowMs, evseNumber, token });
}

/** The car leaves: its transaction ends, if it still runs. */
export function unplug(station: Station, evseNumber: number): Station {
  const ended = endTransaction(station, evseNumber, 'unplugged');
  return settle(withEvse(ended, evseNumber, { car: undefined, pendingToken: undefined, hasFinished: false }));
}

/** Works out what every EVSE offers after something changed, and tells the states that changed with it. */
export function settle(station: Station): Station {
  let settled = station;
  for (const { number } of station.evses) settled = settleEvse(settled, number);
  return settled;
}

function stepOnce(station: Station, nowMs: number): Station {
  const dtMs = nowMs - station.nowMs;
  const flowed: Station = {
    ...station,
    nowMs,
    evses: station.evses.map((evse) => flow(evse, station.model.phaseVolts, dtMs)),
  };
  return work(beatHeart(readMeters(settle(expireReservations(restart(flowed))))));
}

/** Lets current flow at the present offer. */
function flow(evse: EvseState, phaseVolts: number, dtMs: number): EvseState {
  if (evse.car === undefined) return evse;
  if (evse.transaction === undefined) return { ...evse, car: cutPower(evse.car) };
  const { offeredAmps: amps, conductorCount } = evse;
  const car = stepCar(evse.car, { offeredAmps: amps, conductorCount, phaseVolts }, dtMs);
  return { ...evse, car, meterWh: evse.meterWh + car.deliveredWh - evse.car.deliveredWh };
}

function settleEvse(station: Station, evseNumber: number): Station {
  const evse = findEvse(station, evseNumber);
  if (evse === undefined) return station;
  const offer = offerAfterPause(station, evse);
  const own = statusOf(evse, offer.offeredAmps);
  const status = own === 'available' ? idleStatus(station, evseNumber) : own;
  const isOfferSame = offer.offeredAmps === evse.offeredAmps && offer.pause === evse.pause;
  // Nothing new is what most seconds bring.
  if (isOfferSame && status === evse.status) return station;
  const settled = withEvse(station, evseNumber, { ...offer, status });
  if (status === evse.status) return settled;

  const previous = evse.status;
  const told = tell(settled, { kind: 'status', atMs: station.nowMs, evseNumber, status, previous });
  return tellTransaction(told, evseNumber, (about) => ({ kind: 'changed', ...about }));
}

/** What it signals, by what its profiles allow and by how it comes back from a pause. */
function offerAfterPause(station: Station, evse: EvseState): Pick<EvseState, 'offeredAmps' | 'pause'> {
  const allowedAmps = offeredAmps(station, evse);
  if (evse.transaction === undefined) return { offeredAmps: 0, pause: 'none' };
  if (allowedAmps === 0) return { offeredAmps: 0, pause: 'paused' };
  if (evse.pause === 'none') return { offeredAmps: allowedAmps, pause: 'none' };
  const { afterPause } = quirksOf(station);
  switch (afterPause) {
    case undefined:
      return { offeredAmps: allowedAmps, pause: 'none' };
    case 'stays paused':
      return { offeredAmps: 0, pause: 'paused' };
    case 'full power':
      return { offeredAmps: evse.maxAmps, pause: 'resumed at full power' };
    default:
      return afterPause satisfies never;
  }
}

/** Up again, as a station that was just switched on. */
const restart = (station: Station): Station =>
  station.link === 'restarting' && station.nowMs >= station.waitsUntilMs
    ? { ...station, link: 'offline' }
    : station;

function expireReservations(station: Station): Station {
  const { care, nowMs } = station;
  const reservations = care.reservations.filter(({ expiresAtMs }) => nowMs < expiresAtMs);
  return reservations.length === care.reservations.length
    ? station
    : { ...station, care: { ...care, reservations } };
}

/** Goes on with what it was asked to do, and tells each step. */
function work(station: Station): Station {
  const { care, told } = stepJobs(station.care, station.nowMs);
  return told.reduce(
    (telling, { kind: of, requestId, status }) =>
      tell(telling, { kind: 'work', atMs: station.nowMs, of, requestId, status }),
    { ...station, care },
  );
}

function readMeters(station: Station): Station {
  const { meterIntervalS } = station.settings;
  if (meterIntervalS === 0) return station;
  const intervalMs = Math.max(meterIntervalS, quirksOf(station).meterIntervalSMin ?? 0) * 1000;
  let read = station;
  for (const { number, transaction, meteredAtMs } of station.evses) {
    if (transaction === undefined || station.nowMs - meteredAtMs < intervalMs) continue;
    const told = tellTransaction(read, number, (about) => ({ kind: 'metered', ...about }));
    read = withEvse(told, number, { meteredAtMs: station.nowMs });
  }
  return read;
}

function beatHeart(station: Station): Station {
  const intervalMs = station.settings.heartbeatIntervalS * 1000;
  if (intervalMs === 0 || station.nowMs - station.heartbeatAtMs < intervalMs) return station;
  return tell({ ...station, heartbeatAtMs: station.nowMs }, { kind: 'heartbeat', atMs: station.nowMs });
}
