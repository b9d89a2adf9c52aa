import { connectionPhases } from '../../src/timeseries/codes.ts';
import type { Question } from './question.ts';
import { curtailments } from './shared.ts';
import type { DashboardSpec } from './spec.ts';

const target = (field: string, how: Question['how'], legend?: string): Question => ({
  measurement: 'grid_target',
  fields: [field],
  how,
  where: ['connection'],
  by: ['connection', 'target'],
  ...(legend !== undefined && { legend }),
});

const gridLimit = (phase: string): Question => ({
  measurement: 'grid_limit',
  fields: [`limit_${phase.toLowerCase()}_amps`],
  how: 'lowest',
  by: ['site', 'circuit', 'source'],
  legend: phase,
});

export const gridBoard: DashboardSpec = {
  name: 'grid',
  title: 'Lastvakt: grid operator',
  description: 'What grid operators asked for, what was delivered, and whether it was kept.',
  variables: [
    {
      ...{ tag: 'connection', label: 'Connection', measurement: 'grid_target', field: 'phase' },
      isMany: true,
    },
  ],
  annotations: curtailments([]),
  panels: [
    {
      title: 'Requested and delivered',
      description: 'The most that may flow at each target, and what flows there, building and cars.',
      ...{ kind: 'lines', unit: 'watt', width: 16, limit: 'requested' },
      questions: [
        target('requested_watts', 'lowest', 'requested'),
        target('delivered_watts', 'mean', 'delivered'),
        target('car_watts', 'mean', 'cars'),
      ],
    },
    {
      title: 'Compliance',
      description: 'Share of the time under a request in which no more flowed than was requested.',
      ...{ kind: 'number', unit: 'percentunit', width: 4, over: 'mean', alarm: { at: 0.99, isLow: true } },
      questions: [target('complies', 'mean')],
    },
    {
      title: 'Worst excess',
      description:
        'The most that flowed above what was requested. It is not 0 for some seconds after each curtailment begins.',
      ...{ kind: 'number', unit: 'watt', width: 4, over: 'max', alarm: { at: 1 } },
      questions: [target('excess_watts', 'highest')],
    },
    {
      title: 'State of each connection',
      description: 'failsafe: the grid operator is silent and the agreed failsafe limit holds.',
      ...{ kind: 'states', unit: 'none', width: 12, words: connectionPhases },
      questions: [target('phase', 'last')],
    },
    {
      title: 'Excess over what was requested',
      description:
        'Load above the request; everything but a short peak at the begin of a curtailment is a violation.',
      ...{ kind: 'lines', unit: 'watt', width: 12, alarm: { at: 1 } },
      questions: [target('excess_watts', 'highest')],
    },
    {
      title: 'Limits that bind circuits',
      description: 'Current per phase that somebody other than the breaker allows, and who.',
      ...{ kind: 'lines', unit: 'amp', width: 12 },
      questions: ['L1', 'L2', 'L3'].map(gridLimit),
    },
    {
      title: 'Until each limit ends',
      description: 'Nothing is shown for a standing limit.',
      ...{ kind: 'lines', unit: 'ms', width: 12 },
      questions: [
        {
          ...{ measurement: 'grid_limit', fields: ['remaining_ms'], how: 'lowest' },
          by: ['site', 'circuit', 'source'],
        },
      ],
    },
  ],
};
