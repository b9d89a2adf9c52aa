import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { BookingBody } from '../../http/bookingBody.ts';
import { kilowatts, moment } from '../format.ts';
import { minuteMs } from '../live.ts';
import { may } from '../me.ts';
import { OpenButton } from '../openButton.tsx';
import { bookingStateText, bookingWords } from './bookingWords.ts';
import { CancelForm } from './cancelForm.tsx';

interface RowProps {
  /** Of the bookings of the site, in the API. */
  readonly path: string;
  readonly timeZone: string;
  readonly booking: BookingBody;
  /** Where it may be cancelled: says which one was. */
  readonly onCancelled: ((what: string) => void) | undefined;
}

/** A booking: when, where, whose, and how it stands. */
export function BookingRow({ path, timeZone, booking, onCancelled }: RowProps): JSX.Element {
  const { columns, cancel, cancelTitle } = bookingWords.value;
  const isOpen = useSignal(false);
  const { evse, partner, status, guaranteedWatts } = booking;
  const startMs = Date.parse(booking.startsAt);
  // Its end has a day of its own where it is another one.
  const end = moment(Date.parse(booking.endsAt), timeZone, startMs);
  const when = `${moment(startMs, timeZone, minuteMs.value)}–${end}`;
  const what = `${evse}, ${when}`;
  const mayCancel = onCancelled !== undefined && status === 'RESERVED' && may('change sessions');
  return (
    <>
      <tr>
        <th scope="row">{when}</th>
        <td data-label={columns.evse}>
          <span>{evse}</span>
        </td>
        <td data-label={columns.partner}>
          <span>{partner}</span>
        </td>
        <td data-label={columns.state}>
          <span>{bookingStateText(booking)}</span>
        </td>
        <td class="is-number" data-label={columns.guaranteed}>
          <span>{guaranteedWatts === null ? '–' : kilowatts(guaranteedWatts)}</span>
        </td>
        <td>{mayCancel && <OpenButton label={cancel} name={cancelTitle(what)} isOpen={isOpen} />}</td>
      </tr>
      {isOpen.value && mayCancel && (
        <tr>
          <td colSpan={6}>
            <CancelForm
              id={`cancel-${booking.id}`}
              path={`${path}/${encodeURIComponent(booking.id)}/cancel`}
              what={what}
              onDone={(isCancelled) => {
                isOpen.value = false;
                if (isCancelled) onCancelled(what);
              }}
            />
          </td>
        </tr>
      )}
    </>
  );
}
