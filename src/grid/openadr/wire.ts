import Type, { type Static, type TSchema } from 'typebox';
import { instantMs } from '../../domain/instant.ts';
import { compile, type Validator } from '../../schema.ts';
import type {
  EventInterval,
  OpenAdrEvent,
  Payload,
  PayloadDescriptor,
  Period,
  Reading,
  ReportDescriptor,
} from './model.ts';

// What both versions spell alike. Lenient where the specification is open (more keys, null for absent), bounded everywhere.

export const wireBounds = {
  intervals: 50_000,
  payloads: 64,
  values: 20_000,
  targets: 5_000,
  descriptors: 64,
} as const;

/** The specification lets an absent value be null. */
export const maybe = <S extends TSchema>(schema: S) => Type.Optional(Type.Union([schema, Type.Null()]));
export const shortText = Type.String({ minLength: 1, maxLength: 128 });
export const objectId = Type.String({ minLength: 1, maxLength: 128, pattern: '^[a-zA-Z0-9_-]*$' });
const timeText = Type.String({ maxLength: 64 });

export const valuesMap = Type.Object({
  type: shortText,
  values: Type.Array(Type.Unknown(), { maxItems: wireBounds.values }),
});
const period = Type.Object({
  start: maybe(timeText),
  duration: maybe(timeText),
  randomizeStart: maybe(timeText),
});
const interval = Type.Object({
  id: Type.Integer(),
  intervalPeriod: maybe(period),
  payloads: Type.Array(valuesMap, { maxItems: wireBounds.payloads }),
});
export const payloadDescriptor = Type.Object({
  payloadType: shortText,
  units: maybe(shortText),
  currency: maybe(shortText),
});
const reportDescriptor = Type.Object({
  payloadType: shortText,
  readingType: maybe(shortText),
  units: maybe(shortText),
  aggregate: maybe(Type.Boolean()),
  startInterval: maybe(Type.Integer({ minimum: -1, maximum: wireBounds.intervals })),
  numIntervals: maybe(Type.Integer({ minimum: -1, maximum: wireBounds.intervals })),
  historical: maybe(Type.Boolean()),
  frequency: maybe(Type.Integer({ minimum: -1, maximum: wireBounds.intervals })),
  repeat: maybe(Type.Integer({ minimum: -1 })),
  reportIntervals: maybe(Type.Enum(['INTERVALS', 'SUB_INTERVALS', 'OPEN_INTERVALS'])),
});

/** The keys of an event that both versions spell alike. */
export const eventKeys = {
  id: objectId,
  createdDateTime: maybe(timeText),
  modificationDateTime: maybe(timeText),
  programID: objectId,
  eventName: maybe(Type.String({ maxLength: 1_024 })),
  priority: maybe(Type.Integer({ minimum: 0 })),
  intervalPeriod: maybe(period),
  payloadDescriptors: maybe(Type.Array(payloadDescriptor, { maxItems: wireBounds.descriptors })),
  reportDescriptors: maybe(Type.Array(reportDescriptor, { maxItems: wireBounds.descriptors })),
};
export const intervals = Type.Array(interval, { maxItems: wireBounds.intervals });
const eventCore = Type.Object({ ...eventKeys, intervals: maybe(intervals) });
type WireEvent = Static<typeof eventCore>;

/** A reader of one kind of object: the schema decides, then `toModel` translates. */
export function reader<S extends TSchema, T>(
  schema: S,
  toModel: (body: Static<S>) => T | Reading<T>,
): (body: unknown) => Reading<T> {
  const validator: Validator<Static<S>> = compile(schema);
  return (body) => {
    if (!validator.check(body)) {
      const [fault] = validator.faults();
      return { status: 'unreadable', why: `${fault?.path ?? '/'} ${fault?.message ?? 'does not fit'}` };
    }
    const value = toModel(body);
    return isReading(value) ? value : { status: 'read', value };
  };
}

const isReading = <T>(value: T | Reading<T>): value is Reading<T> =>
  typeof value === 'object' && value !== null && 'status' in value;

/** Everything of an event but its targets and its duration, which the versions spell each in its way. */
export function eventFrom(body: WireEvent): Omit<OpenAdrEvent, 'targets' | 'duration'> {
  return {
    id: body.id,
    programId: body.programID,
    name: body.eventName ?? undefined,
    priority: body.priority ?? undefined,
    createdAtMs: instantOf(body.createdDateTime),
    modifiedAtMs: instantOf(body.modificationDateTime),
    period: periodFrom(body.intervalPeriod),
    intervals: (body.intervals ?? []).map(
      ({ id, intervalPeriod, payloads }): EventInterval => ({
        id,
        period: periodFrom(intervalPeriod),
        payloads,
      }),
    ),
    payloadDescriptors: descriptorsFrom(body.payloadDescriptors),
    reportDescriptors: (body.reportDescriptors ?? []).map(
      (each): ReportDescriptor => ({
        payloadType: each.payloadType,
        readingType: each.readingType ?? undefined,
        units: each.units ?? undefined,
        isAggregate: each.aggregate ?? false,
        startInterval: each.startInterval ?? -1,
        intervalCount: each.numIntervals ?? -1,
        isHistorical: each.historical ?? true,
        frequency: each.frequency ?? -1,
        repeat: each.repeat ?? 1,
        intervals: each.reportIntervals ?? 'INTERVALS',
      }),
    ),
  };
}

type Nullable<T> = T | null | undefined;

const instantOf = (text: Nullable<string>): number | undefined =>
  typeof text === 'string' ? instantMs(text) : undefined;

const periodFrom = (body: Nullable<Static<typeof period>>): Period | undefined =>
  body === null || body === undefined
    ? undefined
    : {
        start: body.start ?? undefined,
        duration: body.duration ?? undefined,
        randomizeStart: body.randomizeStart ?? undefined,
      };

export const descriptorsFrom = (
  body: Nullable<readonly Static<typeof payloadDescriptor>[]>,
): readonly PayloadDescriptor[] =>
  (body ?? []).map(({ payloadType, units, currency }) => ({
    payloadType,
    units: units ?? undefined,
    currency: currency ?? undefined,
  }));

/** The first value of a type in a list of values maps. */
export const firstValue = (maps: readonly Payload[], type: string): unknown =>
  maps.find((each) => each.type === type)?.values[0];

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** A period as it goes out: keys that are undefined stay away. */
export const periodBody = (value: Period): Readonly<Record<string, string>> => ({
  ...(value.start === undefined ? {} : { start: value.start }),
  ...(value.duration === undefined ? {} : { duration: value.duration }),
  ...(value.randomizeStart === undefined ? {} : { randomizeStart: value.randomizeStart }),
});
