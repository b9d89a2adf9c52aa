import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { SessionBody } from '../../http/schemas.ts';
import { useAsked } from '../asked.ts';
import { duration, energy, moment } from '../format.ts';
import { minuteMs } from '../live.ts';
import { ask } from '../request.ts';
import type { SiteStore } from '../sites.ts';
import { sessionWords } from './sessionWords.ts';

const everyMs = 10_000;
const pageSize = 50;

/** Sessions that have ended, the newest first, page by page. */
export function EndedSessions({ site }: { readonly site: SiteStore }): JSX.Element {
  const text = sessionWords.value;
  const { id, timeZone } = site.head.peek();
  const path = `/sessions?site=${encodeURIComponent(id)}&state=finished&count=${pageSize}`;
  const newest = useAsked<readonly SessionBody[]>(path, everyMs);
  const older = useSignal<readonly SessionBody[]>([]);
  const isAll = useSignal(false);
  const fresh = newest.body.value ?? [];
  const known = new Set(fresh.map((session) => session.id));
  const shown = [...fresh, ...older.value.filter((session) => !known.has(session.id))];
  const more = async (): Promise<void> => {
    const last = shown.at(-1);
    if (last === undefined) return;
    const before = encodeURIComponent(`${Date.parse(last.startedAt)}~${last.id}`);
    const answer = await ask<readonly SessionBody[]>('GET', `${path}&before=${before}`);
    if (!answer.ok) return;
    older.value = [...older.value, ...answer.body];
    isAll.value = answer.body.length < pageSize;
  };
  const at = (instant: string): string => moment(Date.parse(instant), timeZone, minuteMs.value);
  return (
    <section class="card" aria-labelledby="ended-title">
      <h2 id="ended-title">{text.ended}</h2>
      {newest.problem.value !== undefined && <p class="fault">{newest.problem.value.detail}</p>}
      {newest.body.value?.length === 0 && <p class="quiet">{text.endedNone}</p>}
      {shown.length > 0 && (
        <table class="ended">
          <thead>
            <tr>
              <th scope="col">{text.columns.evse}</th>
              <th scope="col">{text.columns.began}</th>
              <th scope="col" class="is-number">
                {text.columns.lasted}
              </th>
              <th scope="col" class="is-number">
                {text.columns.energy}
              </th>
              <th scope="col">{text.columns.why}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((session) => (
              <tr key={session.id}>
                <th scope="row">{session.evse}</th>
                <td>{at(session.startedAt)}</td>
                <td class="is-number">{lasted(session)}</td>
                <td class="is-number">{energy(session.energyWh)}</td>
                <td>{session.endReason ?? text.untold}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {shown.length >= pageSize && !isAll.value && (
        <button type="button" onClick={() => void more()}>
          {text.older}
        </button>
      )}
    </section>
  );
}

const lasted = ({ startedAt, endedAt }: SessionBody): string =>
  endedAt === null ? '' : duration(Date.parse(endedAt) - Date.parse(startedAt));
