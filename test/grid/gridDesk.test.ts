import { describe, expect, it } from 'vitest';
import { areaId } from '../../src/domain/ids.ts';
import type { GridValue, HeardLimit } from '../../src/grid/gridPorts.ts';
import { givenConnection } from '../control/givenConnection.ts';
import { eventually } from '../eventually.ts';
import { type GivenDesk, givenDesk, heard } from './givenDesk.ts';

const hear = async (
  { desk }: GivenDesk,
  limits: readonly HeardLimit[],
  kind: 'update' | 'everything' = 'update',
) =>
  (await desk.hear('dso', { kind, limits }, '{"raw":true}')).map(({ outcome, why }) =>
    why === undefined ? outcome : `${outcome}: ${why}`,
  );

const stored = async ({ store }: GivenDesk) =>
  (await store.limitsNotEnded(0)).map(({ value, terms }) => [terms?.externalId, terms?.version, value]);

describe('what a grid operator says', () => {
  it('is in force at once, and durable with its terms when it is told so', async () => {
    const given = await givenDesk();
    const told = hear(given, [heard('a', { value: { phaseAmps: { L2: 16 } } })]);
    expect(given.held()).toEqual([['a', { phaseAmps: [Infinity, 16, Infinity] }]]);
    expect(await told).toEqual(['accepted']);
    expect(await stored(given)).toEqual([['a', 1, { phaseAmps: [Infinity, 16, Infinity] }]]);
  });

  it('changes nothing when it is heard again', async () => {
    const given = await givenDesk();
    await hear(given, [heard('a')]);
    expect(await hear(given, [heard('a')])).toEqual(['unchanged']);
    expect(await stored(given)).toHaveLength(1);
  });

  it('replaces what has its id, in either direction, and ignores what is older', async () => {
    const given = await givenDesk();
    await hear(given, [heard('a', { version: 5 })]);
    expect(await hear(given, [heard('a', { version: 4, value: { watts: 1 } })])).toEqual([
      'outdated: version 5 was heard before',
    ]);
    expect(await hear(given, [heard('a', { version: 6, value: { watts: 30_000 } })])).toEqual(['accepted']);
    expect(given.held()).toEqual([['a', { watts: 30_000 }]]);
    expect(await stored(given)).toEqual([['a', 6, { watts: 30_000 }]]);
  });

  it('is taken at the same version too when it says something else', async () => {
    const given = await givenDesk();
    await hear(given, [heard('a')]);
    expect(await hear(given, [heard('a', { value: { watts: 5 } })])).toEqual(['accepted']);
    expect(given.held()).toEqual([['a', { watts: 5 }]]);
  });

  it('withdraws by name, by an end that is over, and by being missing where everything is told', async () => {
    const given = await givenDesk();
    await hear(
      given,
      ['a', 'b', 'c', 'd'].map((id) => heard(id)),
    );
    await given.desk.hear('dso', { kind: 'withdraw', externalIds: ['a', 'unknown'] }, '');
    given.clock.advance(1_000);
    await hear(given, [heard('b', { version: 2, untilMs: given.clock.nowMs() })]);
    expect(given.held().map(([id]) => id)).toEqual(['c', 'd']);
    await hear(given, [heard('d')], 'everything');
    expect(given.held().map(([id]) => id)).toEqual(['d']);
    expect((await stored(given)).map(([id]) => id)).toEqual(['d']);
  });

  it('without a version is newer than all before, also after our clock was set back', async () => {
    const given = await givenDesk();
    const say = (watts: number) => hear(given, [heard('a', { version: undefined, value: { watts } })]);
    expect(await say(1)).toEqual(['accepted']);
    given.clock.setWall?.(given.clock.nowMs() - 3_600_000);
    expect(await say(2)).toEqual(['accepted']);
    expect(given.held()).toEqual([['a', { watts: 2 }]]);
  });

  it('does not come back with an old version after it was withdrawn', async () => {
    const given = await givenDesk();
    await hear(given, [heard('a', { version: 5 })]);
    await given.desk.hear('dso', { kind: 'withdraw', externalIds: ['a'] }, '');
    expect(await hear(given, [heard('a', { version: 4 })])).toEqual(['outdated: version 5 was heard before']);
    expect(given.held()).toEqual([]);
  });

  it.each<[string, Partial<HeardLimit>]>([
    ['a target that is not its own', { target: { kind: 'area', areaId: areaId('feeder') } }],
    ['negative power', { value: { watts: -1 } }],
    ['a power that is no number', { value: { watts: Number.NaN } }],
    ['an infinite current', { value: { amps: Infinity } }],
    ['no phase at all', { value: { phaseAmps: {} } as GridValue }],
    ['an end before its beginning', { fromMs: 5, untilMs: 5 }],
    ['a window of a day', { averaging: { mode: 'mean', windowS: 86_400, isAligned: true } }],
    ['no id', { externalId: '' }],
    ['an endless id', { externalId: 'x'.repeat(257) }],
    ['a negative time to comply', { complyWithinS: -1 }],
  ])('is refused with %s, and the rest of the message is taken', async (_what, change) => {
    const given = await givenDesk();
    const [bad, good] = await hear(given, [heard('bad', change), heard('good')]);
    expect(bad).toMatch(/^refused: /);
    expect(good).toBe('accepted');
    expect(given.held().map(([id]) => id)).toEqual(['good']);
  });

  it('is bounded: 20 000 limits of one connection, and not one more', async () => {
    const given = await givenDesk();
    const many = Array.from({ length: 20_001 }, (_, index) =>
      heard(`i${index}`, { fromMs: 0, untilMs: 1e15 }),
    );
    const verdicts = await hear(given, many);
    expect(verdicts.filter((outcome) => outcome === 'accepted')).toHaveLength(20_000);
    expect(verdicts.at(-1)).toBe('refused: dso has 20000 limits already');
  });

  it('leaves what was before when it cannot be kept, and its sender hears that', async () => {
    let isDown = false;
    const real = await givenDesk();
    const given = await givenDesk(undefined, {
      changeLimits: async (change) => {
        if (isDown) throw new Error('database is down');
        await real.store.changeLimits(change);
      },
    });
    await hear(given, [heard('a')]);
    isDown = true;
    await expect(hear(given, [heard('a', { version: 2, value: { watts: 1 } }), heard('b')])).rejects.toThrow(
      'down',
    );
    expect(given.held()).toEqual([['a', { watts: 20_000 }]]);
    isDown = false;
    expect(await hear(given, [heard('a', { version: 2, value: { watts: 1 } })])).toEqual(['accepted']);
  });

  it('ends what a change would have ended that could not be kept, when a later one was', async () => {
    const real = await givenDesk();
    const given = await givenDesk(undefined, {
      changeLimits: async (change) => {
        if (change.set.some(({ terms }) => terms?.version === 2)) throw new Error('disk full');
        await real.store.changeLimits(change);
      },
    });
    await hear(given, [heard('a')]);
    const versions = [2, 3].map((version) =>
      hear(given, [heard('a', { version, value: { watts: version } })]),
    );
    expect((await Promise.allSettled(versions)).map(({ status }) => status)).toEqual([
      'rejected',
      'fulfilled',
    ]);
    await eventually(() => expect(given.held()).toEqual([['a', { watts: 3 }]]));
  });

  it('takes a hundred changes a second of one limit, and ends with the last', async () => {
    const given = await givenDesk();
    const changes = Array.from({ length: 200 }, (_, index) =>
      hear(given, [heard('a', { version: index + 1, value: { watts: index } })]),
    );
    await Promise.all(changes);
    expect(given.held()).toEqual([['a', { watts: 199 }]]);
    expect(await stored(given)).toEqual([['a', 200, { watts: 199 }]]);
  });
});

describe('the phase of a connection', () => {
  const phase = ({ grid }: GivenDesk) => grid.state('dso').phase;

  it('follows what is heard and what is not', async () => {
    const given = await givenDesk();
    expect(phase(given)).toBe('init');
    await hear(given, [heard('a')]);
    expect(phase(given)).toBe('limited');
    given.clock.advance(300_001);
    given.grid.followTime();
    expect(phase(given)).toBe('failsafe');
    given.desk.resynchronised('dso');
    expect(phase(given)).toBe('limited');
  });

  it('is not left by a message of which everything was refused', async () => {
    const given = await givenDesk();
    await hear(given, [heard('a', { value: { watts: -1 } })]);
    expect(phase(given)).toBe('init');
  });

  it('counts a heartbeat that ends in the past as one that came now: a clock is off', async () => {
    const given = await givenDesk([givenConnection({ profile: 'oscp' })]);
    await hear(given, [heard('a')]);
    given.desk.heartbeat('dso', given.clock.nowMs() - 60_000);
    given.grid.followTime();
    expect(phase(given)).toBe('limited');
    given.clock.advance(300_001);
    given.grid.followTime();
    expect(phase(given)).toBe('failsafe');
  });

  it('is told for a connection of the config alone', async () => {
    const given = await givenDesk();
    await expect(given.desk.hear('other', { kind: 'withdraw', externalIds: [] }, '')).rejects.toThrow(
      'connection "other" is not in the config',
    );
  });
});

describe('the evidence of what was said', () => {
  it('is durable with it: the message, its hash and what was made of it', async () => {
    const given = await givenDesk();
    await hear(given, [heard('a'), heard('b', { value: { watts: -1 } })]);
    const [record] = await given.store.listEvidence({ fromMs: 0, untilMs: 1e15, limit: 10 });
    expect(record).toMatchObject({
      kind: 'heard',
      connectionId: 'dso',
      body: {
        raw: '{"raw":true}',
        rawSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        verdicts: [
          { externalId: 'a', outcome: 'accepted' },
          { externalId: 'b', outcome: 'refused' },
        ],
      },
    });
    expect(await given.store.verifyEvidence()).toMatchObject({ status: 'whole', records: 1 });
  });
});
