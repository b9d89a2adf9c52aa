import { expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import { eventually } from '../app/givenService.ts';
import {
  type Chaos,
  describeChaos,
  givenCharging,
  isCalm,
  lateMs,
  leaseMs,
  patienceMs,
} from './givenChaos.ts';

const stationCount = 500;
/** Nine amps for each car, and what the building draws. */
const breakerAmps = 5_000;
/** Seven for each. */
const curtailedAmps = 3_700;

describeChaos('500 stations that reconnect at once', (programs) => {
  it('stay under the limit, a limit set in the storm included', async ({ onTestFinished }) => {
    const site = await givenCharging(programs, onTestFinished, {
      evseCount: stationCount,
      breakerAmps,
      stepMs: 500,
    });

    for (const station of stations(site)) station.cutConnection();
    const until = new Date(Date.now() + 600_000).toISOString();
    const answer = await fetch(`${site.api}/limits`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ site: 'garage', amps: curtailedAmps, until, reason: 'feeder at its limit' }),
    });
    expect(answer.status).toBe(201);
    expect(site.judge.verdict().longestExcessMs).toBe(0);
    site.judge.limit(curtailedAmps);

    await eventually(
      () => stations(site).every(({ station }) => station.link === 'online') || undefined,
      patienceMs,
    );
    await isCalm(site);
    // However long the storm lasts: by then a station obeys, or its lease has ended.
    expect(site.judge.verdict().longestExcessMs).toBeLessThanOrEqual(leaseMs + lateMs);
  });
});

const stations = ({ simulated }: Chaos) =>
  Array.from({ length: stationCount }, (_, index) => simulated.station(stationId(`CP-A${index}`)));
