import { afterEach, describe, expect, it } from 'vitest';
import type { ReceivedMessage } from '../../../src/sim/capacityProvider/capacityProvider.ts';
import { eventually } from '../../eventually.ts';
import { block, endOscp, forecast, givenOscp, startMs, wished } from './givenOscp.ts';

afterEach(endOscp);

async function given(...parts: Parameters<typeof givenOscp>) {
  const oscp = await givenOscp(...parts);
  await oscp.together();
  return oscp;
}

const at = (minutes: number): string => new Date(startMs + minutes * 60_000).toISOString();

describe('UpdateGroupMeasurements', () => {
  it('tells rising registers, everything and the cars alone, where continuous ones are wanted', async () => {
    const { provider, clock } = await given();
    clock.advance(60_000);
    await expect.poll(() => provider.received('update_group_measurements').length).toBe(1);
    const common = { phase: 'ALL', unit: 'WH', direction: 'IMPORT', measure_time: at(1) };
    expect(provider.received('update_group_measurements')[0]?.body).toEqual({
      group_id: 'G1',
      measurements: [
        { ...common, value: 1_000_000, energy_type: 'TOTAL' },
        { ...common, value: 500_000, energy_type: 'FLEXIBLE' },
      ],
    });
  });

  it('tells what was added since the one before, where intermittent ones are wanted', async () => {
    const { provider, clock, heard } = await given({}, { measurements: ['INTERMITTENT'] });
    clock.advance(60_000);
    heard.measured = { ...heard.measured, energyWh: 1_000_700, carEnergyWh: 500_500 };
    clock.advance(60_000);
    await expect.poll(() => provider.received('update_group_measurements').length).toBe(1);
    const { measurements } = Object(provider.received('update_group_measurements')[0]?.body);
    expect(measurements).toMatchObject([
      { value: 700, energy_type: 'TOTAL', initial_measure_time: at(1), measure_time: at(2) },
      { value: 500, energy_type: 'FLEXIBLE', initial_measure_time: at(1), measure_time: at(2) },
    ]);
  });

  it('leaves out what no meter tells, and intervals in which a register fell', async () => {
    const { provider, clock, heard } = await given({}, { measurements: ['CONTINUOUS', 'INTERMITTENT'] });
    heard.measured = { ...heard.measured, energyWh: undefined };
    clock.advance(60_000);
    await expect.poll(() => provider.received('update_group_measurements').length).toBe(1);
    heard.measured = { ...heard.measured, carEnergyWh: 10 };
    clock.advance(60_000);
    await expect.poll(() => provider.received('update_group_measurements').length).toBe(2);
    const values = provider
      .received('update_group_measurements')
      .map(({ body }) => Object(body).measurements.map((each: { value: number }) => each.value));
    expect(values).toEqual([[500_000], [10]]);
  });

  it('is not sent to a provider that wants none', async () => {
    const { provider, clock } = await given({}, { measurements: [], heartbeatS: 60 });
    clock.advance(60_000);
    await expect.poll(() => provider.received('heartbeat').length).toBe(2);
    expect(provider.received('update_group_measurements')).toEqual([]);
  });
});

describe('UpdateAssetMeasurements', () => {
  it('tells the cars and everything as assets, where it is switched on', async () => {
    const { provider, clock } = await given({ sendsAssets: true });
    clock.advance(60_000);
    await expect.poll(() => provider.received('update_asset_measurements').length).toBe(1);
    expect(provider.received('update_asset_measurements')[0]?.body).toMatchObject({
      group_id: 'G1',
      measurements: [
        {
          asset_id: 'G1-charging',
          asset_category: 'CHARGING',
          energy_measurement: { value: 500_000, energy_type: 'FLEXIBLE' },
          instantaneous_measurement: { value: 30_000, phase: 'ALL', unit: 'W', measure_time: at(1) },
        },
        {
          asset_id: 'G1-total',
          asset_category: 'CONSUMPTION',
          instantaneous_measurement: { value: 42_000 },
        },
      ],
    });
  });
});

describe('GroupCapacityComplianceError', () => {
  it.each(['infeasible', 'violated'] as const)(
    'tells of a capacity that is %s, correlated to its forecast, once',
    async (phase) => {
      const { provider, heard } = await given();
      const sent = await provider.forecast(forecast([block(0, 15, 5), block(15, 30, 50)]));
      const externalId = heard.standing()[0]?.externalId ?? '';
      heard.progress({ externalId, phase, measuredWatts: 9_000, why: 'the building alone draws more' });
      heard.progress({ externalId, phase });
      await expect.poll(() => provider.received('group_capacity_compliance_error').length).toBe(1);
      expect(provider.received('group_capacity_compliance_error')[0]).toMatchObject({
        headers: { 'x-correlation-id': sent.headers['x-request-id'] },
        body: {
          message: expect.stringMatching(/G1.*9000 W measured.*the building alone draws more/),
          forecasted_blocks: [
            { capacity: 5_000, phase: 'ALL', unit: 'W', start_time: at(0), end_time: at(15) },
          ],
        },
      });
    },
  );

  it('is told again when the capacity was kept in between', async () => {
    const { provider, heard } = await given();
    await provider.forecast(forecast([block(0, 15, 5)]));
    const externalId = heard.standing()[0]?.externalId ?? '';
    for (const phase of ['violated', 'effective', 'violated'] as const) heard.progress({ externalId, phase });
    await expect.poll(() => provider.received('group_capacity_compliance_error').length).toBe(2);
  });

  it('names amps, phases and energy as they were given', async () => {
    const { provider, heard } = await given();
    await provider.forecast(
      forecast([
        block(0, 15, 10, { phase: 'ONE', unit: 'A' }),
        block(0, 15, 20, { phase: 'TWO', unit: 'A' }),
        block(15, 30, 4, { unit: 'KWH' }),
      ]),
    );
    for (const { externalId } of heard.standing()) heard.progress({ externalId, phase: 'violated' });
    await expect.poll(() => provider.received('group_capacity_compliance_error').length).toBe(2);
    const blocks = provider
      .received('group_capacity_compliance_error')
      .flatMap(({ body }) => Object(body).forecasted_blocks)
      .map(({ capacity, phase, unit }) => [phase, unit, capacity]);
    expect(blocks.sort()).toEqual([
      ['ALL', 'WH', 4_000],
      ['ONE', 'A', 10],
      ['TWO', 'A', 20],
    ]);
  });

  it('says nothing of a limit that is none of ours', async () => {
    const { provider, heard } = await given();
    heard.progress({ externalId: 'somebody-else', phase: 'violated' });
    heard.progress({ connectionId: 'other', externalId: 'G1/CONSUMPTION/W/x', phase: 'violated' });
    expect((await provider.heartbeat(60_000)).status).toBe(204);
    expect(provider.received('group_capacity_compliance_error')).toEqual([]);
  });
});

describe('AdjustGroupCapacityForecast', () => {
  type Oscp = Awaited<ReturnType<typeof given>>;
  const path = 'adjust_group_capacity_forecast';
  /** What was asked for: what is sent again for want of an answer in time keeps its request id. */
  const asked = ({ provider }: Oscp, of = path): readonly ReceivedMessage[] => [
    ...new Map(provider.received(of).map((each) => [each.headers['x-request-id'], each])).values(),
  ];
  const blocksAsked = (oscp: Oscp): readonly unknown[] =>
    asked(oscp).map(({ body }) => Object(body).forecasted_blocks);
  const watts = (from: number, until: number, capacity: number) => ({
    capacity,
    phase: 'ALL',
    unit: 'W',
    start_time: at(from),
    end_time: at(until),
  });
  /** A minute, in which we look once whether something is to be asked for; measurements show that it is over. */
  async function minute(oscp: Oscp): Promise<void> {
    const measured = 'update_group_measurements';
    const before = asked(oscp, measured).length;
    oscp.clock.advance(60_000);
    await eventually(() => expect(asked(oscp, measured)).toHaveLength(before + 1));
  }

  it.each([
    ['more', 80_000],
    ['less', 10_000],
  ])(
    'asks for %s where that is wanted, block by block, for as long as it is known',
    async (_what, wanted) => {
      const oscp = await given({ adjustS: 300 });
      const { provider, heard, clock } = oscp;
      const sent = await provider.forecast(forecast([block(0, 15, 50), block(15, 60, 40)]));
      heard.wished = [wished(5, 30, wanted)];
      clock.advance(300_000);
      await eventually(() => expect(asked(oscp)).toHaveLength(1));
      expect(asked(oscp)[0]).toMatchObject({
        headers: { 'x-correlation-id': sent.headers['x-request-id'] },
        body: {
          group_id: 'G1',
          type: 'CONSUMPTION',
          forecasted_blocks: [watts(5, 15, wanted), watts(15, 30, wanted)],
        },
      });
    },
  );

  it('follows what is wanted over the hours, and leaves out what was given nearly so', async () => {
    const oscp = await given({ adjustS: 60 });
    await oscp.provider.forecast(forecast([block(0, 240, 50)]));
    oscp.heard.wished = [wished(1, 60, 10_000), wished(60, 120, 52_000), wished(120, 180, 90_000)];
    await minute(oscp);
    await eventually(() => expect(asked(oscp)).toHaveLength(1));
    expect(blocksAsked(oscp)).toEqual([[watts(1, 60, 10_000), watts(120, 180, 90_000)]]);
  });

  it.each([
    ['nearly has it', [wished(1, 15, 52_000)]],
    ['does not know', []],
  ])('asks for nothing when it %s', async (_what, wishes) => {
    const oscp = await given({ adjustS: 60 });
    await oscp.provider.forecast(forecast([block(0, 15, 50)]));
    oscp.heard.wished = wishes;
    await minute(oscp);
    expect(asked(oscp)).toEqual([]);
  });

  it('asks once for nearly the same, again for something else, and for what it did not know of', async () => {
    const oscp = await given({ adjustS: 60 });
    await oscp.provider.forecast(forecast([block(0, 240, 50)]));
    const story: readonly (readonly [untilMinutes: number, wanted: number, times: number])[] = [
      [60, 90_000, 1],
      [60, 90_000, 1],
      [60, 95_000, 1],
      [60, 120_000, 2],
      [120, 120_000, 3],
    ];
    for (const [index, [untilMinutes, wanted, times]] of story.entries()) {
      oscp.heard.wished = [wished(index + 1, untilMinutes, wanted)];
      await minute(oscp);
      await eventually(() => expect(asked(oscp)).toHaveLength(times));
    }
    expect(blocksAsked(oscp)).toEqual([
      [watts(1, 60, 90_000)],
      [watts(4, 60, 120_000)],
      [watts(5, 120, 120_000)],
    ]);
  });

  it('names a mean over a block as energy', async () => {
    const oscp = await given({ adjustS: 60 });
    await oscp.provider.forecast(forecast([block(0, 60, 50, { unit: 'KWH' })]));
    oscp.heard.wished = [wished(1, 31, 20_000)];
    await minute(oscp);
    await eventually(() => expect(asked(oscp)).toHaveLength(1));
    expect(blocksAsked(oscp)).toEqual([[{ ...watts(1, 31, 10_000), unit: 'WH' }]]);
  });
});
