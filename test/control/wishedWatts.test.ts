import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import type { EvseReason, SiteView } from '../../src/control/siteView.ts';
import { wishedWatts } from '../../src/control/wishedWatts.ts';
import { areaId, circuitId, siteId } from '../../src/domain/ids.ts';
import { type PhaseAmps, perPhase } from '../../src/domain/phases.ts';
import type { Area, Site } from '../../src/domain/site.ts';
import { givenView } from '../timeseries/givenView.ts';

const { sites, areas } = parseConfig(
  `
areas: [{ id: feeder, limitWatts: 100000, sites: [garage] }]
sites:
  - id: garage
    circuit:
      id: grid
      breakerAmps: 63
      assumedBackgroundAmps: 10
      circuits:
        - { id: hall, breakerAmps: 32, evses: [{ id: A1, station: S1, maxAmps: 16 }] }
        - { id: yard, breakerAmps: 32, evses: [{ id: A2, station: S2, maxAmps: 20, phases: [L1] }] }
`,
  'the test',
  {},
);

const amps = (each: number): PhaseAmps => [each, each, each];

/** Both EVSEs draw 6 A per phase; 10 A per phase flow at the grid connection beside them, 1 A in the hall. */
function view(reasons: Readonly<Record<string, EvseReason>>): SiteView {
  const [site] = sites;
  const given = givenView();
  const [circuit] = given.circuits;
  const [evse] = given.evses;
  if (site === undefined || circuit === undefined || evse === undefined) throw new Error('a site is needed');
  return {
    ...given,
    siteId: site.id,
    circuits: site.circuits.map(({ id }) => ({
      ...circuit,
      id,
      backgroundAmps: amps(id === 'grid' ? 10 : 1),
    })),
    evses: site.evses.map(({ id, circuit: at, wiring }) => ({
      ...evse,
      id,
      circuit: at,
      drawAmps: perPhase((phase) => (wiring.includes(phase) ? 6 : 0)),
      reason: reasons[id] ?? { kind: 'own maximum', amps: 6 },
    })),
  };
}

const at = (circuit: string) =>
  ({ kind: 'circuit', siteId: siteId('garage'), circuitId: circuitId(circuit) }) as const;
const held: EvseReason = { kind: 'area full', area: areaId('feeder') };
const given = (reasons: Readonly<Record<string, EvseReason>> = {}) => ({
  sites,
  areas,
  views: [view(reasons)],
});

describe('what the cars would draw without a limit', () => {
  it('is what flows while none is held back', () => {
    expect(wishedWatts(at('grid'), given())).toBe((30 + 18 + 6) * 230);
  });

  it.each<[string, EvseReason]>([
    ['an area', held],
    ['a circuit', { kind: 'paused', circuit: undefined, phase: undefined }],
    ['others', { kind: 'waiting for others' }],
  ])('counts the maximum of an EVSE that is held back by %s', (_what, reason) => {
    expect(wishedWatts(at('grid'), given({ A1: reason }))).toBe((30 + 48 + 6) * 230);
    expect(wishedWatts(at('grid'), given({ A2: reason }))).toBe((30 + 18 + 20) * 230);
  });

  it('is told of one circuit alone', () => {
    expect(wishedWatts(at('hall'), given({ A1: held, A2: held }))).toBe((3 + 48) * 230);
  });

  it('is told of an area as the sum of its sites', () => {
    const target = { kind: 'area', areaId: areaId('feeder') } as const;
    expect(wishedWatts(target, given({ A1: held }))).toBe((30 + 48 + 6) * 230);
  });

  it('is not known before a site was seen', () => {
    const none: { sites: readonly Site[]; areas: readonly Area[]; views: readonly SiteView[] } = {
      sites,
      areas,
      views: [],
    };
    expect(wishedWatts(at('grid'), none)).toBeUndefined();
  });
});
