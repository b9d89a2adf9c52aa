import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig } from '../../src/config/config.ts';

const oscp = `oscp: { baseUrl: "https://lastvakt.example/oscp/fp/2.0", tokenA: the-first-token-by-letter, peerHosts: [cp.example] }`;
const connection = (change: Partial<Record<'id' | 'profile' | 'ids' | 'oscp', string>> = {}): string => {
  const given = { id: 'dso', profile: 'oscp', ids: '[G1]', oscp, ...change };
  return `    - { id: ${given.id}, profile: ${given.profile}, targets: [{ site: garage, externalIds: ${given.ids}, failsafeWatts: 1 }], ${given.oscp} }`;
};
const parsed = (...connections: readonly string[]) =>
  parseConfig(
    `
grid:
  connections:
${connections.join('\n')}
sites: [{ id: garage, circuit: { id: grid, breakerAmps: 63 } }]
`,
    'the test',
    {},
  );

function faults(...connections: readonly string[]): readonly string[] {
  try {
    parsed(...connections);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(({ path }) => path);
    throw error;
  }
}

describe('a grid connection that speaks OSCP', () => {
  it('needs its address, a first token and the hosts of its peer', () => {
    const [first] = parsed(connection()).config.grid.connections;
    expect(first?.oscp).toMatchObject({ gap: 'fallback', allowPrivatePeers: false, heartbeatS: 60 });
  });

  it.each([
    ['no hosts', { oscp: oscp.replace('[cp.example]', '[]') }, 'oscp/peerHosts'],
    ['a short first token', { oscp: oscp.replace('the-first-token-by-letter', 'short') }, 'oscp/tokenA'],
    ['another profile', { profile: 'generic' }, 'profile'],
    ['a target without a group', { ids: '[]' }, 'targets/0/externalIds'],
  ])('is refused with %s', (_what, change, path) => {
    expect(faults(connection(change))).toEqual([`/grid/connections/0/${path}`]);
  });

  it('has a first token of its own', () => {
    const other = connection({ id: 'other' });
    expect(faults(connection(), other)).toEqual(['/grid/connections/1/oscp/tokenA']);
  });
});
