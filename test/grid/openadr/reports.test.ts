import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { VtnError } from '../../../src/grid/openadr/http.ts';
import { MeasurementLog } from '../../../src/grid/openadr/measurementLog.ts';
import { ReportQueue } from '../../../src/grid/openadr/reportQueue.ts';
import { VirtualClock } from '../../virtualClock.ts';
import { garage, recordedPorts } from './given.ts';
import { startPair, until } from './pair.ts';

const versions = ['3.0.1', '3.1'] as const;

describe.each(versions)('the reports that an event of OpenADR %s asks for', (version) => {
  const reported = async (
    reportDescriptors: readonly {
      readonly payloadType: string;
      readonly historical?: boolean;
      readonly [key: string]: unknown;
    }[],
    wanted: number,
  ) => {
    const pair = await startPair({
      version,
      resources: [garage, { ...garage, name: 'roof', targets: [] }],
      script: (vtn, id) =>
        void vtn.store.create('events', {
          programID: id,
          intervalPeriod: { start: '2026-01-31T12:00:00Z', duration: 'PT15M' },
          reportDescriptors,
          intervals: [{ id: 5, payloads: [{ type: 'IMPORT_CAPACITY_LIMIT', values: [10] }] }],
        }),
    });
    // Forecasts are due at once; they are under way while time stands still.
    const forecasts = reportDescriptors.filter(({ historical }) => historical === false).length;
    await until(() => pair.vtn.store.all('reports').length === forecasts, 'the forecasts');
    pair.clock.advance(16 * 60_000);
    await until(() => pair.vtn.store.all('reports').length === wanted, 'the reports');
    return pair.vtn.store.all('reports');
  };
  const inside = (report: unknown): string => JSON.stringify(report);

  it('tell energy, mean and peak of what was measured, for each resource', async () => {
    const [usage, mean, peak] = await reported(
      [
        { payloadType: 'USAGE' },
        { payloadType: 'DEMAND', readingType: 'MEAN' },
        { payloadType: 'DEMAND', readingType: 'PEAK' },
      ],
      3,
    );
    const names = JSON.parse(inside(usage?.['resources'])).map(
      (each: { resourceName: string }) => each.resourceName,
    );
    expect(names).toEqual(['garage', 'roof']);
    expect(inside(usage)).toContain('{"type":"USAGE","values":[2]}');
    expect(inside(mean)).toContain('{"type":"DEMAND","values":[8]}');
    expect(inside(peak)).toContain('"readingType":"PEAK"');
    expect(inside(usage)).toContain(
      '"id":5,"intervalPeriod":{"start":"2026-01-31T12:00:00.000Z","duration":"PT15M"}',
    );
  });

  it('add the resources up where an aggregate is asked for', async () => {
    const [report] = await reported([{ payloadType: 'DEMAND', aggregate: true }], 1);
    expect(inside(report)).toContain('"resourceName":"AGGREGATED_REPORT"');
    expect(inside(report)).toContain('{"type":"DEMAND","values":[16]}');
  });

  it('tell the state, the limit in force and what is foreseen under it', async () => {
    const [state, setpoint, forecast] = await reported(
      [
        { payloadType: 'OPERATING_STATE', historical: false },
        { payloadType: 'SETPOINT', historical: false },
        { payloadType: 'USAGE_FORECAST', historical: false },
      ],
      3,
    );
    expect(inside(state)).toContain('RUNNING_CURTAILED');
    expect(inside(setpoint)).toContain('{"type":"SETPOINT","values":[10]}');
    expect(inside(forecast)).toContain('{"type":"USAGE_FORECAST","values":[2]}');
    expect(inside(forecast)).toContain('"readingType":"FORECAST"');
  });

  it('leave out what we cannot tell', async () => {
    expect(
      await reported([{ payloadType: 'STORAGE_CHARGE_LEVEL' }, { payloadType: 'DEMAND' }], 1),
    ).toHaveLength(1);
  });

  it('come at any time that something happens, where that is asked for', async () => {
    const { vtn, ports } = await startPair({
      version,
      script: (each, id) =>
        void each.store.create('events', {
          programID: id,
          intervalPeriod: { start: '2026-01-31T12:00:00Z', duration: 'PT15M' },
          reportDescriptors: [{ payloadType: 'OPERATING_STATE', frequency: 0 }],
          intervals: [{ id: 0, payloads: [{ type: 'IMPORT_CAPACITY_LIMIT', values: [10] }] }],
        }),
    });
    const [externalId = ''] = ports.limits.keys();
    const progress = {
      connectionId: 'dso',
      externalId,
      phase: 'effective',
      atMs: 0,
      measuredWatts: 1,
    } as const;
    ports.progress(progress);
    ports.progress(progress);
    ports.progress({ ...progress, connectionId: 'another' });
    await until(() => vtn.store.all('reports').length === 1, 'the report');
  });
});

describe('what was measured', () => {
  it('is a mean of minutes, and says how much of it there is', () => {
    const clock = new VirtualClock(Date.parse('2026-01-31T12:00:00Z'));
    const { measured } = recordedPorts(clock);
    const log = new MeasurementLog(clock);
    const startMs = clock.nowMs();
    expect(log.over(startMs, startMs + 60_000).quality).toBe('missing');
    for (let minute = 0; minute < 10; minute += 1) {
      log.add({ ...measured, watts: minute < 5 ? 1_000 : 3_000 });
      clock.advance(60_000);
    }
    expect(log.over(startMs, clock.nowMs())).toMatchObject({
      meanWatts: 2_000,
      peakWatts: 3_000,
      quality: 'measured',
    });
    expect(log.over(startMs, startMs + 20 * 60_000).quality).toBe('partial');
    log.add({ ...measured, quality: 'missing' });
    log.add({ ...measured, watts: undefined });
    expect(log.over(clock.nowMs(), clock.nowMs() + 60_000).quality).toBe('missing');
    log.add({ ...measured, quality: 'assumed' });
    expect(log.over(clock.nowMs(), clock.nowMs() + 60_000).quality).toBe('partial');
  });

  it('is kept for 26 hours', () => {
    const clock = new VirtualClock(Date.parse('2026-01-31T12:00:00Z'));
    const { measured } = recordedPorts(clock);
    const log = new MeasurementLog(clock);
    const startMs = clock.nowMs();
    for (let minute = 0; minute < 26 * 60 + 1; minute += 1) {
      log.add(measured);
      clock.advance(60_000);
    }
    expect(log.over(startMs, startMs + 60_000).quality).toBe('missing');
    expect(log.over(startMs + 60_000, startMs + 120_000).quality).toBe('measured');
  });
});

describe('the queue of reports', () => {
  const given = (answers: readonly (VtnError | undefined)[], reportsMax?: number) => {
    const clock = new VirtualClock();
    const sent: string[] = [];
    const tried: string[] = [];
    let count = 0;
    const queue = new ReportQueue({
      clock,
      log: pino({ level: 'silent' }),
      ...(reportsMax ? { reportsMax } : {}),
    });
    const add = (key: string, isUrgent = false): void =>
      queue.add({
        key,
        isUrgent,
        send: async () => {
          tried.push(key);
          const answer = answers[count];
          count += 1;
          if (answer !== undefined) throw answer;
        },
        sent: () => void sent.push(key),
      });
    return { clock, queue, add, sent, tried };
  };
  const away = new VtnError('refused', 'away', { status: 503 });
  const settled = async (): Promise<void> => {
    for (let count = 0; count < 5; count += 1) await turn();
  };

  it('tries again later and later, and loses nothing', async () => {
    const { clock, add, sent, tried } = given([away, away]);
    add('a');
    await settled();
    clock.advance(2_000);
    await settled();
    expect([tried.length, sent.length]).toEqual([2, 0]);
    clock.advance(3_999);
    await settled();
    expect(tried.length).toBe(2);
    clock.advance(1);
    await settled();
    expect(sent).toEqual(['a']);
  });

  it('sends what is urgent first', async () => {
    const { clock, add, sent } = given([away]);
    add('usage');
    await settled();
    add('demand');
    add('acknowledgement', true);
    clock.advance(2_000);
    await settled();
    expect(sent[0]).toBe('acknowledgement');
    expect(sent).toHaveLength(3);
  });

  it('takes "known already" for sent, and "never" for an answer', async () => {
    const conflict = new VtnError('refused', 'known', { status: 409 });
    const never = new VtnError('refused', 'bad', { status: 400 });
    const { add, sent, tried, queue } = given([conflict, never]);
    add('a');
    add('b');
    await settled();
    expect([sent, tried, queue.length]).toEqual([['a'], ['a', 'b'], 0]);
  });

  it('holds no more than it may, and gives up what is not urgent', async () => {
    const { add, queue, clock, sent } = given([away], 3);
    add('ack', true);
    await settled();
    for (const key of ['a', 'b', 'c', 'd', 'd']) add(key);
    expect(queue.length).toBe(3);
    clock.advance(2_000);
    await settled();
    expect(sent).toEqual(['ack', 'c', 'd']);
  });

  it('gives up after a day, and stops twice', async () => {
    const { add, queue, clock, tried } = given(Array.from({ length: 1_000 }, () => away));
    add('a');
    for (let hour = 0; hour < 25; hour += 1) {
      clock.advance(3_600_000);
      await settled();
    }
    expect(queue.length).toBe(0);
    const { length } = tried;
    queue.stop();
    queue.stop();
    add('b');
    await settled();
    expect(tried.length).toBe(length);
  });
});
