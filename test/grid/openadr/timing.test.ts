import { describe, expect, it } from 'vitest';
import type { OpenAdrEvent } from '../../../src/grid/openadr/model.ts';
import { drawnShiftMs, parts, timing } from '../../../src/grid/openadr/timing.ts';
import { at, givenEvent, interval, period } from './given.ts';

const day = '2026-01-31';
const heardAtMs = at(`${day}T11:30:00Z`);
const wide = { fromMs: at('2000-01-01T00:00:00Z'), untilMs: at('2030-01-01T00:00:00Z') };

const timed = (event: OpenAdrEvent, window = wide, intervalsMax = 100) =>
  timing({ event, venName: 'ven-1', heardAtMs, window, intervalsMax });

/** `id from until`, hours and minutes where the day is the event's. */
function shown(event: OpenAdrEvent, window = wide): readonly string[] {
  const result = timed(event, window);
  if (result.status === 'unreadable') return [result.why];
  return result.value.intervals.map(
    ({ id, fromMs, untilMs }) => `${id} ${clockOf(fromMs)} ${clockOf(untilMs)}`,
  );
}

const clockOf = (ms: number): string =>
  ms === Number.POSITIVE_INFINITY
    ? 'endless'
    : new Date(ms).toISOString().replace(`${day}T`, '').replace(':00.000Z', '').replace('.000Z', 'Z');

const hour = { period: period(`${day}T12:00:00Z`, 'PT1H') };
const two = { ...hour, intervals: [interval(0, 10), interval(1, 8)] };
const own = (...args: Parameters<typeof period>) => ({ period: period(...args) });

const cases: readonly (readonly [
  fact: string,
  change: Partial<OpenAdrEvent>,
  expected: readonly string[],
])[] = [
  // User Guide 7.3: start and duration of the event are the default of its intervals.
  ['one interval takes start and duration of the event', hour, ['0 12:00 13:00']],
  ['intervals without a period follow each other', two, ['0 12:00 13:00', '1 13:00 14:00']],
  [
    'three follow each other',
    { ...hour, intervals: [0, 1, 2].map((id) => interval(id, 1)) },
    ['0 12:00 13:00', '1 13:00 14:00', '2 14:00 15:00'],
  ],
  ['the zone of a start counts', { period: period(`${day}T12:00:00+01:00`, 'PT1H') }, ['0 11:00 12:00']],
  [
    'ids that fall are kept as they are',
    { ...hour, intervals: [interval(7, 1), interval(3, 2)] },
    ['7 12:00 13:00', '3 13:00 14:00'],
  ],
  [
    'the same id twice makes two intervals',
    { ...hour, intervals: [interval(0, 1), interval(0, 2)] },
    ['0 12:00 13:00', '0 13:00 14:00'],
  ],
  ['an event without intervals has none', { ...hour, intervals: [] }, []],
  // 7.4: an interval's own period overrides.
  [
    'an own duration overrides, and the next follows it',
    { ...hour, intervals: [interval(0, 1), interval(1, 2, own(undefined, 'PT2H')), interval(2, 3)] },
    ['0 12:00 13:00', '1 13:00 15:00', '2 15:00 16:00'],
  ],
  [
    'an own start overrides',
    { ...hour, intervals: [interval(0, 1, own(`${day}T14:00:00Z`))] },
    ['0 14:00 15:00'],
  ],
  [
    'own starts may leave gaps',
    { ...hour, intervals: [interval(0, 1), interval(1, 2, own(`${day}T15:00:00Z`))] },
    ['0 12:00 13:00', '1 15:00 16:00'],
  ],
  [
    'own starts may overlap',
    { ...hour, intervals: [interval(0, 1), interval(1, 2, own(`${day}T12:30:00Z`))] },
    ['0 12:00 13:00', '1 12:30 13:30'],
  ],
  [
    'an interval may start before the one above it',
    { ...hour, intervals: [interval(0, 1), interval(1, 2, own(`${day}T11:00:00Z`))] },
    ['0 12:00 13:00', '1 11:00 12:00'],
  ],
  [
    'periods at the intervals alone are enough',
    {
      period: undefined,
      intervals: [
        interval(0, 1, own(`${day}T12:00:00Z`, 'PT15M')),
        interval(1, 2, own(`${day}T13:00:00Z`, 'PT30M')),
      ],
    },
    ['0 12:00 12:15', '1 13:00 13:30'],
  ],
  // "0001-01-01": now, or right after the one before.
  [
    'the beginning of time at the event is now: when the VTN last changed it',
    { period: period('0001-01-01', 'PT1H') },
    ['0 11:00 12:00'],
  ],
  ['with a time of day it is the same', { period: period('0001-01-01T00:00:00', 'PT1H') }, ['0 11:00 12:00']],
  ['with a zone too', { period: period('0001-01-01T00:00:00Z', 'PT1H') }, ['0 11:00 12:00']],
  ['with fractions too', { period: period('0001-01-01T00:00:00.000Z', 'PT1H') }, ['0 11:00 12:00']],
  [
    'never changed, now is when it was created',
    { modifiedAtMs: undefined, period: period('0001-01-01', 'PT1H') },
    ['0 10:00 11:00'],
  ],
  [
    'without any instant, now is when it was first heard',
    { modifiedAtMs: undefined, createdAtMs: undefined, period: period('0001-01-01', 'PT1H') },
    ['0 11:30 12:30'],
  ],
  ['no start anywhere is now', { period: period(undefined, 'PT1H') }, ['0 11:00 12:00']],
  ['no period anywhere is now and endless', { period: undefined }, ['0 11:00 endless']],
  [
    'now at the first interval is the start of the event',
    { ...hour, intervals: [interval(0, 1, own('0001-01-01'))] },
    ['0 12:00 13:00'],
  ],
  [
    'now at the first interval of an event without period is now',
    { period: undefined, intervals: [interval(0, 1, own('0001-01-01', 'PT1H'))] },
    ['0 11:00 12:00'],
  ],
  [
    'now at a later interval is right after the one before',
    { ...hour, intervals: [interval(0, 1), interval(1, 2, own('0001-01-01', 'PT2H'))] },
    ['0 12:00 13:00', '1 13:00 15:00'],
  ],
  // Durations, infinity, cancellation (7.9).
  ['P9999Y is endless', { period: period(`${day}T12:00:00Z`, 'P9999Y') }, ['0 12:00 endless']],
  [
    'now and P9999Y is an order until further notice',
    { period: period('0001-01-01', 'P9999Y') },
    ['0 11:00 endless'],
  ],
  [
    'what follows something endless never comes',
    { ...two, period: period(`${day}T12:00:00Z`, 'P9999Y') },
    ['0 12:00 endless'],
  ],
  [
    'without a duration an interval lasts until the next start',
    {
      period: undefined,
      intervals: [interval(0, 1, own(`${day}T12:00:00Z`)), interval(1, 2, own(`${day}T14:00:00Z`, 'PT1H'))],
    },
    ['0 12:00 14:00', '1 14:00 15:00'],
  ],
  ['without a duration the last one is endless', { period: period(`${day}T12:00:00Z`) }, ['0 12:00 endless']],
  ['PT0S in the past cancels', { period: period('0001-01-01', 'PT0S') }, []],
  ['PT0H is nothing either', { period: period(`${day}T12:00:00Z`, 'PT0H') }, []],
  [
    'one interval of no length does not stop the next',
    { ...hour, intervals: [interval(0, 1, own(undefined, 'PT0S')), interval(1, 2)] },
    ['1 12:00 13:00'],
  ],
  ['days and weeks are lengths', { period: period(`${day}T00:00:00Z`, 'P1W') }, ['0 00:00 2026-02-07T00:00']],
  [
    'a month ends on the same day of the next',
    { period: period('2026-03-15T00:00:00Z', 'P1M') },
    ['0 2026-03-15T00:00 2026-04-15T00:00'],
  ],
  [
    'a month from the 31st ends on the last of February',
    { period: period(`${day}T00:00:00Z`, 'P1M') },
    ['0 00:00 2026-02-28T00:00'],
  ],
  [
    'a year is a year of the calendar',
    { period: period(`${day}T00:00:00Z`, 'P1Y') },
    ['0 00:00 2027-01-31T00:00'],
  ],
  ['seconds may have fractions', { period: period(`${day}T12:00:00Z`, 'PT0.5S') }, ['0 12:00 12:00:00.500Z']],
  [
    'an hour over the change to summer time is an hour',
    { period: period('2026-03-29T00:30:00Z', 'PT1H') },
    ['0 2026-03-29T00:30 2026-03-29T01:30'],
  ],
  // event.duration shortens or loops (7.3).
  ['a duration of the event omits what is after it', { ...two, duration: 'PT1H' }, ['0 12:00 13:00']],
  ['it cuts an interval short', { ...two, duration: 'PT90M' }, ['0 12:00 13:00', '1 13:00 13:30']],
  [
    'it ends what is endless',
    { period: period(`${day}T12:00:00Z`, 'P9999Y'), duration: 'PT2H' },
    ['0 12:00 14:00'],
  ],
  [
    'longer than the intervals, they loop until it ends',
    { ...two, duration: 'PT3H' },
    ['0 12:00 13:00', '1 13:00 14:00', '0 14:00 15:00'],
  ],
  [
    'as long as the intervals, they come once',
    { ...two, duration: 'PT2H' },
    ['0 12:00 13:00', '1 13:00 14:00'],
  ],
  ['PT0S of the event cancels it', { ...two, duration: 'PT0S' }, []],
  // What cannot be known is said.
  [
    'a start without a zone is refused',
    { period: period(`${day}T12:00:00`, 'PT1H') },
    ['start "2026-01-31T12:00:00" is not an instant with a zone'],
  ],
  [
    '30 February is refused',
    { period: period('2026-02-30T12:00:00Z', 'PT1H') },
    ['start "2026-02-30T12:00:00Z" is not an instant with a zone'],
  ],
  [
    'a duration that is none is refused',
    { period: period(`${day}T12:00:00Z`, '1 hour') },
    ['duration "1 hour" is not a duration of ISO 8601'],
  ],
  [
    'a negative duration is refused',
    { period: period(`${day}T12:00:00Z`, '-PT1H') },
    ['duration "-PT1H" is not a duration of ISO 8601'],
  ],
  [
    'a randomizeStart that is none is refused',
    { period: period(`${day}T12:00:00Z`, 'PT1H', 'a bit') },
    ['randomizeStart "a bit" is not a duration of ISO 8601'],
  ],
  [
    'an endless randomizeStart is refused',
    { period: period(`${day}T12:00:00Z`, 'PT1H', 'P9999Y') },
    ['randomizeStart "P9999Y" is not a duration of ISO 8601'],
  ],
];

describe('the times of an event [OpenADR 3.1 User Guide 7.3, 7.4, 7.9]', () => {
  it.each(cases)('%s', (_fact, change, expected) => {
    expect(shown(givenEvent(change))).toEqual(expected);
  });

  it('are those of the window alone', () => {
    const window = { fromMs: at(`${day}T13:30:00Z`), untilMs: at(`${day}T14:30:00Z`) };
    const four = { ...hour, intervals: [0, 1, 2, 3].map((id) => interval(id, id)) };
    expect(shown(givenEvent(four), window)).toEqual(['1 13:00 14:00', '2 14:00 15:00']);
  });

  it('skip ahead to the loop of now, years after the first', () => {
    const window = { fromMs: at('2029-01-01T12:30:00Z'), untilMs: at('2029-01-01T13:30:00Z') };
    const prices = { ...two, period: period('2020-01-01T00:00:00Z', 'PT1H'), duration: 'P9999Y' };
    expect(shown(givenEvent(prices), window)).toEqual([
      '0 2029-01-01T12:00 2029-01-01T13:00',
      '1 2029-01-01T13:00 2029-01-01T14:00',
    ]);
  });

  it('are bounded, and say so: the latest are missing', () => {
    const many = { ...hour, intervals: Array.from({ length: 101 }, (_, id) => interval(id, 1)) };
    const result = timed(givenEvent(many));
    expect(result.status === 'read' && [result.value.intervals.length, result.value.isTruncated]).toEqual([
      100,
      true,
    ]);
  });

  it('end where intervals of no length loop for ever', () => {
    const empty = interval(0, 1, own(`${day}T12:00:00Z`, 'PT0S'));
    const late = interval(1, 1, own(`${day}T12:00:00.001Z`, 'PT0S'));
    expect(shown(givenEvent({ intervals: [empty, late], duration: 'P9999Y' }))).toEqual([]);
  });
});

describe('randomizeStart', () => {
  const random = (id: string, change: Partial<OpenAdrEvent> = {}) =>
    timed(
      givenEvent({
        id,
        period: period(`${day}T12:00:00Z`, 'PT1H', 'PT10M'),
        intervals: two.intervals,
        ...change,
      }),
    );
  const shiftsOf = (id: string, change: Partial<OpenAdrEvent> = {}): readonly number[] => {
    const result = random(id, change);
    if (result.status === 'unreadable') throw new Error(result.why);
    return result.value.intervals.map(({ fromMs, index }) => fromMs - at(`${day}T${12 + index}:00:00Z`));
  };

  it('is the same at every reading, also after a restart', () => {
    expect(shiftsOf('a')).toEqual(shiftsOf('a'));
  });

  it('shifts what follows by the same amount', () => {
    const [first, second] = shiftsOf('a');
    expect(first).not.toBe(0);
    expect(second).toBe(first);
  });

  it('shifts later absolute starts too, and draws anew where they ask for it', () => {
    const at13 = `${day}T13:00:00Z`;
    const [first, second] = shiftsOf('a', { intervals: [interval(0, 1), interval(1, 1, own(at13))] });
    expect(second).toBe(first);
    const [, redrawn] = shiftsOf('a', {
      intervals: [interval(0, 1), interval(1, 1, own(at13, 'PT1H', 'PT1M'))],
    });
    expect(redrawn).not.toBe(first);
    expect(Math.abs(redrawn ?? 0)).toBeLessThanOrEqual(60_000);
  });

  it('is spread evenly over both sides, and never more', () => {
    const shifts = Array.from(
      { length: 2_000 },
      (_, each) => drawnShiftMs('-PT10M', ['ven', `${each}`]) ?? Number.NaN,
    );
    const quarter = shifts.filter((shift) => shift < -300_000).length;
    expect(Math.max(...shifts.map(Math.abs))).toBeLessThanOrEqual(600_000);
    expect(quarter).toBeGreaterThan(400);
    expect(quarter).toBeLessThan(600);
  });
});

describe('several values in one payload', () => {
  const three = { fromMs: at(`${day}T00:00:00Z`), untilMs: at(`${day}T03:00:00Z`) };

  it('share the interval in equal parts [User Guide 7.3, example 7.3-1]', () => {
    expect(parts(three, 3).map(({ fromMs }) => clockOf(fromMs))).toEqual(['00:00', '01:00', '02:00']);
    expect(parts(three, 3).at(-1)?.untilMs).toBe(three.untilMs);
  });

  it('leave no gap where the division has a remainder', () => {
    const pieces = parts(three, 7);
    expect(
      pieces.every(({ untilMs }, index) => untilMs === (pieces[index + 1]?.fromMs ?? three.untilMs)),
    ).toBe(true);
  });

  it('have only the first to hold for ever: nothing divides the endless', () => {
    expect(parts({ ...three, untilMs: Number.POSITIVE_INFINITY }, 3)).toHaveLength(1);
  });
});
