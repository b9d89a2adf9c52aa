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
  refuse,
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
import { findEvse, quirksOf, type Station, type StationSettings, stationClockMs } from './stationState.ts';
import { v201CareHandlers } from './v201Care.ts';

const malformed = 'FormatViolation';

const purposes = {
  ChargingStationMaxProfile: 'max',
  TxDefaultProfile: 'default',
  TxProfile: 'transaction',
} as const satisfies Record<string, ProfilePurpose>;

// A server does not set external constraints [OCPP 2.0.1 K01.FR.22].
const purposeSchema = Type.Union([
  Type.Literal('ChargingStationMaxProfile'),
  Type.Literal('TxDefaultProfile'),
  Type.Literal('TxProfile'),
]);

const profileSchema = Type.Object({
  ...profileFields,
  id: Type.Integer(),
  transactionId: Type.Optional(Type.String()),
  chargingProfilePurpose: purposeSchema,
  // More than one is for ISO 15118 alone [OCPP 2.0.1 K01.FR.34].
  chargingSchedule: Type.Array(scheduleSchema, { minItems: 1, maxItems: 1 }),
});

const toRequest = (evseNumber: number, profile: Static<typeof profileSchema>): ProfileRequest => ({
  ...toProfile(profile),
  profileId: profile.id,
  purpose: purposes[profile.chargingProfilePurpose],
  evseNumber,
  transactionId: profile.transactionId,
  schedule: profile.chargingSchedule.map(toSchedule)[0] ?? noSchedule,
});

/** Refused as every schedule without periods is. */
const noSchedule = { unit: 'A', startMs: undefined, durationS: undefined, periods: [] } as const;

/** A refusal says why, in a code of the specification where it has one. */
const answered = ({ station, refusal }: Obeyed, reasonCode = refusal): Handled =>
  reasonCode === undefined || refusal === undefined
    ? result(station, { status: 'Accepted' })
    : result(station, { status: 'Rejected', statusInfo: { reasonCode, additionalInfo: refusal } });

const setChargingProfile = handler(
  Type.Object({ evseId: Type.Integer(), chargingProfile: profileSchema }),
  malformed,
  (station, { evseId, chargingProfile }) => {
    // [OCPP 2.0.1 K01.FR.29]
    if (quirksOf(station).hasNoSmartCharging) return refuse(station, 'NotSupported', 'no smart charging');
    const request = toRequest(evseId, chargingProfile);
    return profileError(station) ?? answered(setProfile(station, request));
  },
);

const clearChargingProfile = handler(
  Type.Object({
    chargingProfileId: Type.Optional(Type.Integer()),
    chargingProfileCriteria: Type.Optional(
      Type.Object({
        evseId: Type.Optional(Type.Integer()),
        chargingProfilePurpose: Type.Optional(purposeSchema),
        stackLevel: Type.Optional(Type.Integer()),
      }),
    ),
  }),
  malformed,
  (before, { chargingProfileId, chargingProfileCriteria: criteria }) => {
    const purpose = criteria?.chargingProfilePurpose && purposes[criteria.chargingProfilePurpose];
    const { evseId: evseNumber, stackLevel } = criteria ?? {};
    const filter = { profileId: chargingProfileId, evseNumber, purpose, stackLevel };
    const { station, refusal } = clearProfiles(before, filter);
    return result(station, { status: refusal === undefined ? 'Accepted' : 'Unknown' });
  },
);

const getCompositeSchedule = handler(
  Type.Object({
    evseId: Type.Integer(),
    duration: Type.Integer(),
    chargingRateUnit: Type.Optional(rateUnitSchema),
  }),
  malformed,
  (station, { evseId, duration, chargingRateUnit = 'A' }) => {
    const periods = compositeSchedule(station, evseId, duration);
    if (periods === undefined) return answered({ station, refusal: 'no schedule to tell' }, 'InvalidValue');
    return result(station, {
      status: 'Accepted',
      schedule: {
        evseId,
        duration,
        chargingRateUnit,
        scheduleStart: isoTime(stationClockMs(station)),
        chargingSchedulePeriod: fromComposite(station, evseId, periods, chargingRateUnit),
      },
    });
  },
);

const requestStartTransaction = handler(
  Type.Object({
    idToken: Type.Object({ idToken: Type.String() }),
    remoteStartId: Type.Integer(),
    evseId: Type.Optional(Type.Integer()),
    chargingProfile: Type.Optional(profileSchema),
  }),
  malformed,
  (before, { idToken, remoteStartId, evseId: evseNumber, chargingProfile }) => {
    const profile = chargingProfile && toRequest(evseNumber ?? 0, chargingProfile);
    const obeyed = remoteStart(before, idToken.idToken, { evseNumber, remoteStartId, profile });
    return answered(obeyed, obeyed.refusal && 'NoCar');
  },
);

const requestStopTransaction = handler(
  Type.Object({ transactionId: Type.String() }),
  malformed,
  (station, { transactionId }) => {
    const obeyed = remoteStop(station, transactionId);
    return answered(obeyed, obeyed.refusal && 'TxNotFound');
  },
);

const triggers = new Map<string, Trigger>([
  ['BootNotification', 'boot'],
  ['Heartbeat', 'heartbeat'],
  ['MeterValues', 'meter'],
  ['TransactionEvent', 'meter'],
  ['StatusNotification', 'status'],
]);

const triggerMessage = handler(
  Type.Object({
    requestedMessage: Type.String(),
    evse: Type.Optional(Type.Object({ id: Type.Integer() })),
  }),
  malformed,
  (station, { requestedMessage, evse }) => {
    const what = triggers.get(requestedMessage);
    return what === undefined
      ? result(station, { status: 'NotImplemented' })
      : result(trigger(station, what, evse?.id), { status: 'Accepted' });
  },
);

/** One EVSE alone is not reset: these stations have one controller for all. */
const resetStation = handler(
  Type.Object({ type: Type.String(), evseId: Type.Optional(Type.Integer()) }),
  malformed,
  (station, { evseId }) => {
    if (evseId === undefined) return result(reset(station), { status: 'Accepted' });
    const isKnown = findEvse(station, evseId) !== undefined;
    return answered({ station, refusal: 'only as a whole' }, isKnown ? 'UnsupportedParam' : 'InvalidValue');
  },
);

/** What 2.0.1 calls the settings that may be changed. */
const settingOf = new Map<string, keyof StationSettings>([
  ['OCPPCommCtrlr.HeartbeatInterval', 'heartbeatIntervalS'],
  ['SampledDataCtrlr.TxUpdatedInterval', 'meterIntervalS'],
  ['SampledDataCtrlr.TxUpdatedMeasurands', 'measurands'],
]);

function deviceModel(station: Station): ReadonlyMap<string, string> {
  const { settings, model } = station;
  const { hasNoSmartCharging, hidesSmartCharging } = quirksOf(station);
  const isAvailable = String(!hasNoSmartCharging && !hidesSmartCharging);
  return new Map([
    ['OCPPCommCtrlr.HeartbeatInterval', String(settings.heartbeatIntervalS)],
    ['SampledDataCtrlr.TxUpdatedInterval', String(settings.meterIntervalS)],
    ['SampledDataCtrlr.TxUpdatedMeasurands', settings.measurands.join(',')],
    ['SmartChargingCtrlr.Available', isAvailable],
    ['SmartChargingCtrlr.Enabled', isAvailable],
    ['SmartChargingCtrlr.PeriodsPerSchedule', String(model.firmware.maxPeriods)],
    ['SmartChargingCtrlr.ProfileStackLevel', String(model.firmware.maxStackLevel)],
    ['SmartChargingCtrlr.RateUnit', model.firmware.units.join(',')],
  ]);
}

const variableFields = {
  component: Type.Object({ name: Type.String() }),
  variable: Type.Object({ name: Type.String() }),
};
const variableSchema = Type.Object(variableFields);

const variableKey = ({ component, variable }: Static<typeof variableSchema>): string =>
  `${component.name}.${variable.name}`;

/** Why a variable is not there: its component may be missing, too. */
const unknownStatus = (station: Station, component: string): string =>
  [...deviceModel(station).keys()].some((key) => key.startsWith(`${component}.`))
    ? 'UnknownVariable'
    : 'UnknownComponent';

const getVariables = handler(
  Type.Object({ getVariableData: Type.Array(variableSchema) }),
  malformed,
  (station, { getVariableData }) => {
    const values = deviceModel(station);
    const getVariableResult = getVariableData.map((asked) => {
      const { component, variable } = asked;
      const attributeValue = values.get(variableKey(asked));
      return attributeValue === undefined
        ? { attributeStatus: unknownStatus(station, component.name), component, variable }
        : { attributeStatus: 'Accepted', attributeValue, component, variable };
    });
    return result(station, { getVariableResult });
  },
);

const setVariables = handler(
  Type.Object({
    setVariableData: Type.Array(Type.Object({ ...variableFields, attributeValue: Type.String() })),
  }),
  malformed,
  (before, { setVariableData }) => {
    let station = before;
    const setVariableResult = setVariableData.map((asked) => {
      const { component, variable, attributeValue } = asked;
      const setting = settingOf.get(variableKey(asked));
      if (setting === undefined) {
        const isReadonly = deviceModel(station).has(variableKey(asked));
        const attributeStatus = isReadonly ? 'Rejected' : unknownStatus(station, component.name);
        return { attributeStatus, component, variable };
      }
      const obeyed = changeSetting(station, setting, attributeValue);
      station = obeyed.station;
      const attributeStatus = obeyed.refusal === undefined ? 'Accepted' : 'Rejected';
      return { attributeStatus, component, variable };
    });
    return result(station, { setVariableResult });
  },
);

/** What a server may ask of a 2.0.1 station. */
export const v201Handlers: ReadonlyMap<string, Handler> = new Map([
  ['SetChargingProfile', setChargingProfile],
  ['ClearChargingProfile', clearChargingProfile],
  ['GetCompositeSchedule', getCompositeSchedule],
  ['RequestStartTransaction', requestStartTransaction],
  ['RequestStopTransaction', requestStopTransaction],
  ['TriggerMessage', triggerMessage],
  ['Reset', resetStation],
  ['GetVariables', getVariables],
  ['SetVariables', setVariables],
  ...v201CareHandlers,
]);
