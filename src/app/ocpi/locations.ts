import type { SiteView } from '../../control/siteView.ts';
import { every } from '../../domain/every.ts';
import type { EvseAvailability } from '../../domain/evseAvailability.ts';
import type { EvsePublicStatus } from '../../domain/roaming/location.ts';
import type { EvseChange, LocationBook } from '../../ocpi/locations/locationBook.ts';
import type { Pushes } from '../../ocpi/partners/pushes.ts';
import type { Told } from '../../ocpi/partners/tell.ts';
import { evseOf } from '../../ocpi/versions.ts';
import type { Running } from '../app.ts';
import { availabilityOf } from '../stationsHttp.ts';

const statuses: Readonly<Record<EvseAvailability, EvsePublicStatus>> = {
  available: 'AVAILABLE',
  blocked: 'BLOCKED',
  charging: 'CHARGING',
  inoperative: 'INOPERATIVE',
  'out of order': 'OUTOFORDER',
  reserved: 'RESERVED',
  unknown: 'UNKNOWN',
};

/** Ticks may be a minute apart, and a fault is told within two seconds all the same. */
const lookEveryMs = 1_000;

/** Keeps the status of every EVSE as it is after each tick, and tells partners what changed. The returned function ends it. */
export function followLocations(
  running: Pick<Running, 'board' | 'state' | 'stations' | 'ports'>,
  { locations, pushes }: { readonly locations: LocationBook; readonly pushes: Pushes },
): () => void {
  const { board, ports } = running;
  const look = (views: readonly SiteView[]): void => {
    if (locations.list().length === 0) return;
    const now = new Map(
      views.flatMap((site) =>
        site.evses.map((evse) => [String(evse.id), statuses[availabilityOf(running, site, evse)]] as const),
      ),
    );
    for (const change of locations.follow(now, ports.clock.nowMs())) {
      const key = `${change.location.id} ${change.evse.uid}`;
      pushes.toAll('locations', key, (version) => statusTold(locations, change, version));
    }
  };
  const stopTicks = board.onTick(({ views }) => look(views));
  const stopLooking = every(ports.clock, lookEveryMs, () => look(board.views));
  return () => {
    stopTicks();
    stopLooking();
  };
}

/** The newest status, though another one was to be told: it may have waited for a partner that did not answer. */
function statusTold(
  locations: LocationBook,
  change: EvseChange,
  version: Parameters<typeof evseOf>[0],
): Told {
  const { countryCode, partyId, id } = change.location;
  const evse = locations.find(id)?.evses.find(({ uid }) => uid === change.evse.uid) ?? change.evse;
  const { status, last_updated } = Object(evseOf(version).codec.write(evse));
  return {
    method: 'PATCH',
    path: [countryCode, partyId, id, evse.uid],
    body: { status, last_updated },
  };
}
