import type { StationCommand } from '../../control/ports.ts';
import type { EvseId, StationId } from '../../domain/ids.ts';
import type { Evse, Site } from '../../domain/site.ts';
import { loadCount } from '../../domain/supply.ts';
import { allowedAmps, type InstalledProfile } from '../chargingProfiles.ts';
import type { Random } from '../random.ts';
import type { Call, StationCodec } from '../stationCodec.ts';
import {
  createStation,
  findEvse,
  offeredAmps,
  profileContext,
  type Station,
  type StationModel,
  transactionName,
} from '../stationState.ts';

/**
 * How a station takes commands. `rejects` refuses setpoints, `rejects all` the end of a session too; `ignores` and `ignores
 * all` say yes to as much and do nothing; `deaf` obeys and its answer is lost; `forgets tail` keeps a lease's first value for
 * ever; `quirky` does what its quirks make of what it says yes to.
 */
export type Manner =
  | 'obeys'
  | 'rejects'
  | 'rejects all'
  | 'ignores'
  | 'ignores all'
  | 'deaf'
  | 'slow'
  | 'forgets tail'
  | 'quirky';

/** A car follows a lower offer this late at worst [IEC 61851-1: 5 s]. */
const followMs = 5_000;

/** One socket between a station and a process of the service. */
export interface Line {
  /** Nothing gets through any more, and neither side knows yet. */
  isHalfOpen: boolean;
  isClosed: boolean;
}

/** A command between the service and its effect at the station. */
export interface OnTheWay {
  readonly command: StationCommand;
  readonly call: Call;
  /** The same written for the station's clock as it is. */
  readonly meant: Call;
  readonly line: Line;
  /** What it would put in force there, by the station's own clock. */
  readonly amps: number;
  /** It has reached the station, or never will. */
  isOver: boolean;
  isAnswered: boolean;
}

type LeaseSent = Extract<StationCommand, { kind: 'lease' }>;

/** What the service has every station tell. */
const told = ['Current.Import', 'Current.Offered', 'Energy.Active.Import.Register'] as const;

/** A station with its cars, its socket and its faults. */
export interface TwinStation {
  readonly id: StationId;
  readonly site: Site;
  /** In the order of the station's own. */
  readonly evses: readonly Evse[];
  readonly codec: StationCodec;
  readonly random: Random;
  /** As its maker means it: without a quirk. */
  model: StationModel;
  /** How often its maker mended it. */
  releases: number;
  station: Station;
  /** What it acknowledged, where that is not what it holds: undefined for one that keeps its word. */
  promised: readonly InstalledProfile[] | undefined;
  /** When it last let a car have more than it acknowledged, or a car took more than it may. */
  disobeyedAtMs: number;
  /** When nobody could tell it anything, or it did not do it, for the last time. */
  outOfReachAtMs: number;
  manner: Manner;
  /** Above 1 its cars take more than they are offered. */
  drawFactor: number;
  clockAheadMs: number;
  /** How often the running process was told what its clock shows since it was set, and when last. */
  clockTold: number;
  clockToldAtMs: number;
  line: Line | undefined;
  /** No power or no network: it does not connect. */
  isAway: boolean;
  isTelling: boolean;
  /** What the running process was told about its line. */
  isToldOnline: boolean;
  /** Transactions whose start some process of the service was told. */
  readonly announced: Set<string>;
  onTheWay: OnTheWay[];
  /** The lease each EVSE said yes to last. */
  readonly acknowledged: Map<EvseId, LeaseSent>;
  /** By EVSE: the offer before the last decrease, while a car may still follow it. */
  readonly falling: { amps: number; untilMs: number; before: number }[];
}

export function newTwinStation(input: {
  readonly id: StationId;
  readonly site: Site;
  readonly codec: StationCodec;
  readonly random: Random;
  readonly meterIntervalS: number;
  readonly nowMs: number;
}): TwinStation {
  const { id, site, codec, random, meterIntervalS, nowMs } = input;
  const evses = site.evses.filter((evse) => evse.station === id);
  const model = {
    stationId: id,
    vendor: 'Lastvakt',
    model: 'Twin',
    phaseVolts: site.supply.phaseVolts,
    evses: evses.map(({ number, wiring, maxAmps }) => ({
      number,
      conductorCount: loadCount(site.supply, wiring),
      maxAmps,
    })),
    firmware: codec.firmware,
    settings: { meterIntervalS, heartbeatIntervalS: 900, measurands: [...told] },
  };
  return {
    id,
    site,
    evses,
    codec,
    random,
    model,
    releases: 0,
    station: createStation(model, nowMs),
    promised: undefined,
    disobeyedAtMs: Number.NEGATIVE_INFINITY,
    outOfReachAtMs: Number.NEGATIVE_INFINITY,
    manner: 'obeys',
    drawFactor: 1,
    clockAheadMs: 0,
    clockTold: Number.POSITIVE_INFINITY,
    clockToldAtMs: Number.NEGATIVE_INFINITY,
    line: undefined,
    isAway: false,
    isTelling: false,
    isToldOnline: false,
    announced: new Set(),
    onTheWay: [],
    acknowledged: new Map(),
    falling: evses.map(() => ({ amps: 0, untilMs: 0, before: 0 })),
  };
}

/** Not everything that is said to it now is heard, taken and done in time. */
export const isOutOfReach = ({ manner, isAway, clockAheadMs, line, station, model }: TwinStation): boolean =>
  manner !== 'obeys' || isAway || clockAheadMs !== 0 || line === undefined || station.model !== model;

/** Whether it would end a session that it is told to end. What one does that would not, nobody can mend from afar. */
export const canBeStopped = ({ manner, isAway, line }: TwinStation): boolean =>
  manner !== 'rejects all' && manner !== 'ignores all' && !isAway && line?.isHalfOpen === false;

/** What a command would make an EVSE offer if it arrived now and were obeyed. */
export function effectAmps(twin: TwinStation, evseNumber: number, call: Call): number {
  const after = twin.codec.handle(inItsWord(twin), call).station;
  const state = findEvse(after, evseNumber);
  return state === undefined ? 0 : offeredAmps(after, state);
}

/** The station as it would be if it kept its word. */
export const inItsWord = ({ station, promised, model }: TwinStation): Station =>
  promised === undefined ? station : { ...station, model, profiles: promised };

/** The share of what its car draws now that it may by what the station acknowledged. */
export function shareInItsWord(twin: TwinStation, evseNumber: number): number {
  const drawAmps = (findEvse(twin.station, evseNumber)?.car?.drawAmps ?? 0) * twin.drawFactor;
  const station = inItsWord(twin);
  const state = findEvse(station, evseNumber);
  if (drawAmps <= 0 || state === undefined) return 1;
  return Math.min(1, offeredAmps(station, state) / drawAmps);
}

/** Whether a car there is offered more than the station acknowledged. What it only forgot may be less. */
export function isAboveItsWord(twin: TwinStation): boolean {
  if (twin.promised === undefined) return false;
  const station = inItsWord(twin);
  return station.evses.some((evse) => evse.offeredAmps > offeredAmps(station, evse));
}

/**
 * The most that may be in force at an EVSE now, from what the station itself holds and what is on its way to it: the
 * truth that the service's ledger must never undercut [P1].
 *
 * - What its profiles allow the running transaction by its own clock, or the lease it acknowledged by the true one,
 *   whichever is more: its clock may be set at any time; the value before a decrease as long as a car
 *   may take to follow it; every setpoint that was sent and has not reached it yet.
 * - While the service was last told that it is offline, also what its default allows: another car may come. Without
 *   a default that is the hardware maximum.
 * - While the service was told that it is online, nothing without a transaction that somebody was told of: to plug in
 *   is a step, and so is its announcement.
 * - A station that breaks its word counts what it acknowledged. What it really does is judged by the current that
 *   flows [P2].
 */
export function truthAmps(twin: TwinStation, order: number, nowMs: number): number {
  const evse = twin.evses[order];
  const falling = twin.falling[order];
  if (evse === undefined || falling === undefined) return 0;
  const station = inItsWord(twin);
  const state = findEvse(station, evse.number);
  if (state === undefined) return 0;
  const key = state.transaction?.key;
  let amps = 0;
  if (key !== undefined && (!twin.isToldOnline || twin.announced.has(key))) {
    amps = twin.promised === undefined ? state.offeredAmps : offeredAmps(station, state);
    const lease = twin.acknowledged.get(evse.id);
    if (lease !== undefined && lease.transactionId === transactionName(station, key))
      amps = Math.max(amps, nowMs - lease.sentAtMs < lease.leaseMs ? lease.setpointAmps : lease.tailAmps);
    noteFall(falling, amps, nowMs);
    if (nowMs < falling.untilMs) amps = Math.max(amps, falling.amps);
    for (const way of twin.onTheWay) {
      if (!way.isOver && way.command.evseId === evse.id) amps = Math.max(amps, way.amps);
    }
  } else {
    falling.before = 0;
    falling.untilMs = 0;
  }
  if (!twin.isToldOnline) amps = Math.max(amps, defaultAmps(station, evse));
  return Math.min(amps, evse.maxAmps);
}

function noteFall(falling: TwinStation['falling'][number], amps: number, nowMs: number): void {
  if (amps < falling.before && !(nowMs < falling.untilMs && falling.amps > falling.before)) {
    falling.amps = falling.before;
    falling.untilMs = nowMs + followMs;
  }
  falling.before = amps;
}

/**
 * What a car that comes would be offered. A maximum of the whole station is left out: it ends by itself after a
 * lease, and what it hid would rise long after the step that brought it, which is that nobody is there to renew it.
 */
function defaultAmps(station: Station, evse: Evse): number {
  const context = { ...profileContext(station, evse.number), transactionKey: undefined };
  const lasting = station.profiles.filter(({ purpose }) => purpose !== 'max');
  const amps = Math.min(evse.maxAmps, allowedAmps(lasting, context, station.nowMs));
  return amps >= 6 ? amps : 0;
}
