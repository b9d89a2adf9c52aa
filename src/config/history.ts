import { Type } from 'typebox';
import { closed, section } from './parts.ts';

// Where the past is kept: minutes in the database, every tick in a time-series database.

export const historyConfig = section(
  {
    keepDays: Type.Integer({
      default: 396,
      minimum: 1,
      maximum: 4_000,
      description: 'how long the minutes of sites, circuits and EVSEs are kept; the default is 13 months',
    }),
  },
  'minutes in the database',
);

export const influxConfig = Type.Object(
  {
    url: Type.String({
      pattern: '^https?://',
      description: 'InfluxDB 1.8, 2 or 3, or VictoriaMetrics',
    }),
    token: Type.String({
      default: '',
      description: 'better taken from the environment than written into the file',
    }),
    org: Type.String({ default: '', description: 'organisation, InfluxDB 2' }),
    bucket: Type.String({ minLength: 1, description: 'bucket, or database/retention of InfluxDB 1.8' }),
    flushS: Type.Number({ default: 2, minimum: 1, maximum: 5, description: 'how often points are sent' }),
  },
  { ...closed, description: 'time series, best effort' },
);
