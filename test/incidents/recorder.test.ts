import { describe, expect, it } from 'vitest';
import type { ControlSnapshot } from '../../src/control/snapshot.ts';
import { circuitId } from '../../src/domain/ids.ts';
import { exactJson, fromExactJson } from '../../src/incidents/exactJson.ts';
import { HeldClock } from '../../src/incidents/heldClock.ts';
import { Recorder, type RecorderOptions } from '../../src/incidents/recorder.ts';
import { VirtualClock } from '../virtualClock.ts';
import { givenSnapshot } from './givenSnapshot.ts';

const minuteMs = 60_000;

describe('a recorder', () => {
  it('reaches back as long as it is to, and no longer than a quarter more', () => {
    const { recorder, clock, read } = given({ keepMs: 15 * minuteMs });
    for (let minutes = 0; minutes < 120; minutes += 1) {
      clock.advance(minuteMs);
      read();
    }
    const reachMs = clock.monotonicMs() - firstInstantMs(recorder);
    expect(reachMs).toBeGreaterThanOrEqual(15 * minuteMs);
    expect(reachMs).toBeLessThanOrEqual((15 * 5 * minuteMs) / 4);
  });

  it('keeps no more lines than it may, however many come within its time', () => {
    const { recorder, read } = given({ linesMax: 100 });
    for (let times = 0; times < 1_000; times += 1) {
      read();
      expect(recorder.lines().length).toBeLessThanOrEqual(100 + 1);
    }
    expect(recorder.lines().length).toBeGreaterThan(70);
  });

  it('keeps no more bytes than it may', () => {
    const { recorder, read } = given({ bytesMax: 20_000 });
    for (let times = 0; times < 1_000; times += 1) {
      read();
      const [, ...inputs] = recorder.lines();
      expect(inputs.join('').length).toBeLessThanOrEqual(20_000 + 200);
    }
    expect(recorder.counts().bytes).toBeGreaterThan(10_000);
  });

  it('begins with a snapshot of the moment before its oldest input', () => {
    const { recorder, read } = given({ linesMax: 100 });
    for (let times = 0; times < 1_000; times += 1) read();
    const [first = '', second = ''] = recorder.lines();
    const { number } = (fromExactJson(first) as { snapshot: ControlSnapshot }).snapshot.count;
    expect(second).toContain(`"totalWatts":${number + 1}}`);
    expect(recorder.lines().filter((line) => line.includes('"snapshot"'))).toHaveLength(1);
  });
});

describe('JSON that loses nothing', () => {
  it('gives back what JSON has no words for', () => {
    const value = {
      none: undefined,
      list: [undefined, 1, null],
      amounts: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 0.1 + 0.2],
      texts: ['~', '~undefined', '', 'å'],
    };
    expect(fromExactJson(exactJson(value))).toEqual(value);
    expect('none' in (fromExactJson(exactJson(value)) as object)).toBe(true);
  });

  it('hides who charges', () => {
    expect(exactJson({ session: { tokenId: '04A2B7D9', id: 'S1' } })).toBe(
      '{"session":{"tokenId":"(hidden)","id":"S1"}}',
    );
  });
});

describe('a clock that is held', () => {
  it('stands for all that is done meanwhile, and runs again', () => {
    const clock = new VirtualClock(1_000);
    const held = new HeldClock(clock);
    const inside = held.hold((at) => {
      clock.advance(50);
      return [at.monotonicMs, held.monotonicMs(), held.nowMs(), held.hold((inner) => inner.monotonicMs)];
    });
    expect(inside).toEqual([1_000, 1_000, 1_000, 1_000]);
    expect(held.monotonicMs()).toBe(1_050);
    expect(() =>
      held.hold(() => {
        throw new Error('no');
      }),
    ).toThrow('no');
    clock.advance(1);
    expect(held.nowMs()).toBe(1_051);
  });
});

/** A recorder of a control that only counts what it is told. */
function given(change: Partial<RecorderOptions>) {
  const clock = new VirtualClock();
  let number = 0;
  const options = { keepMs: 15 * minuteMs, bytesMax: 1_000_000, linesMax: 10_000, ...change };
  const recorder = new Recorder(new HeldClock(clock), () => givenSnapshot(number), options);
  const read = (): void => {
    const reading = { circuitId: circuitId('grid'), arrivedAtMs: 0, totalWatts: number + 1 };
    recorder.take({ kind: 'reading', reading }, () => {
      number += 1;
    });
  };
  return { clock, recorder, read };
}

function firstInstantMs(recorder: Recorder): number {
  const [first = ''] = recorder.lines();
  return (fromExactJson(first) as { at: { monotonicMs: number } }).at.monotonicMs;
}
