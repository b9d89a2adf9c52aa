import { describe, expect, it } from 'vitest';
import { schedule } from '../../src/grid/intake/schedule.ts';
import { givenConnection, gridTarget } from './givenConnection.ts';
import { watch } from './invariants.ts';
import { World } from './world.ts';

const quarterMs = 900_000;
const voltsOfThree = 3 * 230;
/** Of the quarters in turn. 20 A of them are the building's. */
const capsAmps = [50, 30, 40] as const;

/** An instant as a clock on a wall in Stockholm shows it, with the zone of that moment. */
function local(ms: number): string {
  const shown = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/Stockholm',
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(ms);
  const iso = shown.replace(' ', 'T');
  const hours = (Date.parse(`${iso}Z`) - ms) / 3_600_000;
  return `${iso}+0${hours}:00`;
}

interface Night {
  readonly fromMs: number;
  readonly quarters: number;
}

/** The quarters of a stretch as a grid operator writes them down, an hour left away or told twice. */
const csvOf = ({ fromMs, quarters }: Night): string =>
  Array.from({ length: quarters }, (_, index) => {
    const [from, until] = [index, index + 1].map((each) => local(fromMs + each * quarterMs));
    return `${from},${until},${voltsOfThree * (capsAmps[index % 3] ?? 0)}`;
  }).join('\n');

function given({ fromMs, quarters }: Night): { readonly world: World; readonly loads: readonly number[] } {
  const world = watch(new World({ connections: [givenConnection({ heartbeatTimeoutMs: undefined })] }));
  world.clock.setWall(fromMs - 600_000 - world.clock.nowMs());
  world.setBackground(20).connectAll().plugIn('A1').plugIn('A2');
  const read = schedule({
    csv: csvOf({ fromMs, quarters }),
    target: gridTarget,
    boundary: 'connection',
    kind: 'cap',
    name: 'night',
    nowMs: world.clock.nowMs(),
  });
  if (read.status === 'refused') throw new Error(JSON.stringify(read.faults));
  for (const { value, fromMs: from, untilMs } of read.limits) {
    if ('watts' in value) world.hear(value, {}, { fromMs: from, untilMs });
  }
  const loadAmps = (): number => world.real('A1').drawAmps + world.real('A2').drawAmps + 20;
  world.run(600);
  const loads = Array.from({ length: quarters }, () => {
    // Cars need a moment to follow; a minute before the end of the quarter they all have.
    world.run(840);
    const amps = loadAmps();
    world.run(60);
    return amps;
  });
  return { world, loads };
}

describe.each([
  ['of 23 hours', '01:30 to 04:00', Date.UTC(2026, 2, 29, 0, 30), 6],
  ['of 25 hours', '01:30 to 04:00', Date.UTC(2026, 9, 24, 23, 30), 14],
] as const)('a night %s', (_name, _stretch, fromMs, quarters) => {
  it('has as many quarters of an hour as really pass', () => {
    expect(local(fromMs)).toContain('T01:30:00');
    expect(local(fromMs + quarters * quarterMs)).toContain('T04:00:00');
  });

  it('has each cap of a schedule in force for its own quarter, none twice and none skipped', () => {
    const { loads } = given({ fromMs, quarters });
    expect(loads).toEqual(Array.from({ length: quarters }, (_, index) => capsAmps[index % 3]));
  });
});
