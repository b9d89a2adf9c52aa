import { describe, expect, it } from 'vitest';
import { followMs } from '../../src/app/options.ts';
import { type StationId, stationId } from '../../src/domain/ids.ts';
import type { SessionState } from '../../src/domain/session.ts';
import type { Site } from '../../src/domain/site.ts';
import { givenEvse, givenSite } from './givenSite.ts';
import { GivenState } from './givenState.ts';

const garo: StationId = stationId('CP-A1');

const given = (site: Site = givenSite({ evses: [givenEvse({ traits: {} })] })): GivenState =>
  new GivenState(site).connect('occupied');

interface Story {
  readonly offeredMs?: number;
  /** What its car takes when it is offered current again; undefined: nobody tells. */
  readonly thenAmps?: number | undefined;
  readonly state?: Exclude<SessionState, 'finished'>;
  /** What it is seen to take in the pause. */
  readonly pausedAmps?: number;
}

/** A session whose car charges, is paused for a minute, is offered current again, and leaves. */
function session(there: GivenState, story: Story = {}) {
  const { offeredMs, thenAmps, state, pausedAmps }: Required<Story> = {
    ...{ offeredMs: 300_000, thenAmps: 0, state: 'suspended-by-us', pausedAmps: 0, ...story },
  };
  const { clock } = there;
  const wait = (ms: number) => clock.advance(ms);
  there.begin().set(16);
  wait(followMs);
  there.measure(16, { energyWh: 1_000 }).set(0);
  wait(pausedAmps > 0 ? followMs - 1 : 60_000);
  there.measure(pausedAmps).tell({ kind: 'session changed', transactionId: 'T1', evseNumber: 1, state });
  there.set(16);
  wait(offeredMs);
  if (thenAmps !== undefined) there.measure(thenAmps);
  const end = { reason: 'EVDisconnected', endedAtMs: clock.nowMs(), energyWh: undefined };
  return there.tell({ kind: 'session ended', transactionId: 'T1', ...end });
}

const resumes = (there: GivenState) => there.record.traits.resumes;

describe('what pauses teach of a station', () => {
  it('three sessions one after the other that never charged again say that it stays paused', () => {
    const there = given();
    session(session(there));
    expect(resumes(there)).toBe('well');
    session(there);
    expect(resumes(there)).toBe('stays paused');
    expect(there.state.station(garo)?.device.learnt).toMatchObject([{ change: { resumes: 'stays paused' } }]);
  });

  it('one that charged again has the count begin anew', () => {
    const there = given();
    session(session(there));
    session(there, { thenAmps: 16 });
    session(session(there));
    expect(resumes(there)).toBe('well');
    session(there);
    expect(resumes(there)).toBe('stays paused');
  });

  it.each<[string, Story]>([
    ['a car that left a millisecond before five minutes were over', { offeredMs: 299_999 }],
    ['a station that told nothing meanwhile', { thenAmps: undefined }],
    ['a car that does not take what its station offers', { state: 'suspended-by-ev' }],
  ])('%s says nothing', (_what, story) => {
    const there = given();
    for (let count = 0; count < 5; count += 1) session(there, story);
    expect(resumes(there)).toBe('well');
  });

  it('a station that was away or restarted meanwhile may have lost its car in other ways', () => {
    const there = given();
    for (let count = 0; count < 5; count += 1) {
      there.begin().set(16);
      there.clock.advance(followMs);
      there.measure(16).set(0).connect('occupied').set(16);
      there.clock.advance(600_000);
      const end = { reason: 'Other', endedAtMs: there.clock.nowMs(), energyWh: undefined };
      there.measure(0).tell({ kind: 'session ended', transactionId: 'T1', ...end });
    }
    expect(resumes(there)).toBe('well');
  });

  it('what the config says of it stands', () => {
    const there = given(givenSite({ evses: [givenEvse({ traits: { resumes: 'well' } })] }));
    for (let count = 0; count < 5; count += 1) session(there);
    expect(there.state.station(garo)?.device.learnt).toEqual([]);
  });

  it('another firmware has nothing of the one before held against it', () => {
    const there = given();
    const boot = (firmware: string) =>
      there.tell({
        kind: 'booted',
        hardware: { vendor: 'V', model: 'M', serialNumber: undefined, firmware },
      });
    boot('1.0');
    session(session(there));
    boot('1.1');
    session(there);
    expect(resumes(there)).toBe('well');
  });
});

describe('what takes back that a station stays paused', () => {
  const learnt = (there: GivenState) => there.state.station(garo)?.device.learnt;
  const again: Story = { thenAmps: 16 };
  const stranding = (there = given()): GivenState => session(session(session(there)));

  it('three pauses one after the other that its cars came back from, with the reason in the place of the other', () => {
    const there = session(session(stranding(), again), again);
    expect(resumes(there)).toBe('stays paused');
    session(there, again);
    expect(resumes(there)).toBe('well');
    expect(learnt(there)).toEqual([
      {
        change: { resumes: 'well' },
        why: '3 pauses one after the other ended with a car that charged again',
        atMs: there.clock.nowMs(),
        firmware: undefined,
      },
    ]);
    expect(there.devices).toMatchObject([
      { learnt: [{ change: { resumes: 'stays paused' } }] },
      { learnt: [{ change: { resumes: 'well' } }] },
    ]);
  });

  it('one that strands in between has the count begin anew', () => {
    const there = session(session(session(stranding(), again), again));
    session(session(there, again), again);
    expect(resumes(there)).toBe('stays paused');
    session(there, again);
    expect(resumes(there)).toBe('well');
  });

  it('a pause that was over before its car had stopped says nothing', () => {
    const there = stranding();
    for (let count = 0; count < 5; count += 1) session(there, { ...again, pausedAmps: 16 });
    expect(resumes(there)).toBe('stays paused');
  });

  it('what is known of its model, too, but not what the config says', () => {
    const boot = { vendor: 'Huawei', model: 'SCharger', serialNumber: undefined, firmware: undefined };
    const known = given().tell({ kind: 'booted', hardware: boot });
    expect(resumes(known)).toBe('stays paused');
    expect(resumes(session(session(session(known, again), again), again))).toBe('well');
    const fixed = given(givenSite({ evses: [givenEvse({ traits: { resumes: 'stays paused' } })] }));
    expect(resumes(session(session(session(fixed, again), again), again))).toBe('stays paused');
  });

  it('is taken back itself by three that never charge again', () => {
    const there = session(session(session(stranding(), again), again), again);
    expect(resumes(stranding(there))).toBe('stays paused');
    expect(learnt(there)).toHaveLength(1);
  });
});
