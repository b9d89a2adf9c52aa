import { describe, expect, it } from 'vitest';
import { publishedSchemas } from '../../src/ocpp/schemas.ts';

const meterValues = publishedSchemas('ocpp1_6.json').request('MeterValues');
const isTaken = (timestamp: string) =>
  meterValues.check({ connectorId: 1, meterValue: [{ timestamp, sampledValue: [{ value: '1' }] }] });

describe('an instant in a message', () => {
  it.each([
    '2026-12-01T18:00:00Z',
    '2026-12-31T23:59:59.123456Z',
    '2026-04-30T00:00:00+02:00',
    '2028-02-29T12:00:00-11:30',
    '2026-12-31T23:59:60Z',
    '2026-12-01t18:00:00z',
    '2026-12-01 18:00:00Z',
  ])('%s is one', (timestamp) => expect(isTaken(timestamp)).toBe(true));

  it.each([
    '2026-02-29T12:00:00Z',
    '2026-02-30T12:00:00Z',
    '2026-04-31T12:00:00Z',
    '2026-13-01T12:00:00Z',
    '2026-00-10T12:00:00Z',
    '2026-12-00T12:00:00Z',
    '2026-12-01T24:00:00Z',
    '2026-12-01T12:60:00Z',
    '2026-12-01T12:00:61Z',
    '2026-12-01T12:00:00',
    '2026-12-01T12:00:00+24:00',
    '2026-12-01',
    'x2026-12-01T12:00:00Z',
    '2026-12-01T12:00:00Zx',
  ])('%s is none', (timestamp) => expect(isTaken(timestamp)).toBe(false));
});
