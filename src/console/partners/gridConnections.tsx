import type { JSX } from 'preact';
import type { GridConnectionBody } from '../../http/gridSchemas.ts';
import { useAsked } from '../asked.ts';
import { duration, kilowatts, moment } from '../format.ts';
import { Icon, type IconName } from '../icons.tsx';
import { minuteMs, serverNowMs } from '../live.ts';
import { partnerWords } from './partnerWords.ts';

const everyMs = 5_000;

/** Where each connection to a grid operator stands: heard when, limiting what, and what flows there. */
export function GridConnections({ timeZone }: { readonly timeZone: string }): JSX.Element {
  const text = partnerWords.value;
  const { body, problem } = useAsked<readonly GridConnectionBody[]>('/grid', everyMs);
  return (
    <section class="card" aria-labelledby="grid-title">
      <h2 id="grid-title">{text.grid}</h2>
      <p class="hint">{text.gridHint}</p>
      {problem.value !== undefined && <p class="fault">{problem.value.detail}</p>}
      {body.value?.length === 0 && <p class="quiet">{text.gridNone}</p>}
      <ul class="connections">
        {body.value?.map((each) => (
          <Connection key={each.id} connection={each} timeZone={timeZone} />
        ))}
      </ul>
    </section>
  );
}

const icons: Readonly<Record<GridConnectionBody['phase'], IconName>> = {
  init: 'starting',
  limited: 'limited',
  unlimited: 'normal',
  failsafe: 'failsafe',
  autonomous: 'stale',
};

interface ConnectionProps {
  readonly connection: GridConnectionBody;
  readonly timeZone: string;
}

function Connection({ connection, timeZone }: ConnectionProps): JSX.Element {
  const text = partnerWords.value;
  const { id, profile, phase, since, heardAt, limits, targets } = connection;
  const at = (instant: string): string => moment(Date.parse(instant), timeZone, minuteMs.value);
  const watts = (value: number | null): string => (value === null ? '–' : kilowatts(value));
  return (
    <li>
      <div class="connection-what">
        <strong>{id}</strong>
        <span class={`connection-phase is-${phase}`}>
          <Icon name={icons[phase]} /> {text.phases[phase]} {text.since(at(since))}
        </span>
        <span class="fact">{text.profile(profile)}</span>
      </div>
      <p class="hint">
        {heardAt === null
          ? text.neverHeard
          : text.heard(at(heardAt), duration(serverNowMs.value - Date.parse(heardAt)))}
        {' · '}
        {text.limits(limits)}
      </p>
      <table class="grid-targets">
        <thead>
          <tr>
            <th scope="col">{text.columns.node}</th>
            <th scope="col" class="is-number">
              {text.columns.load}
            </th>
            <th scope="col" class="is-number">
              {text.columns.cars}
            </th>
            <th scope="col" class="is-number">
              {text.columns.limit}
            </th>
            <th scope="col">{text.columns.quality}</th>
          </tr>
        </thead>
        <tbody>
          {targets.map((target) => (
            <tr key={target.node}>
              <th scope="row">{target.node}</th>
              <td class="is-number">{watts(target.watts)}</td>
              <td class="is-number">{watts(target.carWatts)}</td>
              <td class="is-number">{watts(target.limitWatts)}</td>
              <td>{text.qualities[target.quality]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </li>
  );
}
