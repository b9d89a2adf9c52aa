import { describe, expect, it } from 'vitest';
import type { Capacity } from '../../src/control/capacity.ts';
import type { Dispatched } from '../../src/control/dispatch.ts';
import { topologies } from '../../src/control/topology.ts';
import { validate } from '../../src/control/validator.ts';
import { circuitId, evseId, siteId, stationId } from '../../src/domain/ids.ts';
import { givenCircuit, givenEvse, givenSite } from './givenSite.ts';

const hall = givenCircuit({ id: circuitId('hall'), parent: circuitId('grid') });
const [topology] = topologies(
  [
    givenSite({
      circuits: [givenCircuit(), hall],
      evses: [givenEvse({ circuit: hall.id }), givenEvse({ id: evseId('A2') })],
    }),
  ],
  [],
);
if (topology === undefined) throw new Error('a site is a topology');

const raise = (index: number, setpointAmps: number): Dispatched => ({
  evseIndex: index,
  cause: 'raise',
  command: {
    kind: 'lease',
    siteId: siteId('garage'),
    stationId: stationId(`CP-A${index + 1}`),
    evseId: evseId(`A${index + 1}`),
    evseNumber: 1,
    epoch: 1,
    sequence: 1,
    sentAtMs: 0,
    expiresAtMs: 10_000,
    schedule: { unit: 'A', phaseVolts: 230, phaseCount: 3, stackLevel: 0, leaseForm: 'tail' },
    transactionId: 'T1',
    setpointAmps,
    tailAmps: 0,
    leaseMs: 120_000,
  },
});

const amps = (gridAmps: number, hallAmps = 63): readonly Capacity[] =>
  [gridAmps, hallAmps].map((each) => ({ amps: [each, each, each], watts: Number.POSITIVE_INFINITY }));

/** A1 in the hall and A2 beside it, 10 A in force at each. */
const given = (capacity: readonly Capacity[], ...dispatched: readonly Dispatched[]) => {
  const { passed, refused } = validate({ topology, capacity, exposureAmps: [10, 10], dispatched });
  return { passed: passed.map(({ command }) => command.evseId), refused: refused.map(({ node }) => node) };
};

describe('the last check before anything leaves', () => {
  it('passes a raise that fits to the last ampere', () => {
    expect(given(amps(32), raise(0, 22))).toEqual({ passed: ['A1'], refused: [] });
  });

  it('refuses a raise above that, and names the node', () => {
    expect(given(amps(32), raise(0, 22.1))).toEqual({ passed: [], refused: ['grid'] });
    expect(given(amps(63, 20), raise(0, 21))).toEqual({ passed: [], refused: ['hall'] });
  });

  it('counts every command beside what may be in force already', () => {
    expect(given(amps(40), raise(0, 25), raise(1, 25))).toEqual({ passed: [], refused: ['grid', 'grid'] });
  });

  it('does not count on a decrease that is sent with it', () => {
    expect(given(amps(30), raise(0, 21), raise(1, 0))).toEqual({ passed: ['A2'], refused: ['grid'] });
  });

  it('passes decreases and refreshes always, also below a node that is over', () => {
    expect(given(amps(5), raise(0, 6), raise(1, 10))).toEqual({ passed: ['A1', 'A2'], refused: [] });
  });

  it('passes a raise beside a circuit that is over but not above it', () => {
    expect(given(amps(63, 5), raise(1, 20))).toEqual({ passed: ['A2'], refused: [] });
  });

  it('refuses every raise where a capacity is no number', () => {
    expect(given(amps(Number.NaN), raise(0, 11))).toEqual({ passed: [], refused: ['grid'] });
  });

  it('passes a standing profile: nothing flows by it', () => {
    const { command } = raise(0, 6);
    if (command.kind !== 'lease') throw new Error('a raise is a lease');
    const { siteId: site, stationId: station, evseId: evse, evseNumber, epoch, sequence } = command;
    const address = { siteId: site, stationId: station, evseId: evse, evseNumber, epoch, sequence };
    const standing: Dispatched = {
      evseIndex: 0,
      cause: 'standing',
      command: {
        ...address,
        sentAtMs: 0,
        expiresAtMs: 1,
        schedule: command.schedule,
        kind: 'standing',
        amps: 6,
      },
    };
    expect(given(amps(5), standing)).toEqual({ passed: ['A1'], refused: [] });
  });
});
