import { afterEach, describe, expect, it } from 'vitest';
import { sendFaulty } from '../../../src/sim/capacityProvider/script.ts';
import { block, endOscp, forecast, givenOscp, short, startMs } from './givenOscp.ts';

afterEach(endOscp);

async function given(...parts: Parameters<typeof givenOscp>) {
  const oscp = await givenOscp(...parts);
  await oscp.together();
  return oscp;
}

describe('UpdateGroupCapacityForecast', () => {
  it('becomes a limit for each block, told on before it is acknowledged', async () => {
    const { provider, heard } = await given();
    const sent = await provider.forecast(forecast([block(0, 15, 123.456), block(15, 30, '20')]));
    expect(sent).toMatchObject({ status: 204, answer: '' });
    expect(heard.standing()).toMatchObject([
      {
        externalId: 'G1/CONSUMPTION/W/2026-01-31T12:00:00.000Z',
        target: { kind: 'circuit', siteId: 'garage', circuitId: 'grid' },
        direction: 'import',
        boundary: 'connection',
        kind: 'cap',
        role: 'event',
        value: { watts: 123_456 },
        averaging: { mode: 'instant' },
      },
      { value: { watts: 20_000 } },
    ]);
    expect(heard.acknowledged).toHaveLength(2);
  });

  it.each([
    ['CONSUMPTION', [['import', 'cap', 'event']]],
    ['GENERATION', [['export', 'cap', 'event']]],
    ['OPTIMUM', [['import', 'target', 'event']]],
    [
      'FALLBACK_CONSUMPTION',
      [
        ['import', 'cap', 'failsafe'],
        ['import', 'cap', 'default'],
      ],
    ],
    [
      'FALLBACK_GENERATION',
      [
        ['export', 'cap', 'failsafe'],
        ['export', 'cap', 'default'],
      ],
    ],
  ])('of type %s is heard as %j', async (type, roles) => {
    const { provider, heard } = await given();
    expect((await provider.forecast(forecast([block(0, 15, 5)], { type }))).status).toBe(204);
    expect(heard.standing().map(({ direction, kind, role }) => [direction, kind, role])).toEqual(roles);
  });

  it.each([
    ['A', 'ALL', 16, { amps: 16 }],
    ['A', 'UNKNOWN', 16, { amps: 16 }],
    ['A', 'TWO', 16, { phaseAmps: { L2: 16 } }],
    ['W', 'ALL', 5_000, { watts: 5_000 }],
    ['W', 'UNKNOWN', 5_000, { watts: 5_000 }],
    ['KW', 'ALL', 5, { watts: 5_000 }],
    ['W', 'ONE', 2_300, { phaseAmps: { L1: 10 } }],
    ['KW', 'THREE', 2.3, { phaseAmps: { L3: 10 } }],
    ['WH', 'ALL', 2_500, { watts: 10_000 }],
    ['KWH', 'ALL', 2.5, { watts: 10_000 }],
    ['KWH', 'ONE', 0.575, { phaseAmps: { L1: 10 } }],
    ['KW', 'ALL', 0, { watts: 0 }],
  ])('in %s on phase %s of %d is %j', async (unit, phase, capacity, value) => {
    const { provider, heard } = await given();
    await provider.forecast(forecast([block(0, 15, capacity, { unit, phase })]));
    expect(heard.standing().map((limit) => limit.value)).toEqual([value]);
  });

  it('in energy is a mean over its block', async () => {
    const { provider, heard } = await given();
    await provider.forecast(forecast([block(0, 15, 2, { unit: 'KWH' })]));
    expect(heard.standing()[0]?.averaging).toEqual({ mode: 'mean', windowS: 900, isAligned: true });
  });

  it('with a block for each phase is one limit of three phases', async () => {
    const { provider, heard } = await given();
    const phases = [
      ['ONE', 10],
      ['TWO', 20],
      ['THREE', 30],
    ] as const;
    const blocks = phases.map(([phase, amps]) => block(0, 15, amps, { phase, unit: 'A' }));
    await provider.forecast(forecast(blocks));
    expect(heard.standing().map(short)).toEqual([[0, 15, { phaseAmps: { L1: 10, L2: 20, L3: 30 } }]]);
  });

  it('that contradicts itself counts with the lowest', async () => {
    const { provider, heard } = await given();
    await provider.forecast(forecast([block(0, 30, 50), block(15, 45, 20)]));
    expect(heard.standing().map(short)).toEqual([
      [0, 15, { watts: 50_000 }],
      [15, 30, { watts: 20_000 }],
      [30, 45, { watts: 20_000 }],
    ]);
  });

  it('replaces what the one before said of the same time, and leaves the rest', async () => {
    const { provider, heard } = await given();
    await provider.forecast(forecast([block(0, 60, 50), block(60, 120, 40)]));
    await provider.forecast(forecast([block(15, 30, 10)]));
    expect(heard.standing().map(short)).toEqual([
      [0, 15, { watts: 50_000 }],
      [15, 30, { watts: 10_000 }],
      [30, 60, { watts: 50_000 }],
      [60, 120, { watts: 40_000 }],
    ]);
    await provider.forecast(forecast([block(0, 120, 5)]));
    expect(heard.standing().map(short)).toEqual([[0, 120, { watts: 5_000 }]]);
  });

  it('tells on only what changed', async () => {
    const { provider, heard } = await given();
    await provider.forecast(forecast([block(0, 15, 50), block(15, 30, 40)]));
    await provider.forecast(forecast([block(0, 15, 50), block(15, 30, 30)]));
    const last = heard.changes.at(-1);
    expect(last?.kind === 'update' && last.limits.map(short)).toEqual([[15, 30, { watts: 30_000 }]]);
  });

  it('of one type leaves the other types alone', async () => {
    const { provider, heard } = await given({ gap: 'contract' });
    await provider.forecast(forecast([block(0, 60, 50)]));
    await provider.forecast(forecast([block(0, 60, 11)], { type: 'FALLBACK_CONSUMPTION' }));
    expect(heard.standing().map(({ role, value }) => [role, value])).toEqual([
      ['event', { watts: 50_000 }],
      ['failsafe', { watts: 11_000 }],
    ]);
  });

  it('that is over already changes nothing', async () => {
    const { provider, heard } = await given();
    const [late] = await sendFaulty(provider, forecast([block(0, 15, 5)]), 'late');
    expect(late?.status).toBe(204);
    expect(heard.standing()).toEqual([]);
  });

  it('that comes twice is answered twice and acted on once, also after a restart', async () => {
    const oscp = await given();
    const answers = await sendFaulty(oscp.provider, forecast([block(0, 15, 5)]), 'duplicated');
    expect(answers.map(({ status }) => status)).toEqual([204, 204]);
    expect(oscp.heard.changes).toHaveLength(1);
    await oscp.provider.forecast(forecast([block(0, 15, 9)]));
    await oscp.restart();
    const headers = answers[0]?.headers ?? {};
    expect((await oscp.provider.forecast(forecast([block(0, 15, 5)]), { headers })).status).toBe(204);
    expect(oscp.heard.standing().map(short)).toEqual([[0, 15, { watts: 9_000 }]]);
  });

  it('contradicted by the next counts as the next says', async () => {
    const { provider, heard } = await given();
    await sendFaulty(provider, forecast([block(0, 15, 5)]), 'contradictory');
    expect(heard.standing().map(short)).toEqual([[0, 15, { watts: 10_000 }]]);
  });

  it('is understood in relation to what was heard before a restart', async () => {
    const oscp = await given();
    await oscp.provider.forecast(forecast([block(0, 60, 50)]));
    await oscp.restart();
    await oscp.provider.forecast(forecast([block(30, 60, 10)]));
    expect(oscp.heard.standing().map(short)).toEqual([
      [0, 30, { watts: 50_000 }],
      [30, 60, { watts: 10_000 }],
    ]);
  });

  it('is not acknowledged when it cannot be stored, and is taken when it comes again', async () => {
    const { provider, heard } = await given();
    heard.hearing = 'cannot store';
    const failed = await provider.forecast(forecast([block(0, 15, 5)]));
    expect(failed).toMatchObject({ status: 503, answer: expect.stringContaining('send it again') });
    heard.hearing = 'well';
    const { status } = await provider.forecast(forecast([block(0, 15, 5)]), { headers: failed.headers });
    expect(status).toBe(204);
    expect(heard.standing()).toHaveLength(1);
  });

  it('that the service refuses is refused with its reason', async () => {
    const { provider, heard } = await given();
    heard.hearing = 'refuses';
    const sent = await provider.forecast(forecast([block(0, 15, 5)]));
    expect(sent).toMatchObject({ status: 400, answer: '{"message":"not this one"}' });
  });

  it('of which one block is refused leaves everything as it was', async () => {
    const { provider, heard } = await given();
    await provider.forecast(forecast([block(0, 15, 50)]));
    heard.hearing = 'refuses amps';
    const mixed = [block(0, 15, 40), block(15, 30, 30), block(30, 45, 16, { unit: 'A' })];
    expect((await provider.forecast(forecast(mixed))).status).toBe(400);
    expect(heard.standing().map(short)).toEqual([[0, 15, { watts: 50_000 }]]);
  });

  it('of a provider whose clock is ahead is taken at its word', async () => {
    const { provider, heard } = await given({}, { clockAheadMs: 90_000 });
    expect((await provider.heartbeat(60_000)).status).toBe(204);
    expect(heard.heartbeats.at(-1)).toBe(startMs + 150_000);
  });
});

describe('a moment that no block covers', () => {
  it.each([
    [
      'fallback',
      [
        [0, 15],
        [0, 60],
        [0, 60],
        [30, 45],
      ],
    ],
    [
      'contract',
      [
        [0, 15],
        [0, 60],
        [30, 45],
      ],
    ],
    [
      'hold-last',
      [
        [0, 30],
        [0, 60],
        [30, undefined],
      ],
    ],
  ] as const)('is governed by the policy %s', async (gap, spans) => {
    const { provider, heard } = await given({ gap });
    await provider.forecast(forecast([block(0, 60, 11)], { type: 'FALLBACK_CONSUMPTION' }));
    await provider.forecast(forecast([block(0, 15, 50), block(30, 45, 40)]));
    const found = heard.standing().map((limit) => short(limit).slice(0, 2));
    expect(found.sort()).toEqual([...spans].sort());
  });
});

describe('a forecast in segments', () => {
  const blocks = [0, 1, 2, 3, 4].map((index) => block(index * 15, index * 15 + 15, 10 + index));

  it('is in force part by part', async () => {
    const { provider, heard } = await given();
    const lengths: number[] = [];
    for (const { body, headers } of provider.segments(forecast(blocks), 3)) {
      expect((await provider.forecast(body, { headers })).status).toBe(204);
      lengths.push(heard.standing().length);
    }
    expect(lengths).toEqual([2, 4, 5]);
  });

  it('may come in any order', async () => {
    const { provider, heard } = await given();
    const answers = await sendFaulty(provider, forecast(blocks), 'out of order');
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect(heard.standing().map(({ value }) => value)).toEqual(
      [10, 11, 12, 13, 14].map((kilowatts) => ({ watts: kilowatts * 1000 })),
    );
  });

  it('does not lose the phases of its other segments', async () => {
    const { provider, heard } = await given();
    const perPhase = (['ONE', 'TWO', 'THREE'] as const).map((phase, index) =>
      block(0, 15, 10 + index, { phase, unit: 'A' }),
    );
    await sendFaulty(provider, forecast(perPhase), 'out of order');
    expect(heard.standing().map(short)).toEqual([[0, 15, { phaseAmps: { L1: 10, L2: 11, L3: 12 } }]]);
  });

  it('may correlate each part to the one before', async () => {
    const { provider, heard } = await given();
    const perPhase = (['ONE', 'TWO', 'THREE'] as const).map((phase, index) =>
      block(0, 15, 10 + index, { phase, unit: 'A' }),
    );
    const parts = provider.segments(forecast(perPhase), 3);
    const ids = parts.map(({ headers }) => headers['x-request-id'] ?? '');
    for (const index of [2, 0, 1]) {
      const part = parts[index];
      if (part === undefined) continue;
      const before = index === 0 ? {} : { 'x-correlation-id': ids[index - 1] ?? '' };
      await provider.forecast(part.body, { headers: { ...part.headers, ...before } });
    }
    expect(heard.standing().map(short)).toEqual([[0, 15, { phaseAmps: { L1: 10, L2: 11, L3: 12 } }]]);
  });

  it('does not put a late part of an older message over a newer one', async () => {
    const { provider, heard } = await given();
    const [first, second] = provider.segments(forecast([block(0, 15, 10), block(15, 30, 10)]), 2);
    if (first === undefined || second === undefined) throw new Error('two segments expected');
    await provider.forecast(first.body, { headers: first.headers });
    await provider.forecast(forecast([block(0, 15, 5)]));
    await provider.forecast(second.body, { headers: second.headers });
    expect(heard.standing().map(short)).toEqual([
      [0, 15, { watts: 5_000 }],
      [15, 30, { watts: 10_000 }],
    ]);
  });

  it.each([
    ['0', '3'],
    ['4', '3'],
    ['1.5', '3'],
    ['x', '3'],
    ['1', '101'],
  ])('is refused with the place %s of %s', async (index, count) => {
    const { provider } = await given();
    const headers = { 'x-segment-index': index, 'x-segment-count': count };
    expect((await provider.forecast(forecast(blocks), { headers })).status).toBe(400);
  });
});
