import { expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import {
  allFallen,
  allRaised,
  assumedBackgroundAmps,
  car,
  describeChaos,
  givenCharging,
  isCalm,
  isNormal,
  lateMs,
  leaseMs,
  quietBackgroundAmps,
  reactionMs,
  wait,
} from './givenChaos.ts';

/** Until the meters have told what was changed, and the broker has passed it on. */
const toldMs = 2_000;

describeChaos('stations whose service process fails', (programs) => {
  it.concurrent('fall to their failsafe limits by themselves when it is killed, and are taken up again', async ({
    onTestFinished,
  }) => {
    const site = await givenCharging(programs, onTestFinished);
    site.service().child.kill('SIGKILL');
    expect((await site.service().exited).signal).toBe('SIGKILL');
    // The building takes all that was assumed of it, and nobody is there to see it.
    site.background(assumedBackgroundAmps);
    await allFallen(site);
    const alone = site.judge.verdict();
    expect(alone.longestExcessMs).toBeGreaterThan(0);
    expect(alone.longestExcessMs).toBeLessThanOrEqual(leaseMs + lateMs);

    await site.restart();
    await isNormal(site);
    site.background(quietBackgroundAmps);
    await allRaised(site);
    await isCalm(site);
    expect(site.judge.verdict().longestExcessMs).toBe(0);
  });

  it.concurrent('are kept under the limit by one that crashes again and again', async ({
    onTestFinished,
  }) => {
    const site = await givenCharging(programs, onTestFinished);
    // In the middle of its start, of its first commands, and of the raises.
    for (const afterMs of [0, 300, 1_500, 4_000]) {
      site.service().child.kill('SIGKILL');
      await site.service().exited;
      await site.restart();
      await wait(afterMs);
    }
    await isNormal(site);
    await allRaised(site);
    expect(site.judge.verdict().longestExcessMs).toBe(0);
  });

  it.concurrent('are lowered within the reaction time by one that wakes after 12 s', async ({
    onTestFinished,
  }) => {
    const site = await givenCharging(programs, onTestFinished);
    const pausedMs = 12_000;
    site.service().child.kill('SIGSTOP');
    site.background(assumedBackgroundAmps);
    await wait(pausedMs);
    site.service().child.kill('SIGCONT');
    await isCalm(site);
    expect(site.judge.verdict().longestExcessMs).toBeLessThanOrEqual(pausedMs + reactionMs);
    expect(site.service().child.exitCode).toBeNull();
    site.background(quietBackgroundAmps);
    await allRaised(site);
  });

  it.concurrent('are not steered by readings that waited for one that slept: its meter is silent by now', async ({
    onTestFinished,
  }) => {
    const maxAgeMs = 15_000;
    const site = await givenCharging(programs, onTestFinished, { meterMaxAgeMs: maxAgeMs });
    site.service().child.kill('SIGSTOP');
    // They lie in its socket.
    await wait(toldMs);
    await site.broker.kill();
    await wait(maxAgeMs);
    const wokenAtMs = Date.now();
    site.service().child.kill('SIGCONT');
    expect(await site.stateAfter(wokenAtMs + toldMs)).toBe('assumed');
  });

  it.concurrent('are safe from one that slept longer than its leases, and from what it still had to say', async ({
    onTestFinished,
  }) => {
    const site = await givenCharging(programs, onTestFinished);
    site.service().child.kill('SIGSTOP');
    await allFallen(site);
    expect(site.judge.verdict().longestExcessMs, 'asleep').toBe(0);

    // Meanwhile the building fills up and another car takes a place: what the sleeper knew is wrong.
    site.background(assumedBackgroundAmps);
    const station = site.simulated.station(stationId('CP-A0'));
    station.unplug(1);
    station.plugIn(1, car, 'ANOTHER');
    await wait(toldMs);
    expect(site.judge.verdict().longestExcessMs, 'before waking').toBe(0);
    site.service().child.kill('SIGCONT');

    await isCalm(site);
    // The place was empty for a moment, and its current may be lent before the next session begins: a step.
    expect(site.judge.verdict().longestExcessMs, 'on waking').toBeLessThanOrEqual(reactionMs);

    // It may also end itself when it sees how late it is: then its supervisor starts it again.
    if (site.service().child.exitCode !== null) await site.restart();
    site.background(quietBackgroundAmps);
    await allRaised(site);
    await isCalm(site);
    // The building fell and the cars follow while what they say is older than what the meter says: a step as well.
    expect(site.judge.verdict().longestExcessMs, 'awake').toBeLessThanOrEqual(reactionMs);
  });

  it.concurrent('would be found over the limit if their leases did not end', async ({ onTestFinished }) => {
    // Devices of the field that nobody told the service of; the config knows how to (`leaseForm: none`).
    const quirks = { ignoresLaterPeriods: true, ignoresEnds: true };
    const site = await givenCharging(programs, onTestFinished, { quirks });
    site.service().child.kill('SIGKILL');
    await site.service().exited;
    site.background(assumedBackgroundAmps);
    site.judge.verdict();
    await wait(leaseMs + lateMs + toldMs);
    expect(site.judge.verdict().longestExcessMs).toBeGreaterThan(leaseMs + lateMs);
  });
});
