import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { StationSummaryBody } from '../../http/stationSchemas.ts';
import { useAsked } from '../asked.ts';
import { Icon } from '../icons.tsx';
import { words } from '../language.ts';
import { address, askedDetail } from '../route.ts';
import { SearchField } from '../searchField.tsx';
import type { SiteStore } from '../sites.ts';
import { Connection } from './connection.tsx';
import { StationDetail } from './stationDetail.tsx';
import { stationWords } from './stationWords.ts';

const everyMs = 5_000;

/** Every station of the site, and all that is known of the one that was chosen. */
export function StationsPage({ site }: { readonly site: SiteStore }): JSX.Element {
  const text = stationWords.value;
  const { body, problem } = useAsked<readonly StationSummaryBody[]>('/stations', everyMs);
  const own = (body.value ?? []).filter(({ evses }) => evses.some(({ id }) => site.evses.has(id)));
  const chosen = askedDetail.value;
  const found = own.find(({ id }) => id === chosen);
  return (
    <div class={chosen === undefined ? 'stations' : 'stations has-detail'}>
      <h1 class="unseen">{words.value.pages.stations}</h1>
      <StationList site={site} stations={own} chosen={chosen} />
      <div class="stations-detail">
        {problem.value !== undefined && <p class="fault">{problem.value.detail}</p>}
        {chosen === undefined && <p class="quiet">{text.choose}</p>}
        {found !== undefined && <StationDetail key={found.id} site={site} id={found.id} />}
        {chosen !== undefined && found === undefined && body.value !== undefined && (
          <p class="quiet">{text.unknown(chosen)}</p>
        )}
      </div>
    </div>
  );
}

interface ListProps {
  readonly site: SiteStore;
  readonly stations: readonly StationSummaryBody[];
  readonly chosen: string | undefined;
}

function StationList({ site, stations, chosen }: ListProps): JSX.Element {
  const text = stationWords.value;
  const typed = useSignal('');
  const sought = typed.value.trim().toLowerCase();
  const shown = stations.filter(({ id, vendor, model, serialNumber, evses }) =>
    [id, vendor, model, serialNumber, ...evses.map((evse) => evse.id)]
      .join(' ')
      .toLowerCase()
      .includes(sought),
  );
  return (
    <section class="card station-list" aria-labelledby="station-list-title">
      <h2 id="station-list-title">{text.list}</h2>
      <SearchField label={text.find} typed={typed} />
      {shown.length === 0 && <p class="quiet">{text.none}</p>}
      <ul>
        {shown.map((station) => (
          <li key={station.id}>
            <a
              href={address('stations', site.head.peek().id, station.id)}
              aria-current={station.id === chosen ? 'true' : undefined}
            >
              <strong>{station.id}</strong>
              <Connection isOnline={station.isOnline} />
              <span class="hint">
                {[station.vendor, station.model].filter(Boolean).join(' ') || text.untold}
              </span>
              {station.faultCount > 0 && (
                <span class="fact is-warning">
                  <Icon name="attention" /> {text.faultCount(station.faultCount)}
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
