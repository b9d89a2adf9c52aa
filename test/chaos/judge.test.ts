import { describe, expect, it } from 'vitest';
import { everyPhase, type PhaseAmps } from '../../src/domain/phases.ts';
import { givenSite } from '../control/givenSite.ts';
import { VirtualClock } from '../virtualClock.ts';
import { Judge } from './judge.ts';

const limitAmps = 50;
const site = givenSite();

describe('the judge at the stations', () => {
  it('finds what stations offer beyond the limit although no car takes it', () => {
    const given = givenTruth({ offeredAmps: 40, backgroundAmps: everyPhase(10) });
    const clock = new VirtualClock();
    const judge = new Judge(site, given.truth, limitAmps, clock);
    clock.advance(1_000);
    expect(judge.verdict()).toEqual({ longestExcessMs: 0, worstExcessAmps: 0, highestOfferAmps: 40 });

    given.offeredAmps = 41;
    clock.advance(3_000);
    given.offeredAmps = 30;
    clock.advance(1_000);
    const { longestExcessMs, worstExcessAmps } = judge.verdict();
    expect(worstExcessAmps).toBe(1);
    expect(longestExcessMs).toBeGreaterThan(2_900);
    expect(longestExcessMs).toBeLessThanOrEqual(3_000);
    expect(judge.verdict().longestExcessMs).toBe(0);
    judge.stop();
  });

  it('judges the phase that is worst off, and a limit that was set meanwhile', () => {
    const given = givenTruth({ offeredAmps: 20, backgroundAmps: [0, 31, 0] });
    const clock = new VirtualClock();
    const judge = new Judge(site, given.truth, limitAmps, clock);
    expect(judge.verdict().worstExcessAmps).toBe(1);
    given.backgroundAmps = everyPhase(0);
    judge.limit(19);
    expect(judge.verdict().worstExcessAmps).toBe(1);
    judge.stop();
  });
});

/** One EVSE of the site on three phases offers, the others do not. */
function givenTruth(start: { readonly offeredAmps: number; readonly backgroundAmps: PhaseAmps }) {
  const given = {
    ...start,
    truth: () => ({
      atMs: 0,
      circuits: site.circuits.map(({ id, breakerAmps }) => ({
        id,
        breakerAmps,
        amps: everyPhase(0),
        backgroundAmps: given.backgroundAmps,
      })),
      evses: site.evses.map(({ id }, index) => ({
        id,
        offeredAmps: index === 0 ? given.offeredAmps : 0,
        amps: everyPhase(0),
      })),
    }),
  };
  return given;
}
