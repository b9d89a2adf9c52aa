import type { Clock } from '../control/ports.ts';
import { RateLimit } from '../domain/rateLimit.ts';
import { type OcpiVersion, ocpiVersions } from '../domain/roaming/partner.ts';
import type { Tariff } from '../domain/roaming/tariff.ts';
import type { LocationBook } from './locations/locationBook.ts';
import { sha256 } from './transport/tokens.ts';
import { locationOf, tariffOf } from './versions.ts';

interface OpenRequest {
  readonly method: string;
  /** Below `/open`. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

interface OpenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface OpenDataPorts {
  readonly clock: Clock;
  readonly locations: LocationBook;
  readonly tariffs: readonly Tariff[];
}

/** Everybody together: behind a cache nobody notices. */
const rate = { burst: 100, forgiveEveryMs: 20, maxKeys: 1 };
/** As old as a status may be for somebody who chooses where to drive. */
const maxAgeS = 10;

/**
 * Places that are published, and what it costs there, for everybody without a token: `/2.3.0/locations` and
 * `/2.3.0/tariffs`, as arrays of OCPI's objects. Nothing is worked out twice as long as nothing changes.
 */
export function openData({ clock, locations, tariffs }: OpenDataPorts): (request: OpenRequest) => OpenAnswer {
  const limit = new RateLimit(rate);
  const made = new Map<string, { readonly of: unknown; readonly body: string; readonly tag: string }>();
  const writers = { locations: publicLocations, tariffs: publicTariffs } as const;
  const current = (version: OcpiVersion, what: keyof typeof writers) => {
    const of = locations.list();
    const known = made.get(`${version} ${what}`);
    if (known?.of === of) return known;
    const body = JSON.stringify(writers[what](version, { clock, locations, tariffs }));
    const fresh = { of, body, tag: `"${sha256(body).slice(0, 32)}"` };
    made.set(`${version} ${what}`, fresh);
    return fresh;
  };
  return ({ method, path, headers }) => {
    const waitMs = limit.waitMs('', clock.monotonicMs());
    if (waitMs > 0) return plain(429, { 'retry-after': String(Math.ceil(waitMs / 1000)) });
    limit.count('', clock.monotonicMs());
    const [, asked, what, ...more] = path.split('/');
    const version = ocpiVersions.find((each) => each === asked);
    const isKnown = what === 'locations' || what === 'tariffs';
    if (version === undefined || !isKnown || more.length > 0) return plain(404);
    if (method !== 'GET') return plain(405, { allow: 'GET' });
    const { body, tag } = current(version, what);
    const shared = {
      etag: tag,
      'cache-control': `public, max-age=${maxAgeS}`,
      'access-control-allow-origin': '*',
    };
    if (headers['if-none-match'] === tag) return plain(304, shared);
    return { status: 200, headers: { ...shared, 'content-type': 'application/json' }, body };
  };
}

const plain = (status: number, headers: OpenAnswer['headers'] = {}): OpenAnswer => ({
  status,
  headers,
  body: '',
});

const published = ({ locations }: OpenDataPorts) => locations.list().filter(({ isPublished }) => isPublished);

const publicLocations = (version: OcpiVersion, ports: OpenDataPorts): readonly unknown[] =>
  published(ports).map(locationOf(version).codec.write);

/** Those that somebody pays at a published place, as far as the version has words for them. */
function publicTariffs(version: OcpiVersion, ports: OpenDataPorts): readonly unknown[] {
  const { codec } = tariffOf(version);
  const ids = new Set(
    published(ports).flatMap(({ evses }) =>
      evses.flatMap(({ connectors }) => connectors.flatMap(({ tariffIds }) => tariffIds)),
    ),
  );
  return ports.tariffs
    .filter((tariff) => ids.has(tariff.id) && (codec.tells?.(tariff) ?? true))
    .map(codec.write);
}
