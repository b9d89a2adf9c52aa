import type { JSX } from 'preact';
import type { PlanBody } from '../../http/schemas.ts';
import { energy, moment } from '../format.ts';
import { Icon } from '../icons.tsx';
import { minuteMs } from '../live.ts';
import { address } from '../route.ts';
import type { SiteStore } from '../sites.ts';
import { planWords } from './planWords.ts';

interface CarsProps {
  readonly site: SiteStore;
  readonly sessions: PlanBody['sessions'];
}

/** Each car's energy against its need and its departure: those that will lack something first. */
export function PlannedCars({ site, sessions }: CarsProps): JSX.Element {
  const text = planWords.value;
  const { id, timeZone } = site.head.peek();
  const sorted = sessions.toSorted(
    (a, b) => b.shortfallWh - a.shortfallWh || a.departureAt.localeCompare(b.departureAt),
  );
  return (
    <section class="card" aria-labelledby="cars-title">
      <header>
        <h2 id="cars-title">{text.sessions}</h2>
        <a href={address('sessions', id)}>{text.change}</a>
      </header>
      {sorted.length === 0 && <p class="quiet">{text.sessionsNone}</p>}
      {sorted.length > 0 && (
        <table class="planned-cars">
          <thead>
            <tr>
              <th scope="col">{text.cars.evse}</th>
              <th scope="col">{text.cars.leaves}</th>
              <th scope="col" class="is-number">
                {text.cars.needs}
              </th>
              <th scope="col" class="is-number">
                {text.cars.gets}
              </th>
              <th scope="col">{text.cars.lacks}</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map(
              ({ id: session, evse, departureAt, needsWh, plannedWh, shortfallWh, shortfallWhy }) => (
                <tr key={session}>
                  <th scope="row">{evse}</th>
                  <td>{moment(Date.parse(departureAt), timeZone, minuteMs.value)}</td>
                  <td class="is-number">{energy(needsWh)}</td>
                  <td class="is-number">{energy(plannedWh)}</td>
                  <td>
                    {shortfallWh > 0 ? (
                      <>
                        <Icon name="attention" /> <strong>{energy(shortfallWh)}</strong>{' '}
                        <span class="hint">{shortfallWhy}</span>
                      </>
                    ) : (
                      text.enough
                    )}
                  </td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      )}
    </section>
  );
}
