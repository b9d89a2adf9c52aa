import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { AuditPageBody, AuditRecordBody } from '../../http/auditBody.ts';
import { useAsked } from '../asked.ts';
import { clockSeconds, moment } from '../format.ts';
import { minuteMs } from '../live.ts';
import { ask } from '../request.ts';
import { site, sites } from '../sites.ts';
import { actionText, auditWords } from './auditWords.ts';
import { type Change, changesOf } from './changes.ts';

const everyMs = 10_000;
/** A change of more is told in full by the API. */
const toldMax = 12;

/** What is on record and fits, as far back as somebody asks. */
export function Records({ query }: { readonly query: string }): JSX.Element {
  const text = auditWords.value;
  const { body, problem } = useAsked<AuditPageBody>(`/audit?${query}`, everyMs);
  // Once somebody reads further back, what is above stays as it is.
  const read = useSignal<AuditPageBody | undefined>(undefined);
  const shown = read.value ?? body.value;
  const older = async ({ records, next }: AuditPageBody): Promise<void> => {
    const answer = await ask<AuditPageBody>('GET', `/audit?${query}&before=${next}`);
    if (answer.ok) read.value = { ...answer.body, records: [...records, ...answer.body.records] };
  };
  return (
    <>
      {problem.value !== undefined && <p class="fault">{text.refused(problem.value.detail)}</p>}
      {shown?.records.length === 0 && <p class="quiet">{text.none}</p>}
      <ol class="records">
        {shown?.records.map((record) => (
          <RecordRow key={record.sequence} record={record} />
        ))}
      </ol>
      <div class="actions">
        {shown !== undefined && shown.next !== null && (
          <button type="button" onClick={() => void older(shown)}>
            {text.older}
          </button>
        )}
        {read.value !== undefined && (
          <button type="button" onClick={() => (read.value = undefined)}>
            {text.newest}
          </button>
        )}
      </div>
    </>
  );
}

function RecordRow({ record }: { readonly record: AuditRecordBody }): JSX.Element {
  const text = auditWords.value;
  const { at, actor, action, target, address, before, after } = record;
  const place = sites.value.get(record.site ?? '') ?? site.value;
  const zone = place?.head.value.timeZone ?? 'UTC';
  const timeText = (ms: number): string => moment(ms, zone, minuteMs.value);
  const atMs = Date.parse(at);
  const changes = changesOf(before, after, timeText);
  return (
    <li class="record">
      <p class="record-who">
        <time dateTime={at} title={clockSeconds(atMs, zone)}>
          {timeText(atMs)}
        </time>
        <strong>{actor}</strong>
        {address !== null && <span class="hint">{text.from(address)}</span>}
      </p>
      <div class="record-what">
        <p>
          <strong>{actionText(action)}</strong> <span>{target}</span>
          {record.site !== null && record.site !== target && <span class="hint"> {record.site}</span>}
        </p>
        {changes.length > 0 && <Changes changes={changes} />}
      </div>
    </li>
  );
}

function Changes({ changes }: { readonly changes: readonly Change[] }): JSX.Element {
  const text = auditWords.value;
  const told = changes.slice(0, toldMax);
  return (
    <dl class="changes">
      {told.map(({ path, before, after }) => (
        <div key={path}>
          <dt>{path}</dt>
          <dd>
            {before !== undefined && <s>{before}</s>}
            {before !== undefined && after !== undefined && ' → '}
            {after ?? <span class="unseen">{text.noLonger}</span>}
          </dd>
        </div>
      ))}
      {changes.length > told.length && <div class="hint">{text.more(changes.length - told.length)}</div>}
    </dl>
  );
}
