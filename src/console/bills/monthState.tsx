import type { JSX } from 'preact';
import { moment } from '../format.ts';
import { minuteMs } from '../live.ts';
import { refusalText } from '../refusals.ts';
import type { BillMonth } from './billMonths.ts';
import { billWords } from './billWords.ts';

export function monthLabel({ name, isOver, billed }: BillMonth): string {
  const text = billWords.value;
  if (billed != null && billed.closedAt !== null) return text.closed(name);
  return isOver ? text.open(name) : text.running(name);
}

interface MonthProps {
  readonly month: BillMonth;
  readonly timeZone: string;
}

/** Where a month stands, and what of it a person must look at. */
export function MonthState({ month: { isOver, billed }, timeZone }: MonthProps): JSX.Element {
  const text = billWords.value;
  if (billed === undefined) return <p role="status">{isOver ? text.states.open : text.states.running}</p>;
  const { closedAt, begunBy, lines, later, held, heldCdrs } = billed;
  if (closedAt === null) return <p role="status">{text.states.broken}</p>;
  const when = moment(Date.parse(closedAt), timeZone, minuteMs.value);
  return (
    <>
      <p role="status">
        {text.states.closed(when, begunBy)} <span class="hint">{text.counts(lines, later)}</span>
      </p>
      {held > 0 && (
        <details class="bills-held">
          <summary>{text.held(held)}</summary>
          <p class="hint">{text.heldHint}</p>
          <ul>
            {heldCdrs.map((held) => (
              <li key={held.cdr}>
                <strong>{held.cdr}</strong> {refusalText(held) ?? held.why}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
