import { describe, expect, it } from 'vitest';
import type { GridLimit } from '../../src/domain/gridLimit.ts';
import { type Release, release, shareOf, stillHeld } from '../../src/domain/release.ts';
import { givenHeard } from '../control/givenConnection.ts';

const top = { amps: [60, 60, 60], watts: 60_000 } as const;
const limit = givenHeard({ value: { watts: 10_000 } });

/** The watts that hold at each moment: a wait of half of 60 s, and a ramp of 60 s from nothing to all. */
function held(
  moments: readonly (readonly [atS: number, binding: readonly GridLimit[]])[],
): readonly number[] {
  let previous: Release | undefined;
  return moments.map(([atS, binding]) => {
    previous = release({
      previous,
      binding,
      top,
      options: { randomMs: 60_000, rampMs: 60_000 },
      share: 0.5,
      nowMs: atS * 1000,
    });
    return previous.caps.watts;
  });
}

describe('the release of a limit', () => {
  it('waits its random time, and rises along its ramp from there', () => {
    const free = [0, 29, 30, 31, 40, 80, 81].map((atS) => [atS, []] as const);
    expect(held([[-1, [limit]], ...free])).toEqual([
      10_000, 10_000, 10_000, 10_000, 11_000, 20_000, 60_000, 60_000,
    ]);
  });

  it('is over at once when a lower limit comes', () => {
    const lower = givenHeard({ value: { watts: 4_000 } });
    expect(
      held([
        [0, [limit]],
        [1, []],
        [35, []],
        [36, [lower]],
      ]),
    ).toEqual([10_000, 10_000, 14_000, 4_000]);
  });

  it('does not delay a drop', () => {
    expect(
      held([
        [0, []],
        [1, [limit]],
      ]),
    ).toEqual([60_000, 10_000]);
  });

  it('shows as the limit that is being released, and as none once it is over', () => {
    const first = release({
      previous: undefined,
      binding: [limit],
      top,
      options: { randomMs: 0, rampMs: 60_000 },
      share: 0,
      nowMs: 0,
    });
    const second = release({
      previous: first,
      binding: [],
      top,
      options: { randomMs: 0, rampMs: 60_000 },
      share: 0,
      nowMs: 6_000,
    });
    expect(stillHeld(first)).toEqual([]);
    expect(stillHeld(second)).toMatchObject([
      { value: { watts: 10_000 }, reason: 'cold evening (being released)', untilMs: undefined },
      { value: { phaseAmps: [60, 60, 60] } },
    ]);
  });
});

describe('the share of a name', () => {
  it('is spread evenly over names that are nearly the same', () => {
    const shares = Array.from({ length: 1_000 }, (_, index) => shareOf(`site-${index} dso 1700000000000`));
    const counts = Array.from(
      { length: 10 },
      (_, tenth) => shares.filter((share) => Math.floor(share * 10) === tenth).length,
    );
    expect(Math.min(...counts)).toBeGreaterThan(60);
    expect(Math.max(...counts)).toBeLessThan(140);
  });
});
