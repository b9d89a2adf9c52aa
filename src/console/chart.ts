import uPlot from 'uplot';
import { clockSeconds, clockTime, number } from './format.ts';

interface Series {
  readonly label: string;
  /** A custom property of the style sheet. */
  readonly colour: string;
  readonly fill?: string;
  readonly isStep?: boolean;
}

export interface ChartOptions {
  readonly series: readonly Series[];
  readonly timeZone: string;
  readonly unit: string;
  /** Decimals of the values beside the chart. */
  readonly digits?: number;
  /** What is shown at least, so that a curve which has just begun does not look like a day. */
  readonly spanS: number;
}

export interface Chart {
  /** Times in seconds first, then a column for each series. */
  draw(columns: readonly (readonly (number | null)[])[]): void;
  stop(): void;
}

/** The drawing must not make its own place grow. */
const heightOf = (place: HTMLElement): number => Math.max(120, Math.min(320, place.clientHeight - 4));

/** A line chart in the colours of the page, as wide as its place. What it shows must also be there as text. */
export function chart(place: HTMLElement, options: ChartOptions): Chart {
  const colour = (name: string): string => getComputedStyle(place).getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  const plot = new uPlot(
    {
      width: Math.max(200, place.clientWidth),
      height: heightOf(place),
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { range: (_plot, low, high) => [Math.min(low, high - options.spanS), high] },
        y: { range: (_plot, low, high) => [Math.min(0, low * 1.1), Math.max(1, high * 1.1)] },
      },
      axes: [
        {
          ...axis,
          size: 28,
          space: 90,
          values: (_plot, times, _axis, _space, stepS) =>
            times.map((timeS) => (stepS < 60 ? clockSeconds : clockTime)(timeS * 1000, options.timeZone)),
        },
        {
          ...axis,
          size: 52,
          space: 32,
          values: (_plot, values) =>
            values.map((value) => `${number(value, options.digits ?? 0)} ${options.unit}`),
        },
      ],
      series: [
        {},
        ...options.series.map(
          ({ label, colour: stroke, fill, isStep }): uPlot.Series => ({
            label,
            stroke: colour(stroke),
            width: 2,
            points: { show: false },
            ...(fill !== undefined && { fill: colour(fill) }),
            ...(isStep === true && stepped !== undefined && { paths: stepped }),
          }),
        ),
      ],
    },
    [[], ...options.series.map(() => [])],
    place,
  );
  const watch = new ResizeObserver(() => {
    if (place.clientWidth > 0) plot.setSize({ width: place.clientWidth, height: heightOf(place) });
  });
  watch.observe(place);
  return {
    draw: (columns) => plot.setData(columns.map((column) => [...column]) as uPlot.AlignedData),
    stop: () => {
      watch.disconnect();
      plot.destroy();
    },
  };
}
