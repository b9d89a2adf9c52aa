import { type Static, Type } from 'typebox';
import type { ChargingProfile, ProfileKind, ProfilePurpose } from '../domain/chargingProfile.ts';
import { compile } from '../schema.ts';
import { instantMs } from './sampledValues.ts';

// The profiles another CSMS or an operator sets, of 1.6 and 2.x, as far as a bound comes out of them.

const schedule = Type.Object({
  startSchedule: Type.Optional(Type.String()),
  duration: Type.Optional(Type.Integer()),
  chargingRateUnit: Type.Enum(['A', 'W']),
  chargingSchedulePeriod: Type.Array(
    Type.Object({
      startPeriod: Type.Integer({ minimum: 0 }),
      limit: Type.Number({ minimum: 0 }),
      numberPhases: Type.Optional(Type.Integer({ minimum: 1, maximum: 3 })),
    }),
    { minItems: 1, maxItems: 1024 },
  ),
});
const common = {
  stackLevel: Type.Integer({ minimum: 0 }),
  chargingProfilePurpose: Type.String(),
  chargingProfileKind: Type.String(),
  recurrencyKind: Type.Optional(Type.String()),
  validFrom: Type.Optional(Type.String()),
  validTo: Type.Optional(Type.String()),
};
const profile16 = Type.Object({
  ...common,
  chargingProfileId: Type.Integer(),
  transactionId: Type.Optional(Type.Integer()),
  chargingSchedule: schedule,
});
const profile2 = Type.Object({
  ...common,
  id: Type.Integer(),
  transactionId: Type.Optional(Type.String()),
  chargingSchedule: Type.Array(schedule, { minItems: 1 }),
});
const set16 = compile(
  Type.Object({ connectorId: Type.Integer({ minimum: 0 }), csChargingProfiles: profile16 }),
);
const set2 = compile(Type.Object({ evseId: Type.Integer({ minimum: 0 }), chargingProfile: profile2 }));
const criteria = Type.Object({
  evseId: Type.Optional(Type.Integer()),
  chargingProfilePurpose: Type.Optional(Type.String()),
  stackLevel: Type.Optional(Type.Integer()),
});
const clear = compile(
  Type.Object({
    id: Type.Optional(Type.Integer()),
    connectorId: Type.Optional(Type.Integer()),
    chargingProfilePurpose: Type.Optional(Type.String()),
    stackLevel: Type.Optional(Type.Integer()),
    chargingProfileId: Type.Optional(Type.Integer()),
    chargingProfileCriteria: Type.Optional(criteria),
  }),
);

const purposes: Readonly<Record<string, ProfilePurpose>> = {
  ChargePointMaxProfile: 'station maximum',
  ChargingStationMaxProfile: 'station maximum',
  TxDefaultProfile: 'transaction default',
  TxProfile: 'transaction',
};

/** The profile of a SetChargingProfile; undefined where it is none that we can hold for the station. */
export function profileSet(payload: unknown): ChargingProfile | undefined {
  if (set16.check(payload)) {
    const { chargingProfileId: id, transactionId, chargingSchedule, ...rest } = payload.csChargingProfiles;
    return profileFrom(rest, {
      id,
      evseNumber: payload.connectorId,
      transactionId: transactionId?.toString(),
      schedule: chargingSchedule,
    });
  }
  if (!set2.check(payload)) return undefined;
  const { id, transactionId, chargingSchedule, ...rest } = payload.chargingProfile;
  const [first] = chargingSchedule;
  return first && profileFrom(rest, { id, evseNumber: payload.evseId, transactionId, schedule: first });
}

type Common = Static<ReturnType<typeof Type.Object<typeof common>>>;

function profileFrom(
  { stackLevel, validFrom, validTo, ...words }: Common,
  own: {
    readonly id: number;
    readonly evseNumber: number;
    readonly transactionId: string | undefined;
    readonly schedule: Static<typeof schedule>;
  },
): ChargingProfile | undefined {
  const purpose = purposes[words.chargingProfilePurpose];
  const kind = kindOf(words.chargingProfileKind, words.recurrencyKind);
  if (purpose === undefined || kind === undefined) return undefined;
  const { startSchedule, duration, chargingRateUnit: unit, chargingSchedulePeriod } = own.schedule;
  const instant = (text: string | undefined) => (text === undefined ? undefined : instantMs(text, undefined));
  return {
    id: own.id,
    evseNumber: own.evseNumber,
    purpose,
    stackLevel,
    kind,
    transactionId: own.transactionId,
    validFromMs: instant(validFrom),
    validToMs: instant(validTo),
    maxOfflineS: undefined,
    endsOffline: false,
    schedule: {
      unit,
      startMs: instant(startSchedule),
      isLocalTime: false,
      durationS: duration,
      fullCar: undefined,
      periods: chargingSchedulePeriod.map(({ startPeriod: startS, limit, numberPhases: phaseCount }) => ({
        startS,
        limit,
        phaseCount,
        dischargeLimit: undefined,
        setpoint: undefined,
        mode: 'charging only',
      })),
    },
  };
}

function kindOf(kind: string, recurrency: string | undefined): ProfileKind | undefined {
  if (kind === 'Recurring') return recurrency === 'Weekly' ? 'weekly' : 'daily';
  if (kind === 'Absolute') return 'absolute';
  return kind === 'Relative' ? 'relative' : undefined;
}

/** Which profiles a ClearChargingProfile is for: all that match everything it names. */
export function profilesCleared(payload: unknown): (profile: ChargingProfile) => boolean {
  if (!clear.check(payload)) return () => false;
  const { chargingProfileCriteria: named } = payload;
  const id = payload.id ?? payload.chargingProfileId;
  const evseNumber = payload.connectorId ?? named?.evseId;
  const word = payload.chargingProfilePurpose ?? named?.chargingProfilePurpose;
  const stackLevel = payload.stackLevel ?? named?.stackLevel;
  return (profile) =>
    (id === undefined || profile.id === id) &&
    (evseNumber === undefined || profile.evseNumber === evseNumber) &&
    (word === undefined || profile.purpose === purposes[word]) &&
    (stackLevel === undefined || profile.stackLevel === stackLevel);
}
