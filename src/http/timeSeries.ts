import Type from 'typebox';
import { closed } from './closed.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { nullable } from './schemas.ts';
import { instant } from './siteBody.ts';

const count = (description: string) => Type.Integer({ description });
const timeSeriesNow = Type.Object(
  {
    status: Type.Enum(['off', 'working', 'failing'], {
      description: 'off: the config names no time-series database',
    }),
    offered: count('Points made since the start: the sum of all below'),
    written: count('Points the database took'),
    waiting: count('Points kept until it takes them'),
    lost: Type.Object(
      {
        overflow: count('No room was left for them while the database was away'),
        refused: count('The database does not take them: wrong token, bucket or database'),
        stop: count('The service stopped first'),
      },
      closed,
    ),
    lostSpan: nullable(
      Type.Object(
        { from: Type.String({ format: 'date-time' }), until: Type.String({ format: 'date-time' }) },
        { ...closed, description: 'First and last instant of what the newest outage cost' },
      ),
    ),
  },
  closed,
);

const none = { offered: 0, written: 0, waiting: 0, lostToOverflow: 0, lostToRefusal: 0, lostAtStop: 0 };

/** `GET /timeseries`: whether the time-series database gets everything, and what it did not get. */
export const timeSeries =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    api.get(
      '/timeseries',
      {
        config: { right: 'read sites' },
        schema: {
          summary: 'Points written to the time-series database, waiting for it and lost, since the start',
          response: { 200: timeSeriesNow },
        },
      },
      async () => {
        const now = ports.timeSeries();
        const counters = now.status === 'off' ? none : now.counters;
        const span = now.status === 'off' ? undefined : now.lostSpan;
        return {
          status: now.status,
          offered: counters.offered,
          written: counters.written,
          waiting: counters.waiting,
          lost: {
            overflow: counters.lostToOverflow,
            refused: counters.lostToRefusal,
            stop: counters.lostAtStop,
          },
          lostSpan: span === undefined ? null : { from: instant(span.fromMs), until: instant(span.untilMs) },
        };
      },
    );
  };
