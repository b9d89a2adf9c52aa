import Type, { type Static, type TSchema } from 'typebox';
import type { StationId } from '../domain/ids.ts';
import type { Actor } from './auth.ts';
import type { Plugin } from './plugin.ts';
import type { DeviceView, HttpPorts, ProfilesView } from './ports.ts';
import { notFound, visibleEvse } from './visible.ts';

const closed = { additionalProperties: false } as const;

const deviceSchema = Type.Object(
  {
    station: Type.String(),
    protocol: Type.Optional(Type.String()),
    vendor: Type.Optional(Type.String()),
    model: Type.Optional(Type.String()),
    firmware: Type.Optional(Type.String()),
    isTrying: Type.Boolean({ description: 'It refused a setpoint, which is written in other ways now' }),
    isExhausted: Type.Boolean({ description: 'It refused a setpoint in every way there is' }),
    traits: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          value: Type.Unknown(),
          source: Type.Enum(['config', 'learnt', 'model', 'station', 'default']),
          why: Type.String({ description: 'On what grounds' }),
        },
        closed,
      ),
    ),
  },
  { ...closed, description: 'What a station can be told, and where each value comes from' },
);

const optional = <T extends TSchema>(schema: T) => Type.Optional(schema);
const instant = Type.String({ format: 'date-time' });

const profilesSchema = Type.Object(
  {
    station: Type.String(),
    readAt: optional(instant),
    profiles: Type.Array(
      Type.Object(
        {
          id: Type.Integer(),
          evseNumber: Type.Integer({ description: '0: the station as a whole' }),
          purpose: Type.String(),
          stackLevel: Type.Integer(),
          kind: Type.String(),
          transactionId: optional(Type.String()),
          validFrom: optional(instant),
          validTo: optional(instant),
          unit: Type.Enum(['A', 'W']),
          startsAt: optional(instant),
          durationS: optional(Type.Number()),
          periods: Type.Array(
            Type.Object({ startS: Type.Number(), limit: Type.Optional(Type.Number()) }, closed),
          ),
          isForeign: Type.Boolean({ description: 'Given by somebody else' }),
          from: Type.Enum(['sent', 'reported'], { description: 'Whether the station took it or told of it' }),
          source: optional(Type.String({ description: 'Whose limit it is' })),
          at: instant,
        },
        closed,
      ),
    ),
    checks: Type.Array(
      Type.Object(
        {
          evseNumber: Type.Integer(),
          at: instant,
          difference: optional(
            Type.Object(
              {
                kind: Type.Enum(['above', 'below'], {
                  description: 'above: it would let more flow than it was told',
                }),
                at: instant,
                ownLimit: optional(Type.Number()),
                reportedLimit: Type.Number(),
                profileId: optional(
                  Type.Integer({ description: 'The profile that binds in our calculation' }),
                ),
              },
              closed,
            ),
          ),
        },
        closed,
      ),
    ),
  },
  {
    ...closed,
    description: 'Charging profiles of a station as far as we know, and its own calculation against ours',
  },
);

/** What a station can be told and why we believe that, and which charging profiles lie on it. */
export const devices =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    api.get(
      '/stations/:station/traits',
      {
        config: { right: 'read sites' },
        schema: {
          summary: 'What a station can be told, and where each value comes from',
          params: Type.Object({ station: Type.String() }),
          response: { 200: deviceSchema },
        },
      },
      async ({ actor, params }) => {
        const station = visibleStation(ports, actor, params.station);
        const device = ports.devices.device(station);
        return device === undefined ? notFound(`no station "${station}"`) : deviceBody(station, device);
      },
    );
    api.get(
      '/stations/:station/profiles',
      {
        config: { right: 'read sites' },
        schema: {
          summary: 'The charging profiles of a station as far as we know',
          params: Type.Object({ station: Type.String() }),
          response: { 200: profilesSchema },
        },
      },
      async ({ actor, params }) => {
        const station = visibleStation(ports, actor, params.station);
        const profiles = ports.devices.profiles(station);
        return profiles === undefined
          ? notFound(`station "${station}" has not connected since the service started`)
          : profilesBody(station, profiles);
      },
    );
  };

function visibleStation(ports: HttpPorts, actor: Actor, id: string): StationId {
  const asked = { actor, right: 'read sites', what: `station "${id}"` } as const;
  return visibleEvse(ports, asked, (evse) => evse.stationId === id).evse.stationId;
}

const iso = (atMs: number): string => new Date(atMs).toISOString();
/** Without what is not told. The compiler does not follow entries back to their object. */
const told = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

function profilesBody(
  station: string,
  { profiles, readAtMs, checks }: ProfilesView,
): Static<typeof profilesSchema> {
  return {
    station,
    ...told({ readAt: readAtMs === undefined ? undefined : iso(readAtMs) }),
    profiles: profiles.map(({ profile, isForeign, from, source, atMs }) => {
      const { id, evseNumber, purpose, stackLevel, kind, transactionId, schedule } = profile;
      const { unit, startMs, durationS, periods } = schedule;
      const times = { validFrom: profile.validFromMs, validTo: profile.validToMs, startsAt: startMs };
      return {
        id,
        evseNumber,
        purpose,
        stackLevel,
        kind,
        unit,
        isForeign,
        from,
        at: iso(atMs),
        ...told({ transactionId, durationS, source }),
        ...told({
          validFrom: times.validFrom === undefined ? undefined : iso(times.validFrom),
          validTo: times.validTo === undefined ? undefined : iso(times.validTo),
          startsAt: times.startsAt === undefined ? undefined : iso(times.startsAt),
        }),
        periods: periods.map(({ startS, limit }) => ({ startS, ...told({ limit }) })),
      };
    }),
    checks: checks.map(({ evseNumber, atMs, difference }) => ({
      evseNumber,
      at: iso(atMs),
      ...(difference !== undefined && {
        difference: {
          kind: difference.kind,
          at: iso(difference.atMs),
          reportedLimit: difference.reportedLimit,
          ...told({ ownLimit: difference.ownLimit, profileId: difference.profileId }),
        },
      }),
    })),
  };
}

function deviceBody(station: string, device: DeviceView): Static<typeof deviceSchema> {
  const { protocol, hardware, isTrying, isExhausted, traits } = device;
  return {
    station,
    ...(protocol !== undefined && { protocol }),
    ...(hardware !== undefined && { vendor: hardware.vendor, model: hardware.model }),
    ...(hardware?.firmware !== undefined && { firmware: hardware.firmware }),
    isTrying,
    isExhausted,
    traits: traits.map((trait) => ({ ...trait, value: trait.value ?? null })),
  };
}
