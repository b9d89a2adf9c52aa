import { describe, expect, it } from 'vitest';
import { explanation } from '../../src/control/explain.ts';
import type { EvseReason, EvseView, LimitOrigin } from '../../src/control/siteView.ts';
import { areaId, limitId } from '../../src/domain/ids.ts';
import type { Phase } from '../../src/domain/phases.ts';
import { circuitView, evseView, siteView } from '../views.ts';

const hall = circuitView('hall-a', { breakerAmps: 40, limitAmps: [40, 25.04, 40] });

const given = (reason: EvseReason, change: Partial<EvseView> = {}): string => {
  const evse = evseView('A1', { setpointAmps: 6, drawAmps: [6, 6, 6], allocatedAmps: 6, reason, ...change });
  const site = siteView({ circuits: [hall], evses: [evse] });
  return explanation(evse, site);
};

const full = (limitedBy: LimitOrigin, phase: Phase | undefined): EvseReason => ({
  kind: 'circuit full',
  circuit: hall.id,
  phase,
  limitedBy,
});
const curtailment: LimitOrigin = {
  kind: 'limit',
  limitId: limitId('L1'),
  source: 'grid-operator',
  reason: 'cold evening',
  untilMs: Date.parse('2026-01-31T17:00:00Z'),
};

const later = {
  kind: 'planned later',
  untilMs: Date.parse('2026-02-01T01:00:00Z'),
  needsWh: 12_040,
  departureMs: Date.parse('2026-02-01T06:00:00Z'),
} as const;

describe('the explanation of an EVSE', () => {
  it.each([
    [given(full({ kind: 'breaker' }, 1)), '6 A: circuit hall-a, phase L2 is full (breaker 40 A)'],
    [
      given(full(curtailment, 1)),
      '6 A: circuit hall-a, phase L2 is full (limit 25 A by the grid operator until 2026-01-31 18:00: cold evening)',
    ],
    [
      given(full({ ...curtailment, source: 'site-operator', untilMs: undefined }, 1)),
      '6 A: circuit hall-a, phase L2 is full (limit 25 A by the site operator: cold evening)',
    ],
    [given(full({ kind: 'rating' }, undefined)), '6 A: the total of circuit hall-a is full (rated power)'],
    [
      given({ kind: 'area full', area: areaId('feeder-12') }),
      '6 A: area feeder-12 is full: its sites together are at the limit of the grid above them',
    ],
    [given({ kind: 'own maximum', amps: 16 }, { setpointAmps: 16 }), '16 A: it has all it can use (16 A)'],
    [
      given({ kind: 'car takes less', amps: 11.25 }, { setpointAmps: 11.25 }),
      '11.3 A: the car takes less, so 11.3 A is kept for it and the rest is lent to others',
    ],
    [
      given({ kind: 'paused', circuit: hall.id, phase: 0 }, { setpointAmps: 0 }),
      '0 A: it waits for its turn: circuit hall-a, phase L1 has no room for its minimum current',
    ],
    [
      given({ kind: 'paused', circuit: undefined, phase: undefined }, { setpointAmps: 0 }),
      '0 A: it waits for its turn',
    ],
    [
      given({ kind: 'no session' }, { setpointAmps: undefined, exposureAmps: 0 }),
      'no setpoint: no session is running',
    ],
    [
      given({ kind: 'no session' }, { setpointAmps: undefined, exposureAmps: 10 }),
      'no setpoint: no session is known to run, and 10 A is kept free for one that may begin before it is told',
    ],
    [
      given({ ...later, why: 'cheaper', amps: 0 }, { setpointAmps: 0 }),
      '0 A: waits for 2026-02-01 02:00, when energy is cheaper; needs 12 kWh by 2026-02-01 07:00',
    ],
    [
      given({ ...later, why: 'others first', amps: 0 }, { setpointAmps: 0 }),
      '0 A: waits for 2026-02-01 02:00, because cars that leave sooner need the room; needs 12 kWh by 2026-02-01 07:00',
    ],
    [
      given({ ...later, why: 'peak', amps: 0 }, { setpointAmps: 0 }),
      '0 A: waits for 2026-02-01 02:00 to keep the hour below the peak that is paid for; needs 12 kWh by 2026-02-01 07:00',
    ],
    [
      given({ ...later, why: 'peak', amps: 8, departureMs: Date.parse('2026-01-31T17:00:00Z') }),
      '6 A: held to 8 A to keep the hour below the peak that is paid for; needs 12 kWh by 2026-01-31 18:00',
    ],
    [
      given({ ...later, why: 'has enough', amps: 0, untilMs: undefined }, { setpointAmps: 0 }),
      '0 A: has what its driver asked for, by 2026-02-01 07:00',
    ],
    [given({ kind: 'starting' }), '6 A: held at the failsafe limit until meters and stations were heard'],
    [
      given({ kind: 'offline' }, { exposureAmps: 16 }),
      '6 A: the station is offline, so 16 A is kept free for what it may still allow',
    ],
    [
      given({ kind: 'not answering' }, { exposureAmps: 16 }),
      '6 A: the station did not take its last command, so 16 A counts until it is asked again',
    ],
    [
      given({ kind: 'not answering', rung: 'remote stop' }, { exposureAmps: 16 }),
      '6 A: the station did not take its last command, so 16 A counts until it is asked again; it was asked to end the session',
    ],
    [
      given({ kind: 'waiting for others' }, { allocatedAmps: 16 }),
      '6 A: 16 A is planned and comes once others have confirmed their decrease',
    ],
  ])('reads: %s', (text, expected) => {
    expect(text).toBe(expected);
  });
});
