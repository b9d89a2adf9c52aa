import Type from 'typebox';
import type { StationId } from '../domain/ids.ts';
import type { Actor } from './auth.ts';
import { type DeviceBody, device, type ProfilesBody, profileBook } from './deviceSchemas.ts';
import type { Plugin } from './plugin.ts';
import type { DeviceView, HttpPorts, ProfilesView } from './ports.ts';
import { notFound, visibleEvse } from './visible.ts';

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
          response: { 200: device },
        },
      },
      async ({ actor, params }) => {
        const station = visibleStation(ports, actor, params.station);
        const found = ports.devices.device(station);
        return found === undefined ? notFound(`no station "${station}"`) : deviceBody(station, found);
      },
    );
    api.get(
      '/stations/:station/profiles',
      {
        config: { right: 'read sites' },
        schema: {
          summary: 'The charging profiles of a station as far as we know',
          params: Type.Object({ station: Type.String() }),
          response: { 200: profileBook },
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

function profilesBody(station: string, { profiles, readAtMs, checks }: ProfilesView): ProfilesBody {
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

function deviceBody(station: string, view: DeviceView): DeviceBody {
  const { protocol, hardware, isTrying, isExhausted, traits } = view;
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
