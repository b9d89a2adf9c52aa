import { expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import {
  allFallen,
  allRaised,
  assumedBackgroundAmps,
  type Chaos,
  car,
  describeChaos,
  failsafeAmps,
  givenCharging,
  isCalm,
  isNormal,
  leaseMs,
  quietBackgroundAmps,
  reactionMs,
  wait,
} from './givenChaos.ts';

/** Every lease that was given before has ended by then: what cars still have was given without the database. */
const downMs = leaseMs + 5_000;

describeChaos('stations whose database is killed', (programs) => {
  it.concurrent('are controlled all the same, and every limit that was acknowledged holds', async ({
    onTestFinished,
  }) => {
    const site = await givenCharging(programs, onTestFinished);

    // Somebody sets limits all the time, and the server dies in the middle of one.
    const posting = postUntilRefused(site);
    await wait(300);
    const killedAtMs = performance.now();
    await site.database.kill();
    const accepted = await posting;
    expect(accepted.length).toBeGreaterThan(0);
    expect(site.judge.verdict().longestExcessMs).toBe(0);

    // The load is followed, and a car that comes charges.
    site.background(assumedBackgroundAmps);
    await isCalm(site);
    expect(site.judge.verdict().longestExcessMs).toBeLessThanOrEqual(reactionMs);
    for (const id of ['CP-A0', 'CP-A1']) {
      site.simulated.station(stationId(id)).unplug(1);
      site.simulated.station(stationId(id)).plugIn(1, car, 'ANOTHER');
    }
    site.background(quietBackgroundAmps);
    const held = await ids(site);
    expect(held).toEqual(expect.arrayContaining([...accepted]));
    // It may die between a limit and its answer: that one holds, and its sender does not know.
    expect(held.length).toBeLessThanOrEqual(accepted.length + 1);
    await wait(downMs - (performance.now() - killedAtMs));
    // A 1.6 station learns the number of its transaction from the database, so that car is only seen by the meter.
    expect(site.judge.verdict().longestExcessMs).toBeLessThanOrEqual(reactionMs);
    const [, second = 0, third = 0] = site.judge.offers();
    expect(Math.min(second, third)).toBeGreaterThan(failsafeAmps);

    await site.database.start();
    await allRaised(site);
    site.service().child.kill('SIGKILL');
    await site.service().exited;
    await site.restart();
    expect(await ids(site)).toEqual(expect.arrayContaining([...held]));
    expect(site.judge.verdict().longestExcessMs).toBeLessThanOrEqual(reactionMs);
  });

  it.concurrent('are safe when the service dies with it, and are taken up when both are back', async ({
    onTestFinished,
  }) => {
    const site = await givenCharging(programs, onTestFinished);
    site.service().child.kill('SIGKILL');
    await site.database.kill();
    // A supervisor starts it again at once: without its limits it must not control anybody.
    const early = site.serve();
    expect(await early.exited).toEqual({ code: 1, signal: null });
    expect(early.stderr()).toContain('cannot be reached');
    await allFallen(site);

    site.background(assumedBackgroundAmps);
    await site.database.start();
    await site.restart();
    await isNormal(site);
    await allRaised(site);
    expect(site.judge.verdict().longestExcessMs).toBe(0);
  });
});

/** Sets limits that bind nobody, one after the other until one is refused; the ids of those acknowledged before. */
async function postUntilRefused({ api }: Chaos): Promise<readonly string[]> {
  const until = new Date(Date.now() + 600_000).toISOString();
  const accepted: string[] = [];
  for (;;) {
    const answer = await fetch(`${api}/limits`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ site: 'garage', amps: 50, until, reason: 'feeder at its limit' }),
    });
    if (answer.status !== 201) {
      expect(answer.status).toBeGreaterThanOrEqual(500);
      return accepted.toSorted();
    }
    const { id } = (await answer.json()) as { readonly id: string };
    accepted.push(id);
  }
}

async function ids({ api }: Chaos): Promise<readonly string[]> {
  const limits = (await (await fetch(`${api}/limits`)).json()) as readonly { readonly id: string }[];
  return limits.map(({ id }) => id).toSorted();
}
