import { describe, expect, it } from 'vitest';
import { checkReport } from '../../src/commands/checkReport.ts';
import { ConfigError, parseConfig } from '../../src/config/config.ts';

const text = (evse: string, ocpi = 'roles: [CPO, SCSP], ', more = ''): string => `
ocpi: { ${ocpi}party: { countryCode: SE, partyId: GRG, name: Garage }${more} }
sites:
  - id: garage
    circuit:
      id: grid
      breakerAmps: 63
      evses:
        - { id: A1, station: CP-A1 }
        - ${evse}
`;

const place = 'partner: { id: fjord, location: LOC1, evse: E1 }';
const load = (config: string) => parseConfig(config, 'lastvakt.yaml', {});

function faults(config: string): readonly string[] {
  try {
    load(config);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ path, message }) => `${path}: ${message}`);
  }
}

describe('an EVSE of a partner in the config', () => {
  it('is a place with a name that no station can have', () => {
    const { sites } = load(text(`{ id: F1, ${place}, maxAmps: 20 }`));
    expect(sites[0]?.evses[1]).toMatchObject({
      station: 'fjord:LOC1:E1',
      partner: { partnerId: 'fjord', unlimitedAmps: 20, leaseMs: 120_000, pauseMs: 15_000 },
    });
    expect(sites[0]?.evses[0]).not.toHaveProperty('partner');
  });

  it('takes how its sessions are limited from the config', () => {
    const more = ', loadManagement: { leaseS: 600, pauseS: 60 }';
    const { sites } = load(text(`{ id: F1, ${place} }`, 'roles: [SCSP], ', more));
    expect(sites[0]?.evses[1]?.partner).toMatchObject({ leaseMs: 600_000, pauseMs: 60_000 });
  });

  it('counts in the failsafe budget with what its partner gives a session that nobody has limited', () => {
    expect(faults(text(`{ id: F1, ${place}, maxAmps: 57 }`))).toEqual([]);
    expect(faults(text(`{ id: F1, ${place}, maxAmps: 58 }`))).toEqual([
      expect.stringContaining('failsafe budget of grid on L1 is exceeded'),
      expect.stringContaining('on L2'),
      expect.stringContaining('on L3'),
    ]);
    const agreed = 'partner: { id: fjord, location: LOC1, evse: E1, unlimitedAmps: 6 }';
    expect(faults(text(`{ id: F1, ${agreed}, maxAmps: 63 }`))).toEqual([]);
  });

  it('is told by lastvakt check with whose it is', () => {
    const report = checkReport(load(text(`{ id: F1, ${place}, maxAmps: 20 }`)));
    expect(report).toContain('F1: EVSE E1 of partner fjord, counts 20 A without us, on L1 L2 L3');
  });

  it.each([
    ['neither a station nor a partner', '{ id: F1 }', ': needs `station`, or `partner`'],
    ['both', `{ id: F1, station: CP-F1, ${place} }`, '/station: has a `partner` too'],
    ['a number', `{ id: F1, evse: 2, ${place} }`, '/evse: means nothing'],
    ['words for the public', `{ id: F1, ${place}, public: {} }`, '/public: is told by the partner'],
    [
      'more without a limit than its hardware',
      '{ id: F1, partner: { id: fjord, location: LOC1, evse: E1, unlimitedAmps: 33 } }',
      '/partner/unlimitedAmps: must be from failsafeAmps 6 A to maxAmps 32 A, not 33 A',
    ],
    [
      'less without a limit than it falls to',
      '{ id: F1, partner: { id: fjord, location: LOC1, evse: E1, unlimitedAmps: 5 } }',
      '/partner/unlimitedAmps: must be from failsafeAmps 6 A',
    ],
  ])('is refused with %s', (_what, evse, fault) => {
    expect(faults(text(evse)).join('\n')).toContain(`/sites/0/circuit/evses/1${fault}`);
  });

  it('is refused where we are no load management of others, and where it stands twice', () => {
    expect(faults(text(`{ id: F1, ${place} }`, ''))).toEqual([
      '/sites/0/circuit/evses/1/partner: needs SCSP in `ocpi.roles`: without it partners tell no sessions',
    ]);
    expect(
      faults(text(`{ id: F1, ${place} }\n        - { id: F2, ${place}, maxAmps: 16 }`)).join(),
    ).toContain('is taken already by');
  });
});
