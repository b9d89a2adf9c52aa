import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { PlanBody } from '../../http/planSchemas.ts';
import { type ChartOptions, chart } from '../chart.ts';
import { amps, moment, number } from '../format.ts';
import { minuteMs } from '../live.ts';
import { language, theme } from '../preferences.ts';
import { columnsOf, type SlotFigures, slotFigures } from './planFigures.ts';
import { planWords } from './planWords.ts';

interface ChartsProps {
  readonly plan: PlanBody;
  readonly circuit: PlanBody['circuits'][number];
  readonly timeZone: string;
}

/** Background, planned charging and limit of a circuit, then prices; the same as a table for whoever sees no chart. */
export function PlanCharts({ plan, circuit, timeZone }: ChartsProps): JSX.Element {
  const text = planWords.value;
  const figures = slotFigures(plan, circuit);
  const hasPrices = figures.some(({ pricePerKwh }) => pricePerKwh !== null);
  const load: ChartOptions = {
    series: [
      { label: text.planned, colour: '--charging', fill: '--charging-faint', isStep: true },
      { label: text.background, colour: '--background', fill: '--background', isStep: true },
      { label: text.limit, colour: '--limit', isStep: true },
    ],
    timeZone,
    unit: 'A',
    spanS: 3600,
  };
  const price: ChartOptions = {
    series: [
      { label: text.prices(plan.currency ?? ''), colour: '--notice', fill: '--notice-faint', isStep: true },
    ],
    timeZone,
    unit: '',
    digits: 2,
    spanS: 3600,
  };
  return (
    <>
      <figure>
        <figcaption>
          <h3>{text.chart}</h3>
          <span class="chart-key" aria-hidden="true">
            <span class="key-line is-load" /> {text.planned} <span class="key-line is-background" />{' '}
            {text.background} <span class="key-line is-limit" /> {text.limit}
          </span>
        </figcaption>
        <Drawn
          options={load}
          columns={columnsOf(figures, [
            ({ backgroundAmps, plannedAmps }) => backgroundAmps + plannedAmps,
            ({ backgroundAmps }) => backgroundAmps,
            ({ limitAmps }) => limitAmps,
          ])}
        />
      </figure>
      {hasPrices ? (
        <figure>
          <figcaption>
            <h3>{text.prices(plan.currency ?? '')}</h3>
          </figcaption>
          <Drawn options={price} columns={columnsOf(figures, [({ pricePerKwh }) => pricePerKwh])} />
        </figure>
      ) : (
        <p class="hint">{text.noPrices}</p>
      )}
      <details>
        <summary>{text.table}</summary>
        <Figures figures={figures} timeZone={timeZone} />
      </details>
    </>
  );
}

interface DrawnProps {
  readonly options: ChartOptions;
  readonly columns: readonly (readonly (number | null)[])[];
}

/** The table below says the same to whoever does not see it. */
function Drawn({ options, columns }: DrawnProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = place;
    if (current === null) return;
    const drawn = chart(current, options);
    drawn.draw(columns);
    return () => drawn.stop();
  }, [language.value, theme.value, JSON.stringify(columns)]);
  return <div ref={place} class="chart" aria-hidden="true" />;
}

function Figures({
  figures,
  timeZone,
}: {
  readonly figures: readonly SlotFigures[];
  readonly timeZone: string;
}): JSX.Element {
  const text = planWords.value.columns;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{text.from}</th>
          {[text.background, text.planned, text.limit, text.price].map((name) => (
            <th key={name} scope="col" class="is-number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {figures.map((slot) => (
          <tr key={slot.fromMs}>
            <th scope="row">{moment(slot.fromMs, timeZone, minuteMs.value)}</th>
            <td class="is-number">{amps(slot.backgroundAmps)}</td>
            <td class="is-number">{amps(slot.plannedAmps)}</td>
            <td class="is-number">{slot.limitAmps === null ? '–' : amps(slot.limitAmps)}</td>
            <td class="is-number">{slot.pricePerKwh === null ? '–' : number(slot.pricePerKwh, 2)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
