import type { JSX } from 'preact';
import type { ProfilesBody } from '../../http/deviceSchemas.ts';
import { useAsked } from '../asked.ts';
import { moment, number } from '../format.ts';
import { Icon } from '../icons.tsx';
import { minuteMs } from '../live.ts';
import { deviceWords } from './deviceWords.ts';
import { stationWords } from './stationWords.ts';

const everyMs = 5_000;

interface ProfilesProps {
  readonly id: string;
  readonly timeZone: string;
}

type Profile = ProfilesBody['profiles'][number];
type Check = ProfilesBody['checks'][number];

/** The book of every charging profile on a station, ours and others', and whether its own calculation agrees with ours. */
export function StationProfiles({ id, timeZone }: ProfilesProps): JSX.Element | null {
  const { profiles: text, said } = deviceWords.value;
  const { body } = useAsked<ProfilesBody>(`/stations/${encodeURIComponent(id)}/profiles`, everyMs);
  if (body.value === undefined) return null;
  const { profiles, checks } = body.value;
  const at = (instant: string): string => moment(Date.parse(instant), timeZone, minuteMs.value);
  return (
    <section class="card" aria-labelledby="profiles-title">
      <h2 id="profiles-title">{text.title}</h2>
      {checks.map((check) => (
        <CheckLine key={check.evseNumber} check={check} at={at} />
      ))}
      {profiles.length === 0 && <p class="quiet">{text.none}</p>}
      <ul class="entries">
        {profiles.map((profile) => (
          <li key={`${profile.evseNumber} ${profile.id}`}>
            <span class="entry-what">
              <strong>{said[profile.purpose] ?? profile.purpose}</strong>{' '}
              <span class="hint">{place(profile.evseNumber)}</span>{' '}
              <span class={profile.isForeign ? 'fact is-warning' : 'fact'}>
                {profile.isForeign ? [text.foreign, profile.source].filter(Boolean).join(': ') : text.ours}
              </span>
            </span>
            <span class="entry-when">
              {profile.from === 'sent' ? text.sent(at(profile.at)) : text.reported(at(profile.at))}
            </span>
            <span class="hint">
              {[
                `#${profile.id}`,
                text.level(profile.stackLevel),
                said[profile.kind] ?? profile.kind,
                periodsText(profile),
                ...(profile.validTo === undefined ? [] : [text.until(at(profile.validTo))]),
              ].join(' · ')}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface CheckProps {
  readonly check: Check;
  at(instant: string): string;
}

function CheckLine({ check: { evseNumber, at: madeAt, difference }, at }: CheckProps): JSX.Element {
  const text = deviceWords.value.profiles;
  const where = place(evseNumber);
  if (difference === undefined) return <p class="hint">{text.agrees(where, at(madeAt))}</p>;
  const { reportedLimit, ownLimit } = difference;
  const own = ownLimit === undefined ? text.unlimited : number(ownLimit, 1);
  return (
    <p class="fact is-warning">
      <Icon name="attention" /> {text.differs(where, number(reportedLimit, 1), own, at(madeAt))}
    </p>
  );
}

const place = (evseNumber: number): string =>
  evseNumber === 0 ? stationWords.value.whole : stationWords.value.evse(evseNumber);

function periodsText({ periods, unit }: Profile): string {
  const text = deviceWords.value.profiles;
  const limitText = (limit: number | undefined): string =>
    limit === undefined ? text.unlimited : `${number(limit, Number.isInteger(limit) ? 0 : 1)}\u00a0${unit}`;
  return periods
    .map(({ startS, limit }) =>
      startS === 0 ? limitText(limit) : text.after(Math.round(startS), limitText(limit)),
    )
    .join(', ');
}
