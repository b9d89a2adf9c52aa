import { expect, it } from 'vitest';
import {
  allRaised,
  assumedBackgroundAmps,
  describeChaos,
  givenCharging,
  isCalm,
  isNormal,
  meterMaxAgeMs,
  quietBackgroundAmps,
  reactionMs,
} from './givenChaos.ts';

describeChaos('stations whose broker is killed', (programs) => {
  it('share what is safe without a meter, and get more again when it is back', async ({ onTestFinished }) => {
    const site = await givenCharging(programs, onTestFinished);

    await site.broker.kill();
    // Nobody can tell the service of it: it has to assume it by itself.
    site.background(assumedBackgroundAmps);
    await isCalm(site);
    expect(site.judge.verdict().longestExcessMs).toBeLessThanOrEqual(meterMaxAgeMs + reactionMs);
    expect(Math.min(...site.judge.offers())).toBeGreaterThan(0);

    await site.broker.start();
    await isNormal(site);
    // Whatever it made of its first readings: the building still takes what was assumed.
    expect(site.judge.verdict().longestExcessMs).toBe(0);

    site.background(quietBackgroundAmps);
    await allRaised(site);
    expect(site.judge.verdict().longestExcessMs).toBe(0);
  });
});
