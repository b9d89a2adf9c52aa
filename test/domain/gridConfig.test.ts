import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import {
  type GridConnectionConfig,
  gridConnection,
  gridConnectionSettings,
  gridFaults,
  type KnownNodes,
} from '../../src/domain/gridConfig.ts';
import { compileConfig } from '../../src/schema.ts';

const isConnection = compileConfig(Type.Object(gridConnectionSettings));
const known: KnownNodes = {
  circuits: new Map([['garage', ['grid', 'hall-a']]]),
  areas: new Set(['feeder-12']),
};
const garage = { site: 'garage', failsafeWatts: 11_000 };

/** A connection of the config with its defaults filled in. */
function given(change: Record<string, unknown> = {}): GridConnectionConfig {
  const config: unknown = { id: 'dso', targets: [garage], ...change };
  if (!isConnection.check(config)) throw new Error(JSON.stringify(isConnection.faults()));
  return config;
}

describe('a connection to a grid operator in the config', () => {
  it.each([
    ['generic', undefined, 'lowest'],
    ['lpc', 120_000, 'latest'],
    ['oscp', 300_000, 'lowest'],
    ['openadr3', 300_000, 'priority'],
  ])(
    'of %s may be silent for %s ms, and of its limits the %s binds',
    (profile, heartbeatTimeoutMs, supersede) => {
      expect(gridConnection(given({ profile }), known)).toMatchObject({ heartbeatTimeoutMs, supersede });
    },
  );

  it('to Switch goes by versions, unless the config says otherwise', () => {
    const openadr = { profile: 'switch-se' } as const;
    const config = given({ profile: 'openadr3' });
    expect(gridConnection({ ...config, openadr }, known).supersede).toBe('version');
    expect(gridConnection({ ...config, openadr, supersede: 'lowest' }, known).supersede).toBe('lowest');
  });

  it('means the grid connection of a site where it names no circuit', () => {
    const targets = [garage, { ...garage, circuit: 'hall-a' }, { area: 'feeder-12', failsafeWatts: 1 }];
    expect(gridConnection(given({ targets }), known).targets.map(({ target }) => target)).toEqual([
      { kind: 'circuit', siteId: 'garage', circuitId: 'grid' },
      { kind: 'circuit', siteId: 'garage', circuitId: 'hall-a' },
      { kind: 'area', areaId: 'feeder-12' },
    ]);
  });

  it.each([
    ['neither site nor area', [{ failsafeWatts: 1 }], 'needs either site or area'],
    ['both', [{ ...garage, area: 'feeder-12' }], 'needs either site or area'],
    ['a site that is not there', [{ ...garage, site: 'depot' }], 'there is no site "depot"'],
    ['a circuit that is not there', [{ ...garage, circuit: 'hall-b' }], 'has no circuit "hall-b"'],
    ['an area that is not there', [{ area: 'feeder-13', failsafeWatts: 1 }], 'there is no area "feeder-13"'],
    ['no failsafe limit', [{ site: 'garage' }], 'silence must mean something'],
    ['two failsafe limits', [{ ...garage, failsafeAmps: 16 }], 'silence must mean something'],
    ['an area in amps', [{ area: 'feeder-12', failsafeAmps: 16 }], 'give failsafeWatts'],
    ['a place twice', [garage, { ...garage, circuit: 'grid' }], 'is a target of this connection already'],
    [
      'a name twice',
      [
        { ...garage, externalIds: ['G1'] },
        { ...garage, circuit: 'hall-a', externalIds: ['G1'] },
      ],
      'externalId "G1" is taken already',
    ],
  ])('is refused with %s', (_what, targets, message) => {
    const faults = gridFaults([given({ targets })], known);
    expect(faults.map((fault) => fault.message).join('\n')).toContain(message);
    expect(faults).toHaveLength(1);
  });

  it('is refused with an id that another one has', () => {
    expect(gridFaults([given(), given()], known)).toMatchObject([{ path: '/connections/1/id' }]);
  });
});
