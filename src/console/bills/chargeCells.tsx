import type { JSX } from 'preact';
import { kilowattHours, moment } from '../format.ts';
import { minuteMs } from '../live.ts';
import { billWords } from './billWords.ts';

interface ChargeProps {
  readonly startedAt: string;
  readonly place: string;
  /** Which EVSE and CDR. */
  readonly about: string;
  /** The CDR that it takes back. */
  readonly credits: string | undefined;
  readonly energyKwh: string;
  readonly cost: string;
  readonly timeZone: string;
}

/** The heads above `ChargeCells`. */
export function ChargeHeads(): JSX.Element {
  const { columns } = billWords.value;
  return (
    <>
      <th scope="col">{columns.when}</th>
      <th scope="col">{columns.where}</th>
      <th scope="col" class="is-number">
        {columns.energy}
      </th>
      <th scope="col" class="is-number">
        {columns.beforeTaxes}
      </th>
    </>
  );
}

/** A billed charge, as the cells of a row. */
export function ChargeCells(charge: ChargeProps): JSX.Element {
  const { columns, credit } = billWords.value;
  const { startedAt, place, about, credits, energyKwh, cost, timeZone } = charge;
  return (
    <>
      <th scope="row">{moment(Date.parse(startedAt), timeZone, minuteMs.value)}</th>
      <td>
        {place}
        <br />
        <span class="hint">{about}</span>
        {credits !== undefined && ' '}
        {credits !== undefined && <span class="fact is-warning">{credit(credits)}</span>}
      </td>
      <td class="is-number" data-label={columns.energy}>
        {kilowattHours(energyKwh)}
      </td>
      <td class="is-number" data-label={columns.beforeTaxes}>
        {cost}
      </td>
    </>
  );
}
