import { Point } from '@influxdata/influxdb-client';
import type { Clock } from '../control/ports.ts';
import type { Figures, SeriesMinute } from '../domain/minutes.ts';
import type { Logger } from '../log.ts';
import { origins } from './codes.ts';
import { withNumbers } from './numbers.ts';
import { type InfluxConfig, influxSender, type Sender } from './sender.ts';

const batchMax = 5_000;
const requestTimeoutMs = 30_000;
const triesMax = 5;
const pauseMs = 2_000;

interface BackfillPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Where the config has an EVSE: minutes do not keep it. undefined: it is no longer there. */
  circuitOf(evseId: string): string | undefined;
}

/** Nothing, or not all, was written; what was stays. The message says why. */
export class BackfillError extends Error {
  readonly code = 'backfill-failed';
}

/**
 * Writes minutes as the points that ticks would have written, one a minute, and tells how many. Doing it again changes
 * nothing: a point at the same instant replaces the one before.
 */
export async function backfill(
  config: InfluxConfig,
  minutes: AsyncIterable<SeriesMinute>,
  { clock, log, circuitOf }: BackfillPorts,
): Promise<{ readonly minutes: number; readonly points: number }> {
  const sender = influxSender(config, { batchMax, requestTimeoutMs }, log);
  const written = { minutes: 0, points: 0 };
  let waiting: string[] = [];
  const send = async (): Promise<void> => {
    if (waiting.length > 0) await sendAll(sender, waiting, clock);
    written.points += waiting.length;
    waiting = [];
  };
  try {
    for await (const minute of minutes) {
      const lines = minutePoints(minute, circuitOf).flatMap((point) => point.toLineProtocol() ?? []);
      if (waiting.length + lines.length > batchMax) await send();
      waiting.push(...lines);
      written.minutes += 1;
    }
    await send();
    return written;
  } finally {
    sender.destroy();
  }
}

async function sendAll(sender: Sender, lines: string[], clock: Clock): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const outcome = await sender.send(lines);
    if (outcome.status === 'written') return;
    if (outcome.status === 'refused' || tries === triesMax) {
      throw new BackfillError(`the time-series database did not take the minutes: ${outcome.why}`);
    }
    await new Promise<void>((resolve) => {
      clock.after(pauseMs, resolve);
    });
  }
}

const phaseNames = ['l1', 'l2', 'l3'] as const;

/** The points of a minute of one series, with the names and tags of `pointsOf`. */
function minutePoints(
  { series, atMs, figures }: SeriesMinute,
  circuitOf: BackfillPorts['circuitOf'],
): readonly Point[] {
  const { siteId, kind, id } = series;
  const point = (name: string): Point => new Point(name).tag('site', siteId).timestamp(atMs);
  switch (kind) {
    case 'site':
      return [withNumbers(point('tick'), figures)];
    case 'evse':
      return [
        withNumbers(
          point('evse')
            .tag('circuit', circuitOf(id) ?? '')
            .tag('evse', id),
          figures,
        ),
      ];
    case 'circuit':
      return [
        ...phaseNames.map((phase) =>
          withNumbers(
            point('circuit').tag('circuit', id).tag('phase', phase.toUpperCase()),
            onPhase(figures, phase),
          ),
        ),
        ...limitPoints(point('grid_limit').tag('circuit', id), figures),
      ];
    default:
      return kind satisfies never;
  }
}

const onPhase = (figures: Figures, phase: (typeof phaseNames)[number]) => ({
  draw_amps: figures[`draw_${phase}_amps`],
  background_amps: figures[`background_${phase}_amps`],
  limit_amps: figures[`limit_${phase}_amps`],
  exposure_amps: figures[`exposure_${phase}_amps`],
  headroom_amps: figures[`headroom_${phase}_amps`],
  basis: figures['basis'],
  limited_by: figures['limited_by'],
});

function limitPoints(point: Point, figures: Figures): readonly Point[] {
  const sources = ['site-operator', 'grid-operator'] as const;
  const source = sources.find((each) => origins[each] === figures['limited_by']);
  if (source === undefined) return [];
  const limits = phaseNames.map((phase) => `limit_${phase}_amps`);
  return [
    withNumbers(point.tag('source', source), Object.fromEntries(limits.map((name) => [name, figures[name]]))),
  ];
}
