import { type Static, Type } from 'typebox';
import type { ProfilePurpose } from './chargingProfiles.ts';
import {
  fromComposite,
  type Handled,
  type Handler,
  handler,
  isoTime,
  profileError,
  profileFields,
  rateUnitSchema,
  result,
  scheduleSchema,
  toProfile,
  toSchedule,
} from './stationCodec.ts';
import {
  changeSetting,
  clearProfiles,
  compositeSchedule,
  type Obeyed,
  type ProfileRequest,
  remoteStart,
  remoteStop,
  reset,
  setProfile,
  type Trigger,
  trigger,
} from './stationRequests.ts';
import { quirksOf, type Station, type StationSettings, stationClockMs } from './stationState.ts';
import { v16CareHandlers } from './v16Care.ts';

const malformed = 'FormationViolation';

const purposes = {
  ChargePointMaxProfile: 'max',
  TxDefaultProfile: 'default',
  TxProfile: 'transaction',
} as const satisfies Record<string, ProfilePurpose>;

const purposeSchema = Type.Union([
  Type.Literal('ChargePointMaxProfile'),
  Type.Literal('TxDefaultProfile'),
  Type.Literal('TxProfile'),
]);

const profileSchema = Type.Object({
  ...profileFields,
  chargingProfileId: Type.Integer(),
  transactionId: Type.Optional(Type.Integer()),
  chargingProfilePurpose: purposeSchema,
  chargingSchedule: scheduleSchema,
});

const toRequest = (evseNumber: number, profile: Static<typeof profileSchema>): ProfileRequest => ({
  ...toProfile(profile),
  profileId: profile.chargingProfileId,
  purpose: purposes[profile.chargingProfilePurpose],
  evseNumber,
  transactionId: profile.transactionId?.toString(),
  schedule: toSchedule(profile.chargingSchedule),
});

/** Every answer of 1.6 that says no says it with a word of its own. */
const answered = ({ station, refusal }: Obeyed, no: string): Handled =>
  result(station, { status: refusal === undefined ? 'Accepted' : no });

const setChargingProfile = handler(
  Type.Object({ connectorId: Type.Integer(), csChargingProfiles: profileSchema }),
  malformed,
  (station, { connectorId, csChargingProfiles }) => {
    if (quirksOf(station).hasNoSmartCharging) return result(station, { status: 'NotSupported' });
    const request = toRequest(connectorId, csChargingProfiles);
    return profileError(station) ?? answered(setProfile(station, request), 'Rejected');
  },
);

const clearChargingProfile = handler(
  Type.Object({
    id: Type.Optional(Type.Integer()),
    connectorId: Type.Optional(Type.Integer()),
    chargingProfilePurpose: Type.Optional(purposeSchema),
    stackLevel: Type.Optional(Type.Integer()),
  }),
  malformed,
  (station, { id, connectorId, chargingProfilePurpose, stackLevel }) => {
    const purpose = chargingProfilePurpose && purposes[chargingProfilePurpose];
    const filter = { profileId: id, evseNumber: connectorId, purpose, stackLevel };
    return answered(clearProfiles(station, filter), 'Unknown');
  },
);

const getCompositeSchedule = handler(
  Type.Object({
    connectorId: Type.Integer(),
    duration: Type.Integer(),
    chargingRateUnit: Type.Optional(rateUnitSchema),
  }),
  malformed,
  (station, { connectorId, duration, chargingRateUnit = 'A' }) => {
    const periods = compositeSchedule(station, connectorId, duration);
    if (periods === undefined) return result(station, { status: 'Rejected' });
    const chargingSchedulePeriod = fromComposite(station, connectorId, periods, chargingRateUnit);
    return result(station, {
      status: 'Accepted',
      connectorId,
      scheduleStart: isoTime(stationClockMs(station)),
      chargingSchedule: { duration, chargingRateUnit, chargingSchedulePeriod },
    });
  },
);

const remoteStartTransaction = handler(
  Type.Object({
    idTag: Type.String(),
    connectorId: Type.Optional(Type.Integer()),
    chargingProfile: Type.Optional(profileSchema),
  }),
  malformed,
  (station, { idTag, connectorId: evseNumber, chargingProfile }) => {
    const profile = chargingProfile && toRequest(evseNumber ?? 0, chargingProfile);
    const start = { evseNumber, remoteStartId: undefined, profile };
    return answered(remoteStart(station, idTag, start), 'Rejected');
  },
);

const remoteStopTransaction = handler(
  Type.Object({ transactionId: Type.Integer() }),
  malformed,
  (station, { transactionId }) => answered(remoteStop(station, transactionId.toString()), 'Rejected'),
);

const triggers = new Map<string, Trigger>([
  ['BootNotification', 'boot'],
  ['Heartbeat', 'heartbeat'],
  ['MeterValues', 'meter'],
  ['StatusNotification', 'status'],
]);

const triggerMessage = handler(
  Type.Object({ requestedMessage: Type.String(), connectorId: Type.Optional(Type.Integer()) }),
  malformed,
  (station, { requestedMessage, connectorId }) => {
    const what = triggers.get(requestedMessage);
    return what === undefined
      ? result(station, { status: 'NotImplemented' })
      : result(trigger(station, what, connectorId), { status: 'Accepted' });
  },
);

/** What 1.6 calls the settings that may be changed. */
const settingOf = new Map<string, keyof StationSettings>([
  ['HeartbeatInterval', 'heartbeatIntervalS'],
  ['MeterValueSampleInterval', 'meterIntervalS'],
  ['MeterValuesSampledData', 'measurands'],
]);

function configuration(station: Station): ReadonlyMap<string, string> {
  const { settings, model } = station;
  const { firmware, evses } = model;
  const { hasNoSmartCharging, hidesSmartCharging } = quirksOf(station);
  const features = ['Core', 'RemoteTrigger', 'Reservation', 'LocalAuthListManagement', 'FirmwareManagement'];
  if (!hasNoSmartCharging && !hidesSmartCharging) features.push('SmartCharging');
  const units = firmware.units.map((unit) => (unit === 'A' ? 'Current' : 'Power'));
  return new Map([
    ['HeartbeatInterval', String(settings.heartbeatIntervalS)],
    ['MeterValueSampleInterval', String(settings.meterIntervalS)],
    ['MeterValuesSampledData', settings.measurands.join(',')],
    ['NumberOfConnectors', String(evses.length)],
    ['SupportedFeatureProfiles', features.join(',')],
    ['ChargeProfileMaxStackLevel', String(firmware.maxStackLevel)],
    ['ChargingScheduleAllowedChargingRateUnit', units.join(',')],
    ['ChargingScheduleMaxPeriods', String(firmware.maxPeriods)],
    ['MaxChargingProfilesInstalled', String(firmware.maxProfiles)],
  ]);
}

const getConfiguration = handler(
  Type.Object({ key: Type.Optional(Type.Array(Type.String())) }),
  malformed,
  (station, { key: asked = [] }) => {
    const all = configuration(station);
    const known = [...all].filter(([key]) => asked.length === 0 || asked.includes(key));
    return result(station, {
      configurationKey: known.map(([key, value]) => ({ key, readonly: !settingOf.has(key), value })),
      unknownKey: asked.filter((key) => !all.has(key)),
    });
  },
);

const changeConfiguration = handler(
  Type.Object({ key: Type.String(), value: Type.String() }),
  malformed,
  (station, { key, value }) => {
    const setting = settingOf.get(key);
    if (setting !== undefined) return answered(changeSetting(station, setting, value), 'Rejected');
    return result(station, { status: configuration(station).has(key) ? 'Rejected' : 'NotSupported' });
  },
);

/** What a server may ask of a 1.6 station. */
export const v16Handlers: ReadonlyMap<string, Handler> = new Map([
  ['SetChargingProfile', setChargingProfile],
  ['ClearChargingProfile', clearChargingProfile],
  ['GetCompositeSchedule', getCompositeSchedule],
  ['RemoteStartTransaction', remoteStartTransaction],
  ['RemoteStopTransaction', remoteStopTransaction],
  ['TriggerMessage', triggerMessage],
  ['Reset', (station) => result(reset(station), { status: 'Accepted' })],
  ['GetConfiguration', getConfiguration],
  ['ChangeConfiguration', changeConfiguration],
  ...v16CareHandlers,
]);
