import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChargingProfile, ProfileKind, ProfilePurpose } from '../../src/domain/chargingProfile.ts';
import { allowedAt, type CompositeQuery, compositeSchedule } from '../../src/domain/compositeSchedule.ts';
import { givenEvseNow, givenQuery, givenProfile as profile, t0, told, utc } from './givenProfiles.ts';

type Case = readonly [
  name: string,
  profiles: readonly ChargingProfile[],
  expected: string,
  query?: Partial<CompositeQuery>,
];
type Row = [string, readonly ChargingProfile[], string, Partial<CompositeQuery>];
const table = (cases: readonly Case[]): Row[] =>
  cases.map(([name, profiles, expected, query = {}]) => [name, profiles, expected, query]);
const check = (...[, profiles, expected, query]: Row): void => expect(told(profiles, query)).toBe(expected);

const max = { purpose: 'station maximum' } as const;
const tx = { purpose: 'transaction' } as const;
const external = { purpose: 'external constraints' } as const;
const sun = { purpose: 'local generation', evseNumber: 0 } as const;
const priority = { purpose: 'priority' } as const;
const min = 60;
const hour = 3_600;
const day = 24 * hour;

describe('a composite schedule of purposes', () => {
  it.each(
    table([
      ['is open where nothing is installed', [], '0:-'],
      ['is the default of a transaction', [profile([[0, 16]])], '0:16'],
      ['is what the transaction has of its own', [profile([[0, 16]]), profile([[0, 20]], tx)], '0:20'],
      [
        'is the default for another transaction',
        [profile([[0, 16]]), profile([[0, 9]], { ...tx, transactionId: 'U' })],
        '0:16',
      ],
      [
        'counts a profile that names no transaction',
        [profile([[0, 16]]), profile([[0, 9]], { ...tx, transactionId: undefined })],
        '0:9',
      ],
      [
        'is the default where nothing runs',
        [profile([[0, 16]]), profile([[0, 9]], tx)],
        '0:16',
        { evses: [givenEvseNow({ transactionId: undefined })] },
      ],
      ['is no more than the maximum of the station', [profile([[0, 16]]), profile([[0, 10]], max)], '0:10'],
      ['is the default below a higher maximum', [profile([[0, 16]]), profile([[0, 40]], max)], '0:16'],
      ['is the maximum where nothing else speaks', [profile([[0, 10]], max)], '0:10'],
      ['is no more than a constraint on the EVSE', [profile([[0, 16]]), profile([[0, 8]], external)], '0:8'],
      [
        'is no more than a constraint on the station',
        [profile([[0, 16]], tx), profile([[0, 8]], { ...external, evseNumber: 0 })],
        '0:8',
      ],
      [
        'is the lowest of maximum and constraint',
        [profile([[0, 9]], max), profile([[0, 8]], external), profile([[0, 16]], tx)],
        '0:8',
      ],
      ['says nothing for the profiles of another EVSE', [profile([[0, 16]], { evseNumber: 2 })], '0:-'],
      ['takes the default of the station for each EVSE', [profile([[0, 16]], { evseNumber: 0 })], '0:16'],
      [
        'prefers the own default of an EVSE at the same level',
        [profile([[0, 16]], { evseNumber: 0 }), profile([[0, 20]])],
        '0:20',
      ],
      [
        'prefers the higher level to the own default',
        [profile([[0, 16]], { evseNumber: 0, stackLevel: 1 }), profile([[0, 20]])],
        '0:16',
      ],
      ['adds what the site generates [OCPP 2.1]', [profile([[0, 10]], max), profile([[0, 6]], sun)], '0:16'],
      ['is open with generation alone', [profile([[0, 6]], sun)], '0:-'],
      [
        'is that of priority while it is given [OCPP 2.1 K21]',
        [profile([[0, 10]], tx), profile([[0, 32]], priority)],
        '0:32',
        { evses: [givenEvseNow({ hasPriority: true })] },
      ],
      [
        'leaves priority aside while it is not',
        [profile([[0, 10]], tx), profile([[0, 32]], priority)],
        '0:10',
      ],
      [
        'caps priority by the maximum',
        [profile([[0, 20]], max), profile([[0, 32]], priority)],
        '0:20',
        { evses: [givenEvseNow({ hasPriority: true })] },
      ],
    ]),
  )('%s', check);
});

describe('a composite schedule of stack levels', () => {
  it.each(
    table([
      [
        'takes the higher level, even where it allows more',
        [profile([[0, 8]]), profile([[0, 16]], { stackLevel: 1 })],
        '0:16',
      ],
      [
        'does not care in which order they came',
        [profile([[0, 16]], { stackLevel: 1 }), profile([[0, 8]])],
        '0:16',
      ],
      [
        'falls to the lower level where the higher ends',
        [profile([[0, 8]]), profile([[0, 16]], { stackLevel: 1, durationS: 600 })],
        '0:16 600:8',
      ],
      ['has a gap where the only level ends', [profile([[0, 16]], { durationS: 600 })], '0:16 600:-'],
      [
        'has a gap between two that do not meet',
        [
          profile([[0, 16]], { durationS: 600 }),
          profile([[0, 10]], { stackLevel: 1, startMs: t0 + 900_000 }),
        ],
        '0:16 600:- 900:10',
      ],
      [
        'falls through the gaps of two levels',
        [
          profile([[0, 6]]),
          profile([[0, 10]], { stackLevel: 1, durationS: 1200 }),
          profile([[0, 16]], { stackLevel: 2, durationS: 600 }),
        ],
        '0:16 600:10 1200:6',
      ],
      [
        'levels of one purpose say nothing to another',
        [profile([[0, 16]], { stackLevel: 9 }), profile([[0, 10]], { ...tx, stackLevel: 0 })],
        '0:10',
      ],
      [
        'falls to the default where the profile of the transaction ends',
        [profile([[0, 6]], { stackLevel: 9 }), profile([[0, 16]], { ...tx, durationS: 120 })],
        '0:16 120:6',
      ],
      [
        'levels of the maximum replace each other too',
        [profile([[0, 8]], max), profile([[0, 12]], { ...max, stackLevel: 3, durationS: 600 })],
        '0:12 600:8',
      ],
      [
        'a higher maximum for a while does not lift the default',
        [
          profile([[0, 10]]),
          profile([[0, 8]], max),
          profile([[0, 40]], { ...max, stackLevel: 1, durationS: 600 }),
        ],
        '0:10 600:8',
      ],
    ]),
  )('%s', check);
});

describe('a composite schedule in time', () => {
  it.each(
    table([
      [
        'changes with the periods',
        [
          profile([
            [0, 16],
            [600, 10],
            [1200, 20],
          ]),
        ],
        '0:16 600:10 1200:20',
      ],
      [
        'begins in the middle of a schedule',
        [
          profile(
            [
              [0, 16],
              [600, 10],
            ],
            { startMs: t0 - 300_000 },
          ),
        ],
        '0:16 300:10',
      ],
      [
        'begins in the last period of one that is long over its periods',
        [
          profile(
            [
              [0, 16],
              [600, 10],
            ],
            { startMs: t0 - 86_400_000 },
          ),
        ],
        '0:10',
      ],
      ['is open until a schedule begins', [profile([[0, 16]], { startMs: t0 + 600_000 })], '0:- 600:16'],
      ['says nothing of what begins after it', [profile([[0, 16]], { startMs: t0 + hour * 1000 })], '0:-'],
      ['is open before validFrom', [profile([[0, 16]], { validFromMs: t0 + 600_000 })], '0:- 600:16'],
      [
        'counts the periods from the start, not from validFrom',
        [
          profile(
            [
              [0, 16],
              [900, 10],
            ],
            { validFromMs: t0 + 600_000 },
          ),
        ],
        '0:- 600:16 900:10',
      ],
      ['is open from validTo on', [profile([[0, 16]], { validToMs: t0 + 600_000 })], '0:16 600:-'],
      ['is open for what is no longer valid', [profile([[0, 16]], { validToMs: t0 })], '0:-'],
      [
        'ends with the duration before validTo',
        [profile([[0, 16]], { validToMs: t0 + 900_000, durationS: 600 })],
        '0:16 600:-',
      ],
      ['a duration of 0 says nothing', [profile([[0, 16]], { durationS: 0 })], '0:-'],
      [
        'a period after the duration says nothing',
        [
          profile(
            [
              [0, 16],
              [900, 10],
            ],
            { durationS: 600 },
          ),
        ],
        '0:16 600:-',
      ],
      [
        '0 is a limit',
        [
          profile([
            [0, 0],
            [600, 16],
          ]),
        ],
        '0:0 600:16',
      ],
      [
        'neighbours of one limit are one period',
        [
          profile([
            [0, 16],
            [600, 16],
            [1200, 10],
          ]),
        ],
        '0:16 1200:10',
      ],
      ['is open before a first period that does not begin at 0', [profile([[300, 16]])], '0:- 300:16'],
      ['keeps fractions of an ampere', [profile([[0, 13.8]])], '0:13.8'],
    ]),
  )('%s', check);
});

describe('a relative schedule', () => {
  it.each(
    table([
      [
        'begins with its transaction',
        [
          profile(
            [
              [0, 16],
              [900, 10],
            ],
            { kind: 'relative' },
          ),
        ],
        '0:16 300:10',
      ],
      [
        'ignores a start it should not have',
        [
          profile(
            [
              [0, 16],
              [900, 10],
            ],
            { kind: 'relative', startMs: t0 },
          ),
        ],
        '0:16 300:10',
      ],
      ['has ended with its duration', [profile([[0, 16]], { kind: 'relative', durationS: 600 })], '0:-'],
      [
        'begins with the question where nothing runs',
        [
          profile(
            [
              [0, 16],
              [900, 10],
            ],
            { kind: 'relative' },
          ),
        ],
        '0:16 900:10',
        { relativeStartMs: t0 },
      ],
      [
        'is what an absolute one without a start is [OCPP 1.6]',
        [
          profile(
            [
              [0, 16],
              [900, 10],
            ],
            { startMs: undefined },
          ),
        ],
        '0:16 300:10',
      ],
      [
        'keeps its validity',
        [
          profile(
            [
              [0, 16],
              [900, 10],
            ],
            { kind: 'relative', validToMs: t0 + 600_000 },
          ),
        ],
        '0:16 300:10 600:-',
      ],
    ]),
  )('%s', check);
});

/** Nights from 22 o'clock on, in summer time and out of it. Stockholm's clock goes forward on 29 March and back on 25 October 2026, both at 1:00 UTC. */
const nights = { kind: 'daily', startMs: utc('2026-03-01T22:00:00'), isLocalTime: true } as const;
const utcNights = { kind: 'daily', startMs: utc('2026-03-01T21:00:00') } as const;
const from = (text: string, hours: number) => ({ fromMs: utc(text), durationS: hours * hour });

describe('a recurring schedule', () => {
  it.each(
    table([
      [
        'comes back every day',
        [
          profile(
            [
              [0, 16],
              [8 * hour, 6],
            ],
            { kind: 'daily', startMs: t0 - 7 * day * 1000 },
          ),
        ],
        `0:16 ${8 * hour}:6 ${day}:16 ${day + 8 * hour}:6`,
        { durationS: 2 * day },
      ],
      [
        'goes on with its last period until it comes back',
        [
          profile(
            [
              [0, 16],
              [600, 6],
            ],
            { kind: 'daily', startMs: t0 - 1_800_000 },
          ),
        ],
        `0:6 ${day - 1800}:16 ${day - 1200}:6`,
        { durationS: day },
      ],
      [
        'leaves a gap after its duration',
        [profile([[0, 16]], { kind: 'daily', startMs: t0 - day * 1000, durationS: 600 })],
        `0:16 600:- ${day}:16 ${day + 600}:-`,
        { durationS: day + hour },
      ],
      [
        'lets a lower level fill the gap',
        [profile([[0, 6]]), profile([[0, 16]], { kind: 'daily', stackLevel: 1, durationS: 600 })],
        `0:16 600:6 ${day}:16 ${day + 600}:6`,
        { durationS: day + hour },
      ],
      [
        'does not come before its first start',
        [profile([[0, 16]], { kind: 'daily', startMs: t0 + 600_000 })],
        '0:- 600:16',
      ],
      [
        'begins anew although its duration is longer than a day',
        [
          profile(
            [
              [0, 16],
              [12 * hour, 6],
            ],
            { kind: 'daily', durationS: 2 * day },
          ),
        ],
        `0:16 ${12 * hour}:6 ${day}:16 ${day + 12 * hour}:6`,
        { durationS: 2 * day },
      ],
      [
        'comes back every week',
        [
          profile(
            [
              [0, 16],
              [day, 6],
            ],
            { kind: 'weekly', startMs: t0 - 7 * day * 1000 },
          ),
        ],
        `0:16 ${day}:6 ${7 * day}:16`,
        { durationS: 8 * day },
      ],
      [
        'knows the day of the week it is in',
        [
          profile(
            [
              [0, 16],
              [3 * day, 6],
            ],
            { kind: 'weekly', startMs: t0 - 4 * day * 1000 },
          ),
        ],
        `0:6 ${3 * day}:16 ${6 * day}:6`,
        { durationS: 7 * day },
      ],
      [
        'ends with validTo',
        [
          profile(
            [
              [0, 16],
              [600, 6],
            ],
            { kind: 'daily', startMs: t0 - day * 1000, validToMs: t0 + (day + 60) * 1000 },
          ),
        ],
        `0:16 600:6 ${day}:16 ${day + 60}:-`,
        { durationS: 2 * day },
      ],
      [
        'without a start counts from the transaction',
        [
          profile(
            [
              [0, 16],
              [900, 6],
            ],
            { kind: 'daily', startMs: undefined },
          ),
        ],
        '0:16 300:6',
      ],
      [
        'in UTC moves by an hour on the wall in spring',
        [
          profile(
            [
              [0, 16],
              [9 * hour, 6],
            ],
            utcNights,
          ),
        ],
        `0:6 ${hour}:16 ${10 * hour}:6 ${25 * hour}:16`,
        from('2026-03-28T20:00:00', 26),
      ],
      [
        'in local time keeps its hours: the night of the change is as long as its seconds',
        [
          profile(
            [
              [0, 16],
              [9 * hour, 6],
            ],
            nights,
          ),
        ],
        `0:6 ${hour}:16 ${10 * hour}:6 ${24 * hour}:16`,
        from('2026-03-28T20:00:00', 26),
      ],
      [
        'in local time begins an hour later in UTC in autumn',
        [
          profile(
            [
              [0, 16],
              [9 * hour, 6],
            ],
            nights,
          ),
        ],
        `0:16 ${9 * hour}:6 ${25 * hour}:16`,
        from('2026-10-24T20:00:00', 26),
      ],
      [
        'of a whole local day leaves the 25th hour open',
        [profile([[0, 16]], { ...nights, durationS: day })],
        `0:16 ${day}:- ${25 * hour}:16`,
        from('2026-10-24T20:00:00', 26),
      ],
      [
        'of a whole local day is cut at 23 hours',
        [
          profile(
            [
              [0, 16],
              [23.5 * hour, 6],
            ],
            { ...nights, durationS: day },
          ),
        ],
        '0:16',
        from('2026-03-28T21:00:00', 24),
      ],
      [
        'at an hour that is left out begins as long after the change',
        [
          profile(
            [
              [0, 16],
              [hour, 6],
            ],
            { ...nights, startMs: utc('2026-03-01T02:30:00') },
          ),
        ],
        `0:6 ${30 * min}:16 ${90 * min}:6`,
        from('2026-03-29T01:00:00', 3),
      ],
      [
        'at an hour that comes twice begins the first time only',
        [
          profile(
            [
              [0, 16],
              [20 * min, 6],
            ],
            { ...nights, startMs: utc('2026-03-01T02:30:00') },
          ),
        ],
        `0:6 ${30 * min}:16 ${50 * min}:6`,
        from('2026-10-25T00:00:00', 3),
      ],
      [
        'of a week in local time keeps its hour over the change',
        [
          profile(
            [
              [0, 16],
              [hour, 6],
            ],
            { kind: 'weekly', isLocalTime: true, startMs: utc('2026-03-22T08:00:00') },
          ),
        ],
        `0:6 ${hour}:16 ${2 * hour}:6`,
        from('2026-03-29T05:00:00', 3),
      ],
    ]),
  )('%s', check);

  it('an absolute one in local time begins when the wall shows it', () => {
    const summer = profile([[0, 16]], { isLocalTime: true, startMs: utc('2026-07-01T12:00:00') });
    expect(told([summer], from('2026-07-01T09:00:00', 2))).toBe(`0:- ${hour}:16`);
  });
});

describe('a composite schedule of different units', () => {
  const onePhase = [givenEvseNow({ conductorCount: 1 })];
  it.each(
    table([
      ['divides watts by three phases', [profile([[0, 6900]], { unit: 'W' })], '0:10'],
      [
        'divides watts by the phases the period speaks of',
        [profile([[0, { limit: 6900, phaseCount: 1 }]], { unit: 'W' })],
        '0:30',
      ],
      [
        'divides watts by the phases there are',
        [profile([[0, 6900]], { unit: 'W' })],
        '0:30',
        { evses: onePhase },
      ],
      ['makes watts of amps', [profile([[0, 10]])], '0:6900', { unit: 'W' }],
      [
        'makes watts of amps on one phase',
        [profile([[0, { limit: 10, phaseCount: 1 }]])],
        '0:2300',
        { unit: 'W' },
      ],
      [
        'compares units with each other',
        [
          profile([[0, 16]], tx),
          profile(
            [
              [0, 6900],
              [600, 13_800],
            ],
            { ...max, unit: 'W' },
          ),
        ],
        '0:10 600:16',
      ],
      [
        'says the same in watts',
        [
          profile([[0, 16]], tx),
          profile(
            [
              [0, 6900],
              [600, 13_800],
            ],
            { ...max, unit: 'W' },
          ),
        ],
        '0:6900 600:11040',
        { unit: 'W' },
      ],
      [
        'leads by level whatever the unit',
        [profile([[0, 16]]), profile([[0, 20_700]], { unit: 'W', stackLevel: 1 })],
        '0:30',
      ],
      ['takes another voltage', [profile([[0, 6000]], { unit: 'W' })], '0:20', { phaseVolts: 100 }],
    ]),
  )('%s', check);
});

describe('a composite schedule of OCPP 2.1', () => {
  it.each(
    table([
      [
        'takes nothing while idle',
        [
          profile([
            [0, { mode: 'idle' }],
            [600, 16],
          ]),
        ],
        '0:0 600:16',
      ],
      ['takes no more than a setpoint', [profile([[0, { mode: 'central setpoint', setpoint: 12 }]])], '0:12'],
      [
        'takes no more than the limit above a setpoint',
        [profile([[0, { mode: 'central setpoint', setpoint: 12, limit: 10 }]])],
        '0:10',
      ],
      [
        'takes nothing under a setpoint below 0',
        [profile([[0, { mode: 'central setpoint', setpoint: -12, limit: 16 }]])],
        '0:0',
      ],
      [
        'leads and leaves it open where others decide',
        [profile([[0, 6]]), profile([[0, { mode: 'external limits' }]], tx)],
        '0:-',
      ],
      [
        'is capped all the same where others decide',
        [profile([[0, 20]], max), profile([[0, { mode: 'local load balancing' }]], tx)],
        '0:20',
      ],
      [
        'is what a dynamic profile was last told',
        [profile([[0, 11]], { ...tx, kind: 'dynamic', startMs: undefined })],
        '0:11',
      ],
      [
        'is valid at a station that is not long offline',
        [profile([[0, 6]]), profile([[0, 16]], { ...tx, maxOfflineS: 120 })],
        '0:16 60:6',
        { offlineSinceMs: t0 - 60_000 },
      ],
      ['is valid while online', [profile([[0, 6]]), profile([[0, 16]], { ...tx, maxOfflineS: 0 })], '0:16'],
      [
        'is not valid offline with 0',
        [profile([[0, 6]]), profile([[0, 16]], { ...tx, maxOfflineS: 0 })],
        '0:6',
        { offlineSinceMs: t0 },
      ],
      [
        'is lower for a car that is nearly full',
        [profile([[0, 16]], { fullCar: { stateOfChargePercent: 80, limit: 8 } })],
        '0:8',
        { evses: [givenEvseNow({ stateOfChargePercent: 80 })] },
      ],
      [
        'is not lower before',
        [profile([[0, 16]], { fullCar: { stateOfChargePercent: 80, limit: 8 } })],
        '0:16',
        { evses: [givenEvseNow({ stateOfChargePercent: 79 })] },
      ],
    ]),
  )('%s', check);

  const discharge = (profiles: readonly ChargingProfile[]): number | undefined =>
    allowedAt(profiles, givenQuery(), t0).dischargeLimit;

  it('lets no more be given back than any purpose allows, as negative numbers', () => {
    const session = profile([[0, { limit: 16, dischargeLimit: -16 }]], tx);
    expect(discharge([session])).toBe(-16);
    expect(discharge([session, profile([[0, { limit: 32, dischargeLimit: -10 }]], max)])).toBe(-10);
    expect(discharge([session, profile([[0, 32]], max)])).toBe(-16);
    expect(discharge([profile([[0, { mode: 'idle' }]], tx)])).toBe(0);
    expect(discharge([profile([[0, 16]], tx)])).toBeUndefined();
  });
});

describe('a composite schedule of a station', () => {
  const both = [givenEvseNow(), givenEvseNow({ number: 2, transactionId: 'U' })];
  it.each(
    table([
      [
        'is what its EVSEs take together',
        [profile([[0, 16]]), profile([[0, 10]], { evseNumber: 2 })],
        '0:26',
        { evses: both },
      ],
      [
        'is no more than its maximum',
        [profile([[0, 16]], { evseNumber: 0 }), profile([[0, 20]], max)],
        '0:20',
        { evses: both },
      ],
      ['is open where one of them is', [profile([[0, 16]])], '0:-', { evses: both }],
      [
        'is its maximum where one of them is open',
        [profile([[0, 16]]), profile([[0, 20]], max)],
        '0:20',
        { evses: both },
      ],
      ['adds up in watts', [profile([[0, 16]], { evseNumber: 0 })], '0:22080', { evses: both, unit: 'W' }],
    ]),
  )('%s', check);
});

// --- what holds for any profiles ------------------------------------------------------------------

const purposes: readonly ProfilePurpose[] = [
  'station maximum',
  'external constraints',
  'transaction default',
  'transaction',
];
const kinds: readonly ProfileKind[] = ['absolute', 'relative', 'daily', 'weekly', 'dynamic'];
const maybe = (seconds: number) => fc.option(fc.integer({ min: -seconds, max: seconds }), { nil: undefined });
const anyProfile = fc
  .record({
    purpose: fc.constantFrom(...purposes),
    kind: fc.constantFrom(...kinds),
    stackLevel: fc.integer({ min: 0, max: 3 }),
    unit: fc.constantFrom('A' as const, 'W' as const),
    isLocalTime: fc.boolean(),
    startS: fc.integer({ min: -90_000, max: 4_000 }),
    durationS: fc.option(fc.integer({ min: 0, max: 90_000 }), { nil: undefined }),
    validFromS: maybe(4_000),
    validToS: maybe(4_000),
    limits: fc.array(fc.integer({ min: 0, max: 32 }), { minLength: 1, maxLength: 4 }),
    stepS: fc.integer({ min: 1, max: 3_000 }),
  })
  .map(({ purpose, kind, stackLevel, unit, isLocalTime, startS, durationS, limits, stepS, ...valid }) => {
    const { validFromS, validToS } = valid;
    const ms = (seconds: number | undefined) => (seconds === undefined ? undefined : t0 + seconds * 1000);
    const factor = unit === 'W' ? 690 : 1;
    return profile(
      limits.map((limit, index) => [index * stepS, limit * factor]),
      {
        purpose,
        kind,
        stackLevel,
        unit,
        isLocalTime,
        durationS,
        startMs: t0 + startS * 1000,
        validFromMs: ms(validFromS),
        validToMs: ms(validToS),
      },
    );
  });
const anyProfiles = fc.array(anyProfile, { maxLength: 8 });

describe('any composite schedule', () => {
  it('is the same when the time asked for is cut in two', () => {
    fc.assert(
      fc.property(anyProfiles, fc.integer({ min: 1, max: 3_599 }), (profiles, cutS) => {
        const whole = compositeSchedule(profiles, givenQuery());
        const cutMs = t0 + cutS * 1000;
        const first = compositeSchedule(profiles, givenQuery({ durationS: cutS }));
        const second = compositeSchedule(profiles, givenQuery({ fromMs: cutMs, durationS: 3_600 - cutS }));
        const [joint, ...rest] = second;
        const last = first.at(-1);
        const goesOn = joint?.limit === last?.limit && joint?.dischargeLimit === last?.dischargeLimit;
        const bounds = (periods: readonly { fromMs: number; limit: number | undefined }[]) =>
          periods.map(({ fromMs, limit }) => [fromMs, limit]);
        expect(bounds([...first, ...(goesOn || joint === undefined ? [] : [joint]), ...rest])).toEqual(
          bounds(whole),
        );
      }),
    );
  });

  it('is never above what any purpose allows by itself', () => {
    fc.assert(
      fc.property(anyProfiles, fc.integer({ min: 0, max: 3_599 }), (profiles, atS) => {
        const open = Number.POSITIVE_INFINITY;
        const at = (some: readonly ChargingProfile[]) =>
          allowedAt(some, givenQuery(), t0 + atS * 1000).limit ?? open;
        const of = (purpose: ProfilePurpose) => at(profiles.filter((each) => each.purpose === purpose));
        const all = at(profiles);
        expect(all).toBeLessThanOrEqual(of('station maximum'));
        expect(all).toBeLessThanOrEqual(of('external constraints'));
        if (of('transaction') === open) expect(all).toBeLessThanOrEqual(of('transaction default'));
        else expect(all).toBeLessThanOrEqual(of('transaction'));
      }),
    );
  });

  it('says at every second what is allowed at that instant', () => {
    fc.assert(
      fc.property(anyProfiles, fc.integer({ min: 0, max: 3_599 }), (profiles, atS) => {
        const atMs = t0 + atS * 1000;
        const period = compositeSchedule(profiles, givenQuery()).findLast(({ fromMs }) => fromMs <= atMs);
        expect(period?.limit).toBe(allowedAt(profiles, givenQuery(), atMs).limit);
      }),
    );
  });
});
