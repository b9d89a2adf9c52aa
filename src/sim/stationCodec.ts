import { type Static, type TSchema, Type } from 'typebox';
import { compile } from '../schema.ts';
import type { CompositePeriod, InstalledProfile, ProfileSchedule } from './chargingProfiles.ts';
import type { Reply } from './stationLink.ts';
import {
  type Firmware,
  findEvse,
  type Measurand,
  type Notice,
  quirksOf,
  type Sample,
  type Station,
} from './stationState.ts';

/** One version of OCPP, spoken from the station's side. Pure: frames and sockets are the client's. */
export interface StationCodec {
  readonly subprotocol: 'ocpp1.6' | 'ocpp2.0.1' | 'ocpp2.1';
  readonly firmware: Firmware;
  /** The call that tells a notice; undefined where this version has nothing to say about it. */
  encode(station: Station, notice: Notice): Call | undefined;
  /** The server's answer to that call. */
  decodeReply(notice: Notice, payload: unknown): Reply;
  /** Does what the server asks for. */
  handle(station: Station, call: Call): Handled;
}

export interface Call {
  readonly action: string;
  readonly payload: unknown;
}

export interface Handled {
  readonly station: Station;
  readonly answer: Answer;
}

export type Answer =
  | { readonly kind: 'result'; readonly payload: object }
  | { readonly kind: 'error'; readonly code: string; readonly description: string };

export const result = (station: Station, payload: object): Handled => ({
  station,
  answer: { kind: 'result', payload },
});

export const refuse = (station: Station, code: string, description: string): Handled => ({
  station,
  answer: { kind: 'error', code, description },
});

/** Does one action of the server. */
export type Handler = (station: Station, payload: unknown) => Handled;

/** A handler that refuses what does not fit `schema` with the version's own code for it. */
export function handler<S extends TSchema>(
  schema: S,
  malformedCode: string,
  handle: (station: Station, request: Static<S>) => Handled,
): Handler {
  const request = compile(schema);
  return (station, payload) => {
    if (request.check(payload)) return handle(station, payload);
    const faults = request.faults().map(({ path, message }) => `${path} ${message}`);
    return refuse(station, malformedCode, faults.join('; '));
  };
}

/** Reads a server's answer; undefined where it says nothing that fits. */
export function reader<S extends TSchema>(schema: S): (payload: unknown) => Static<S> | undefined {
  const answer = compile(schema);
  return (payload) => (answer.check(payload) ? payload : undefined);
}

export const rateUnitSchema = Type.Union([Type.Literal('A'), Type.Literal('W')]);

/** The parts of a charging schedule that both versions write alike. */
export const scheduleSchema = Type.Object({
  startSchedule: Type.Optional(Type.String({ format: 'date-time' })),
  duration: Type.Optional(Type.Integer()),
  chargingRateUnit: rateUnitSchema,
  chargingSchedulePeriod: Type.Array(
    Type.Object({
      startPeriod: Type.Integer(),
      limit: Type.Number(),
      numberPhases: Type.Optional(Type.Integer()),
    }),
  ),
});

/** The parts of a charging profile that both versions write alike. */
export const profileFields = {
  stackLevel: Type.Integer(),
  chargingProfileKind: Type.Union([
    Type.Literal('Absolute'),
    Type.Literal('Recurring'),
    Type.Literal('Relative'),
  ]),
  recurrencyKind: Type.Optional(Type.Union([Type.Literal('Daily'), Type.Literal('Weekly')])),
  validFrom: Type.Optional(Type.String({ format: 'date-time' })),
  validTo: Type.Optional(Type.String({ format: 'date-time' })),
};
const profileSchema = Type.Object(profileFields);

export const toSchedule = (schedule: Static<typeof scheduleSchema>): ProfileSchedule => ({
  unit: schedule.chargingRateUnit,
  startMs: toMs(schedule.startSchedule),
  durationS: schedule.duration,
  namesPhases: schedule.chargingSchedulePeriod.some(({ numberPhases }) => numberPhases !== undefined),
  periods: schedule.chargingSchedulePeriod.map(({ startPeriod, limit, numberPhases }) => ({
    startS: startPeriod,
    limit,
    phaseCount: numberPhases ?? 3,
  })),
});

/** What both versions' profiles say outside their schedules. */
export function toProfile(
  profile: Static<typeof profileSchema>,
): Pick<InstalledProfile, 'stackLevel' | 'kind' | 'validFromMs' | 'validToMs'> {
  const recurring = profile.recurrencyKind === 'Weekly' ? 'weekly' : 'daily';
  const kinds = { Absolute: 'absolute', Relative: 'relative', Recurring: recurring } as const;
  return {
    stackLevel: profile.stackLevel,
    kind: kinds[profile.chargingProfileKind],
    validFromMs: toMs(profile.validFrom),
    validToMs: toMs(profile.validTo),
  };
}

/** How a station whose profiles always fail in its RPC layer answers one; undefined for any other station. */
export function profileError(station: Station): Handled | undefined {
  const { profileErrorCode } = quirksOf(station);
  if (profileErrorCode === undefined) return undefined;
  return refuse(station, profileErrorCode, 'csChargingProfiles');
}

/** A composite schedule's periods on the wire, in the unit that was asked for. */
export function fromComposite(
  station: Station,
  evseNumber: number,
  periods: readonly CompositePeriod[],
  unit: 'A' | 'W',
): readonly object[] {
  const numberPhases = findEvse(station, evseNumber)?.conductorCount ?? 3;
  const perAmp = unit === 'A' ? 1 : station.model.phaseVolts * numberPhases;
  return periods.map(({ startS, amps }) => ({
    startPeriod: startS,
    limit: tenths(amps * perAmp),
    numberPhases,
  }));
}

export const isoTime = (atMs: number): string => new Date(atMs).toISOString();

const toMs = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Date.parse(text);

/** One value of a meter, before it is written as text (1.6) or number (2.0.1). */
export interface SampledValue {
  readonly measurand: Measurand;
  readonly phase: string | undefined;
  readonly unit: 'A' | 'V' | 'W' | 'Wh';
  readonly value: number;
}

const phaseNames = ['L1', 'L2', 'L3'];

/** What a sample says, as far as the operator wants to hear it. */
export function sampledValues(sample: Sample, station: Station): readonly SampledValue[] {
  const values: readonly SampledValue[] = [
    ...sample.amps.map((amps, conductor) => ({
      measurand: 'Current.Import' as const,
      phase: phaseNames[conductor],
      unit: 'A' as const,
      value: rounded(amps, 2),
    })),
    ...sample.amps.map((_, conductor) => ({
      measurand: 'Voltage' as const,
      phase: `${phaseNames[conductor]}-N`,
      unit: 'V' as const,
      value: sample.phaseVolts,
    })),
    { measurand: 'Current.Offered', phase: undefined, unit: 'A', value: rounded(sample.offeredAmps, 1) },
    { measurand: 'Power.Active.Import', phase: undefined, unit: 'W', value: rounded(sample.watts, 0) },
    {
      measurand: 'Energy.Active.Import.Register',
      phase: undefined,
      unit: 'Wh',
      value: rounded(sample.meterWh, 1),
    },
  ];
  const { measurands: wanted } = station.settings;
  const { missingMeasurands: missing = [] } = quirksOf(station);
  return values.filter(({ measurand }) => wanted.includes(measurand) && !missing.includes(measurand));
}

/** Down to a tenth: what a composite schedule may say, and never more than is allowed. */
const tenths = (value: number): number => Math.floor(value * 10 + 1e-6) / 10;

function rounded(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale;
}
