import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { BookingBody } from '../../http/bookingBody.ts';
import { FormFault } from '../form.tsx';
import { type Pages, usePages } from '../pages.ts';
import type { SiteStore } from '../sites.ts';
import { BookingRow } from './bookingRow.tsx';
import { bookingWords } from './bookingWords.ts';

interface BookingsProps {
  readonly site: SiteStore;
}

const everyMs = 10_000;
const pathOf = (site: SiteStore): string => `/sites/${encodeURIComponent(site.head.peek().id)}/bookings`;

/** What drivers of partners have booked, the next one first, and what became of earlier ones. */
export function Bookings({ site }: BookingsProps): JSX.Element {
  const text = bookingWords.value;
  const cancelled = useSignal<string | undefined>(undefined);
  const isOpen = useSignal(false);
  const coming = usePages<BookingBody>(pathOf(site), everyMs);
  return (
    <section class="card bookings" aria-labelledby="bookings-title">
      <h2 id="bookings-title">{text.title}</h2>
      <p role="status" class="saved">
        {cancelled.value}
      </p>
      <BookingTable
        site={site}
        pages={coming}
        none={text.none}
        onCancelled={(what) => {
          cancelled.value = text.cancelled(what);
          coming.again();
        }}
      />
      <details
        onToggle={({ currentTarget }) => {
          isOpen.value = currentTarget.open;
        }}
      >
        <summary>{text.ended}</summary>
        {isOpen.value && <EndedBookings site={site} />}
      </details>
    </section>
  );
}

/** Asked for once somebody wants to see them. */
function EndedBookings({ site }: BookingsProps): JSX.Element {
  const ended = usePages<BookingBody>(`${pathOf(site)}?state=ended`, everyMs);
  return <BookingTable site={site} pages={ended} none={bookingWords.value.endedNone} />;
}

interface TableProps extends BookingsProps {
  readonly pages: Pages<BookingBody>;
  readonly none: string;
  /** Where they may be cancelled: says which one was. */
  onCancelled?(what: string): void;
}

function BookingTable({ site, pages, none, onCancelled }: TableProps): JSX.Element {
  const { columns, more } = bookingWords.value;
  const bookings = pages.items.value ?? [];
  return (
    <>
      <FormFault fault={pages.problem.value?.detail} />
      {pages.items.value?.length === 0 && <p class="quiet">{none}</p>}
      {bookings.length > 0 && (
        <table class="bills-table stacking">
          <thead>
            <tr>
              <th scope="col">{columns.when}</th>
              <th scope="col">{columns.evse}</th>
              <th scope="col">{columns.partner}</th>
              <th scope="col">{columns.state}</th>
              <th scope="col" class="is-number">
                {columns.guaranteed}
              </th>
              <th scope="col">
                <span class="unseen">{columns.cancel}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {bookings.map((booking) => (
              <BookingRow
                key={booking.id}
                path={pathOf(site)}
                timeZone={site.head.peek().timeZone}
                booking={booking}
                onCancelled={onCancelled}
              />
            ))}
          </tbody>
        </table>
      )}
      {pages.more !== undefined && (
        <button type="button" onClick={pages.more}>
          {more}
        </button>
      )}
    </>
  );
}
