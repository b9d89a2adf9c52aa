import type { JSX } from 'preact';
import type { CommandBody, FaultBody, StationBody } from '../../http/stationSchemas.ts';
import { useAsked } from '../asked.ts';
import { amps, duration, moment } from '../format.ts';
import { Icon } from '../icons.tsx';
import { words } from '../language.ts';
import { minuteMs } from '../live.ts';
import { may } from '../me.ts';
import { EvseRow } from '../now/evseRow.tsx';
import { address } from '../route.ts';
import type { SiteStore } from '../sites.ts';
import { CommandLog } from './commandLog.tsx';
import { Connection } from './connection.tsx';
import { MessageLog } from './messageLog.tsx';
import { StationCommands } from './stationCommands.tsx';
import { StationDevice } from './stationDevice.tsx';
import { StationProfiles } from './stationProfiles.tsx';
import { StationWiring } from './stationWiring.tsx';
import { stationWords } from './stationWords.ts';

const everyMs = 5_000;
const shownMax = 20;

interface DetailProps {
  readonly site: SiteStore;
  readonly id: string;
}

/** All that is known of a station: what it is, its EVSEs live, its faults, and what it was asked and answered. */
export function StationDetail({ site, id }: DetailProps): JSX.Element {
  const path = `/stations/${encodeURIComponent(id)}`;
  const { body, problem } = useAsked<StationBody>(path, everyMs);
  const faults = useAsked<readonly FaultBody[]>(`${path}/faults?count=${shownMax}`, everyMs);
  const log = useAsked<readonly CommandBody[]>(`${path}/commands?count=${shownMax}`, everyMs);
  const station = body.value;
  if (station === undefined)
    return <p class="quiet">{problem.value === undefined ? words.value.loading : problem.value.detail}</p>;
  const { timeZone } = site.head.peek();
  return (
    <>
      <Facts site={site} station={station} />
      <Faults faults={faults.body.value ?? []} timeZone={timeZone} />
      <StationWiring id={id} />
      {may('command stations') && <StationCommands site={site} station={station} onAnswered={log.again} />}
      {may('read sessions') && (
        <CommandLog log={log.body.value} problem={log.problem.value} timeZone={timeZone} />
      )}
      {station.lastSeenAt !== null && <StationProfiles id={id} timeZone={timeZone} />}
      <StationDevice id={id} />
      {may('read sessions') && <MessageLog id={id} timeZone={timeZone} />}
      <Told station={station} timeZone={timeZone} />
    </>
  );
}

interface StationProps {
  readonly site: SiteStore;
  readonly station: StationBody;
}

function Facts({ site, station }: StationProps): JSX.Element {
  const text = stationWords.value;
  const { id: siteId, timeZone } = site.head.peek();
  const rows = station.evses.flatMap(({ id }) => site.evses.get(id) ?? []);
  const skewMs = rows.map((row) => row.value.clockSkewMs).find((ms) => ms !== null);
  const facts: readonly (readonly [string, string | null])[] = [
    [text.facts.protocol, station.protocol?.replace('ocpp', 'OCPP ') ?? null],
    [text.facts.model, [station.vendor, station.model].filter(Boolean).join(' ') || null],
    [text.facts.serial, station.serialNumber],
    [text.facts.firmware, station.firmware],
    [
      text.facts.heard,
      station.lastSeenAt === null
        ? text.never
        : moment(Date.parse(station.lastSeenAt), timeZone, minuteMs.value),
    ],
    [text.facts.clock, skewMs == null ? null : clockText(skewMs)],
  ];
  return (
    <section class="card station-facts" aria-labelledby="station-title">
      <a class="station-back" href={address('stations', siteId)}>
        ← {text.back}
      </a>
      <header>
        <h2 id="station-title">{station.id}</h2>
        <Connection isOnline={station.isOnline} />
      </header>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value ?? text.untold}</dd>
          </div>
        ))}
      </dl>
      <h3>{text.evses}</h3>
      <ul class="evses">
        {rows.map((row) => (
          <EvseRow key={row.peek().id} site={site} row={row} />
        ))}
      </ul>
      <p class="hint">
        {rows
          .map(
            ({ value: { id, isNonLeasing, failsafeAmps } }) =>
              `${id}: ${isNonLeasing ? text.nonLeasing : text.failsafe(amps(failsafeAmps))}`,
          )
          .join(' · ')}
      </p>
    </section>
  );
}

/** A second is what a clock may be off without anybody noticing. */
const clockText = (skewMs: number): string =>
  Math.abs(skewMs) < 1500
    ? stationWords.value.clockRight
    : stationWords.value.clockOff(duration(Math.abs(skewMs)));

function Faults({
  faults,
  timeZone,
}: {
  readonly faults: readonly FaultBody[];
  readonly timeZone: string;
}): JSX.Element {
  const text = stationWords.value;
  const at = (instant: string): string => moment(Date.parse(instant), timeZone, minuteMs.value);
  // The API says its words in a text, so that a new one does not break a client.
  const severity = (word: string): string => text.severities[word as keyof typeof text.severities] ?? word;
  return (
    <section class="card" aria-labelledby="faults-title">
      <h2 id="faults-title">{text.faults}</h2>
      {faults.length === 0 && <p class="quiet">{text.faultsNone}</p>}
      <ul class="entries">
        {faults.map((fault) => (
          <li key={fault.id} class={fault.endedAt === null ? `is-lasting is-${fault.severity}` : ''}>
            <span class="entry-what">
              {fault.endedAt === null && <Icon name="attention" />} <strong>{fault.code}</strong>{' '}
              <span class="fact">{severity(fault.severity)}</span>
            </span>
            <span class="entry-when">
              {at(fault.beganAt)} – {fault.endedAt === null ? text.lasting : at(fault.endedAt)}
            </span>
            <span class="hint">
              {[
                fault.evseNumber === 0 ? text.whole : text.evse(fault.evseNumber),
                ...[fault.vendorCode, fault.detail].filter((told) => told !== null && told !== ''),
              ].join(' · ')}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Readings of components and work under way: only where a station tells any. */
function Told({
  station,
  timeZone,
}: {
  readonly station: StationBody;
  readonly timeZone: string;
}): JSX.Element | null {
  const text = stationWords.value;
  const at = (instant: string): string => moment(Date.parse(instant), timeZone, minuteMs.value);
  if (station.readings.length + station.work.length === 0) return null;
  return (
    <section class="card" aria-labelledby="told-title">
      <h2 id="told-title">{station.readings.length > 0 ? text.readings : text.work}</h2>
      <table>
        <tbody>
          {station.work.map(({ of, status, detail, at: when }) => (
            <tr key={of}>
              <th scope="row">{of}</th>
              <td>{[status, detail].filter(Boolean).join(': ')}</td>
              <td class="is-number">{at(when)}</td>
            </tr>
          ))}
          {station.readings.map(({ evseNumber, name, value, at: when }) => (
            <tr key={`${evseNumber} ${name}`}>
              <th scope="row">
                {name} <span class="hint">{evseNumber === 0 ? text.whole : text.evse(evseNumber)}</span>
              </th>
              <td>{value}</td>
              <td class="is-number">{at(when)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
