import { describe, expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import { seededArrivals } from '../../src/sim/arrivals.ts';
import { demoArrivals, demoProtocol } from '../../src/sim/demoSite.ts';
import { site } from './givenSite.ts';

const options = {
  seed: 1,
  forMs: 3_600_000,
  firstMs: [0, 60_000],
  stayMs: [300_000, 900_000],
  gapMs: [30_000, 60_000],
  needWh: [1_000, 5_000],
} as const;

describe('seeded arrivals', () => {
  it('are the same for the same seed and others for another', () => {
    expect(seededArrivals(site.evses, options)).toEqual(seededArrivals(site.evses, options));
    expect(seededArrivals(site.evses, { ...options, seed: 2 })).not.toEqual(
      seededArrivals(site.evses, options),
    );
  });

  it('do not change at one EVSE when another is added', () => {
    const [first] = site.evses;
    const alone = seededArrivals(first === undefined ? [] : [first], options);
    const all = seededArrivals(site.evses, options);
    expect(all.filter(({ evseId }) => evseId === first?.id)).toEqual(alone);
  });

  it('come in order and never to an EVSE that is taken', () => {
    const arrivals = seededArrivals(site.evses, options);
    expect(arrivals).toEqual(arrivals.toSorted((a, b) => a.afterMs - b.afterMs));
    for (const { id } of site.evses) {
      const here = arrivals.filter(({ evseId }) => evseId === id);
      const overlaps = here.some(({ afterMs }, index) => {
        const before = here[index - 1];
        return before !== undefined && before.afterMs + before.staysMs > afterMs;
      });
      expect(overlaps).toBe(false);
    }
  });
});

describe.each([1, 7])('the cars of the demo, seed %d', (seed) => {
  const arrivals = demoArrivals(seed, site.evses);

  it('are eight within 15 s, and want more than the halls have', () => {
    const early = arrivals.filter(({ afterMs }) => afterMs <= 15_000);
    expect(early).toHaveLength(8);
    for (const hall of ['hall-a', 'hall-b']) {
      const wanted = early.reduce((sum, { evseId, car }) => {
        const evse = site.evses.find(({ id }) => id === evseId);
        return evse?.circuit === hall ? sum + Math.min(car.maxAmps, evse.maxAmps) : sum;
      }, 0);
      expect(wanted).toBeGreaterThan(40);
    }
  });

  it('have one phase and three', () => {
    const counts = new Set(arrivals.slice(0, 8).map(({ car }) => car.phaseCount));
    expect(counts).toContain(1);
    expect(counts).toContain(3);
  });

  it('leave, and others come, within a minute and a half', () => {
    const left = arrivals.filter(({ afterMs, staysMs }) => afterMs + staysMs < 90_000);
    const later = arrivals.filter(({ afterMs }) => afterMs > 15_000 && afterMs < 90_000);
    expect(left.length).toBeGreaterThan(1);
    expect(later.length).toBeGreaterThan(1);
  });

  it('charge at four stations of each version', () => {
    const stations = site.evses.map(({ station }) => station);
    const protocols = stations.map((station) => demoProtocol(stations, station));
    expect(protocols.filter((protocol) => protocol === 'ocpp1.6')).toHaveLength(4);
    expect(demoProtocol(stations, stationId('CP-A2'))).toBe('ocpp2.0.1');
  });
});
