import { PartnerStory, warmUpS } from '../control/partnerStory.ts';
import { type Mood, moods } from '../control/simulatedCpo.ts';
import { report } from './figures.ts';

// Six stations of ours and four of another operator under one breaker of 125 A, a building beside them that swells between 15
// and 35 A on each phase: how far the site is over its limit, what is charged, and how soon what flows is under a limit that
// falls to 100 A, by how the other operator is. On virtual time: the same figures on every machine. Arguments: hours, seed.

const [hours = 1, seed = 1] = process.argv
  .slice(2)
  .filter((each) => !each.startsWith('--'))
  .map(Number);
const breakerAmps = 125;
const cutAmps = 100;
const inTurns: readonly Mood[] = ['prompt', 'slow', 'refusing', 'silent'];

const stories: readonly (readonly [name: string, moods: readonly Mood[]])[] = [
  ...moods.map((mood) => [mood, [mood]] as const),
  ['in turns', inTurns],
];
const rows = [];
for (const [operator, temper] of stories) {
  const story = new PartnerStory({ seed, moods: temper, moodS: 600, unlimitedAmps: 16, breakerAmps });
  await story.run(warmUpS + hours * 3_600);
  const { energy, over, p1, cpo } = story;
  const figures = { ...energy, secondsOver: over.seconds, worstExcessAmps: over.worstAmps };
  const cutS = await story.cutTo(cutAmps);
  rows.push({ operator, ...figures, p1Violations: p1.violations, cutS, ...cpo.counts });
}
report(`${hours} h with another operator who is …, seed ${seed}`, rows, {
  hours,
  seed,
  breakerAmps,
  cutAmps,
});
process.exit(0);
