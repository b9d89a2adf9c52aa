import type { SiteView } from '../../src/control/siteView.ts';
import { circuitId, limitId } from '../../src/domain/ids.ts';
import { noAmps } from '../../src/domain/phases.ts';
import { circuitView, evseView, givenSession, siteView } from '../views.ts';

const hall = circuitId('hall a, "left"');

/** One tick of a garage: two circuits, the upper one curtailed, and two EVSEs of which one charges. */
export const givenView = (change: Partial<SiteView> = {}): SiteView =>
  siteView({
    tick: { number: 7, atMs: 1_763_690_000_123, durationMs: 1.5, cause: 'drop' },
    circuits: [
      circuitView('grid', {
        breakerAmps: 63,
        limitAmps: [40.5, 40.5, 40.5],
        limitedBy: {
          kind: 'limit',
          limitId: limitId('l1'),
          source: 'grid-operator',
          reason: 'overload',
          untilMs: 1_763_690_060_123,
        },
        drawAmps: [20.25, 0, -3],
        backgroundAmps: [10, 0, 0],
        exposureAmps: [16, 16, 16],
        headroomAmps: [14.5, 24.5, 24.5],
        readingAgeMs: 250,
      }),
      circuitView(hall, {
        parent: circuitId('grid'),
        breakerAmps: 40,
        limitAmps: [40, 40, 40],
        drawAmps: [10, 10, 10],
        backgroundAmps: noAmps,
        exposureAmps: [16, 16, 16],
        headroomAmps: [24, 24, 24],
        basis: 'unmetered',
        readingAgeMs: undefined,
      }),
    ],
    evses: [
      evseView('A1', {
        circuit: hall,
        setpointAmps: 16,
        drawAmps: [10, 10, 10],
        exposureAmps: 16,
        allocatedAmps: 16.5,
        session: givenSession('s1', {
          transactionId: '17',
          startedAtMs: 1_763_690_000_000,
          energyWh: 1234.5,
        }),
        reason: { kind: 'own maximum', amps: 16 },
      }),
      evseView('A2', {
        circuit: hall,
        wiring: [1],
        state: 'offline',
        setpointAmps: undefined,
        drawAmps: noAmps,
        exposureAmps: 6,
        allocatedAmps: 0,
        reason: { kind: 'offline' },
      }),
    ],
    ...change,
  });

/** Points in `givenView()`: 1 tick, 2 circuits of 3 phases, 1 limit, 2 EVSEs. */
export const pointsInView = 10;
