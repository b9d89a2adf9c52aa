import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { LimitBody } from '../../http/schemas.ts';
import { amps, kilowatts, moment } from '../format.ts';
import { words } from '../language.ts';
import { minuteMs, serverNowMs } from '../live.ts';
import { mayRelease } from '../me.ts';
import { ask } from '../request.ts';
import type { SiteStore } from '../sites.ts';
import { Sure } from '../sure.tsx';
import { limitWords } from './limitWords.ts';

interface ListProps {
  readonly site: SiteStore;
  readonly limits: readonly LimitBody[];
  onReleased(): void;
}

/** Every limit on the site and on the areas above it, whoever set it. */
export function LimitList({ site, limits, onReleased }: ListProps): JSX.Element {
  const text = limitWords.value;
  const { id } = site.head.peek();
  const own = limits
    .filter((limit) => limit.site === id || limit.area !== null)
    .toSorted((a, b) => a.from.localeCompare(b.from));
  return (
    <section class="card limit-list" aria-labelledby="limit-list-title">
      <h2 id="limit-list-title">{text.list}</h2>
      {own.length === 0 && <p class="quiet">{text.listNone}</p>}
      <ul>
        {own.map((limit) => (
          <LimitRow key={limit.id} site={site} limit={limit} onReleased={onReleased} />
        ))}
      </ul>
    </section>
  );
}

/** What a limit allows, in its own unit. */
export function valueText({
  amps: perPhase,
  watts,
  phaseAmps,
}: Pick<LimitBody, 'amps' | 'watts' | 'phaseAmps'>): string {
  if (perPhase !== null) return amps(perPhase);
  if (watts !== null) return kilowatts(watts);
  return (phaseAmps ?? [])
    .flatMap((each, phase) => (each === null ? [] : `L${phase + 1} ${amps(each)}`))
    .join(', ');
}

interface RowProps {
  readonly site: SiteStore;
  readonly limit: LimitBody;
  onReleased(): void;
}

function LimitRow({ site, limit, onReleased }: RowProps): JSX.Element {
  const text = limitWords.value;
  const { timeZone } = site.head.peek();
  const at = (instant: string): string => moment(Date.parse(instant), timeZone, minuteMs.value);
  const isPlanned = Date.parse(limit.from) > serverNowMs.value;
  const marks = [
    text.kinds[limit.kind],
    text.roles[limit.role],
    limit.boundary === 'controllable' ? text.carsAlone : '',
    isPlanned ? text.planned : '',
  ].filter((mark) => mark !== '');
  return (
    <li class="limit">
      <div class="limit-what">
        <strong>{valueText(limit)}</strong> <span>{limit.circuit ?? limit.area}</span>
        {bindsNow(site, limit) && <span class="fact is-limit">{text.binds}</span>}
        {marks.map((mark) => (
          <span key={mark} class="fact">
            {mark}
          </span>
        ))}
      </div>
      <div class="limit-why">
        <span>{limit.reason}</span>
        <span class="hint">
          {text.sources[limit.source]}, {text.setBy} {limit.setBy}
          {limit.connection !== null && ` (${limit.connection})`}
        </span>
      </div>
      <div class="limit-when">
        {isPlanned && `${text.from} ${at(limit.from)} `}
        {limit.until === null ? words.value.standing : words.value.until(at(limit.until))}
      </div>
      {mayRelease(limit.source) && <Release limit={limit} onReleased={onReleased} />}
    </li>
  );
}

const bindsNow = (site: SiteStore, { id }: LimitBody): boolean =>
  [...site.circuits.values()].some(({ circuit }) => circuit.value.limitedBy.limitId === id);

/** What is released lets load rise, and is asked for twice. */
function Release({ limit, onReleased }: Omit<RowProps, 'site'>): JSX.Element {
  const text = limitWords.value;
  const refusal = useSignal<string | undefined>(undefined);
  const release = async (): Promise<void> => {
    const answer = await ask<null>('DELETE', `/limits/${encodeURIComponent(limit.id)}`);
    refusal.value = answer.ok ? undefined : answer.problem.detail;
    if (answer.ok) onReleased();
  };
  return (
    <div class="actions">
      <Sure
        name={text.release}
        about={`${valueText(limit)}, ${limit.circuit ?? limit.area}`}
        sure={text.releaseSure}
        keep={text.keep}
        onSure={() => void release()}
      />
      {refusal.value !== undefined && (
        <p class="fault" role="alert">
          {refusal.value}
        </p>
      )}
    </div>
  );
}
