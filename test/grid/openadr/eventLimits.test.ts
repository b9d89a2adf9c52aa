import { describe, expect, it } from 'vitest';
import { type EventReading, judgedEvent } from '../../../src/grid/openadr/eventLimits.ts';
import { standardMeanings } from '../../../src/grid/openadr/meaning.ts';
import type { OpenAdrEvent, Program } from '../../../src/grid/openadr/model.ts';
import { at, feeder, garage, garageTarget, givenEvent, givenReading, interval, period } from './given.ts';

const program: Program = {
  id: 'program-1',
  name: 'limits',
  retailerName: undefined,
  programType: undefined,
  isBinding: undefined,
  payloadDescriptors: [{ payloadType: 'PRICE', units: 'KWH', currency: 'SEK' }],
};

const judged = (change: Partial<OpenAdrEvent> = {}, reading: Partial<EventReading> = {}) =>
  judgedEvent({
    event: givenEvent(change),
    program,
    heardAtMs: at('2026-01-31T11:30:00Z'),
    version: 7,
    window: { fromMs: at('2026-01-31T11:30:00Z'), untilMs: at('2026-02-08T11:30:00Z') },
    reading: givenReading(reading),
  });

const limitsOf = (...args: Parameters<typeof judged>) => {
  const result = judged(...args);
  return result.status === 'fits' ? result.limits : result.why;
};

const payload = (type: string, ...values: unknown[]) => [interval(0, 0, { payloads: [{ type, values }] })];
const unitsOf = (type: string, units: string | undefined) => [
  { payloadType: type, units, currency: undefined },
];

describe('what an event means', () => {
  it('is a cap on the grid connection, with everything that the service needs to keep it', () => {
    expect(limitsOf()).toEqual([
      {
        externalId: 'event-1/0/IMPORT_CAPACITY_LIMIT/garage',
        version: 7,
        target: garageTarget,
        direction: 'import',
        kind: 'cap',
        role: 'event',
        boundary: 'connection',
        value: { watts: 10_000 },
        averaging: { mode: 'instant' },
        fromMs: at('2026-01-31T12:00:00Z'),
        untilMs: at('2026-01-31T13:00:00Z'),
        priority: 100,
        complyWithinS: 0,
        reason: 'limits: event-1',
      },
    ]);
  });

  it.each([
    ['IMPORT_CAPACITY_LIMIT', 'import', 'cap', 'event'],
    ['EXPORT_CAPACITY_LIMIT', 'export', 'cap', 'event'],
    ['IMPORT_CAPACITY_SUBSCRIPTION', 'import', 'baseline', 'default'],
    ['EXPORT_CAPACITY_SUBSCRIPTION', 'export', 'baseline', 'default'],
    ['CAPACITY_SUBSCRIPTION', 'import', 'baseline', 'default'],
    ['IMPORT_CAPACITY_RESERVATION', 'import', 'reservation', 'event'],
    ['EXPORT_CAPACITY_RESERVATION', 'export', 'reservation', 'event'],
    ['CAPACITY_RESERVATION', 'import', 'reservation', 'event'],
    ['DISPATCH_SETPOINT', 'import', 'target', 'event'],
  ])('%s is a limit on %s, %s, in the role %s', (type, direction, kind, role) => {
    expect(limitsOf({ intervals: payload(type, 5) })).toMatchObject([
      { direction, kind, role, value: { watts: 5_000 } },
    ]);
  });

  it.each([
    ['KW', { watts: 5_000 }],
    ['kW', { watts: 5_000 }],
    [undefined, { watts: 5_000 }],
    ['W', { watts: 5 }],
    ['KVA', { watts: 4_750 }],
    ['AMPS', { amps: 5 }],
    ['A', { amps: 5 }],
  ])('5 in units %s is %o', (units, value) => {
    const descriptors = unitsOf('IMPORT_CAPACITY_LIMIT', units);
    expect(limitsOf({ intervals: [interval(0, 5)], payloadDescriptors: descriptors })).toMatchObject([
      { value },
    ]);
  });

  it.each([
    ['a negative capacity', [interval(0, -1)], 'KW', 'IMPORT_CAPACITY_LIMIT -1 is negative'],
    ['a number as text', [interval(0, '5')], 'KW', 'IMPORT_CAPACITY_LIMIT "5" is not a number'],
    ['null', [interval(0, null)], 'KW', 'IMPORT_CAPACITY_LIMIT null is not a number'],
    ['not a number', [interval(0, Number.NaN)], 'KW', 'IMPORT_CAPACITY_LIMIT null is not a number'],
    ['more than any grid carries', [interval(0, 1e300)], 'KW', 'IMPORT_CAPACITY_LIMIT 1e+303 W is absurd'],
    [
      'units that are no power',
      [interval(0, 5)],
      'CELSIUS',
      'IMPORT_CAPACITY_LIMIT units "CELSIUS" are none of KW, W, KVA, AMPS',
    ],
    [
      'one bad value among good ones',
      [interval(0, 5), interval(1, -5)],
      'KW',
      'IMPORT_CAPACITY_LIMIT -5 is negative',
    ],
  ])('%s refuses the whole event', (_what, intervals, units, why) => {
    expect(limitsOf({ intervals, payloadDescriptors: unitsOf('IMPORT_CAPACITY_LIMIT', units) })).toBe(why);
  });

  it('takes 0 for what it is: no charging at all', () => {
    expect(limitsOf({ intervals: [interval(0, 0)] })).toMatchObject([{ value: { watts: 0 } }]);
  });

  it('splits an interval among several values', () => {
    const limits = limitsOf({ intervals: [interval(0, [10, 8, 6])] });
    expect(limits).toMatchObject([
      {
        externalId: 'event-1/0/IMPORT_CAPACITY_LIMIT/garage',
        value: { watts: 10_000 },
        untilMs: at('2026-01-31T12:20:00Z'),
      },
      { externalId: 'event-1/0.1/IMPORT_CAPACITY_LIMIT/garage', value: { watts: 8_000 } },
      {
        externalId: 'event-1/0.2/IMPORT_CAPACITY_LIMIT/garage',
        value: { watts: 6_000 },
        untilMs: at('2026-01-31T13:00:00Z'),
      },
    ]);
  });

  it('joins late: what is over is left out', () => {
    const started = {
      period: period('2026-01-31T09:00:00Z', 'PT1H'),
      intervals: [0, 1, 2, 3].map((id) => interval(id, id)),
    };
    expect(limitsOf(started)).toMatchObject([{ value: { watts: 2_000 } }, { value: { watts: 3_000 } }]);
  });

  it('holds for ever where the event has no end', () => {
    expect(limitsOf({ period: period('0001-01-01', 'P9999Y') })).toMatchObject([{ untilMs: undefined }]);
  });

  it('carries the priority of the event, 0 being the highest', () => {
    expect(limitsOf({ priority: 0 })).toMatchObject([{ priority: 0 }]);
  });

  it.each([
    [0, []],
    [1, [{ value: { watts: 30_000 } }]],
    [2, [{ value: { watts: 15_000 } }]],
    [3, [{ value: { watts: 0 } }]],
  ])('SIMPLE %d is the height that the resource gives the level', (level, expected) => {
    expect(limitsOf({ intervals: payload('SIMPLE', level) })).toMatchObject(expected);
  });

  it.each([[4], [-1], [1.5], ['1']])('SIMPLE %o is refused', (level) => {
    expect(limitsOf({ intervals: payload('SIMPLE', level) })).toContain('has no levelWatts');
  });

  it('prices are for the plan, in the currency of the program where the event names none', () => {
    const result = judged({ intervals: payload('PRICE', 0.17, 0.03), payloadDescriptors: [] });
    expect(result).toMatchObject({
      status: 'fits',
      limits: [],
      prices: [
        { perKwh: 0.17, currency: 'SEK', untilMs: at('2026-01-31T12:30:00Z') },
        { perKwh: 0.03, currency: 'SEK', fromMs: at('2026-01-31T12:30:00Z') },
      ],
    });
  });

  it('types that nobody gave a meaning are left alone', () => {
    expect(limitsOf({ intervals: payload('ALERT_GRID_EMERGENCY', 'help') })).toEqual([]);
  });

  it('a private type means what the config says', () => {
    const meanings = { ...standardMeanings, DEPOT_CAP: 'import cap' } as const;
    expect(limitsOf({ intervals: payload('DEPOT_CAP', 3) }, { meanings })).toMatchObject([
      { value: { watts: 3_000 } },
    ]);
  });

  it('an event of the safe mode holds when the sender is silent', () => {
    expect(limitsOf({ name: 'Safe-Mode fallback' }, { safeModeName: 'safe mode' })).toMatchObject([
      { role: 'failsafe' },
    ]);
  });
});

describe('whom an event means', () => {
  const both = { resources: [garage, feeder] };
  const named = (kind: string | undefined, ...values: string[]) => values.map((value) => ({ kind, value }));
  const places = (change: Partial<OpenAdrEvent>): unknown => {
    const limits = limitsOf(change, both);
    return typeof limits === 'string' ? limits : limits.map(({ externalId }) => externalId.split('/').at(-1));
  };

  it.each([
    ['without targets: everything we have', [], ['garage', 'feeder-12']],
    ['our VEN: everything we have', named('VEN_NAME', 'ven-1'), ['garage', 'feeder-12']],
    ['our VEN, without types', named(undefined, 'ven-1'), ['garage', 'feeder-12']],
    ['another VEN: nothing', named('VEN_NAME', 'ven-2'), 'it is for the VEN ven-2'],
    ['a resource by its name', named('RESOURCE_NAME', 'feeder-12'), ['feeder-12']],
    ['a place by its EAN18', named('POWER_SERVICE_LOCATION', '871234567890123456'), ['garage']],
    ['a place by its EAN18, without types', named(undefined, '871234567890123456'), ['garage']],
    [
      'an organisation beside a resource',
      [...named('ORGANIZATION_ID', '1337'), ...named('RESOURCE_NAME', 'garage')],
      ['garage'],
    ],
    ['several, of which one is ours', named('GROUP', 'x', 'garage', 'y'), ['garage']],
    ['none that we know', named('GROUP', 'elsewhere'), 'no resource is called "elsewhere"'],
    [
      'our VEN but a place that we do not know',
      [...named('VEN_NAME', 'ven-1'), ...named('GROUP', 'x')],
      'no resource is called "x"',
    ],
  ])('%s', (_fact, targets, expected) => {
    expect(places({ targets })).toEqual(expected);
  });
});
