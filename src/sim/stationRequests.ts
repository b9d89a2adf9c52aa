import {
  type CompositePeriod,
  compositePeriods,
  type InstalledProfile,
  type ProfilePurpose,
} from './chargingProfiles.ts';
import { keptProfile } from './quirks.ts';
import { settle } from './station.ts';
import {
  beginTransaction,
  endTransaction,
  findEvse,
  measurands,
  profileContext,
  profilesFor,
  quirksOf,
  type Station,
  type StationSettings,
  stationClockMs,
  tell,
  tellTransaction,
  transactionName,
} from './stationState.ts';

/** A station after a request, and whether it did as it was asked. `refusal` undefined: it did. */
export interface Obeyed<Refusal = string> {
  readonly station: Station;
  readonly refusal: Refusal | undefined;
}

/** The reason codes of OCPP 2.0.1; a 1.6 station keeps them to itself. */
type ProfileRefusal =
  | 'DuplicateProfile'
  | 'InvalidProfile'
  | 'InvalidSchedule'
  | 'InvalidStackLevel'
  | 'InvalidValue'
  | 'NoPhaseForDC'
  | 'TxNotFound'
  | 'UnsupportedKind'
  | 'UnsupportedPurpose'
  | 'UnsupportedRateUnit';

/** A profile as it was sent: `transactionId` is the name both sides know. */
export type ProfileRequest = Omit<InstalledProfile, 'transactionKey'> & {
  readonly transactionId: string | undefined;
};

/** Installs a profile in the place of the one it replaces, or says what is wrong with it. */
export function setProfile(station: Station, request: ProfileRequest): Obeyed<ProfileRefusal> {
  const { transactionId, ...rest } = request;
  const transactionKey =
    request.purpose === 'transaction' ? findEvse(station, request.evseNumber)?.transaction?.key : undefined;
  const profile: InstalledProfile = { ...rest, transactionKey };
  const kept = station.profiles.filter((other) => !replaces(station, profile, other));

  const refusal =
    targetRefusal(station, request, transactionKey) ??
    scheduleRefusal(station, profile) ??
    quirkRefusal(station, request) ??
    (station.model.firmware.refusesDuplicates ? duplicateRefusal(profile, kept) : undefined) ??
    (kept.length >= station.model.firmware.maxProfiles ? 'InvalidProfile' : undefined);
  if (refusal !== undefined) return { station, refusal };

  const keeps = keptProfile(quirksOf(station), profile);
  if (keeps === undefined) return { station, refusal: undefined };
  // A new profile ends what the station made of a pause.
  const evses = station.evses.map((evse) =>
    evse.pause === 'resumed at full power' ? { ...evse, pause: 'none' as const } : evse,
  );
  return { station: settle({ ...station, evses, profiles: [...kept, keeps] }), refusal: undefined };
}

/** What a clear request asks for: every given field must fit. */
interface ProfileFilter {
  readonly profileId: number | undefined;
  readonly evseNumber: number | undefined;
  readonly purpose: ProfilePurpose | undefined;
  readonly stackLevel: number | undefined;
}

export function clearProfiles(station: Station, filter: ProfileFilter): Obeyed {
  const { clears } = quirksOf(station);
  if (clears !== undefined) {
    const refusal = clears === 'nothing, and says unknown' ? 'no such profile' : undefined;
    return { station, refusal };
  }
  const fits = (profile: InstalledProfile): boolean =>
    filter.profileId !== undefined
      ? profile.profileId === filter.profileId
      : profile.evseNumber === (filter.evseNumber ?? profile.evseNumber) &&
        profile.purpose === (filter.purpose ?? profile.purpose) &&
        profile.stackLevel === (filter.stackLevel ?? profile.stackLevel);
  const profiles = station.profiles.filter((profile) => !fits(profile));
  if (profiles.length === station.profiles.length) return { station, refusal: 'no such profile' };
  return { station: settle({ ...station, profiles }), refusal: undefined };
}

/** The limits an EVSE will have, hardware included; undefined where the station has no such EVSE or will not tell. */
export function compositeSchedule(
  station: Station,
  evseNumber: number,
  durationS: number,
): readonly CompositePeriod[] | undefined {
  if (quirksOf(station).refusesComposite) return undefined;
  const capAmps =
    evseNumber === 0
      ? station.evses.reduce((sum, evse) => sum + evse.maxAmps, 0)
      : findEvse(station, evseNumber)?.maxAmps;
  if (capAmps === undefined) return undefined;
  // The grid connection of the station knows no limit but the station's own.
  const profiles =
    evseNumber === 0
      ? station.profiles.filter((profile) => profile.purpose === 'max')
      : profilesFor(station, evseNumber);
  const nowMs = stationClockMs(station);
  return compositePeriods(profiles, profileContext(station, evseNumber), capAmps, nowMs, durationS);
}

/** Starts a transaction for a car that waits; a profile may come along. */
export function remoteStart(
  station: Station,
  token: string,
  start: {
    readonly evseNumber: number | undefined;
    readonly remoteStartId: number | undefined;
    readonly profile: ProfileRequest | undefined;
  },
): Obeyed {
  const evse = station.evses.find(
    ({ number, car, transaction }) =>
      number === (start.evseNumber ?? number) && car !== undefined && !transaction,
  );
  const isSpent = evse?.hasFinished === true && station.model.firmware.wantsPlugOut === true;
  if (evse === undefined || isSpent) return { station, refusal: 'no car waits there' };
  const begun = beginTransaction(station, evse.number, token, start.remoteStartId);
  if (start.profile === undefined) return { station: settle(begun), refusal: undefined };

  const profiled = setProfile(begun, { ...start.profile, evseNumber: evse.number });
  return profiled.refusal === undefined ? profiled : { station, refusal: profiled.refusal };
}

export function remoteStop(station: Station, transactionId: string): Obeyed {
  const evse = station.evses.find(
    ({ transaction }) => transaction && transactionName(station, transaction.key) === transactionId,
  );
  if (evse === undefined) return { station, refusal: 'no such transaction' };
  return { station: settle(endTransaction(station, evse.number, 'remote')), refusal: undefined };
}

/** Ends what runs and goes down for a while. Profiles that belong to no transaction survive it. */
export function reset(station: Station): Station {
  const ended = station.evses.reduce(
    (ending, { number }) => endTransaction(ending, number, 'reset'),
    station,
  );
  const { forgetsAtRestart: forgotten = [] } = quirksOf(station);
  return settle({
    ...ended,
    profiles: ended.profiles.filter(({ purpose }) => !forgotten.includes(purpose)),
    link: 'restarting',
    isRegistered: false,
    bootReason: 'remote reset',
    waitsUntilMs: station.nowMs + station.model.firmware.restartMs,
  });
}

export type Trigger = 'boot' | 'heartbeat' | 'status' | 'meter';

/** Tells something again because it was asked to; for every EVSE where none is named. */
export function trigger(station: Station, what: Trigger, evseNumber: number | undefined): Station {
  const { nowMs } = station;
  const evses = station.evses.filter(({ number }) => number === (evseNumber ?? number));
  switch (what) {
    case 'boot':
      return tell(station, { kind: 'boot', atMs: nowMs, reason: station.bootReason });
    case 'heartbeat':
      return tell(station, { kind: 'heartbeat', atMs: nowMs });
    case 'status':
      return evses.reduce(
        (telling, { number, status }) =>
          tell(telling, { kind: 'status', atMs: nowMs, evseNumber: number, status, previous: undefined }),
        station,
      );
    case 'meter':
      return evses.reduce(
        (telling, { number }) => tellTransaction(telling, number, (about) => ({ kind: 'metered', ...about })),
        station,
      );
    default:
      return what satisfies never;
  }
}

/** Sets one setting from its text, as both versions send it. */
export function changeSetting(station: Station, name: keyof StationSettings, text: string): Obeyed {
  const change = (settings: Partial<StationSettings>): Obeyed => {
    const changed = { ...station, settings: { ...station.settings, ...settings } };
    const { restartsWhenConfigured } = quirksOf(station);
    return { station: restartsWhenConfigured ? reset(changed) : changed, refusal: undefined };
  };
  switch (name) {
    case 'meterIntervalS':
    case 'heartbeatIntervalS': {
      const seconds = Number(text);
      if (!Number.isInteger(seconds) || seconds < 0) return { station, refusal: 'not a number of seconds' };
      return change({ [name]: seconds });
    }
    case 'measurands': {
      const asked = text.split(',').map((word) => word.trim());
      const { missingMeasurands = [] } = quirksOf(station);
      const known = measurands.filter((each) => asked.includes(each) && !missingMeasurands.includes(each));
      if (known.length !== asked.length) return { station, refusal: 'an unknown measurand' };
      return change({ measurands: known });
    }
    default:
      return name satisfies never;
  }
}

/** The same id replaces; so does the same level and purpose at the same EVSE, where that is not refused. */
function replaces(station: Station, profile: InstalledProfile, other: InstalledProfile): boolean {
  if (other.profileId === profile.profileId) return true;
  return !station.model.firmware.refusesDuplicates && isSameSlot(profile, other);
}

const isSameSlot = (a: InstalledProfile, b: InstalledProfile): boolean =>
  a.purpose === b.purpose &&
  a.evseNumber === b.evseNumber &&
  a.stackLevel === b.stackLevel &&
  a.transactionKey === b.transactionKey;

function targetRefusal(
  station: Station,
  request: ProfileRequest,
  transactionKey: string | undefined,
): ProfileRefusal | undefined {
  const { evseNumber, purpose, transactionId } = request;
  if (evseNumber !== 0 && findEvse(station, evseNumber) === undefined) return 'InvalidValue';
  if (purpose === 'max') {
    return evseNumber === 0 && request.kind !== 'relative' ? undefined : 'InvalidProfile';
  }
  if (purpose === 'default') return undefined;
  if (transactionKey === undefined) return evseNumber === 0 ? 'InvalidValue' : 'TxNotFound';
  const name = transactionName(station, transactionKey);
  return transactionId === undefined || transactionId === name ? undefined : 'TxNotFound';
}

function scheduleRefusal(station: Station, profile: InstalledProfile): ProfileRefusal | undefined {
  const { firmware } = station.model;
  const { schedule, kind, stackLevel } = profile;
  if (stackLevel > firmware.maxStackLevel) return 'InvalidStackLevel';
  if (!firmware.units.includes(schedule.unit)) return 'UnsupportedRateUnit';
  if (firmware.needsStartSchedule && kind !== 'relative' && schedule.startMs === undefined) {
    return 'InvalidSchedule';
  }
  const starts = schedule.periods.map((period) => period.startS);
  const isInOrder = starts.every((startS, index) => index === 0 || startS > (starts[index - 1] ?? startS));
  return starts[0] === 0 && isInOrder && starts.length <= firmware.maxPeriods ? undefined : 'InvalidSchedule';
}

function quirkRefusal(station: Station, request: ProfileRequest): ProfileRefusal | undefined {
  const quirks = quirksOf(station);
  const { purpose, kind, stackLevel, transactionId, schedule } = request;
  if (quirks.refusedPurposes?.includes(purpose)) return 'UnsupportedPurpose';
  if (quirks.refusedKinds?.includes(kind)) return 'UnsupportedKind';
  if (stackLevel > (quirks.realMaxStackLevel ?? stackLevel)) return 'InvalidStackLevel';
  if (quirks.refusesZero && schedule.periods.some(({ limit }) => limit === 0)) return 'InvalidSchedule';
  if (quirks.refusesNumberPhases && schedule.namesPhases) return 'NoPhaseForDC';
  if (isDigested(station, request)) return 'TxNotFound';
  const lacksName = purpose === 'transaction' && transactionId === undefined;
  return quirks.needsTransactionId && lacksName ? 'TxNotFound' : undefined;
}

/** Whether it is for a transaction whose start the station still digests. */
const isDigested = (station: Station, { purpose, evseNumber }: ProfileRequest): boolean => {
  const { digestsStartMs = 0 } = quirksOf(station);
  const startedAtMs = findEvse(station, evseNumber)?.transaction?.startedAtMs;
  return (
    purpose === 'transaction' && startedAtMs !== undefined && station.nowMs - startedAtMs < digestsStartMs
  );
};

function duplicateRefusal(
  profile: InstalledProfile,
  others: readonly InstalledProfile[],
): ProfileRefusal | undefined {
  const overlaps = (other: InstalledProfile): boolean =>
    (profile.validFromMs ?? 0) < (other.validToMs ?? Number.POSITIVE_INFINITY) &&
    (other.validFromMs ?? 0) < (profile.validToMs ?? Number.POSITIVE_INFINITY);
  const isDuplicate = others.some((other) => isSameSlot(profile, other) && overlaps(other));
  if (!isDuplicate) return undefined;
  return profile.purpose === 'transaction' ? 'InvalidStackLevel' : 'DuplicateProfile';
}
