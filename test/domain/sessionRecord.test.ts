import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chargingPeriods } from '../../src/domain/chargingPeriods.ts';
import { evseId, stationId } from '../../src/domain/ids.ts';
import type { SessionFact } from '../../src/domain/sessionFact.ts';
import { recordOf, type SessionRecord, withFact, withPresumedEnd } from '../../src/domain/sessionRecord.ts';

const startMs = Date.parse('2026-11-20T12:05:00Z');
const minuteMs = 60_000;

/** A fact `minutes` after the start, from a station with the right time. */
const fact = (minutes: number, change: Partial<SessionFact> = {}): SessionFact => ({
  stationId: stationId('CP-A1'),
  transactionId: '17',
  evseNumber: 1,
  at: { atMs: startMs + minutes * minuteMs, clock: 'right', aheadMs: 0 },
  ...change,
});
/** The same from a station whose clock began with 1970, which is so far behind. */
const lost = (minutes: number, aheadMs: number, change: Partial<SessionFact> = {}): SessionFact =>
  fact(0, { at: { atMs: minutes * minuteMs - aheadMs, clock: 'guessed', aheadMs }, ...change });

const begin = fact(0, { begins: true, tokenId: 'T1', registerWh: 5000, sequence: 0 });
const end = fact(60, { ends: { reason: 'Local', isPresumed: false }, registerWh: 9000, sequence: 4 });
const course = [
  fact(1, { state: 'charging', sequence: 1 }),
  fact(20, { state: 'suspended-by-us', registerWh: 7000, sequence: 2 }),
  fact(40, { state: 'charging', registerWh: 7000, sequence: 3 }),
];

function recorded(facts: readonly SessionFact[]): SessionRecord {
  const [first, ...others] = facts;
  if (first === undefined) throw new Error('a record begins with a fact');
  return others.reduce(withFact, recordOf(first, evseId('A1')));
}

describe('the record of a session', () => {
  it('knows whether a profile prevails at its station, until that is told otherwise', () => {
    const priority = fact(5, { hasPriority: true });
    expect(recorded([begin, priority, ...course]).session.hasPriority).toBe(true);
    expect(recorded([begin, priority, fact(6, { hasPriority: false })]).session.hasPriority).toBe(false);
    expect('hasPriority' in recorded([begin, ...course]).session).toBe(false);
  });

  it('follows from what was told', () => {
    const { session, marks, meterStartWh, meterStopWh } = recorded([begin, ...course, end]);
    expect(session).toMatchObject({
      id: 'CP-A1~17',
      tokenId: 'T1',
      state: 'finished',
      startedAtMs: startMs,
      endedAtMs: startMs + 60 * minuteMs,
      endReason: 'Local',
      energyWh: 4000,
    });
    expect({ marks, meterStartWh, meterStopWh }).toEqual({
      marks: [],
      meterStartWh: 5000,
      meterStopWh: 9000,
    });
  });

  it('is the same in whatever order it was told, and however often', () => {
    const facts = [begin, ...course, end];
    const inOrder = recorded(facts);
    const orders = fc.shuffledSubarray([...facts, ...facts], { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(orders, (order) => {
        const { session, marks, story } = recorded(order);
        expect({ session, marks, points: story.points }).toEqual({
          session: inOrder.session,
          marks: inOrder.marks,
          points: inOrder.story.points,
        });
      }),
      { seed: 17, numRuns: 100 },
    );
  });

  it('is the very same when a fact is told again', () => {
    const record = recorded([begin, ...course, end]);
    for (const again of [begin, ...course, end]) expect(withFact(record, again)).toBe(record);
  });

  it('runs as long as no end was told', () => {
    expect(recorded([begin, ...course]).session).toMatchObject({
      state: 'charging',
      energyWh: 2000,
      endedAtMs: undefined,
    });
  });

  it.each<[string, readonly SessionFact[], readonly string[]]>([
    ['a begin that nobody saw', [fact(20, { registerWh: 7000 }), end], ['begin unseen']],
    ['messages that never came', [begin, end], ['messages missing']],
    ['what was told late', [begin, { ...end, sequence: 1, isOffline: true }], ['told late']],
    [
      'a clock that was off',
      [fact(0, { begins: true, at: { ...begin.at, clock: 'corrected', aheadMs: 9000 } })],
      ['clock corrected'],
    ],
    [
      'a meter that was reset',
      [begin, fact(5, { registerWh: 5100 }), fact(6, { registerWh: 3 })],
      ['meter reset'],
    ],
  ])('is marked with %s', (_what, facts, marks) => {
    expect(recorded(facts).marks).toEqual(marks);
  });

  it('loses the mark of missing messages when they come', () => {
    expect(recorded([begin, end, ...course]).marks).toEqual([]);
  });

  it('ends by presumption until the end is told', () => {
    const presumed = withPresumedEnd(recorded([begin, ...course]), startMs + 50 * minuteMs, 'superseded');
    expect(presumed.session).toMatchObject({ state: 'finished', endReason: 'superseded', energyWh: 2000 });
    expect(presumed.marks).toContain('stop missing');
    const told = withFact(presumed, { ...end, isOffline: true });
    expect(told.session).toMatchObject({ endReason: 'Local', energyWh: 4000 });
    expect(told.marks).toEqual(['told late']);
  });

  it('comes back to life when it charges after its presumed end', () => {
    const presumed = withPresumedEnd(recorded([begin, ...course]), startMs + 50 * minuteMs, 'superseded');
    const alive = withFact(presumed, fact(55, { registerWh: 8500 }));
    expect(alive.session).toMatchObject({ state: 'charging', endedAtMs: undefined, energyWh: 3500 });
  });

  it.each([
    ['after it', [1, 0]],
    ['before it', [0, 1]],
  ])(
    'keeps what it ended with when a reading within the same quarter of an hour is told %s',
    (_when, order) => {
      const facts = [fact(61, { registerWh: 9_100 }), end];
      const before = [begin, ...course, fact(56, { registerWh: 8_900 })];
      const { session } = recorded([...before, ...order.flatMap((index) => facts[index] ?? [])]);
      expect(session.energyWh).toBe(4_000);
    },
  );

  it('has nothing of what was measured after its end', () => {
    const after = withFact(recorded([begin, ...course, end]), fact(70, { registerWh: 9900 }));
    expect(after.session.energyWh).toBe(4000);
  });

  it('keeps its length when a station that lost the time tells it afterwards', () => {
    // It arrived all at once, an hour long: the first message was taken for now, and the last one shows better.
    const nowMs = startMs;
    const hour = 60 * minuteMs;
    const { session, marks } = recorded([
      lost(0, -nowMs, { begins: true, registerWh: 5000 }),
      lost(60, hour - nowMs, { ends: { reason: 'Local', isPresumed: false }, registerWh: 9000 }),
    ]);
    expect(session).toMatchObject({ startedAtMs: nowMs - hour, endedAtMs: nowMs, energyWh: 4000 });
    expect(marks).toEqual(['clock guessed']);
  });

  it('stays small, however often the meter tells', () => {
    const samples = Array.from({ length: 3600 }, (_, n) => fact(n / 6, { registerWh: 5000 + n }));
    const { story, session } = recorded([begin, fact(0, { state: 'charging' }), ...samples]);
    expect(story.points.length).toBeLessThan(100);
    expect(session.energyWh).toBe(3599);
  });
});

describe('the charging periods of a session', () => {
  const periodsOf = ({ story, session }: SessionRecord) =>
    chargingPeriods(story.points, {
      startedAtMs: session.startedAtMs,
      untilMs: session.endedAtMs ?? session.startedAtMs,
    });

  it('begin at every change and every quarter of an hour, and tell who held a pause', () => {
    const told = recorded([begin, ...course, fact(50, { state: 'suspended-by-ev', registerWh: 9000 }), end]);
    const minutes = (atMs: number) => (atMs - startMs) / minuteMs;
    expect(
      periodsOf(told).map(({ fromMs, untilMs, state, energyWh }) => [
        minutes(fromMs),
        minutes(untilMs),
        state,
        energyWh,
      ]),
    ).toEqual([
      [0, 1, 'authorised', 100],
      [1, 10, 'charging', 900],
      [10, 20, 'charging', 1000],
      [20, 25, 'suspended-by-us', 0],
      [25, 40, 'suspended-by-us', 0],
      [40, 50, 'charging', 2000],
      [50, 55, 'suspended-by-ev', 0],
      [55, 60, 'suspended-by-ev', 0],
    ]);
  });

  it('hold all its energy and all its time', () => {
    const told = recorded([begin, ...course, end]);
    const periods = periodsOf(told);
    expect(periods.reduce((sum, { energyWh }) => sum + energyWh, 0)).toBeCloseTo(told.session.energyWh, 6);
    expect(periods.map(({ fromMs }) => fromMs).slice(1)).toEqual(
      periods.map(({ untilMs }) => untilMs).slice(0, -1),
    );
  });
});
