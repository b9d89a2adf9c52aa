import type { ComponentChildren, JSX } from 'preact';
import type { PreviewBody } from '../../http/limitPreviewBody.ts';
import { amps } from '../format.ts';
import { Icon } from '../icons.tsx';
import { minuteMs } from '../live.ts';
import { why } from '../why.ts';
import { limitWords } from './limitWords.ts';

export type { PreviewBody };

type Row = PreviewBody['evses'][number];

interface PreviewProps {
  readonly preview: PreviewBody;
  readonly timeZone: string;
  readonly children: ComponentChildren;
}

const pauses = ({ nowAmps, thenAmps }: Row): boolean => thenAmps === 0 && nowAmps > 0;

/** Which cars would get what, and who would pause: those who lose most first. */
export function Preview({ preview, timeZone, children }: PreviewProps): JSX.Element {
  const text = limitWords.value;
  const rows = preview.evses.toSorted((a, b) => b.nowAmps - b.thenAmps - (a.nowAmps - a.thenAmps));
  return (
    <section class="preview" aria-labelledby="preview-title">
      <h3 id="preview-title">{text.willDo}</h3>
      <p class="preview-sum" role="status">
        {summary(rows)}
      </p>
      {preview.over.map(({ circuit, byAmps }) => (
        <p key={circuit} class="fault">
          <Icon name="attention" /> {text.over(circuit, amps(byAmps))}
        </p>
      ))}
      {children}
      {rows.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{text.columns.evse}</th>
              <th scope="col" class="is-number">
                {text.columns.now}
              </th>
              <th scope="col" class="is-number">
                {text.columns.after}
              </th>
              <th scope="col">{text.columns.why}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <PreviewRow key={row.evse} row={row} timeZone={timeZone} />
            ))}
          </tbody>
        </table>
      )}
      <p class="hint">{text.worked}</p>
    </section>
  );
}

function PreviewRow({ row, timeZone }: { readonly row: Row; readonly timeZone: string }): JSX.Element {
  const text = limitWords.value;
  const { evse, nowAmps, thenAmps, reason } = row;
  const told = { reason, exposureAmps: thenAmps, allocatedAmps: thenAmps };
  return (
    <tr class={pauses(row) ? 'is-pausing' : thenAmps < nowAmps ? 'is-losing' : ''}>
      <th scope="row">{evse}</th>
      <td class="is-number">{amps(nowAmps)}</td>
      <td class="is-number">
        {pauses(row) ? (
          <>
            <Icon name="paused" /> {text.pauses}
          </>
        ) : (
          amps(thenAmps)
        )}
      </td>
      <td>{why(told, { timeZone, nowMs: minuteMs.value })}</td>
    </tr>
  );
}

function summary(rows: readonly Row[]): string {
  const text = limitWords.value;
  if (rows.length === 0) return text.none;
  const affected = rows.filter(({ nowAmps, thenAmps }) => thenAmps < nowAmps).length;
  if (affected === 0) return text.nothing;
  const pausing = rows.filter(pauses).length;
  const sum = (of: (row: Row) => number): string => amps(rows.reduce((total, row) => total + of(row), 0));
  const parts = [
    ...(affected > pausing ? [text.lose(affected - pausing)] : []),
    ...(pausing > 0 ? [text.pause(pausing)] : []),
    text.sum(
      sum(({ nowAmps }) => nowAmps),
      sum(({ thenAmps }) => thenAmps),
    ),
  ];
  return `${parts.join(', ')}.`;
}
