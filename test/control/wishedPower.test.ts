import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import type { HorizonView } from '../../src/control/horizonView.ts';
import type { EvseReason, SiteView } from '../../src/control/siteView.ts';
import { wishedPower } from '../../src/control/wishedPower.ts';
import type { Boundary } from '../../src/domain/gridLimit.ts';
import { areaId, circuitId, evseId, sessionId, siteId } from '../../src/domain/ids.ts';
import { type PhaseAmps, perPhase } from '../../src/domain/phases.ts';
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

const at = (circuit: string, boundary: Boundary = 'connection') =>
  ({
    target: { kind: 'circuit', siteId: siteId('garage'), circuitId: circuitId(circuit) },
    boundary,
  }) as const;
const held: EvseReason = { kind: 'area full', area: areaId('feeder') };
const hourMs = 3_600_000;
const nowMs = Date.UTC(2026, 0, 31, 12, 20);
const given = (reasons: Readonly<Record<string, EvseReason>> = {}, plan?: HorizonView) => ({
  sites,
  areas,
  views: [view(reasons)],
  planOf: () => plan,
  nowMs,
});
/** Without a plan: the same until the next full hour is over. */
const constant = (watts: number) => [{ fromMs: nowMs, untilMs: Date.UTC(2026, 0, 31, 14), watts }];

describe('what is wanted where nothing is planned', () => {
  it('is what flows while none is held back', () => {
    expect(wishedPower(at('grid'), given())).toEqual(constant((30 + 18 + 6) * 230));
  });

  it.each<[string, EvseReason]>([
    ['an area', held],
    ['a circuit', { kind: 'paused', circuit: undefined, phase: undefined }],
    ['others', { kind: 'waiting for others' }],
  ])('counts the maximum of an EVSE that is held back by %s', (_what, reason) => {
    expect(wishedPower(at('grid'), given({ A1: reason }))).toEqual(constant((30 + 48 + 6) * 230));
    expect(wishedPower(at('grid'), given({ A2: reason }))).toEqual(constant((30 + 18 + 20) * 230));
  });

  it('is told of one circuit alone', () => {
    expect(wishedPower(at('hall'), given({ A1: held, A2: held }))).toEqual(constant((3 + 48) * 230));
  });

  it('leaves the building out where only the cars are bounded', () => {
    expect(wishedPower(at('grid', 'controllable'), given())).toEqual(constant((18 + 6) * 230));
  });

  it('is told of an area as the sum of its sites', () => {
    const target = { kind: 'area', areaId: areaId('feeder') } as const;
    expect(wishedPower({ target, boundary: 'connection' }, given({ A1: held }))).toEqual(
      constant((30 + 48 + 6) * 230),
    );
  });

  it('is not known before a site was seen', () => {
    expect(wishedPower(at('grid'), { ...given(), views: [] })).toEqual([]);
  });
});

describe('what is wanted where a plan is in force', () => {
  const untilMs = (hours: number): number => Date.UTC(2026, 0, 31, 12) + hours * hourMs;
  /** A1 waits for the third hour; 10, 12 and 14 A of background are expected meanwhile. */
  const plan: HorizonView = {
    siteId: siteId('garage'),
    madeAtMs: nowMs - 10_000,
    why: undefined,
    currency: undefined,
    slots: [0, 1, 2].map((slot) => ({
      fromMs: untilMs(slot),
      untilMs: untilMs(slot + 1),
      pricePerKwh: undefined,
    })),
    circuits: [
      {
        id: circuitId('grid'),
        plannedAmps: [],
        limitAmps: [],
        limitWatts: [],
        backgroundAmps: [amps(10), amps(12), amps(14)],
        shadowPriceAmps: amps(0),
      },
    ],
    sessions: [
      {
        id: sessionId('s'),
        evseId: evseId('A1'),
        departureMs: untilMs(3),
        needsWh: 8_000,
        amps: [0, 0, 10],
        wantedWatts: [0, 0, 8_000],
        plannedWh: 8_000,
        shortfallWh: 0,
        shortfallWhy: undefined,
      },
    ],
  };

  it('is what each of its slots wants, beside the expected background and the other cars as they are now', () => {
    expect(wishedPower(at('grid'), given({ A1: held }, plan))).toEqual([
      { fromMs: nowMs, untilMs: untilMs(1), watts: (30 + 6) * 230 },
      { fromMs: untilMs(1), untilMs: untilMs(2), watts: (36 + 6) * 230 },
      { fromMs: untilMs(2), untilMs: untilMs(3), watts: (42 + 6) * 230 + 8_000 },
    ]);
  });

  it('goes on for an hour without the cars of a plan that ends before', () => {
    const short = { ...plan, slots: plan.slots.slice(0, 1) };
    expect(wishedPower(at('grid'), given({}, short))).toEqual([
      { fromMs: nowMs, untilMs: untilMs(1), watts: (30 + 6) * 230 },
      { fromMs: untilMs(1), untilMs: untilMs(2), watts: (30 + 6) * 230 },
    ]);
  });
});
