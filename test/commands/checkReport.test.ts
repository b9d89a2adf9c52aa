import { describe, expect, it } from 'vitest';
import { checkReport } from '../../src/commands/checkReport.ts';
import { parseConfig } from '../../src/config/config.ts';

const report = (text: string): string => checkReport(parseConfig(text, 'lastvakt.yaml', {}));

describe('the report of a config', () => {
  it('shows the tree with its limits, its failsafe budget and every EVSE', () => {
    const text = `
sites:
  - id: garage
    name: Garage Lund
    timeZone: Europe/Stockholm
    circuit:
      id: grid
      breakerAmps: 63
      ratedWatts: 43000
      assumedBackgroundAmps: 20
      meter: { topic: meters/garage/grid }
      circuits:
        - id: hall-a
          breakerAmps: 40
          evses:
            - { id: A1, station: CP-A1 }
            - { id: A2, station: CP-A2, phases: [L2], maxAmps: 16, failsafeAmps: 0, priority: 1, weight: 2 }
`;
    expect(report(text)).toBe(
      [
        'Garage Lund (garage), TN 230 V, Europe/Stockholm',
        'grid: breaker 63 A, rated 43000 W, total from meters/garage/grid',
        '  failsafe + assumed background: L1 6 + 20 of 63 A, L2 6 + 20 of 63 A, L3 6 + 20 of 63 A',
        '  hall-a: breaker 40 A, no meter',
        '    failsafe + assumed background: L1 6 + 0 of 40 A, L2 6 + 0 of 40 A, L3 6 + 0 of 40 A',
        '    A1: station CP-A1 EVSE 1 on L1 L2 L3, 6 to 32 A, failsafe 6 A, priority 0, weight 1',
        '    A2: station CP-A2 EVSE 1 on L2, 6 to 16 A, failsafe 0 A, priority 1, weight 2',
      ].join('\n'),
    );
  });

  it('shows only the phases a circuit has', () => {
    const text = 'sites: [{ id: hut, circuit: { id: hut-grid, breakerAmps: 16, phases: [L1] } }]';
    expect(report(text)).toBe(
      [
        'hut (hut), TN 230 V, UTC',
        'hut-grid: breaker 16 A, no meter',
        '  failsafe + assumed background: L1 0 + 0 of 16 A',
      ].join('\n'),
    );
  });

  it('shows areas before their sites', () => {
    const text = `
areas: [{ id: feeder-12, limitWatts: 400000, sites: [a, b] }]
sites:
  - { id: a, circuit: { id: a-grid, breakerAmps: 63 } }
  - { id: b, circuit: { id: b-grid, breakerAmps: 63 } }
`;
    const parts = report(text).split('\n\n');
    expect(parts.map((part) => part.split('\n')[0])).toEqual([
      'area feeder-12: 400000 W over a, b',
      'a (a), TN 230 V, UTC',
      'b (b), TN 230 V, UTC',
    ]);
  });
});
