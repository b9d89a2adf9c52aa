import type { Question } from './question.ts';
import { siteVariable, tick } from './shared.ts';
import type { DashboardSpec } from './spec.ts';

const service = (field: string, how: Question['how'], legend: string): Question => ({
  measurement: 'service',
  fields: [field],
  how,
  legend,
});

export const healthBoard: DashboardSpec = {
  name: 'health',
  title: 'Lastvakt: service health',
  description:
    'How the service itself does: its loop, its memory, the database, the broker and its certificates.',
  variables: [siteVariable(true)],
  annotations: [],
  panels: [
    {
      title: 'Duration of a tick',
      description: 'Longest time that a tick took. It has to stay well below control.tickMs.',
      ...{ kind: 'lines', unit: 'ms', width: 12, alarm: { at: 500 } },
      questions: [tick('duration_ms', 'highest')],
    },
    {
      title: 'Processor',
      description: 'Share of one core that the service takes.',
      ...{ kind: 'lines', unit: 'percentunit', width: 12, alarm: { at: 0.8 } },
      questions: [service('processor_s', 'rate', 'processor')],
    },
    {
      title: 'Memory',
      description: 'Resident memory of the service.',
      ...{ kind: 'lines', unit: 'bytes', width: 12 },
      questions: [service('memory_bytes', 'highest', 'memory')],
    },
    {
      title: 'Connections',
      description: 'Stations that are connected, and whether the MQTT broker is (1) or not (0).',
      ...{ kind: 'lines', unit: 'none', width: 12 },
      questions: [
        service('stations_connected', 'lowest', 'stations'),
        service('broker_connected', 'lowest', 'broker'),
      ],
    },
    {
      title: 'Waiting to be written',
      description: 'Records for the database and points for the time series that are not written yet.',
      ...{ kind: 'lines', unit: 'none', width: 12, alarm: { at: 5_000 } },
      questions: [
        service('store_waiting', 'highest', 'database'),
        service('points_waiting', 'highest', 'time series'),
      ],
    },
    {
      title: 'Lost since the start',
      description:
        'Points can be restored as minutes with lastvakt backfill; GET /api/v1/timeseries tells for which time.',
      ...{ kind: 'lines', unit: 'none', width: 12, alarm: { at: 1 } },
      questions: [
        service('store_lost', 'highest', 'database'),
        service('points_lost', 'highest', 'time series'),
      ],
    },
    {
      title: 'Running for',
      description: 'Time since the start of the service. A saw tooth is a service that does not stay up.',
      ...{ kind: 'lines', unit: 's', width: 12 },
      questions: [service('uptime_s', 'last', 'running')],
    },
    {
      title: 'Certificates end in',
      description:
        'Replace the files of a certificate before it ends; files for stations are taken into use within 10 s.',
      ...{
        kind: 'number',
        unit: 's',
        width: 12,
        over: 'lastNotNull',
        alarm: { at: 30 * 86_400, isLow: true },
      },
      questions: [
        { measurement: 'certificate', fields: ['remaining_s'], how: 'lowest', by: ['certificate'] },
      ],
    },
  ],
};
