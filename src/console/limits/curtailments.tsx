import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { LimitBody } from '../../http/schemas.ts';
import { type Asked, useAsked } from '../asked.ts';
import { duration, moment, number } from '../format.ts';
import { Icon } from '../icons.tsx';
import { minuteMs, serverNowMs } from '../live.ts';
import { ask } from '../request.ts';
import type { SiteStore } from '../sites.ts';
import { type EvidenceRecord, endedStories, runningStories, type Story } from './curtailmentStory.ts';
import { valueText } from './limitList.tsx';
import { limitWords } from './limitWords.ts';

interface Records {
  readonly records: readonly EvidenceRecord[];
}

const everyMs = 5_000;
const daysShown = 7;

const useEvidence = (kind: string, from: string): Asked<Records> =>
  useAsked(`/evidence?kind=${kind}&from=${from}`, everyMs);

/** What grid operators asked for, and what became of it: asked, acknowledged, obeyed, released. */
export function Curtailments({
  site,
  limits,
}: {
  readonly site: SiteStore;
  readonly limits: readonly LimitBody[];
}): JSX.Element {
  const text = limitWords.value;
  const from = useMemo(() => new Date(serverNowMs.peek() - daysShown * 86_400_000).toISOString(), []);
  const ended = useEvidence('curtailment', from);
  const progress = useEvidence('progress', from);
  const acknowledged = useEvidence('acknowledged', from);
  const records = useComputed(() => [
    ...(progress.body.value?.records ?? []),
    ...(acknowledged.body.value?.records ?? []),
  ]).value;
  const stories = [
    ...endedStories(ended.body.value?.records ?? [], valueText),
    ...runningStories(limits, records, { nowMs: serverNowMs.value, valueText }),
  ].toSorted((a, b) => b.askedMs - a.askedMs);
  return (
    <section class="card curtailments" aria-labelledby="curtailments-title">
      <header>
        <h2 id="curtailments-title">{text.curtailments}</h2>
        <p class="hint">{text.curtailmentsHint}</p>
      </header>
      {stories.length === 0 && <p class="quiet">{text.curtailmentsNone}</p>}
      <ol>
        {stories.map((story) => (
          <Curtailment key={story.key} story={story} timeZone={site.head.peek().timeZone} />
        ))}
      </ol>
      <Verification />
    </section>
  );
}

function Curtailment({ story, timeZone }: { readonly story: Story; readonly timeZone: string }): JSX.Element {
  const text = limitWords.value;
  const { result } = story;
  return (
    <li class="curtailment">
      <div class="limit-what">
        <strong>{story.value}</strong> <span>{story.node}</span>
        <span class="hint">
          {story.connection}: {story.reason}
        </span>
        {story.isRunning && <span class="fact is-limit">{text.running}</span>}
      </div>
      <ol class="steps">
        <Step name={text.steps.asked} atMs={story.askedMs} timeZone={timeZone} />
        <Step
          name={text.steps.acknowledged}
          atMs={story.acknowledgedMs}
          sinceMs={story.askedMs}
          timeZone={timeZone}
        />
        <Step name={text.steps.obeyed} atMs={story.obeyedMs} sinceMs={story.askedMs} timeZone={timeZone} />
        {story.violatedMs !== null && (
          <Step name={text.steps.violated} atMs={story.violatedMs} isBad timeZone={timeZone} />
        )}
        {story.infeasibleMs !== null && (
          <Step name={text.steps.infeasible} atMs={story.infeasibleMs} isBad timeZone={timeZone} />
        )}
        <Step name={text.steps.released} atMs={story.releasedMs} timeZone={timeZone} />
      </ol>
      {result !== undefined && (
        <p class="hint">
          {[
            ...(result.shareUnder === null ? [] : [text.share(`${number(100 * result.shareUnder, 0)} %`)]),
            ...(result.worstExcessWatts > 0 ? [text.worst(`${number(result.worstExcessWatts, 0)} W`)] : []),
            text.stations(result.stationsConfirmed, result.stationsCommanded),
          ].join(' · ')}
        </p>
      )}
    </li>
  );
}

interface StepProps {
  readonly name: string;
  readonly atMs: number | null;
  readonly sinceMs?: number;
  readonly isBad?: boolean;
  readonly timeZone: string;
}

function Step({ name, atMs, sinceMs, isBad = false, timeZone }: StepProps): JSX.Element {
  const text = limitWords.value;
  const state = atMs === null ? 'is-open' : isBad ? 'is-bad' : 'is-done';
  return (
    <li class={`step ${state}`}>
      <span class="step-mark">{atMs !== null && <Icon name={isBad ? 'attention' : 'normal'} />}</span>
      <span class="step-name">{name}</span>
      <span class="hint">
        {atMs === null ? text.waits : moment(atMs, timeZone, minuteMs.value)}
        {atMs !== null && sinceMs !== undefined && `, ${afterText(atMs - sinceMs)}`}
      </span>
    </li>
  );
}

const afterText = (ms: number): string =>
  ms < 1000 ? limitWords.value.atOnce : limitWords.value.after(duration(ms));

interface Verdict {
  readonly isWhole: boolean;
  readonly records: number;
  readonly brokenAt: number | null;
}

/** The record proves something only as long as nobody changed it. */
function Verification(): JSX.Element {
  const text = limitWords.value;
  const said = useSignal<string | undefined>(undefined);
  const verify = async (): Promise<void> => {
    const answer = await ask<Verdict>('GET', '/evidence/verification');
    if (!answer.ok) said.value = answer.problem.detail;
    else
      said.value = answer.body.isWhole
        ? text.whole(answer.body.records)
        : text.broken(answer.body.brokenAt ?? 0);
  };
  return (
    <div class="actions">
      <button type="button" onClick={() => void verify()}>
        {text.verify}
      </button>
      <p role="status" class="hint">
        {said.value}
      </p>
    </div>
  );
}
