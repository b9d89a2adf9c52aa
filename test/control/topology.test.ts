import { describe, expect, it } from 'vitest';
import { nodeName, topologies } from '../../src/control/topology.ts';
import { areaId, circuitId, evseId, siteId } from '../../src/domain/ids.ts';
import type { Site } from '../../src/domain/site.ts';
import { givenArea, givenCircuit, givenEvse, givenSite } from './givenSite.ts';

/** A site with a hall below its grid connection, and an EVSE on each. */
const given = (name: string): Site => {
  const grid = givenCircuit({ id: circuitId(`${name}-grid`) });
  const hall = givenCircuit({ id: circuitId(`${name}-hall`), parent: grid.id });
  return givenSite({
    id: siteId(name),
    circuits: [grid, hall],
    evses: [
      givenEvse({ id: evseId(`${name}-1`), circuit: grid.id }),
      givenEvse({ id: evseId(`${name}-2`), circuit: hall.id }),
    ],
  });
};

describe('the topology of sites', () => {
  it('is one tree for a site alone', () => {
    const [only, ...others] = topologies([given('north')], []);
    expect(others).toEqual([]);
    expect(only?.nodes.map((node) => [nodeName(node), node.parent, node.evses])).toEqual([
      ['north-grid', -1, [0, 1]],
      ['north-hall', 0, [1]],
    ]);
    expect(only?.evses.map(({ evse, path }) => [evse.id, path])).toEqual([
      ['north-1', [0]],
      ['north-2', [1, 0]],
    ]);
  });

  it('is one tree for the sites of an area, the area on top', () => {
    const area = givenArea({ sites: [siteId('north'), siteId('south')] });
    const [only] = topologies([given('north'), given('south')], [area]);
    expect(only?.nodes.map((node) => [nodeName(node), node.parent, node.evses])).toEqual([
      ['feeder', -1, [0, 1, 2, 3]],
      ['north-grid', 0, [0, 1]],
      ['north-hall', 1, [1]],
      ['south-grid', 0, [2, 3]],
      ['south-hall', 3, [3]],
    ]);
    expect(only?.evses[3]?.path).toEqual([4, 3, 0]);
  });

  it('keeps sites apart that share nothing', () => {
    const area = givenArea({ id: areaId('feeder'), sites: [siteId('south')] });
    const found = topologies([given('north'), given('south')], [area]);
    expect(found.map(({ sites }) => sites.map(({ id }) => id))).toEqual([['south'], ['north']]);
  });

  it('is nothing without sites', () => {
    expect(topologies([], [])).toEqual([]);
  });
});
