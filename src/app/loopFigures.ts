import { answerBoundsS, type LoopCounts, loopCounts } from '../control/loopCounts.ts';
import type { Clock } from '../control/ports.ts';
import type { SiteInputs } from '../control/siteInput.ts';
import type { ViewBoard } from '../control/viewBoard.ts';
import type { Figure } from '../http/ports.ts';
import type { Running } from './app.ts';

export interface LoopWatch {
  readonly counts: LoopCounts;
  /** The same inputs, whose answers are counted as they pass. */
  readonly inputs: SiteInputs;
}

/** Counts ticks that are late, commands and their answers. */
export function watchLoop(
  inputs: SiteInputs,
  { board, clock, tickMs }: { readonly board: ViewBoard; readonly clock: Clock; readonly tickMs: number },
): LoopWatch {
  const counts = loopCounts(tickMs);
  board.onTick((result) => counts.follow(result, clock.monotonicMs()));
  return {
    counts,
    inputs: {
      ...inputs,
      applyAnswer(answer) {
        counts.answered(answer, clock.monotonicMs());
        inputs.applyAnswer(answer);
      },
    },
  };
}

export function loopFigures({ counts, board, mqtt }: Running): readonly Figure[] {
  const { overdue, refusedRaises, outcomes, answers } = counts;
  const one = (kind: Figure['kind'], name: string, help: string, value: number): Figure => ({
    name,
    help,
    kind,
    samples: [{ labels: {}, value }],
  });
  const bounds = [...answerBoundsS.map(String), '+Inf'];
  return [
    one('counter', 'ticks_overdue_total', 'Ticks later than twice the pace', overdue),
    one(
      'counter',
      'raises_refused_total',
      'Raises that the validator kept back: a fault of ours',
      refusedRaises,
    ),
    {
      name: 'commands_total',
      help: 'Commands to stations, by what came of them',
      kind: 'counter',
      samples: [...outcomes].map(([outcome, value]) => ({ labels: { outcome }, value })),
    },
    {
      name: 'command_answer_seconds_bucket',
      help: 'Commands that a station answered within so many seconds',
      kind: 'counter',
      samples: [...answers.within, answers.count].map((value, index) => ({
        labels: { le: bounds[index] ?? '+Inf' },
        value,
      })),
    },
    one('counter', 'command_answer_seconds_sum', 'Time to all answers of stations together', answers.sumS),
    one('counter', 'command_answer_seconds_count', 'Commands that a station answered', answers.count),
    {
      name: 'stations_connected',
      help: 'Stations that are connected',
      kind: 'gauge',
      samples: board.views.map(({ siteId, evses }) => {
        const online = evses.filter(({ state }) => state !== 'offline');
        return { labels: { site: siteId }, value: new Set(online.map(({ stationId }) => stationId)).size };
      }),
    },
    one('gauge', 'broker_connected', '1 while the MQTT broker is connected', mqtt.isConnected ? 1 : 0),
  ];
}
