import { describe, expect, it } from 'vitest';
import { evseId } from '../../src/domain/ids.ts';
import { PartnerStory, warmUpS } from './partnerStory.ts';
import type { Mood } from './simulatedCpo.ts';

const story = (moods: readonly Mood[], change: { readonly unlimitedAmps?: number } = {}): PartnerStory =>
  new PartnerStory({ seed: 3, moods, moodS: 300, unlimitedAmps: 16, breakerAmps: 125, ...change });

const patience = 240_000;

describe('a site with six stations of ours and four of another operator', () => {
  it(
    'stays under its limit while that operator is prompt, slow, refusing and silent in turns',
    async () => {
      const told = await story(['prompt', 'slow', 'refusing', 'silent']).run(warmUpS + 1_500);
      expect(told.over).toEqual({ seconds: 0, worstAmps: 0 });
      // What was counted was never less than what was in force.
      expect(told.p1).toEqual({ violations: 0, worstAmps: 0 });
      expect(told.world.broken).toEqual([]);
      expect(told.world.ticks.flatMap(({ refused }) => refused)).toEqual([]);
      expect(told.energy.ownKwh).toBeGreaterThan(12);
      expect(told.energy.partnerKwh).toBeGreaterThan(8);
      const { accepted, refused, unanswered } = told.cpo.counts;
      expect([accepted, refused, unanswered].every((count) => count > 0)).toBe(true);
      const toF1 = told.world.sent.filter(({ command }) => command.evseId === 'F1');
      expect(new Set(toF1.map(({ command }) => command.kind))).toEqual(new Set(['lease']));
      const pausesMs = toF1.slice(1).map(({ atMs }, index) => atMs - (toF1[index]?.atMs ?? 0));
      expect(Math.min(...pausesMs)).toBeGreaterThanOrEqual(15_000);
    },
    patience,
  );

  it(
    'makes room from its own stations at once when the limit falls, whatever the other operator does',
    async () => {
      const told = await story(['silent']).run(warmUpS + 60);
      expect(await told.cutTo(100)).toBeLessThan(15);
    },
    patience,
  );

  it(
    'counts all that a silent operator gives, and takes it back when it is heard again',
    async () => {
      const told = await story(['silent', 'prompt']).run(warmUpS + 200);
      const counted = () => ['F1', 'F2', 'F3', 'F4'].map((id) => told.world.exposureAmps(id));
      expect(told.world.view('F1').state).toBe('offline');
      expect(counted()).toEqual([16, 16, 16, 16]);
      await told.run(300);
      expect(Math.min(...counted())).toBeLessThan(16);
    },
    patience,
  );

  it(
    'raises nobody beyond its limit when another process takes over',
    async () => {
      const told = await story(['prompt']).run(warmUpS + 60);
      await told.restart().run(1);
      const counted = () => ['F1', 'F2', 'F3', 'F4'].map((id) => told.world.exposureAmps(id));
      // Nothing is believed of what the one before was told.
      expect(counted()).toEqual([16, 16, 16, 16]);
      await told.run(300);
      expect(told.p1).toEqual({ violations: 0, worstAmps: 0 });
      expect(told.over).toEqual({ seconds: 0, worstAmps: 0 });
      expect(Math.min(...counted())).toBeLessThan(16);
      expect(told.energy.partnerKwh).toBeGreaterThan(1);
    },
    patience,
  );

  it(
    'counts one that says yes and changes nothing in full, by the energy that it tells itself',
    async () => {
      const told = await story(['lying']).run(warmUpS);
      const caught = () =>
        ['F1', 'F2', 'F3', 'F4'].filter((id) => told.world.ledger.isOverridden(evseId(id)));
      for (let minute = 0; minute < 40 && caught().length === 0; minute += 1) await told.run(60);
      const [liar = 'none'] = caught();
      await told.run(2);
      expect(told.world.view(liar)).toMatchObject({ exposureAmps: 16, reason: { kind: 'not obeying' } });
      // What flows too much until then is answered like a step of the building.
      expect(told.over.seconds).toBeLessThan(60);
      expect(told.over.worstAmps).toBeLessThan(20);
    },
    patience,
  );

  it(
    'is the same story again with the same seed',
    async () => {
      const [one, two] = [await story(['slow']).run(300), await story(['slow']).run(300)];
      expect(one.energy).toEqual(two.energy);
      expect(one.world.sent).toEqual(two.world.sent);
    },
    patience,
  );
});
