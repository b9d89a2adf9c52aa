import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { PlanBody } from '../../http/planSchemas.ts';
import type { SessionBody } from '../../http/schemas.ts';
import { may } from '../me.ts';
import { sessionWords } from '../sessions/sessionWords.ts';
import type { SiteStore } from '../sites.ts';
import { type Car, CarRow } from './carRow.tsx';
import { planWords } from './planWords.ts';

interface CarsProps {
  readonly site: SiteStore;
  readonly planned: PlanBody['sessions'];
  /** Somebody wants something else: the plan is made anew. */
  onChanged(): void;
}

/** Each car's energy against its need and its departure, and the ways to change them: those that will lack something first. */
export function PlannedCars({ site, planned, onChanged }: CarsProps): JSX.Element {
  const text = planWords.value;
  const saved = useSignal<string | undefined>(undefined);
  const mayChange = may('change sessions');
  const cars = carsOf(site, planned);
  return (
    <section class="card" aria-labelledby="cars-title">
      <h2 id="cars-title">{text.sessions}</h2>
      <p role="status" class="saved">
        {saved.value !== undefined && sessionWords.value.saved(saved.value)}
      </p>
      {cars.length === 0 && <p class="quiet">{sessionWords.value.runningNone}</p>}
      {cars.length > 0 && (
        <table class="planned-cars stacking">
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
              {mayChange && (
                <th scope="col">
                  <span class="unseen">{sessionWords.value.change}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {cars.map((car) => (
              <CarRow
                key={car.session.id}
                car={car}
                timeZone={site.head.peek().timeZone}
                onSaved={() => {
                  saved.value = car.session.evse;
                  onChanged();
                }}
              />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** Every car that is there when the plan was told: with each patch, a thousand rows would be drawn anew. */
function carsOf(site: SiteStore, planned: PlanBody['sessions']): readonly Car[] {
  const plans = new Map(planned.map((each) => [each.id, each]));
  const sessions = [...site.evses.values()].flatMap((evse): readonly SessionBody[] => {
    const { session } = evse.peek();
    return session === null ? [] : [session];
  });
  const lacks = ({ plan }: Car): number => plan?.shortfallWh ?? -1;
  const leaves = ({ plan }: Car): string => plan?.departureAt ?? '';
  return sessions
    .map((session) => ({ session, plan: plans.get(session.id) }))
    .toSorted((a, b) => lacks(b) - lacks(a) || leaves(a).localeCompare(leaves(b)));
}
