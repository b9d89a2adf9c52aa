import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { Bills } from '../bills/bills.tsx';
import { words } from '../language.ts';
import { isRetailer, may, takesBookings } from '../me.ts';
import type { SiteStore } from '../sites.ts';
import { Bookings } from './bookings.tsx';
import { EndedSessions } from './endedSessions.tsx';
import { RunningSession } from './runningSession.tsx';
import { sessionWords } from './sessionWords.ts';

/** Who charges now and what they want, who has booked, then who did; and the bills of a retailer. */
export function SessionsPage({ site }: { readonly site: SiteStore }): JSX.Element {
  const text = sessionWords.value;
  const saved = useSignal<string | undefined>(undefined);
  const running = useComputed(() =>
    [...site.evses.values()].flatMap(({ value: evse }) =>
      evse.session === null ? [] : [{ evse, session: evse.session }],
    ),
  ).value;
  return (
    <div class="sessions">
      <h1 class="unseen">{words.value.pages.sessions}</h1>
      <section class="card" aria-labelledby="running-title">
        <h2 id="running-title">{text.running}</h2>
        <p role="status" class="saved">
          {saved.value !== undefined && text.saved(saved.value)}
        </p>
        {running.length === 0 && <p class="quiet">{text.runningNone}</p>}
        <ul>
          {running.map(({ evse, session }) => (
            <RunningSession
              key={session.id}
              site={site}
              evse={evse}
              session={session}
              onSaved={() => {
                saved.value = evse.id;
              }}
            />
          ))}
        </ul>
      </section>
      {takesBookings() && <Bookings site={site} />}
      <EndedSessions site={site} />
      {may('manage contracts') && isRetailer() && <Bills timeZone={site.head.peek().timeZone} />}
    </div>
  );
}
