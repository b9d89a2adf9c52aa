import { type Car, conductorAmps, cutPower, minimumOfferAmps, wantsCurrent } from './car.ts';
import {
  allowedAmps,
  type InstalledProfile,
  type ProfileContext,
  type RateUnit,
} from './chargingProfiles.ts';
import type { Quirks } from './quirks.ts';
import { type JobKind, noCare, reservationAt, type StationCare, withoutReservation } from './stationCare.ts';

/** What the station is: fixed. */
export interface StationModel {
  readonly stationId: string;
  readonly vendor: string;
  readonly model: string;
  readonly phaseVolts: number;
  readonly evses: readonly EvseHardware[];
  readonly firmware: Firmware;
  /** Left away: 1.0. */
  readonly firmwareVersion?: string;
  /** Left away: it keeps to the specification. */
  readonly quirks?: Quirks;
  readonly settings: StationSettings;
}

interface EvseHardware {
  readonly number: number;
  readonly conductorCount: number;
  readonly maxAmps: number;
}

/** How its software takes the specification: what differs between versions and between makers. */
export interface Firmware {
  /** False where the server does [OCPP 1.6]. */
  readonly namesTransactions: boolean;
  readonly needsStartSchedule: boolean;
  /** Whether a profile with the stack level and purpose of another replaces it or is refused. */
  readonly refusesDuplicates: boolean;
  readonly units: readonly RateUnit[];
  readonly maxStackLevel: number;
  readonly maxPeriods: number;
  readonly maxProfiles: number;
  readonly restartMs: number;
  /** Whether a car has to be unplugged before its next transaction. */
  readonly wantsPlugOut?: boolean;
}

/** What an operator may change. */
export interface StationSettings {
  readonly meterIntervalS: number;
  readonly heartbeatIntervalS: number;
  readonly measurands: readonly Measurand[];
}

/** The specifications' own words, the same in both versions. No car tells its state of charge over a plain AC cable. */
export const measurands = [
  'Current.Import',
  'Current.Offered',
  'Energy.Active.Import.Register',
  'Power.Active.Import',
  'SoC',
  'Voltage',
] as const;
export type Measurand = (typeof measurands)[number];

/** A simulated station at one instant, as a plain value. */
export interface Station {
  readonly model: StationModel;
  /** Up to when it was simulated. */
  readonly nowMs: number;
  /** `booting`: connected, but the server has not accepted it. `restarting`: it closes its connection. */
  readonly link: 'offline' | 'booting' | 'online' | 'restarting';
  /** Whether the server accepted it since it was switched on: if so it need not boot on a reconnect. */
  readonly isRegistered: boolean;
  readonly bootReason: 'power up' | 'remote reset';
  /** When to boot again after a refusal, or to be up again after a restart. */
  readonly waitsUntilMs: number;
  readonly heartbeatAtMs: number;
  readonly settings: StationSettings;
  readonly evses: readonly EvseState[];
  readonly profiles: readonly InstalledProfile[];
  readonly care: StationCare;
  /** What it has yet to tell, oldest first. */
  readonly outbox: readonly Notice[];
  readonly transactionCount: number;
  /** The servers' names of the latest transactions, by ours. */
  readonly transactionNames: ReadonlyMap<string, string>;
}

export interface EvseState {
  readonly number: number;
  readonly conductorCount: number;
  readonly maxAmps: number;
  readonly car: Car | undefined;
  /** Presented, and waiting for the server's word. */
  readonly pendingToken: string | undefined;
  readonly transaction: Transaction | undefined;
  /** The car that is plugged in had its transaction. */
  readonly hasFinished: boolean;
  readonly offeredAmps: number;
  /** Whether this transaction was paused by its profiles, and what the station made of it. */
  readonly pause: 'none' | 'paused' | 'resumed at full power';
  readonly status: StationStatus;
  /** The meter's register, never reset. */
  readonly meterWh: number;
  readonly meteredAtMs: number;
}

interface Transaction {
  /** The station's own name for it, before and after the server gave its. */
  readonly key: string;
  readonly token: string;
  readonly remoteStartId: number | undefined;
  /** The reservation that it used. */
  readonly reservationId: number | undefined;
  readonly startedAtMs: number;
  readonly startWh: number;
  /** The profiles of purpose `default` that were installed then. */
  readonly defaultsAtStart: readonly InstalledProfile[];
  /** How many notices told about it. */
  readonly sequence: number;
}

export type StationStatus =
  | 'available'
  | 'reserved'
  | 'unavailable'
  | 'preparing'
  | 'charging'
  | 'suspended by station'
  | 'suspended by car'
  | 'finishing';

export type StopReason = 'remote' | 'unplugged' | 'reset' | 'refused';

/** Something the station has to tell; a codec knows in which messages, if any. */
export type Notice = { readonly atMs: number } & (
  | { readonly kind: 'boot'; readonly reason: Station['bootReason'] }
  | { readonly kind: 'heartbeat' }
  | {
      readonly kind: 'work';
      readonly of: JobKind;
      readonly requestId: number | undefined;
      readonly status: string;
    }
  | { readonly kind: 'authorise'; readonly evseNumber: number; readonly token: string }
  | {
      readonly kind: 'status';
      readonly evseNumber: number;
      readonly status: StationStatus;
      /** Undefined when it is told afresh, not because it changed. */
      readonly previous: StationStatus | undefined;
    }
  | ({ readonly kind: 'started' } & TransactionNotice)
  | ({ readonly kind: 'changed' } & TransactionNotice)
  | ({ readonly kind: 'metered' } & TransactionNotice)
  | ({ readonly kind: 'ended'; readonly reason: StopReason } & TransactionNotice)
);

export interface TransactionNotice {
  readonly evseNumber: number;
  readonly transaction: Transaction;
  readonly status: StationStatus;
  readonly sample: Sample;
}

export interface Sample {
  /** On the EVSE's own conductors. */
  readonly amps: readonly number[];
  readonly offeredAmps: number;
  readonly watts: number;
  readonly phaseVolts: number;
  readonly meterWh: number;
}

/** Notices kept for an absent server. Past it meter values go first. */
const outboxNoticesMax = 500;
const transactionNamesMax = 64;

export const createStation = (model: StationModel, nowMs: number): Station => ({
  model,
  nowMs,
  link: 'offline',
  isRegistered: false,
  bootReason: 'power up',
  waitsUntilMs: nowMs,
  heartbeatAtMs: nowMs,
  settings: model.settings,
  evses: model.evses.map((hardware) => ({
    ...hardware,
    car: undefined,
    pendingToken: undefined,
    transaction: undefined,
    hasFinished: false,
    offeredAmps: 0,
    pause: 'none',
    status: 'available',
    meterWh: 0,
    meteredAtMs: nowMs,
  })),
  profiles: [],
  care: noCare,
  outbox: [],
  transactionCount: 0,
  transactionNames: new Map(),
});

export const findEvse = (station: Station, evseNumber: number): EvseState | undefined =>
  station.evses.find((evse) => evse.number === evseNumber);

export const withEvse = (station: Station, evseNumber: number, change: Partial<EvseState>): Station => ({
  ...station,
  evses: station.evses.map((evse) => (evse.number === evseNumber ? { ...evse, ...change } : evse)),
});

/** Puts a notice in the outbox. What concerns no transaction is only worth telling now. */
export function tell(station: Station, told: Notice): Station {
  if (station.link !== 'online' && !isKept(told)) return station;
  const notice = { ...told, atMs: told.atMs + clockOffsetMs(station) };
  if (station.outbox.length < outboxNoticesMax) return { ...station, outbox: [...station.outbox, notice] };
  // The first one may be on the wire.
  const at = station.outbox.findIndex((old, index) => index > 0 && old.kind === 'metered');
  return { ...station, outbox: [...station.outbox.toSpliced(at === -1 ? 1 : at, 1), notice] };
}

/** Whether a notice waits for a server that is away. */
export function isKept(notice: Notice): boolean {
  switch (notice.kind) {
    case 'started':
    case 'changed':
    case 'metered':
    case 'ended':
      return true;
    case 'boot':
    case 'heartbeat':
    case 'authorise':
    case 'status':
    case 'work':
      return false;
    default:
      return notice satisfies never;
  }
}

/** Starts a transaction for the car that waits there; without one nothing happens. */
export function beginTransaction(
  station: Station,
  evseNumber: number,
  token: string,
  remoteStartId: number | undefined,
): Station {
  const evse = findEvse(station, evseNumber);
  if (evse?.car === undefined || evse.transaction !== undefined) return station;
  const { nowMs, model, care } = station;
  const held = reservationAt(care, evseNumber);
  if (care.inoperative.includes(evseNumber) || (held !== undefined && held.token !== token)) return station;
  const transactionCount = station.transactionCount + 1;
  const transaction: Transaction = {
    // At most 36 characters fit a transaction id of 2.0.1.
    key: `${model.stationId.slice(0, 20)}-${nowMs.toString(36)}-${transactionCount}`,
    token,
    remoteStartId,
    reservationId: held?.id,
    startedAtMs: nowMs,
    startWh: evse.meterWh,
    defaultsAtStart: station.profiles.filter(({ purpose }) => purpose === 'default'),
    sequence: 0,
  };
  const used = held === undefined ? care : withoutReservation(care, held.id);
  const begun = withEvse({ ...station, transactionCount, care: used }, evseNumber, {
    pendingToken: undefined,
    transaction,
    meteredAtMs: nowMs,
  });
  return tellTransaction(begun, evseNumber, (notice) => ({ kind: 'started', ...notice }));
}

/** Ends the transaction, if there is one: the contactor opens and its profiles go. */
export function endTransaction(station: Station, evseNumber: number, reason: StopReason): Station {
  const evse = findEvse(station, evseNumber);
  if (evse?.transaction === undefined) return station;
  const { key } = evse.transaction;
  const told = tellTransaction(station, evseNumber, (notice) => ({ kind: 'ended', reason, ...notice }));
  const profiles = quirksOf(station).keepsFinishedProfiles
    ? told.profiles
    : told.profiles.filter((profile) => profile.transactionKey !== key);
  return withEvse({ ...told, profiles }, evseNumber, {
    transaction: undefined,
    hasFinished: true,
    offeredAmps: 0,
    ...(evse.car !== undefined && { car: cutPower(evse.car) }),
  });
}

/** Tells something about the running transaction, counted and with what the meter shows. */
export function tellTransaction(
  station: Station,
  evseNumber: number,
  notice: (about: TransactionNotice & { readonly atMs: number }) => Notice,
): Station {
  const evse = findEvse(station, evseNumber);
  if (evse?.transaction === undefined) return station;
  const { transaction } = evse;
  const about = {
    atMs: station.nowMs,
    evseNumber,
    transaction,
    status: statusOf(evse),
    sample: sampleOf(station, evse),
  };
  const counted = { ...transaction, sequence: transaction.sequence + 1 };
  return tell(withEvse(station, evseNumber, { transaction: counted }), notice(about));
}

/** Remembers the server's name of a transaction: notices that still wait need it. */
export function nameTransaction(station: Station, key: string, name: string): Station {
  const names = [...station.transactionNames, [key, name] as const].slice(-transactionNamesMax);
  return { ...station, transactionNames: new Map(names) };
}

/** The name both sides know it by; undefined before the server gave one. */
export const transactionName = (station: Station, key: string): string | undefined =>
  station.model.firmware.namesTransactions ? key : station.transactionNames.get(key);

/** What the profiles are worked out for. EVSE 0 has no wiring of its own: it is taken as three-phase. */
export function profileContext(station: Station, evseNumber: number): ProfileContext {
  const evse = findEvse(station, evseNumber);
  let busy = 0;
  for (const { transaction } of station.evses) if (transaction !== undefined) busy += 1;
  return {
    evseNumber,
    transactionKey: evse?.transaction?.key,
    startedAtMs: (evse?.transaction?.startedAtMs ?? station.nowMs) + clockOffsetMs(station),
    conductorCount: evse?.conductorCount ?? 3,
    phaseVolts: station.model.phaseVolts,
    sharedBy: evse === undefined || quirksOf(station).isMaximumPerConnector ? 1 : Math.max(1, busy),
  };
}

/** The profiles that count for what runs at an EVSE. */
export function profilesFor(station: Station, evseNumber: number): readonly InstalledProfile[] {
  const transaction = findEvse(station, evseNumber)?.transaction;
  if (transaction === undefined || !quirksOf(station).defaultWaitsForNext) return station.profiles;
  const others = station.profiles.filter(({ purpose }) => purpose !== 'default');
  return [...others, ...transaction.defaultsAtStart];
}

/** What the station signals to the car now: nothing, or at least the minimum. */
export function offeredAmps(station: Station, evse: EvseState): number {
  if (evse.transaction === undefined || station.link === 'restarting') return 0;
  const context = profileContext(station, evse.number);
  const { localLimitAmps = Number.POSITIVE_INFINITY } = quirksOf(station);
  const allowed = allowedAmps(profilesFor(station, evse.number), context, stationClockMs(station));
  const amps = Math.min(evse.maxAmps, localLimitAmps, allowed);
  return amps >= minimumOfferAmps ? amps : 0;
}

export const quirksOf = ({ model }: Station): Quirks => model.quirks ?? noQuirks;
const noQuirks: Quirks = {};

/** What the station's own clock shows. */
export const stationClockMs = (station: Station): number => station.nowMs + clockOffsetMs(station);

function clockOffsetMs(station: Station): number {
  const { clockOffsetMs: alwaysMs = 0, clockOffsetBeforeBootMs: unsetMs = 0 } = quirksOf(station);
  return alwaysMs + (station.isRegistered ? 0 : unsetMs);
}

export function statusOf(evse: EvseState, offeredAmps = evse.offeredAmps): StationStatus {
  if (evse.car === undefined) return 'available';
  if (evse.transaction === undefined) return evse.hasFinished ? 'finishing' : 'preparing';
  if (offeredAmps === 0) return 'suspended by station';
  return wantsCurrent(evse.car) ? 'charging' : 'suspended by car';
}

/** What an EVSE shows that no car is at. */
export function idleStatus({ care }: Station, evseNumber: number): StationStatus {
  if (care.inoperative.includes(evseNumber)) return 'unavailable';
  return reservationAt(care, evseNumber) === undefined ? 'available' : 'reserved';
}

function sampleOf(station: Station, evse: EvseState): Sample {
  const shift = quirksOf(station).phasesShiftedBy ?? 0;
  const drawn = drawnAmps(evse);
  const amps = [...drawn.slice(shift), ...drawn.slice(0, shift)];
  const { phaseVolts } = station.model;
  const watts = amps.reduce((sum, phaseAmps) => sum + phaseAmps, 0) * phaseVolts;
  return { amps, offeredAmps: evse.offeredAmps, watts, phaseVolts, meterWh: evse.meterWh };
}

/** What flows on each of the EVSE's own conductors. */
export const drawnAmps = (evse: EvseState): readonly number[] =>
  evse.car === undefined
    ? Array<number>(evse.conductorCount).fill(0)
    : conductorAmps(evse.car, evse.conductorCount);
