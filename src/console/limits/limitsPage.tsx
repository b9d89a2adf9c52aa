import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { LimitBody } from '../../http/schemas.ts';
import { useAsked } from '../asked.ts';
import { moment } from '../format.ts';
import { words } from '../language.ts';
import { minuteMs } from '../live.ts';
import { may } from '../me.ts';
import type { SiteStore } from '../sites.ts';
import { Curtailments } from './curtailments.tsx';
import { LimitForm } from './limitForm.tsx';
import { LimitList, valueText } from './limitList.tsx';
import { limitWords } from './limitWords.ts';

const everyMs = 5_000;

/** Who limits the site, to what and until when; setting and releasing limits; what became of curtailments. */
export function LimitsPage({ site }: { readonly site: SiteStore }): JSX.Element {
  const { body, problem, again } = useAsked<readonly LimitBody[]>('/limits', everyMs);
  const done = useSignal<LimitBody | undefined>(undefined);
  const { timeZone } = site.head.peek();
  return (
    <div class="limits">
      <h1 class="unseen">{words.value.pages.limits}</h1>
      {may('set limits') && (
        <LimitForm
          site={site}
          onSet={(limit) => {
            done.value = limit;
            again();
          }}
        />
      )}
      <div class="limits-beside">
        <div role="status">
          {done.value !== undefined && (
            <p class="card done">{limitWords.value.done(doneText(done.value, timeZone))}</p>
          )}
        </div>
        <LimitList site={site} limits={body.value ?? []} onReleased={again} />
        {problem.value !== undefined && <p class="fault">{problem.value.detail}</p>}
        <Curtailments site={site} limits={body.value ?? []} />
      </div>
    </div>
  );
}

function doneText(limit: LimitBody, timeZone: string): string {
  const until =
    limit.until === null
      ? words.value.standing
      : words.value.until(moment(Date.parse(limit.until), timeZone, minuteMs.value));
  return `${limit.circuit ?? limit.area} ${valueText(limit)}, ${until}`;
}
